//! Firings that wait: armed, cancelled, tested again, woken.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::tz::TimeZone;
use trig_ir::{ActorKind, After, Cancel, EventKind, Millis, RecordKey, Test, Trigger, TriggerId};

use crate::apply::Run;
use crate::cascade::Event;
use crate::eval::{Eval, EventView, Scope};
use crate::fire::Firing;
use crate::index::Index;
use crate::key::{self, Root};
use crate::matching::{explain, not_known};
use crate::starts;
use crate::state::{Before, Captured, Delay, Pending, Record, Watch};
use crate::{Actor, Audit, Engine, Why};

/// A firing that waits, with what the revision has of it.
pub(crate) struct Waiting<'a> {
    pub(crate) pending: &'a Pending,
    pub(crate) id: TriggerId,
    pub(crate) trigger: &'a Trigger,
    /// Its start; `None`: the revision has it no more.
    nth: Option<usize>,
    /// The kind of the event that started it, if the revision still has such.
    kind: Option<EventKind>,
}

impl<'a> Waiting<'a> {
    /// `None`: the trigger is gone, or has another type of subject.
    pub(crate) fn of(engine: &'a Engine, pending: &'a Pending) -> Option<Self> {
        let ir = engine.ir();
        let id = engine.index().trigger_id(&pending.key.trigger)?;
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
            pending,
            id,
            trigger,
            nth,
            kind,
        })
    }

    /// The delay that the revision has for it. Without its start, that is at most the one of the whole trigger.
    fn after(&self) -> Option<&'a After> {
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

    fn event(&self) -> EventView<'_> {
        EventView {
            kind: self.kind.as_ref(),
            fields: &self.pending.event.fields,
        }
    }

    fn scope<'s>(&'s self, run: &'s Run<'_>) -> Scope<'s> {
        let pending = self.pending;
        let gone = pending.outer.as_ref().or(pending.key.subject.as_ref());
        Scope {
            engine: run.engine,
            records: &run.state,
            now: run.now,
            zone: run.engine.index().trigger_zone(self.id),
            subject: pending.key.subject.as_ref(),
            outer: pending.outer.as_ref(),
            event: Some(self.event()),
            candidate: None,
            before: &pending.before,
            pinned: gone.zip(pending.last.as_deref()),
        }
    }
}

fn own_delay(trigger: &Trigger, nth: usize) -> Option<&After> {
    trigger.starts.get(nth)?.after.as_ref()
}

fn delay(trigger: &Trigger, nth: usize, after: Option<&After>) -> Delay {
    Delay {
        shared: own_delay(trigger, nth).is_none(),
        guarded: after.is_some_and(|after| after.holds.is_some() || !after.unless.is_empty()),
    }
}

/// What may cancel a firing, for the index.
pub(crate) fn watches(
    engine: &Engine,
    after: Option<&After>,
    subject: Option<&RecordKey>,
) -> BTreeSet<Watch> {
    let unless = after.into_iter().flat_map(|after| &after.unless);
    unless
        .filter_map(|cancel| {
            let kind = Index::kind_name(engine.ir(), &cancel.pattern.event)?;
            let about = cancel.subject.as_ref().and(subject).cloned();
            Some((kind, about))
        })
        .collect()
}

/// What `while` says.
enum Held {
    Yes,
    No(Why),
}

impl Run<'_> {
    /// Lets a firing wait.
    pub(crate) fn arm(&mut self, firing: &Firing<'_>, nth: usize, after: &After, by: &Actor) {
        let refused = |why| Audit::NotFired {
            trigger: firing.trigger.name.clone(),
            subject: firing.key.subject.clone(),
            why,
        };
        if self.state.armed.has(&firing.key) {
            if self.options.trace {
                self.audit(refused(Why::AlreadyWaiting));
            }
            return;
        }
        let Some(kind) = firing.event.kind else {
            return;
        };
        let Some(kind) = Index::kind_name(self.engine.ir(), kind) else {
            return;
        };
        let Some(start) = starts::name(firing.trigger, nth) else {
            return;
        };
        // `while` holds throughout, from the start
        let (held, reads) = self.held(firing.scope(self), after);
        if let Held::No(why) = held {
            if self.options.trace {
                self.audit(refused(why));
            }
            return;
        }
        let due = self.now.plus(after.duration);
        let pending = Pending {
            key: firing.key.clone(),
            revision: self.engine.revision().clone(),
            start,
            delay: delay(firing.trigger, nth, Some(after)),
            priority: firing.trigger.priority,
            outer: firing.outer.clone(),
            event: Captured {
                kind,
                fields: firing.event.fields.clone(),
                by: by.clone(),
            },
            before: if self.engine.index().reads_old(firing.id) {
                firing.before.clone()
            } else {
                Before::Unknown
            },
            last: firing.last.cloned(),
            started: firing.started,
            since: self.now,
            due,
            origin: firing.origin.clone(),
            watches: watches(self.engine, Some(after), firing.key.subject.as_ref()),
            reads,
        };
        let number = self.state.meta.next_arming;
        self.state.meta.next_arming = number.saturating_add(1);
        self.state.insert_pending(number, Arc::new(pending));
        self.audit(Audit::Armed {
            trigger: firing.trigger.name.clone(),
            subject: firing.key.subject.clone(),
            due: Some(due),
            phase: "after".into(),
        });
    }

    /// Whether `while` holds, as far as that is known, and the records that decide it.
    fn held(&self, scope: Scope<'_>, after: &After) -> (Held, BTreeSet<RecordKey>) {
        let Some(guard) = &after.holds else {
            return (Held::Yes, BTreeSet::new());
        };
        let Test::Expr(expr) = &guard.test else {
            return (Held::Yes, BTreeSet::new());
        };
        let mut eval = Eval::touching(scope);
        let held = match eval.test(expr) {
            Ok(false) => Held::No(explain(scope, guard, &NOBODY)),
            // what is not known is decided when it would fire
            Ok(true) | Err(_) => Held::Yes,
        };
        (held, eval.into_touched())
    }

    fn drop_pending(&mut self, number: u64, why: Why) {
        if let Some(pending) = self.state.remove_pending(number) {
            self.audit(Audit::Cancelled {
                trigger: pending.key.trigger.clone(),
                subject: pending.key.subject.clone(),
                why,
            });
        }
    }

    /// Cancels what an event cancels.
    pub(crate) fn cancel(&mut self, event: &Event) {
        let engine = self.engine;
        let Some(places) = engine.index().cancels(&event.kind) else {
            return;
        };
        let Some(kind) = Index::kind_name(engine.ir(), &event.kind) else {
            return;
        };
        let mut numbers = BTreeSet::new();
        for place in places {
            let about = match place {
                None => None,
                Some(place) => {
                    let scope = self.candidate_scope(event);
                    let Ok(Some(record)) = Eval::new(scope).record_at(place) else {
                        continue;
                    };
                    Some(record)
                }
            };
            numbers.extend(self.state.watchers_of((kind.clone(), about)));
        }
        for number in numbers {
            let Some(pending) = self.state.pending.get(&number).cloned() else {
                continue;
            };
            if let Some(why) = self.cancelled(&pending, event) {
                self.drop_pending(number, why);
            }
        }
    }

    fn candidate_scope<'s>(&'s self, event: &'s Event) -> Scope<'s> {
        Scope {
            engine: self.engine,
            records: &self.state,
            now: self.now,
            zone: &UTC,
            subject: None,
            outer: None,
            event: None,
            candidate: Some(event.view()),
            before: &Before::Unknown,
            pinned: None,
        }
    }

    /// Why an event cancels a firing, if it does.
    fn cancelled(&self, pending: &Pending, event: &Event) -> Option<Why> {
        let waiting = Waiting::of(self.engine, pending)?;
        let after = waiting.after()?;
        let mut scope = waiting.scope(self);
        scope.candidate = Some(event.view());
        after
            .unless
            .iter()
            .find_map(|cancel| cancels(scope, &waiting, after, cancel, event))
    }

    /// Tests again what waits `while` something holds of a record that has a new version.
    pub(crate) fn test_again(&mut self, record: &RecordKey, version: &Arc<Record>) {
        for number in self.state.readers_of(record) {
            let Some(pending) = self.state.pending.get(&number).cloned() else {
                continue;
            };
            let Some(waiting) = Waiting::of(self.engine, &pending) else {
                continue;
            };
            let Some(after) = waiting.after() else {
                continue;
            };
            let mut scope = waiting.scope(self);
            scope.pinned = Some((record, version));
            let (held, reads) = self.held(scope, after);
            match held {
                Held::No(why) => self.drop_pending(number, why),
                Held::Yes if reads != pending.reads => {
                    let pending = Pending {
                        reads,
                        ..pending.as_ref().clone()
                    };
                    self.state.remove_pending(number);
                    self.state.insert_pending(number, Arc::new(pending));
                }
                Held::Yes => {}
            }
        }
    }

    /// Cancels everything that waits for a record that is gone.
    pub(crate) fn cancel_all_of(&mut self, subject: &RecordKey) {
        for number in self.state.pending_of(subject) {
            self.drop_pending(number, Why::SubjectGone);
        }
    }

    /// Cancels what the revision has no more; else the new deadline, and what may cancel it. What has lost its start
    /// keeps its deadline; but if it has lost its `while` or `unless` with it, nobody would know whether it still
    /// holds: then it is cancelled, too.
    pub(crate) fn adopt(&mut self, number: u64) {
        let Some(pending) = self.state.pending.get(&number).cloned() else {
            return;
        };
        let Some(waiting) = Waiting::of(self.engine, &pending) else {
            self.drop_pending(number, Why::Removed);
            return;
        };
        if waiting.trigger.disabled {
            self.drop_pending(number, Why::Disabled);
            return;
        }
        if waiting.unguarded() {
            self.drop_pending(number, Why::Removed);
            return;
        }
        let after = waiting.after();
        let (start, delay, due) = match waiting.nth {
            None => (pending.start.clone(), pending.delay, pending.due),
            Some(nth) => {
                let name = starts::name(waiting.trigger, nth);
                let wait = after.map_or(Millis(0), |after| after.duration);
                (
                    name.unwrap_or_else(|| pending.start.clone()),
                    delay(waiting.trigger, nth, after),
                    pending.since.plus(wait).max(self.now),
                )
            }
        };
        let (held, reads) = match after {
            Some(after) => self.held(waiting.scope(self), after),
            None => (Held::Yes, BTreeSet::new()),
        };
        if let Held::No(why) = held {
            self.drop_pending(number, why);
            return;
        }
        let adopted = Pending {
            priority: waiting.trigger.priority,
            start,
            delay,
            due,
            watches: watches(self.engine, after, pending.key.subject.as_ref()),
            reads,
            ..pending.as_ref().clone()
        };
        if adopted != *pending {
            self.state.remove_pending(number);
            self.state.insert_pending(number, Arc::new(adopted));
        }
    }

    /// A firing that had waited: its time has come.
    pub(crate) fn wake(&mut self, number: u64) {
        let Some(pending) = self.state.remove_pending(number) else {
            return;
        };
        let engine = self.engine;
        let workspace = &engine.ir().project.id;
        self.begin(Root::Firing(key::firing(
            workspace,
            &pending.origin,
            &pending.key,
        )));
        let gone = |why| Audit::Cancelled {
            trigger: pending.key.trigger.clone(),
            subject: pending.key.subject.clone(),
            why,
        };
        let Some(waiting) = Waiting::of(engine, &pending) else {
            self.audit(gone(Why::Removed));
            return;
        };
        if waiting.trigger.disabled {
            self.audit(gone(Why::Disabled));
            return;
        }
        if waiting.unguarded() {
            self.audit(gone(Why::Removed));
            return;
        }
        let firing = Firing {
            id: waiting.id,
            trigger: waiting.trigger,
            after: waiting.after(),
            key: pending.key.clone(),
            outer: pending.outer.clone(),
            event: waiting.event(),
            before: &pending.before,
            last: pending.last.as_ref(),
            origin: pending.origin.clone(),
            started: pending.started,
            seq: None,
            depth: 0,
        };
        self.fire(&firing);
    }
}

/// Nobody causes that time passes.
pub(crate) static NOBODY: Actor = Actor {
    kind: ActorKind::Automation,
    name: None,
};

pub(crate) static UTC: TimeZone = TimeZone::UTC;

/// Why this `unless` cancels the firing, if it does: kind, who, subject, finer entities, then the filter.
fn cancels(
    scope: Scope<'_>,
    waiting: &Waiting<'_>,
    after: &After,
    cancel: &Cancel,
    event: &Event,
) -> Option<Why> {
    let pattern = &cancel.pattern;
    if pattern.event != event.kind || (event.at_creation && !pattern.or_created) {
        return None;
    }
    if !cancel.by.is_empty() && !cancel.by.contains(&event.by.kind) {
        return None;
    }
    if let Some(place) = &cancel.subject {
        let record = Eval::new(scope).record_at(place).ok()??;
        if Some(&record) != waiting.pending.key.subject.as_ref() {
            return None;
        }
    }
    let pairs = waiting.nth.and_then(|nth| cancel.finer.get(nth));
    let pairs = pairs.into_iter().flatten();
    for (mine, its) in pairs {
        // only where both events refer to one do they have to refer to the same
        let mine = Eval::new(scope).record_at(mine).ok().flatten();
        let its = Eval::new(scope).record_at(its).ok().flatten();
        if mine.is_some() && its.is_some() && mine != its {
            return None;
        }
    }
    match &pattern.filter {
        None => {}
        Some(filter) => match Eval::new(scope).test(filter) {
            Ok(true) => {}
            Ok(false) => return None,
            // nothing is sent because something was not known
            Err(unknown) => return Some(not_known(&unknown, after.loc)),
        },
    }
    Some(Why::Unless {
        text: pattern.text.clone(),
        loc: after.loc,
    })
}
