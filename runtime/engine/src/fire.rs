//! When a firing would happen: subject, `while`, `during`, limits, body; then all at once, or nothing.

use std::sync::Arc;

use smol_str::SmolStr;
use trig_ir::{ActorKind, After, EventKind, Guard, Limit, RecordKey, Trigger, TriggerId};

use crate::actions::{self, Begin, Changed, Failed, Ran, Step};
use crate::apply::Run;
use crate::cascade::{Change, MOST_AN_HOUR, MOST_AN_HOUR_ALONE, MOST_FIRINGS};
use crate::derive::{Derived, derived};
use crate::eval::{EventView, Scope};
use crate::input::NOBODY;
use crate::key::{self, Origin};
use crate::limits::Counted;
use crate::matching::{Refused, explain, holds, not_known};
use crate::pending::Queued;
use crate::state::{Before, FiringKey, Pending, Phase, Provisional, Record};
use crate::tested::Tests;
use crate::{Actor, Audit, Cause, Effect, EffectKind, Engine, Why};

/// A firing that is about to happen, or to wait.
pub(crate) struct Firing<'a> {
    /// The revision on which it runs.
    pub(crate) engine: &'a Engine,
    pub(crate) id: TriggerId,
    pub(crate) trigger: &'a Trigger,
    /// Its start; `None`: the revision has it no more.
    pub(crate) nth: Option<usize>,
    /// Its delay.
    pub(crate) after: Option<&'a After>,
    pub(crate) key: FiringKey,
    pub(crate) outer: Option<RecordKey>,
    pub(crate) event: EventView<'a>,
    /// Who caused that.
    pub(crate) by: &'a Actor,
    pub(crate) before: &'a Before,
    /// The last version of a subject whose deletion started it.
    pub(crate) last: Option<&'a Arc<Record>>,
    pub(crate) origin: Origin,
    pub(crate) started: u64,
    /// The event that it answers; `None`: it had waited.
    pub(crate) seq: Option<u32>,
    pub(crate) depth: u32,
    /// What is stored of it, and under which number, where it had waited.
    pub(crate) waited: Option<(u64, &'a Pending)>,
}

impl<'a> Firing<'a> {
    /// What its expressions see when they run.
    pub(crate) fn scope<'s>(&'s self, run: &'s Run<'_>) -> Scope<'s> {
        // of a record that is gone, its last version is all there is
        let gone = self.outer.as_ref().or(self.key.subject.as_ref());
        Scope {
            engine: self.engine,
            records: &run.state,
            now: run.now,
            zone: self.engine.index().trigger_zone(self.id),
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
    limits: Vec<Counted<'a>>,
    ran: Ran,
}

/// What becomes of a firing when it would happen.
enum Verdict<'a> {
    Fires(Decided<'a>),
    /// It waits its turn.
    Queued(Queued),
    Not(Refused),
}

impl Run<'_> {
    /// Fires, if nothing stops it.
    pub(crate) fn fire(&mut self, firing: &Firing<'_>) {
        let mut tested = Tests::of(self.options);
        let verdict = self.decide(firing, &mut tested);
        self.tell_tests(&firing.trigger.name, tested);
        match verdict {
            Verdict::Fires(decided) => self.happen(firing, decided),
            Verdict::Queued(queued) => self.enqueue(firing, queued),
            Verdict::Not(Some(why)) => self.audit(Audit::NotFired {
                trigger: firing.key.trigger.clone(),
                subject: firing.key.subject.clone(),
                why,
            }),
            Verdict::Not(None) => {}
        }
    }

    /// Whether the subject is gone. One whose deletion started the firing is not missed.
    pub(crate) fn subject_gone(&self, firing: &Firing<'_>) -> bool {
        let subject = firing.key.subject.as_ref();
        subject.is_some_and(|subject| self.state.graves.has(subject)) && firing.last.is_none()
    }

    fn decide<'a>(&self, firing: &Firing<'a>, tested: &mut Tests) -> Verdict<'a> {
        match self.judge(firing, tested) {
            Ok(verdict) => verdict,
            Err(why) => Verdict::Not(why),
        }
    }

    fn judge<'a>(&self, firing: &Firing<'a>, tested: &mut Tests) -> Result<Verdict<'a>, Refused> {
        let tell = firing.waited.is_some() || self.options.trace;
        let scope = firing.scope(self);
        if self.subject_gone(firing) {
            return Err(tell.then_some(Why::SubjectGone));
        }
        let guard = |guard: &Guard, tested: &mut Tests| match holds(scope, guard, &NOBODY) {
            Ok(true) => {
                tested.note(guard.loc, true);
                Ok(())
            }
            Ok(false) => {
                tested.note(guard.loc, false);
                Err(tell.then(|| explain(scope, guard, &NOBODY)))
            }
            Err(unknown) => Err(tell.then(|| not_known(&unknown, guard.loc))),
        };
        if let Some(holds) = firing.after.and_then(|after| after.holds.as_ref()) {
            guard(holds, tested)?;
        }
        let waits = firing.trigger.limits.iter().any(|limit| limit.wait);
        if waits {
            let counted = self.counted(firing, scope);
            let counted = counted.map_err(|why| tell.then_some(why))?;
            // what is cancelled in a queue is always told
            if let Some(queued) = self.turn(firing, scope, &counted).map_err(Some)? {
                if queued.turn.closed {
                    firing
                        .trigger
                        .during
                        .iter()
                        .for_each(|during| tested.note(during.loc, false));
                } else {
                    waiting_limits(firing).for_each(|limit| tested.note(limit.loc, false));
                }
                return Ok(Verdict::Queued(queued));
            }
        }
        if let Some(during) = &firing.trigger.during {
            guard(during, tested)?;
        }
        let limits = self.counted(firing, scope);
        let limits = limits.map_err(|why| tell.then_some(why))?;
        for counted in &limits {
            let room = self.room(counted);
            tested.note(counted.limit.loc, room.is_ok());
            // a limit's suppression is always told
            room.map_err(|until| {
                Some(Why::Limit {
                    name: counted.limit.name.clone(),
                    loc: counted.limit.loc,
                    until,
                })
            })?;
        }
        let identity = key::firing(&self.engine.ir().project.id, &firing.origin, &firing.key);
        let ran = actions::run(&self.state, scope, firing, &identity, Begin::Line(0));
        let ran = ran.map_err(|failed| {
            let tell = tell || matches!(failed, Failed::TooLong(_));
            tell.then(|| failed.why())
        })?;
        Ok(Verdict::Fires(Decided { limits, ran }))
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
        if let Some(most) = self.over_budget(firing) {
            self.audit(Audit::NotFired {
                trigger: firing.key.trigger.clone(),
                subject: firing.key.subject.clone(),
                why: Why::Budget { most },
            });
            return;
        }
        self.cascade.firings += 1;
        self.cascade.fired.insert(firing.key.clone());
        self.consume(decided.limits);
        self.audit(Audit::Fired {
            trigger: firing.key.trigger.clone(),
            subject: firing.key.subject.clone(),
            seq: firing.seq,
            started: firing.started,
            at: self.now,
        });
        self.carry_out(firing, decided.ran);
    }

    /// Counts what was started by something that had waited: a circle through delays, flows or goals is ended by nothing
    /// else. Its budget, if it is used up. What waited in the queue of a limit has that limit.
    fn over_budget(&mut self, firing: &Firing<'_>) -> Option<u32> {
        let queued = firing
            .waited
            .is_some_and(|(_, pending)| matches!(pending.phase, Phase::Limit(_)));
        if queued || !firing.origin.root.had_waited() {
            return None;
        }
        let most = match firing.key.subject {
            Some(_) => MOST_AN_HOUR,
            None => MOST_AN_HOUR_ALONE,
        };
        (self.state.spend(&firing.key, self.now) > most).then_some(most)
    }

    /// Lets happen what a body has done, and wait or end.
    pub(crate) fn carry_out(&mut self, firing: &Firing<'_>, ran: Ran) {
        let by = Actor {
            kind: ActorKind::Automation,
            name: Some(firing.key.trigger.clone()),
        };
        // a firing that had waited answers no event of this input: what it causes has no number to name
        let cause = firing.seq.map(|seq| Cause {
            seq,
            trigger: Some(firing.key.trigger.clone()),
        });
        for step in ran.steps {
            match step {
                Step::Audit(audit) => self.audit(audit),
                Step::Effect(effect) => {
                    self.decide_effect(firing, effect.key, effect.subject, effect.what);
                }
                Step::Change(changed) => {
                    let events = self.events_of(firing.engine, &changed);
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
                    let change = Change {
                        record: changed.record,
                        before: crate::apply::before(changed.before.as_ref()),
                        version: changed.after,
                    };
                    let depth = firing.depth + 1;
                    self.queue(events, Some(&change), cause.as_ref(), &by, depth);
                }
                Step::Stop(flow, step) => self.stop_flow(firing, flow, step),
                Step::Emit(kind, fields) => {
                    let Some(kind) = self.translated(firing.engine, kind) else {
                        continue;
                    };
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
        if let Some(pause) = ran.pause {
            self.pause(firing, pause);
        }
    }

    /// The events of a change, in the active revision: of what that does not declare, there are none.
    fn events_of(&self, of: &Engine, changed: &Changed) -> Vec<Derived> {
        let mut entity = changed.entity;
        let mut change = changed.change.clone();
        if !std::ptr::eq(of, self.engine) {
            let index = self.engine.index();
            let decl = of.ir().entities.get(entity.index());
            let field = decl.and_then(|decl| decl.fields.get(change.field));
            let here = index.entity_id(&changed.record.entity);
            let here = here.zip(field).and_then(|(entity, field)| {
                let now = of.index().name_now(&changed.record.entity, &field.name);
                Some((entity, index.field(entity, &now)?))
            });
            let Some(here) = here else {
                return Vec::new();
            };
            (entity, change.field) = here;
        }
        derived(
            self.engine,
            entity,
            &changed.record,
            std::slice::from_ref(&change),
            false,
            self.options.trace,
        )
    }

    /// The kind in the active revision; `None`: it has none such.
    fn translated(&self, of: &Engine, kind: EventKind) -> Option<EventKind> {
        if std::ptr::eq(of, self.engine) {
            return Some(kind);
        }
        let name = of.kind_name(&kind)?;
        self.engine.index().kind(&name)
    }

    /// Ends the waiting and running firings of a flow for the subject of the one that says so.
    fn stop_flow(&mut self, firing: &Firing<'_>, flow: SmolStr, step: u32) {
        let flow = match firing.engine.index().moved() {
            Some(moved) => moved.trigger(&flow),
            None => flow,
        };
        let mut numbers = self.state.armed_for(&flow, firing.key.subject.as_ref());
        if firing.key.subject.is_some() {
            // a flow without a subject runs once for all
            numbers.extend(self.state.armed_for(&flow, None));
        }
        let own = flow == firing.key.trigger;
        if numbers.is_empty() && !own {
            self.audit(Audit::NoOp {
                trigger: firing.key.trigger.clone(),
                step,
                reason: format!("`{flow}` neither waits nor runs"),
            });
            return;
        }
        self.audit(Audit::Acted {
            trigger: firing.key.trigger.clone(),
            step,
            text: format!("stopped {flow}"),
            effect: None,
        });
        for number in numbers {
            let by = firing.key.trigger.clone();
            self.drop_pending(number, Why::Stopped { by });
        }
    }

    fn decide_effect(
        &mut self,
        firing: &Firing<'_>,
        key: SmolStr,
        subject: Option<RecordKey>,
        what: EffectKind,
    ) {
        let effect = Effect {
            key,
            at: self.now,
            trigger: firing.key.trigger.clone(),
            revision: firing.engine.revision().clone(),
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

fn waiting_limits<'a>(firing: &Firing<'a>) -> impl Iterator<Item = &'a Limit> {
    firing.trigger.limits.iter().filter(|limit| limit.wait)
}
