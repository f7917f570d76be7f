//! `after`: waits for a time.

use std::collections::BTreeSet;

use super::Wait;
use super::unless::watches;
use crate::apply::Run;
use crate::fire::Firing;
use crate::state::Phase;

impl Run<'_> {
    /// Waits for the delay, if there is one, then fires. `defer`: not in this cascade; it is made due.
    pub(super) fn delay(&mut self, firing: &Firing<'_>, defer: bool) {
        // one that has lost its start keeps the delay that it had
        let lost = firing.waited.filter(|_| firing.nth.is_none());
        let lost = lost.and_then(|(_, pending)| pending.delay.own);
        let duration = firing.after.map(|after| after.duration).or(lost);
        if duration.is_none() && !defer {
            self.fire(firing);
            return;
        }
        let holds = firing.after.and_then(|after| after.holds.as_ref());
        // `while` holds throughout, from the start
        let (why, reads) = self.test_while(firing, holds, None);
        if let Some(why) = why {
            if let Some((number, _)) = firing.waited {
                self.state.remove_pending(number);
            }
            self.stopped(firing, why);
            return;
        }
        let due = duration.map_or(self.now, |duration| self.now.plus(duration));
        let watches = match firing.after {
            Some(after) => watches(firing.engine, &after.unless, firing.key.subject.as_ref()),
            None => BTreeSet::new(),
        };
        let wait = Wait {
            phase: Phase::After,
            since: self.now,
            due: Some(due),
            watches,
            reads,
        };
        if self.store_waiting(firing, wait) && duration.is_some() {
            self.audit_armed(firing, "after", Some(due));
        }
    }

    /// The delay is over, and nothing has cancelled it.
    pub(super) fn tested_unless(&mut self, firing: &Firing<'_>) {
        let after = firing.after.filter(|after| !after.unless.is_empty());
        if let Some(after) = after {
            self.tested(firing.trigger, after.loc, true);
        }
    }
}
