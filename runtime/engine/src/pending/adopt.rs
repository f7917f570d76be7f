//! What waits follows its trigger into another revision.

use std::collections::BTreeSet;

use trig_ir::Millis;

use super::unless::watches;
use super::until::{Awaited, awaited, deadline, goes_on, never_again, sooner};
use super::{Waiting, delay};
use crate::apply::Run;
use crate::state::{Pending, Phase};
use crate::{Engine, starts};

impl<'e> Run<'e> {
    /// What has not begun follows the active revision: cancelled where that has it no more or has it disabled, else
    /// the new deadline, counted from when it began to wait and never before now, and what may cancel it. A phase that
    /// the revision has no more is passed; one that it has new, and that lies behind, is not gone back to. What has
    /// lost its start keeps its deadline; but if it has lost its `while` or `unless` with it, nobody would know whether
    /// it still holds: then it is cancelled, too.
    ///
    /// What has begun finishes on its own revision, even where its trigger is removed or disabled: `stop` ends it. If
    /// that revision is not there it ends here.
    pub(crate) fn adopt(&mut self, number: u64) {
        let engine: &'e Engine = self.engine;
        let Some(pending) = self.state.pending.get(&number).cloned() else {
            return;
        };
        let Some(waiting) = Waiting::of(engine, &pending) else {
            self.state.remove_pending(number);
            self.lost(&pending);
            self.next_turn(pending.queues());
            return;
        };
        if pending.phase.has_begun() {
            return;
        }
        if let Some(why) = waiting.void() {
            self.drop_pending(number, why);
            return;
        }
        let (start, delay) = match waiting.nth {
            None => (pending.start.clone(), pending.delay),
            Some(nth) => {
                let name = starts::name(waiting.trigger, nth);
                (
                    name.unwrap_or_else(|| pending.start.clone()),
                    delay(waiting.trigger, nth, waiting.after()),
                )
            }
        };
        let adopted = Pending {
            priority: waiting.trigger.priority,
            start,
            delay,
            ..pending.as_ref().clone()
        };
        match pending.phase {
            Phase::Debounce { .. } => self.adopt_debounce(&waiting, number, adopted),
            Phase::Until => self.adopt_until(&waiting, number, adopted),
            Phase::After | Phase::Limit(_) => self.adopt_after(&waiting, number, adopted),
            Phase::Body(_) => {}
        }
    }

    fn adopted(&mut self, waiting: &Waiting<'_>, number: u64, adopted: Pending) {
        if adopted != *waiting.pending {
            self.state.replace_pending(number, adopted);
        }
    }

    fn adopt_debounce(&mut self, waiting: &Waiting<'_>, number: u64, adopted: Pending) {
        let Phase::Debounce { first } = adopted.phase else {
            return;
        };
        let debounce = waiting.trigger.debounce.as_ref();
        let holds = debounce.and_then(|debounce| debounce.holds.as_ref());
        let (why, reads) = self.test_while(&waiting.firing(number), holds, None);
        if let Some(why) = why {
            self.drop_pending(number, why);
            return;
        }
        let due = debounce.map_or(self.now, |debounce| {
            let due = adopted.since.plus(debounce.duration);
            due.min(first.plus(debounce.up_to)).max(self.now)
        });
        let unless = debounce.into_iter().flat_map(|debounce| &debounce.unless);
        let adopted = Pending {
            due: Some(due),
            watches: watches(waiting.engine, unless, adopted.key.subject.as_ref()),
            reads,
            ..adopted
        };
        self.adopted(waiting, number, adopted);
    }

    fn adopt_until(&mut self, waiting: &Waiting<'_>, number: u64, adopted: Pending) {
        let (reads, due) = match &waiting.trigger.until {
            None => (BTreeSet::new(), Some(self.now)),
            Some(until) => match awaited(waiting.firing(number).scope(self), &until.test) {
                // its timer looks again
                Awaited::Held => (BTreeSet::new(), Some(self.now)),
                Awaited::Not { reads, next } => {
                    if reads.is_empty() && next.is_none() && !goes_on(until) {
                        self.drop_pending(number, never_again(&until.test));
                        return;
                    }
                    let due = sooner(next, deadline(until, adopted.since));
                    (reads, due.map(|due| due.max(self.now)))
                }
            },
        };
        let adopted = Pending {
            due,
            reads,
            ..adopted
        };
        self.adopted(waiting, number, adopted);
    }

    fn adopt_after(&mut self, waiting: &Waiting<'_>, number: u64, adopted: Pending) {
        let after = waiting.after();
        let holds = after.and_then(|after| after.holds.as_ref());
        let (why, reads) = self.test_while(&waiting.firing(number), holds, None);
        if let Some(why) = why {
            self.drop_pending(number, why);
            return;
        }
        let due = match waiting.nth {
            None => adopted.due,
            Some(_) => {
                let wait = after.map_or(Millis(0), |after| after.duration);
                Some(adopted.since.plus(wait).max(self.now))
            }
        };
        let unless = after.into_iter().flat_map(|after| &after.unless);
        let adopted = Pending {
            watches: watches(waiting.engine, unless, adopted.key.subject.as_ref()),
            reads,
            ..adopted
        };
        if matches!(adopted.phase, Phase::Limit(_)) {
            self.requeue(waiting, number, adopted);
            return;
        }
        self.adopted(waiting, number, Pending { due, ..adopted });
    }
}
