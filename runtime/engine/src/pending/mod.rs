//! Firings that wait: the phases that they pass, what cancels them, what wakes them.
//!
//! A firing passes `debounce`, `until`, `after`, and the queue of a `limit … else wait`; then it fires, and its body may
//! wait in turn. What is passed at once is not stored. Whatever moves a stored firing on, it goes on in a cascade of
//! its own, which its timer begins: what an event or a record decides only makes it due.

mod adopt;
mod after;
mod debounce;
mod mode;
mod queue;
mod running;
mod unless;
mod until;

use std::collections::BTreeSet;
use std::sync::Arc;

use trig_ir::{After, EventKind, Guard, RecordKey, Test, Timestamp, Trigger, TriggerId};

pub(crate) use queue::Queued;
pub(crate) use until::{Awaited, awaited};

use crate::apply::Run;
use crate::eval::{Eval, EventView, Scope};
use crate::fire::Firing;
use crate::input::NOBODY;
use crate::key::{self, Root};
use crate::matching::explain;
use crate::starts;
use crate::state::{Before, Captured, Delay, Pending, Phase, Record, Watch};
use crate::{Audit, Engine, Why};

/// A firing that waits, with what its revision has of it.
pub(crate) struct Waiting<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) pending: &'a Pending,
    pub(crate) id: TriggerId,
    pub(crate) trigger: &'a Trigger,
    /// Its start; `None`: the revision has it no more.
    pub(crate) nth: Option<usize>,
    /// The kind of the event that started it, if the revision still has such.
    pub(crate) kind: Option<EventKind>,
}

impl<'a> Waiting<'a> {
    /// `None`: the trigger is gone, or has another type of subject; of a body that runs, its revision is not there.
    pub(crate) fn of(active: &'a Engine, pending: &'a Pending) -> Option<Self> {
        let (engine, name) = match &pending.phase {
            Phase::Body(running) => (active.of_revision(&pending.revision)?, &running.trigger),
            _ => (active, &pending.key.trigger),
        };
        let ir = engine.ir();
        let id = engine.index().trigger_id(name)?;
        let trigger = ir.triggers.get(id.index())?;
        let subject = trigger
            .subject
            .and_then(|entity| ir.entities.get(entity.index()));
        let subject = subject.map(|entity| &entity.name);
        if subject != pending.key.subject.as_ref().map(|key| &key.entity) {
            return None;
        }
        let kind = engine.index().kind(&pending.event.kind);
        let nth = kind
            .as_ref()
            .and_then(|kind| starts::find(trigger, kind, &pending.start));
        Some(Self {
            engine,
            pending,
            id,
            trigger,
            nth,
            kind,
        })
    }

    /// The delay that the revision has for it. Without its start, that is at most the one of the whole trigger.
    pub(crate) fn after(&self) -> Option<&'a After> {
        let shared = self.trigger.after.as_ref();
        match self.nth {
            Some(nth) => own_delay(self.trigger, nth).or(shared),
            None => shared.filter(|_| self.pending.delay.shared),
        }
    }

    /// Its start has gone, and with it what would cancel it.
    fn unguarded(&self) -> bool {
        self.nth.is_none() && self.pending.delay.guarded && self.after().is_none()
    }

    /// Why it cannot go on, if it has not begun.
    fn void(&self) -> Option<Why> {
        if self.pending.phase.has_begun() {
            return None;
        }
        if self.trigger.disabled {
            return Some(Why::Disabled);
        }
        self.unguarded().then_some(Why::Removed)
    }

    /// The firing, as it goes on.
    pub(crate) fn firing(&self, number: u64) -> Firing<'_> {
        let pending = self.pending;
        Firing {
            engine: self.engine,
            id: self.id,
            trigger: self.trigger,
            nth: self.nth,
            after: self.after(),
            key: pending.key.clone(),
            outer: pending.outer.clone(),
            event: EventView {
                kind: self.kind.as_ref(),
                fields: &pending.event.fields,
            },
            by: &pending.event.by,
            before: &pending.before,
            last: pending.last.as_ref(),
            origin: pending.origin.clone(),
            started: pending.started,
            seq: None,
            depth: 0,
            waited: Some((number, pending)),
        }
    }
}

fn own_delay(trigger: &Trigger, nth: usize) -> Option<&After> {
    trigger.starts.get(nth)?.after.as_ref()
}

fn delay(trigger: &Trigger, nth: usize, after: Option<&After>) -> Delay {
    let own = own_delay(trigger, nth);
    Delay {
        shared: own.is_none(),
        guarded: after.is_some_and(|after| after.holds.is_some() || !after.unless.is_empty()),
        own: own.map(|after| after.duration),
    }
}

/// What a firing waits for, and what can change that.
pub(crate) struct Wait {
    pub(crate) phase: Phase,
    /// Since when.
    pub(crate) since: Timestamp,
    /// When time wakes it.
    pub(crate) due: Option<Timestamp>,
    pub(crate) watches: BTreeSet<Watch>,
    pub(crate) reads: BTreeSet<RecordKey>,
}

impl<'e> Run<'e> {
    /// A firing that has passed the event: it goes on to its first phase.
    pub(crate) fn launch(&mut self, firing: &Firing<'_>) {
        match &firing.trigger.debounce {
            Some(debounce) => self.debounce(firing, debounce),
            None => self.rested(firing),
        }
    }

    /// No further event of its key is waited for: `mode` decides, then the other phases.
    fn rested(&mut self, firing: &Firing<'_>) {
        if self.admitted(firing) {
            self.hold(firing);
        }
    }

    /// Lets a firing wait. Whether it can: what is captured has to have names.
    pub(crate) fn store_waiting(&mut self, firing: &Firing<'_>, wait: Wait) -> bool {
        let base = match firing.waited {
            Some((_, pending)) => Some(pending.clone()),
            None => self.captured(firing),
        };
        let Some(base) = base else {
            return false;
        };
        let entered = self.state.next_arming();
        let number = firing.waited.map_or(entered, |(number, _)| number);
        // one that is in a queue keeps its place
        let queued = matches!(
            (&base.phase, &wait.phase),
            (Phase::Limit(_), Phase::Limit(_))
        );
        let pending = Pending {
            revision: firing.engine.revision().clone(),
            priority: firing.trigger.priority,
            entered: if queued { base.entered } else { entered },
            phase: wait.phase,
            since: wait.since,
            due: wait.due,
            watches: wait.watches,
            reads: wait.reads,
            ..base
        };
        self.state.replace_pending(number, pending);
        true
    }

    /// What is kept of a firing that begins to wait.
    fn captured(&self, firing: &Firing<'_>) -> Option<Pending> {
        let engine = firing.engine;
        let nth = firing.nth?;
        Some(Pending {
            key: firing.key.clone(),
            revision: engine.revision().clone(),
            start: starts::name(firing.trigger, nth)?,
            delay: delay(firing.trigger, nth, firing.after),
            priority: firing.trigger.priority,
            outer: firing.outer.clone(),
            event: Captured {
                kind: engine.kind_name(firing.event.kind?)?,
                fields: firing.event.fields.clone(),
                by: firing.by.clone(),
            },
            before: if engine.index().reads_old(firing.id) {
                firing.before.clone()
            } else {
                Before::Unknown
            },
            last: firing.last.cloned(),
            started: firing.started,
            phase: Phase::default(),
            since: self.now,
            due: None,
            entered: 0,
            origin: firing.origin.clone(),
            watches: BTreeSet::new(),
            reads: BTreeSet::new(),
        })
    }

    fn audit_armed(&mut self, firing: &Firing<'_>, phase: &'static str, due: Option<Timestamp>) {
        self.audit(Audit::Armed {
            trigger: firing.key.trigger.clone(),
            subject: firing.key.subject.clone(),
            due,
            phase: phase.into(),
        });
    }

    /// A firing does not happen. Told of what had waited; else where it is asked for.
    pub(crate) fn stopped(&mut self, firing: &Firing<'_>, why: Why) {
        if firing.waited.is_some() || self.options.trace {
            self.audit(Audit::NotFired {
                trigger: firing.key.trigger.clone(),
                subject: firing.key.subject.clone(),
                why,
            });
        }
    }

    fn audit_cancelled(&mut self, key: &crate::state::FiringKey, why: Why) {
        self.audit(Audit::Cancelled {
            trigger: key.trigger.clone(),
            subject: key.subject.clone(),
            why,
        });
    }

    /// Tests `while`: why it does not hold, if so, and the records that decide it.
    fn test_while(
        &mut self,
        firing: &Firing<'_>,
        holds: Option<&Guard>,
        pinned: Option<(&RecordKey, &Arc<Record>)>,
    ) -> (Option<Why>, BTreeSet<RecordKey>) {
        let Some(guard) = holds else {
            return (None, BTreeSet::new());
        };
        let Test::Expr(expr) = &guard.test else {
            return (None, BTreeSet::new());
        };
        let scope = pinning(firing.scope(self), pinned);
        let mut eval = Eval::touching(scope);
        let result = eval.test(expr);
        let reads = eval.into_touched();
        let why = match result {
            Ok(false) => Some(explain(scope, guard, &NOBODY)),
            // what is not known is decided when it would fire
            Ok(true) | Err(_) => None,
        };
        if result.is_ok() {
            self.tested(firing.trigger, guard.loc, why.is_none());
        }
        (why, reads)
    }

    /// Cancels a firing that waits or runs.
    pub(crate) fn drop_pending(&mut self, number: u64, why: Why) {
        if let Some(pending) = self.state.remove_pending(number) {
            self.audit_cancelled(&pending.key, why);
            self.next_turn(pending.queues());
        }
    }

    /// Cancels everything that waits or runs for a record that is gone.
    pub(crate) fn cancel_all_of(&mut self, subject: &RecordKey) {
        for number in self.state.pending_of(subject) {
            self.drop_pending(number, Why::SubjectGone);
        }
    }

    /// Makes a firing due now: it goes on in a cascade of its own.
    fn make_due(&mut self, number: u64) {
        let Some(pending) = self.state.pending.get(&number) else {
            return;
        };
        if pending.due.is_some_and(|due| due <= self.now) {
            return;
        }
        let pending = Pending {
            due: Some(self.now),
            ..pending.as_ref().clone()
        };
        self.state.replace_pending(number, pending);
    }

    /// Tests again what waits on something that a record with a new version, or one that is gone, decides. `upto`: the arming number as of
    /// that version; what has begun to wait since has seen a newer one.
    pub(crate) fn test_again(
        &mut self,
        record: &RecordKey,
        version: Option<&Arc<Record>>,
        upto: u64,
    ) {
        let engine: &'e Engine = self.engine;
        for number in self.state.readers_of(record) {
            let Some(pending) = self.state.pending.get(&number).cloned() else {
                continue;
            };
            if pending.entered >= upto {
                continue;
            }
            let Some(waiting) = Waiting::of(engine, &pending) else {
                continue;
            };
            let pinned = version.map(|version| (record, version));
            match &pending.phase {
                Phase::Debounce { .. } => {
                    let holds = waiting.trigger.debounce.as_ref();
                    self.still(
                        &waiting,
                        number,
                        holds.and_then(|d| d.holds.as_ref()),
                        pinned,
                    );
                }
                Phase::Until => self.hold_again(&waiting, number, pinned),
                Phase::After => {
                    let holds = waiting.after().and_then(|after| after.holds.as_ref());
                    self.still(&waiting, number, holds, pinned);
                }
                Phase::Limit(_) => {
                    let holds = waiting.after().and_then(|after| after.holds.as_ref());
                    if self.still(&waiting, number, holds, pinned) {
                        self.perhaps_open(&waiting, number);
                    }
                }
                Phase::Body(running) => self.run_again(&waiting, number, running, pinned),
            }
        }
    }

    /// Whether a firing still waits `while` that holds; else it is cancelled.
    fn still(
        &mut self,
        waiting: &Waiting<'_>,
        number: u64,
        holds: Option<&Guard>,
        pinned: Option<(&RecordKey, &Arc<Record>)>,
    ) -> bool {
        if holds.is_none() {
            return true;
        }
        let (why, mut reads) = self.test_while(&waiting.firing(number), holds, pinned);
        let pending = waiting.pending;
        if let Some(why) = why {
            self.drop_pending(number, why);
            return false;
        }
        if matches!(pending.phase, Phase::Limit(_)) {
            // those of `during` stay
            reads.extend(pending.reads.iter().cloned());
        }
        if reads != pending.reads {
            let pending = Pending {
                reads,
                ..pending.clone()
            };
            self.state.replace_pending(number, pending);
        }
        true
    }

    /// The time of a firing has come.
    pub(crate) fn wake(&mut self, number: u64) {
        let Some(pending) = self.state.remove_pending(number) else {
            return;
        };
        let engine: &'e Engine = self.engine;
        self.go_on(engine, number, &pending);
        let left =
            |now: Option<&Arc<Pending>>| now.is_none_or(|now| now.queues() != pending.queues());
        if left(self.state.pending.get(&number)) {
            self.next_turn(pending.queues());
        }
    }

    fn go_on(&mut self, engine: &'e Engine, number: u64, pending: &Pending) {
        let Some(waiting) = Waiting::of(engine, pending) else {
            self.lost(pending);
            return;
        };
        if let Some(why) = waiting.void() {
            self.audit_cancelled(&pending.key, why);
            return;
        }
        let firing = waiting.firing(number);
        if let Phase::Body(running) = &pending.phase {
            self.resume(&firing, pending, running);
            return;
        }
        let identity = key::firing(&engine.ir().project.id, &pending.origin, &pending.key);
        self.begin(Root::Firing(identity));
        match &pending.phase {
            Phase::Debounce { .. } => self.rest(&firing),
            Phase::Until => self.hold_on(&firing, pending.since),
            Phase::After | Phase::Limit(_) | Phase::Body(_) => {
                self.tested_unless(&firing);
                self.fire(&firing);
            }
        }
    }

    /// What a firing needs of its revision is not there.
    fn lost(&mut self, pending: &Pending) {
        if pending.phase.has_begun() && self.engine.of_revision(&pending.revision).is_none() {
            self.audit(Audit::Unhandled {
                field: None,
                reason: format!(
                    "the revision {} on which `{}` runs is not there",
                    pending.revision, pending.key.trigger
                ),
            });
        }
        self.audit_cancelled(&pending.key, Why::Removed);
    }
}

/// A scope that sees this record in this version.
fn pinning<'a>(
    mut scope: Scope<'a>,
    pinned: Option<(&'a RecordKey, &'a Arc<Record>)>,
) -> Scope<'a> {
    if let Some((record, version)) = pinned {
        scope.pinned = Some((record, version));
    }
    scope
}
