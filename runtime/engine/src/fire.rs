//! When a firing would happen: subject, `while`, `during`, limits, body; then all at once, or nothing.

use std::sync::Arc;

use trig_ir::{After, RecordKey, Trigger, TriggerId};

use crate::actions::{self, Step};
use crate::apply::Run;
use crate::cascade::{Change, MOST_FIRINGS};
use crate::derive::{Derived, derived};
use crate::eval::{EventView, Scope};
use crate::key::{self, Origin};
use crate::limits::Allowed;
use crate::matching::{Refused, explain, holds, not_known};
use crate::pending::NOBODY;
use crate::state::{Before, FiringKey, Provisional, Record};
use crate::{Actor, Audit, Cause, Effect, EffectKind, Why};
use trig_ir::ActorKind;

/// A firing that is about to happen, or to wait.
pub(crate) struct Firing<'a> {
    pub(crate) id: TriggerId,
    pub(crate) trigger: &'a Trigger,
    /// Its delay.
    pub(crate) after: Option<&'a After>,
    pub(crate) key: FiringKey,
    pub(crate) outer: Option<RecordKey>,
    pub(crate) event: EventView<'a>,
    pub(crate) before: &'a Before,
    /// The last version of a subject whose deletion started it.
    pub(crate) last: Option<&'a Arc<Record>>,
    pub(crate) origin: Origin,
    pub(crate) started: u64,
    /// The event that it answers; `None`: it had waited.
    pub(crate) seq: Option<u32>,
    pub(crate) depth: u32,
}

impl<'a> Firing<'a> {
    /// What its expressions see when they run.
    pub(crate) fn scope<'s>(&'s self, run: &'s Run<'_>) -> Scope<'s> {
        // of a record that is gone, its last version is all there is
        let gone = self.outer.as_ref().or(self.key.subject.as_ref());
        Scope {
            engine: run.engine,
            records: &run.state,
            now: run.now,
            zone: run.engine.index().trigger_zone(self.id),
            subject: self.key.subject.as_ref(),
            outer: self.outer.as_ref(),
            event: Some(self.event),
            candidate: None,
            before: self.before,
            pinned: gone.zip(self.last.map(AsRef::as_ref)),
        }
    }
}

/// Everything that a firing does, worked out.
struct Decided<'a> {
    limits: Vec<Allowed<'a>>,
    steps: Vec<Step>,
}

impl Run<'_> {
    /// Fires, if nothing stops it.
    pub(crate) fn fire(&mut self, firing: &Firing<'_>) {
        let waited = firing.seq.is_none();
        match self.decide(firing, waited || self.options.trace) {
            Ok(decided) => self.happen(firing, decided),
            Err(Some(why)) => self.audit(Audit::NotFired {
                trigger: firing.trigger.name.clone(),
                subject: firing.key.subject.clone(),
                why,
            }),
            Err(None) => {}
        }
    }

    fn decide<'a>(&self, firing: &Firing<'a>, tell: bool) -> Result<Decided<'a>, Refused> {
        let scope = firing.scope(self);
        if let Some(subject) = &firing.key.subject
            && self.state.graves.has(subject)
            && firing.last.is_none()
        {
            return Err(tell.then_some(Why::SubjectGone));
        }
        let holding = firing.after.and_then(|after| after.holds.as_ref());
        for guard in holding.into_iter().chain(&firing.trigger.during) {
            match holds(scope, guard, &NOBODY) {
                Ok(true) => {}
                Ok(false) => return Err(tell.then(|| explain(scope, guard, &NOBODY))),
                Err(unknown) => return Err(tell.then(|| not_known(&unknown, guard.loc))),
            }
        }
        let limits = match self.allowed(firing, scope) {
            Ok(limits) => limits,
            // a limit's suppression is always told
            Err(why) if tell || matches!(why, Why::Limit { .. }) => return Err(Some(why)),
            Err(_) => return Err(None),
        };
        let identity = key::firing(&self.engine.ir().project.id, &firing.origin, &firing.key);
        let steps = actions::run(&self.state, scope, firing, &identity);
        match steps {
            Ok(steps) => Ok(Decided { limits, steps }),
            Err((unknown, loc)) => Err(tell.then(|| not_known(&unknown, loc))),
        }
    }

    fn happen(&mut self, firing: &Firing<'_>, decided: Decided<'_>) {
        if self.cascade.firings >= MOST_FIRINGS {
            // what has happened still counts for what waits: the queue is worked off, only nothing starts any more
            self.cascade.cut = true;
            self.audit(Audit::Cut {
                reason: format!("more than {MOST_FIRINGS} firings of one input"),
            });
            return;
        }
        self.cascade.firings += 1;
        self.cascade.fired.insert(firing.key.clone());
        self.consume(decided.limits);
        self.audit(Audit::Fired {
            trigger: firing.trigger.name.clone(),
            subject: firing.key.subject.clone(),
            seq: firing.seq,
            started: firing.started,
            at: self.now,
        });
        let by = Actor {
            kind: ActorKind::Automation,
            name: Some(firing.trigger.name.clone()),
        };
        // a firing that had waited answers no event of this input: what it causes has no number to name
        let cause = firing.seq.map(|seq| Cause {
            seq,
            trigger: Some(firing.trigger.name.clone()),
        });
        for step in decided.steps {
            match step {
                Step::Audit(audit) => self.audit(audit),
                Step::Effect(effect) => {
                    self.decide_effect(firing, effect.key, effect.subject, effect.what);
                }
                Step::Change(changed) => {
                    // the effect that carries this change out was decided just before it
                    let number = self.state.meta.next_effect.saturating_sub(1);
                    let key = (changed.record.clone(), changed.stored, number);
                    self.state.writes.put(
                        key,
                        Provisional {
                            before: changed.change.from.clone(),
                            value: changed.value,
                            confirmed: None,
                        },
                    );
                    self.store(&changed.record, &changed.after);
                    let changes = std::slice::from_ref(&changed.change);
                    let events = derived(
                        self.engine,
                        changed.entity,
                        &changed.record,
                        changes,
                        false,
                        self.options.trace,
                    );
                    let change = Change {
                        record: changed.record,
                        before: crate::apply::before(changed.before.as_ref()),
                        version: changed.after,
                    };
                    let depth = firing.depth + 1;
                    self.queue(events, Some(&change), cause.as_ref(), &by, depth);
                }
                Step::Emit(kind, fields) => {
                    let event = Derived {
                        kind,
                        fields,
                        at_creation: false,
                        heard: true,
                    };
                    let depth = firing.depth + 1;
                    self.queue(vec![event], None, cause.as_ref(), &by, depth);
                }
            }
        }
    }

    fn decide_effect(
        &mut self,
        firing: &Firing<'_>,
        key: smol_str::SmolStr,
        subject: Option<RecordKey>,
        what: EffectKind,
    ) {
        let effect = Effect {
            key,
            at: self.now,
            trigger: firing.trigger.name.clone(),
            revision: self.engine.revision().clone(),
            position: self.position(),
            subject,
            what,
        };
        let number = self.state.meta.next_effect;
        self.state.meta.next_effect = number.saturating_add(1);
        self.state.outbox_keys.put(effect.key.clone(), number);
        self.state.outbox.put(number, Arc::new(effect.clone()));
        self.out.effects.push(effect);
    }
}
