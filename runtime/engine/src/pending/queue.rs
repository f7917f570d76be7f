//! The queue of `limit … else wait`: firings wait their turn, in the order in which they came to it, for each key. It
//! stands still outside `during`.

use std::collections::BTreeSet;

use trig_ir::{Guard, RecordKey, Test, Timestamp};

use super::until::{Awaited, awaited, never_again};
use super::{Wait, Waiting};
use crate::Why;
use crate::apply::Run;
use crate::eval::Scope;
use crate::fire::Firing;
use crate::input::NOBODY;
use crate::limits::Counted;
use crate::matching::{holds, not_known};
use crate::state::{MarkKey, NEVER, Pending, Phase, Turn};

/// What a firing that has to wait its turn waits for.
pub(crate) struct Queued {
    pub(crate) turn: Turn,
    /// When it is its turn, as far as time decides it.
    pub(crate) due: Option<Timestamp>,
    /// Records that decide whether `during` holds.
    pub(crate) reads: BTreeSet<RecordKey>,
}

impl Run<'_> {
    /// Whether it is a firing's turn in the queues of its limits. `None`: it is.
    pub(crate) fn turn(
        &self,
        firing: &Firing<'_>,
        scope: Scope<'_>,
        counted: &[Counted<'_>],
    ) -> Result<Option<Queued>, Why> {
        let waits = || counted.iter().filter(|counted| counted.limit.wait);
        let mut queued = Queued {
            turn: Turn {
                keys: waits().map(|counted| counted.key.clone()).collect(),
                closed: false,
            },
            due: None,
            reads: BTreeSet::new(),
        };
        queued.turn.keys.sort();
        queued.turn.keys.dedup();
        if queued.turn.keys.is_empty() {
            return Ok(None);
        }
        if let Some(guard) = &firing.trigger.during {
            self.closed(scope, guard, &mut queued)?;
        }
        if !self.at_head(firing, &queued.turn.keys) {
            queued.due = None;
            return Ok(Some(queued));
        }
        if queued.turn.closed {
            return Ok(Some(queued));
        }
        let mut full = None;
        for counted in waits() {
            let Err(until) = self.room(counted) else {
                continue;
            };
            if until == NEVER {
                return Err(Why::Limit {
                    name: counted.limit.name.clone(),
                    loc: counted.limit.loc,
                    until,
                });
            }
            full = full.max(Some(until));
        }
        queued.due = full;
        Ok(full.map(|_| queued))
    }

    /// Whether it stands still because of `during`.
    fn closed(&self, scope: Scope<'_>, guard: &Guard, queued: &mut Queued) -> Result<(), Why> {
        if matches!(guard.test, Test::By(_)) {
            return Ok(());
        }
        match awaited(scope, guard) {
            Awaited::Held => Ok(()),
            Awaited::Not { reads, next } => {
                if let Err(unknown) = holds(scope, guard, &NOBODY) {
                    return Err(not_known(&unknown, guard.loc));
                }
                if reads.is_empty() && next.is_none() {
                    return Err(never_again(guard));
                }
                queued.turn.closed = true;
                queued.due = next;
                queued.reads = reads;
                Ok(())
            }
        }
    }

    /// Whether nobody came earlier to these queues.
    fn at_head(&self, firing: &Firing<'_>, keys: &[MarkKey]) -> bool {
        // one that is in a queue was taken out of it to look; those that came before it stand there
        let mine = firing.waited.and_then(|(_, pending)| {
            matches!(pending.phase, Phase::Limit(_)).then_some(pending.entered)
        });
        keys.iter().all(|key| {
            let head = self.state.head_of(key);
            head.is_none_or(|(entered, _)| mine.is_some_and(|mine| mine <= entered))
        })
    }

    /// Puts a firing into its queues.
    pub(crate) fn enqueue(&mut self, firing: &Firing<'_>, queued: Queued) {
        let before = firing.waited.map(|(_, pending)| pending);
        let again = before.filter(|pending| matches!(pending.phase, Phase::Limit(_)));
        let mut reads = queued.reads;
        // `while` and `unless` go on while it waits its turn
        let holds = firing.after.and_then(|after| after.holds.as_ref());
        reads.extend(self.test_while(firing, holds, None).1);
        let unless = firing.after.into_iter().flat_map(|after| &after.unless);
        let subject = firing.key.subject.as_ref();
        let wait = Wait {
            phase: Phase::Limit(queued.turn),
            since: again.map_or(self.now, |pending| pending.since),
            due: queued.due,
            watches: super::unless::watches(firing.engine, unless, subject),
            reads,
        };
        if self.store_waiting(firing, wait) && again.is_none() {
            self.audit_armed(firing, "limit", queued.due);
        }
    }

    /// One has left these queues: the next one looks whether it is its turn.
    pub(super) fn next_turn(&mut self, queues: &[MarkKey]) {
        for queue in queues {
            if let Some((_, number)) = self.state.head_of(queue) {
                self.make_due(number);
            }
        }
    }

    /// Lets one that stands still look again, if `during` holds now.
    pub(super) fn perhaps_open(&mut self, waiting: &Waiting<'_>, number: u64) {
        let Phase::Limit(Turn { closed: true, .. }) = &waiting.pending.phase else {
            return;
        };
        let firing = waiting.firing(number);
        let during = waiting.trigger.during.as_ref();
        let open = during.is_none_or(|guard| holds(firing.scope(self), guard, &NOBODY) == Ok(true));
        if open {
            self.make_due(number);
        }
    }

    /// As the revision has its queues now.
    pub(super) fn requeue(&mut self, waiting: &Waiting<'_>, number: u64, adopted: Pending) {
        let keys = {
            let firing = waiting.firing(number);
            let counted = self.counted(&firing, firing.scope(self));
            let counted = counted.unwrap_or_default();
            let waits = counted.into_iter().filter(|counted| counted.limit.wait);
            waits.map(|counted| counted.key).collect::<BTreeSet<_>>()
        };
        let phase = if keys.is_empty() {
            Phase::After
        } else {
            Phase::Limit(Turn {
                keys: keys.into_iter().collect(),
                closed: false,
            })
        };
        // it looks again: there may be more room, or other hours
        let pending = Pending {
            phase,
            due: Some(self.now),
            ..adopted
        };
        let left = waiting.pending.queues();
        self.state.replace_pending(number, pending);
        self.next_turn(left);
    }
}
