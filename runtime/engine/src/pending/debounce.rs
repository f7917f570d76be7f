//! `debounce`: waits until no further event of the key comes; the last one is its event.

use trig_ir::Debounce;

use super::Wait;
use super::unless::watches;
use crate::apply::Run;
use crate::fire::Firing;
use crate::input::NOBODY;
use crate::matching::{explain, holds, not_known};
use crate::state::Phase;

impl Run<'_> {
    /// Begins to wait, or prolongs what waits already: that gets this event.
    pub(super) fn debounce(&mut self, firing: &Firing<'_>, debounce: &Debounce) {
        // `while` holds throughout, from the start
        let (why, reads) = self.test_while(firing, debounce.holds.as_ref(), None);
        if let Some(why) = why {
            self.stopped(firing, why);
            return;
        }
        let resting = self.state.armed_as(&firing.key).into_iter();
        let mut resting = resting.filter_map(|number| {
            let pending = self.state.pending.get(&number)?;
            match pending.phase {
                Phase::Debounce { first } => Some((number, first)),
                _ => None,
            }
        });
        let first = match resting.next_back() {
            Some((number, first)) => {
                self.state.remove_pending(number);
                first
            }
            None => self.now,
        };
        let due = self.now.plus(debounce.duration);
        let due = due.min(first.plus(debounce.up_to));
        let wait = Wait {
            phase: Phase::Debounce { first },
            since: self.now,
            due: Some(due),
            watches: watches(firing.engine, &debounce.unless, firing.key.subject.as_ref()),
            reads,
        };
        if self.store_waiting(firing, wait) {
            self.audit_armed(firing, "debounce", Some(due));
        }
    }

    /// Its events have come to rest.
    pub(super) fn rest(&mut self, firing: &Firing<'_>) {
        let debounce = firing.trigger.debounce.as_ref();
        if let Some(guard) = debounce.and_then(|debounce| debounce.holds.as_ref()) {
            let scope = firing.scope(self);
            let why = match holds(scope, guard, &NOBODY) {
                Ok(true) => None,
                Ok(false) => Some(explain(scope, guard, &NOBODY)),
                Err(unknown) => Some(not_known(&unknown, guard.loc)),
            };
            self.tested(firing.trigger, guard.loc, why.is_none());
            if let Some(why) = why {
                self.stopped(firing, why);
                return;
            }
        }
        if let Some(debounce) = debounce.filter(|debounce| !debounce.unless.is_empty()) {
            self.tested(firing.trigger, debounce.loc, true);
        }
        self.rested(firing);
    }
}
