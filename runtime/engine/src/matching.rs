//! What an event starts: pattern, guards, subjects.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::tz::TimeZone;
use smol_str::SmolStr;
use trig_ir::{
    ActorKind, EachSource, ForEach, Guard, Loc, RecordKey, Start, Test, Trigger, TriggerId, Value,
};

use crate::apply::Run;
use crate::cascade::Event;
use crate::eval::{Eval, EventView, Records, Scope, Unknown, elements};
use crate::fire::Firing;
use crate::listeners::Listener;
use crate::pending::UTC;
use crate::state::{Before, FiringKey, Record};
use crate::{Actor, Audit, Engine, Why};

/// A firing that does not happen. The reason is only worked out where somebody asks for it.
pub(crate) type Refused = Option<Why>;

/// The same of a start, with its subject as far as that was known.
type Untold = Option<Box<(Option<RecordKey>, Why)>>;

/// What holds for every subject of a start that matched.
struct Started<'a> {
    id: TriggerId,
    trigger: &'a Trigger,
    nth: usize,
    start: &'a Start,
    event: &'a Event,
    subject: Option<RecordKey>,
    finer: Vec<Value>,
}

/// Before which version a firing's `old.` stands.
static NOTHING_KNOWN: Before = Before::Unknown;

impl<'e> Run<'e> {
    /// Starts what an event matches, in the order of priority and name.
    pub(crate) fn start(&mut self, event: &Event) {
        let engine: &'e Engine = self.engine;
        let Some(listeners) = engine.index().listeners(&event.kind) else {
            return;
        };
        if self.options.trace {
            // those that a filter keeps out are told of, too
            listeners
                .all()
                .for_each(|listener| self.consider(engine, event, listener));
            return;
        }
        let matching: Vec<&Listener> = {
            let scope = event_scope(engine, &self.state, &UTC, event, self.now);
            let value = |field: &SmolStr| scope.event_field(event.view(), field);
            listeners.matching(value).collect()
        };
        for listener in matching {
            self.consider(engine, event, listener);
        }
    }

    fn consider(&mut self, engine: &'e Engine, event: &Event, listener: &Listener) {
        let Some(trigger) = engine.ir().triggers.get(listener.trigger.index()) else {
            return;
        };
        if self.cascade.cut {
            return;
        }
        if trigger.disabled && !self.options.trace {
            return;
        }
        let mut refusal = None;
        for nth in &listener.starts {
            let Some(start) = trigger.starts.get(*nth) else {
                continue;
            };
            if event.at_creation && !start.pattern.or_created {
                continue;
            }
            match self.matches(engine, listener.trigger, trigger, *nth, event) {
                Ok(started) => {
                    self.started(&started);
                    return;
                }
                // the first start's reason is the one that is told
                Err(refused) => refusal = refusal.or(refused),
            }
        }
        if let Some(refusal) = refusal {
            let (subject, why) = *refusal;
            self.audit(Audit::NotFired {
                trigger: trigger.name.clone(),
                subject,
                why,
            });
        }
    }

    /// Whether a start matches: its pattern, its subject, its own guards, then those of the trigger.
    fn matches<'a>(
        &self,
        engine: &'a Engine,
        id: TriggerId,
        trigger: &'a Trigger,
        nth: usize,
        event: &'a Event,
    ) -> Result<Started<'a>, Untold> {
        let Some(start) = trigger.starts.get(nth) else {
            return Err(None);
        };
        let trace = self.options.trace;
        let zone = engine.index().trigger_zone(id);
        let mut scope = event_scope(engine, &self.state, zone, event, self.now);
        let refuse = |subject: Option<&RecordKey>, why: &dyn Fn() -> Why| {
            Err(trace.then(|| Box::new((subject.cloned(), why()))))
        };
        if let Some(filter) = &start.pattern.filter {
            match Eval::new(scope).test(filter) {
                Ok(true) => {}
                Ok(false) => {
                    return refuse(None, &|| {
                        let mut noting = Eval::noting(scope);
                        let _ = noting.test(filter);
                        Why::Filter {
                            text: start.pattern.text.clone(),
                            loc: start.loc,
                            values: noting.into_reads(),
                        }
                    });
                }
                Err(unknown) => return refuse(None, &|| not_known(&unknown, start.loc)),
            }
        }
        if trigger.disabled {
            return refuse(None, &|| Why::Disabled);
        }
        let subject = match &start.subject {
            None => None,
            Some(place) => match Eval::new(scope).record_at(place) {
                Ok(Some(key)) => Some(key),
                // a reference that is not known leads to no record, either
                Ok(None) | Err(_) => return refuse(None, &|| Why::NoSubject),
            },
        };
        scope.subject = subject.as_ref();
        scope.outer = subject.as_ref();
        scope = pinned(scope, event);
        for guard in start.guards.iter().chain(&trigger.guards) {
            match holds(scope, guard, &event.by) {
                Ok(true) => {}
                Ok(false) => return refuse(subject.as_ref(), &|| explain(scope, guard, &event.by)),
                Err(unknown) => {
                    return refuse(subject.as_ref(), &|| not_known(&unknown, guard.loc));
                }
            }
        }
        let finer = start.finer.iter().map(|place| {
            let value = Eval::new(scope).load(place);
            value.map_or(Value::Empty, std::borrow::Cow::into_owned)
        });
        let finer = finer.collect();
        Ok(Started {
            id,
            trigger,
            nth,
            start,
            event,
            subject,
            finer,
        })
    }

    /// Fires, or arms, for each subject.
    fn started(&mut self, started: &Started<'_>) {
        let Some(each) = &started.trigger.each else {
            self.one(started, started.subject.clone(), None);
            return;
        };
        let subjects = match self.fan_out(started, each) {
            Ok(subjects) => subjects,
            Err(why) => {
                self.refused(started, started.subject.clone(), why);
                return;
            }
        };
        for subject in subjects {
            if self.cascade.cut {
                return;
            }
            self.one(started, Some(subject), started.subject.clone());
        }
    }

    fn refused(&mut self, started: &Started<'_>, subject: Option<RecordKey>, why: Refused) {
        if let Some(why) = why {
            self.audit(Audit::NotFired {
                trigger: started.trigger.name.clone(),
                subject,
                why,
            });
        }
    }

    /// The records of a `for each`, by id.
    fn fan_out(
        &mut self,
        started: &Started<'_>,
        each: &ForEach,
    ) -> Result<BTreeSet<RecordKey>, Refused> {
        let trace = self.options.trace;
        let engine = self.engine;
        let zone = engine.index().trigger_zone(started.id);
        let event = started.event;
        let mut scope = event_scope(engine, &self.state, zone, event, self.now);
        scope.subject = started.subject.as_ref();
        scope.outer = started.subject.as_ref();
        scope = pinned(scope, event);
        let EachSource::Of(place) = &each.source else {
            return Err(trace.then_some(Why::NoneFound));
        };
        let source = match Eval::new(scope).load(place) {
            Ok(source) => source,
            Err(unknown) => return Err(trace.then(|| not_known(&unknown, each.loc))),
        };
        let mut all = BTreeSet::new();
        all.extend(elements(&source).filter_map(|element| match element {
            Value::Record(key) => Some(key.clone()),
            _ => None,
        }));
        let mut left = BTreeSet::new();
        let mut refusals = Vec::new();
        for element in all {
            let Some(filter) = &each.filter else {
                left.insert(element);
                continue;
            };
            let mut inner = scope;
            inner.subject = Some(&element);
            let why = match holds(inner, filter, &event.by) {
                Ok(true) => {
                    left.insert(element);
                    continue;
                }
                Ok(false) => trace.then(|| explain(inner, filter, &event.by)),
                Err(unknown) => trace.then(|| not_known(&unknown, filter.loc)),
            };
            refusals.push((element, why));
        }
        for (element, why) in refusals {
            self.refused(started, Some(element), why);
        }
        if left.is_empty() {
            return Err(trace.then_some(Why::NoneFound));
        }
        Ok(left)
    }

    /// Fires, or arms, for one subject.
    fn one(&mut self, started: &Started<'_>, subject: Option<RecordKey>, outer: Option<RecordKey>) {
        let trigger = started.trigger;
        let event = started.event;
        let key = FiringKey {
            trigger: trigger.name.clone(),
            subject,
            finer: started.finer.clone(),
        };
        if !trigger.again && self.cascade.fired.contains(&key) {
            let why = self.options.trace.then_some(Why::Repeated);
            self.refused(started, key.subject, why);
            return;
        }
        let of_subject = |record: &RecordKey| {
            let started_for = outer.as_ref().or(key.subject.as_ref());
            started_for == Some(record)
        };
        let change = event.change.as_ref();
        let change = change.filter(|change| of_subject(&change.record));
        let firing = Firing {
            engine: self.engine,
            id: started.id,
            trigger,
            nth: Some(started.nth),
            after: started.start.after.as_ref().or(trigger.after.as_ref()),
            event: event.view(),
            by: &event.by,
            before: change.map_or(&NOTHING_KNOWN, |change| &change.before),
            last: event.last().filter(|_| change.is_some()),
            origin: self.cascade.origin(event.nth),
            started: self.position(),
            seq: Some(event.seq),
            depth: event.depth,
            key,
            outer,
            waited: None,
        };
        self.launch(&firing);
    }
}

/// What the pattern of an event sees: the event as itself and as the candidate.
fn event_scope<'a>(
    engine: &'a Engine,
    records: &'a dyn Records,
    zone: &'a TimeZone,
    event: &'a Event,
    now: trig_ir::Timestamp,
) -> Scope<'a> {
    let view: EventView<'a> = event.view();
    Scope {
        engine,
        records,
        now,
        zone,
        subject: None,
        outer: None,
        event: Some(view),
        candidate: Some(view),
        before: &NOTHING_KNOWN,
        pinned: None,
    }
}

/// Guards of a derived event see the version of the subject that the event tells of, and the one before.
fn pinned<'a>(mut scope: Scope<'a>, event: &'a Event) -> Scope<'a> {
    if let Some(change) = &event.change
        && scope.subject == Some(&change.record)
    {
        let version: &'a Arc<Record> = &change.version;
        scope.pinned = Some((&change.record, version));
        scope.before = &change.before;
    }
    scope
}

/// Whether a guard holds.
pub(crate) fn holds<'a>(scope: Scope<'a>, guard: &'a Guard, by: &Actor) -> Result<bool, Unknown> {
    match &guard.test {
        Test::By(kinds) => Ok(kinds.contains(&by.kind)),
        Test::Expr(expr) => Eval::new(scope).test(expr),
    }
}

/// Whether a guard holds that nobody's doing decides, as this evaluation sees it.
pub(crate) fn holds_with<'a>(mut eval: Eval<'a>, guard: &'a Guard) -> Result<bool, Unknown> {
    match &guard.test {
        Test::By(_) => Ok(false),
        Test::Expr(expr) => eval.test(expr),
    }
}

/// Why a guard does not hold.
pub(crate) fn explain<'a>(scope: Scope<'a>, guard: &'a Guard, by: &Actor) -> Why {
    let values = match &guard.test {
        Test::By(_) => vec![("by".to_owned(), Value::Text(actor(by.kind).into()))],
        Test::Expr(expr) => {
            let mut noting = Eval::noting(scope);
            let _ = noting.test(expr);
            noting.into_reads()
        }
    };
    Why::Guard {
        guard: guard.kind,
        text: guard.text.clone(),
        loc: guard.loc,
        values,
    }
}

/// An actor as it is written in `by`.
fn actor(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::Customer => "customer",
        ActorKind::User => "user",
        ActorKind::Api => "api",
        ActorKind::Automation => "automation",
    }
}

/// The reason that a field is not known.
pub(crate) fn not_known(unknown: &Unknown, loc: Loc) -> Why {
    Why::Unknown {
        field: unknown.field.clone(),
        loc,
    }
}
