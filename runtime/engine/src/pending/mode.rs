//! `mode`: what becomes of a further firing of a key while one waits or runs.

use trig_ir::Mode;

use crate::Why;
use crate::apply::Run;
use crate::fire::Firing;
use crate::state::Phase;

impl Run<'_> {
    /// Whether `mode` lets a firing go on. One whose events have not come to rest does not count: `mode` counts from
    /// the end of `debounce`.
    pub(super) fn admitted(&mut self, firing: &Firing<'_>) -> bool {
        let mode = firing.trigger.mode;
        if mode == Mode::Parallel || self.state.armed.first().is_none() {
            return true;
        }
        let mine = firing.waited.map(|(number, _)| number);
        let mut others = self.state.armed_as(&firing.key);
        others.retain(|number| {
            let pending = self.state.pending.get(number);
            let rests = pending.is_some_and(|p| matches!(p.phase, Phase::Debounce { .. }));
            Some(*number) != mine && !rests
        });
        if others.is_empty() {
            return true;
        }
        if mode == Mode::Single {
            self.stopped(firing, Why::AlreadyWaiting);
            return false;
        }
        for number in others {
            self.drop_pending(number, Why::Restarted);
        }
        true
    }
}
