//! `until`: waits until something holds.

use std::collections::BTreeSet;
use std::sync::Arc;

use trig_ir::{Guard, Otherwise, RecordKey, Test, Timestamp, Until};

use super::{Wait, Waiting, pinning};
use crate::apply::Run;
use crate::boundary::next_change;
use crate::eval::{Eval, Scope};
use crate::fire::Firing;
use crate::state::{Pending, Phase, Record};
use crate::{Why, eval::Unknown};

/// What becomes of a wait for something.
pub(crate) enum Awaited {
    /// It holds.
    Held,
    /// It does not, or is not known: the records that decide it, and when time may.
    Not {
        reads: BTreeSet<RecordKey>,
        next: Option<Timestamp>,
    },
}

/// Whether what is waited for holds.
pub(crate) fn awaited<'a>(scope: Scope<'a>, guard: &'a Guard) -> Awaited {
    let Test::Expr(expr) = &guard.test else {
        // time that passes is caused by nobody
        return Awaited::Not {
            reads: BTreeSet::new(),
            next: None,
        };
    };
    let mut eval = Eval::touching(scope);
    let result: Result<bool, Unknown> = eval.test(expr);
    match result {
        Ok(true) => Awaited::Held,
        Ok(false) | Err(_) => Awaited::Not {
            reads: eval.into_touched(),
            next: next_change(&scope, expr),
        },
    }
}

/// When a wait since then is given up.
pub(super) fn deadline(until: &Until, since: Timestamp) -> Option<Timestamp> {
    until.within.map(|within| since.plus(within.duration))
}

/// The earlier of two times, of those that there are.
pub(super) fn sooner(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

pub(super) fn too_late(until: &Until) -> Why {
    Why::TooLate {
        text: until.test.text.clone(),
        loc: until.loc,
    }
}

pub(super) fn never_again(guard: &Guard) -> Why {
    Why::NeverAgain {
        text: guard.text.clone(),
        loc: guard.loc,
    }
}

/// Whether it goes on when its time is over.
pub(super) fn goes_on(until: &Until) -> bool {
    let otherwise = until.within.map(|within| within.otherwise);
    otherwise == Some(Otherwise::Continue)
}

impl Run<'_> {
    /// Waits until it holds; what holds at once is passed.
    pub(super) fn hold(&mut self, firing: &Firing<'_>) {
        let Some(until) = &firing.trigger.until else {
            self.delay(firing, false);
            return;
        };
        match awaited(firing.scope(self), &until.test) {
            Awaited::Held => self.held(firing, until, false),
            Awaited::Not { reads, next } => {
                self.tested(firing.trigger, until.test.loc, false);
                let due = deadline(until, self.now);
                if self.wait_until(firing, until, self.now, reads, next) {
                    self.audit_armed(firing, "until", due);
                }
            }
        }
    }

    /// It holds: in time, if that was asked for.
    fn held(&mut self, firing: &Firing<'_>, until: &Until, defer: bool) {
        self.tested(firing.trigger, until.test.loc, true);
        if until.within.is_some() {
            self.tested(firing.trigger, until.loc, true);
        }
        self.delay(firing, defer);
    }

    /// Stores what waits until something holds; cancels it if that can never be.
    fn wait_until(
        &mut self,
        firing: &Firing<'_>,
        until: &Until,
        since: Timestamp,
        reads: BTreeSet<RecordKey>,
        next: Option<Timestamp>,
    ) -> bool {
        if reads.is_empty() && next.is_none() && !goes_on(until) {
            self.audit_cancelled(&firing.key, never_again(&until.test));
            return false;
        }
        let wait = Wait {
            phase: Phase::Until,
            since,
            due: sooner(next, deadline(until, since)),
            watches: BTreeSet::new(),
            reads,
        };
        self.store_waiting(firing, wait)
    }

    /// The clock has come to where it may hold, or where it is given up.
    pub(super) fn hold_on(&mut self, firing: &Firing<'_>, since: Timestamp) {
        let Some(until) = &firing.trigger.until else {
            // the revision waits for nothing any more
            self.delay(firing, false);
            return;
        };
        match awaited(firing.scope(self), &until.test) {
            Awaited::Held => self.held(firing, until, false),
            Awaited::Not { .. } if deadline(until, since).is_some_and(|at| at <= self.now) => {
                self.tested(firing.trigger, until.loc, false);
                if goes_on(until) {
                    self.delay(firing, false);
                } else {
                    self.audit_cancelled(&firing.key, too_late(until));
                }
            }
            Awaited::Not { reads, next } => {
                self.wait_until(firing, until, since, reads, next);
            }
        }
    }

    /// A record that decides it has a new version.
    pub(super) fn hold_again(
        &mut self,
        waiting: &Waiting<'_>,
        number: u64,
        pinned: Option<(&RecordKey, &Arc<Record>)>,
    ) {
        let firing = waiting.firing(number);
        let Some(until) = &waiting.trigger.until else {
            return;
        };
        let pending = waiting.pending;
        match awaited(pinning(firing.scope(self), pinned), &until.test) {
            Awaited::Held => self.held(&firing, until, true),
            Awaited::Not { reads, next } => {
                if reads.is_empty() && next.is_none() && !goes_on(until) {
                    self.drop_pending(number, never_again(&until.test));
                    return;
                }
                let due = sooner(next, deadline(until, pending.since));
                if reads != pending.reads || due != pending.due {
                    let pending = Pending {
                        reads,
                        due,
                        ..pending.clone()
                    };
                    self.state.replace_pending(number, pending);
                }
            }
        }
    }
}
