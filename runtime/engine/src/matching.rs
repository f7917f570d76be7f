//! What an event starts: pattern, guards, subjects.

use std::sync::Arc;

use jiff::tz::TimeZone;
use smol_str::SmolStr;
use trig_ir::{
    Guard, GuardKind, Loc, RecordKey, Start, Test, Timestamp, Trigger, TriggerId, Value,
};

use crate::apply::Run;
use crate::cascade::Event;
use crate::eval::{Eval, EventView, Records, Scope, Unknown};
use crate::fire::Firing;
use crate::first::is_by;
use crate::index::{UTC, short};
use crate::key::Origin;
use crate::listeners::Listener;
use crate::state::{Before, FiringKey, Phase, Record};
use crate::tested::Tests;
use crate::{Actor, Audit, Engine, Why};

/// A firing that does not happen. The reason is only worked out where somebody asks for it.
pub(crate) type Refused = Option<Why>;

/// The same of a start, with its subject as far as that was known.
type Untold = Option<Box<(Option<RecordKey>, Why)>>;

/// What holds for every subject of a start that matched.
pub(crate) struct Started<'a> {
    pub(crate) id: TriggerId,
    pub(crate) trigger: &'a Trigger,
    pub(crate) nth: usize,
    pub(crate) start: &'a Start,
    pub(crate) event: &'a Event,
    pub(crate) subject: Option<RecordKey>,
    pub(crate) finer: Vec<Value>,
    pub(crate) origin: Origin,
    /// The position of the input that started it.
    pub(crate) position: u64,
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
        if self.options.trace || self.options.coverage {
            // those that a filter keeps out are told of, too
            listeners
                .all()
                .for_each(|listener| self.consider(event, listener.trigger, &listener.starts));
            return;
        }
        let matching: Vec<&Listener> = {
            let scope = event_scope(engine, &self.state, &UTC, event, self.now);
            let value = |field: &SmolStr| scope.event_field(event.view(), field);
            listeners.matching(value).collect()
        };
        for listener in matching {
            self.consider(event, listener.trigger, &listener.starts);
        }
    }

    /// Starts a trigger, if one of these starts matches.
    pub(crate) fn consider(&mut self, event: &Event, id: TriggerId, starts: &[usize]) {
        let engine: &'e Engine = self.engine;
        let Some(trigger) = engine.ir().triggers.get(id.index()) else {
            return;
        };
        if trigger.disabled && !self.options.trace {
            return;
        }
        let firsts = self.count_firsts(event, id, trigger, starts);
        if self.cascade.cut {
            return;
        }
        let mut refusal = None;
        for nth in starts {
            let Some(start) = trigger.starts.get(*nth) else {
                continue;
            };
            if event.at_creation && !start.pattern.or_created {
                continue;
            }
            let mut tests = Tests::of(self.options);
            let tried = Tried {
                id,
                trigger,
                nth: *nth,
                first: firsts.get(nth),
            };
            let matched = self.matches(engine, &tried, event, &mut tests);
            self.tell_tests(&trigger.name, tests);
            match matched {
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
        tried: &Tried<'a>,
        event: &'a Event,
        tests: &mut Tests,
    ) -> Result<Started<'a>, Untold> {
        let Tried {
            id,
            trigger,
            nth,
            first,
        } = *tried;
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
            let held = Eval::new(scope).test(filter);
            tests.note(start.loc, held == Ok(true));
            match held {
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
        if let Some(why) = self.broken(&event.kind) {
            // always told: it is the project's own rule that stops it
            return Err(Some(Box::new((None, why))));
        }
        let subject = match &start.subject {
            None => None,
            Some(place) => match Eval::new(scope).record_at(place) {
                Ok(Some(key)) => Some(key),
                // a reference that is not known leads to no record, either
                none => {
                    let entity = trigger
                        .subject
                        .and_then(|id| engine.ir().entities.get(id.index()));
                    return refuse(None, &|| Why::NoSubject {
                        entity: entity.map_or("record", |entity| short(&entity.name)).into(),
                        place: scope.written(place),
                        known: none.is_ok(),
                    });
                }
            },
        };
        scope.subject = subject.as_ref();
        scope.outer = subject.as_ref();
        scope = pinned(scope, event);
        let own = start.guards.iter();
        let (by, rest) = (own.clone().filter(is_by), own.filter(|guard| !is_by(guard)));
        let asked = start.pattern.first.is_some().then_some(Step::First);
        let rest = rest.chain(&trigger.guards).map(Step::Guard);
        for step in by.map(Step::Guard).chain(asked).chain(rest) {
            let guard = match step {
                Step::Guard(guard) => guard,
                Step::First => {
                    tests.note(start.loc, matches!(first, Some(Ok(true))));
                    match first {
                        Some(Ok(true)) => continue,
                        Some(Err(unknown)) => {
                            return refuse(subject.as_ref(), &|| not_known(unknown, start.loc));
                        }
                        Some(Ok(false)) | None => {
                            return refuse(subject.as_ref(), &|| Why::NotFirst { loc: start.loc });
                        }
                    }
                }
            };
            let held = holds(scope, guard, &event.by);
            if guard.kind != GuardKind::Stage {
                tests.note(guard.loc, held == Ok(true));
            }
            match held {
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
            origin: self.cascade.origin(event.nth),
            position: self.position(),
        })
    }

    pub(crate) fn refused(
        &mut self,
        started: &Started<'_>,
        subject: Option<RecordKey>,
        why: Refused,
    ) {
        if let Some(why) = why {
            self.audit(Audit::NotFired {
                trigger: started.trigger.name.clone(),
                subject,
                why,
            });
        }
    }

    /// Whether what happens now has armed a firing of that key, which still waits. One that is in `debounce` takes a
    /// further event as its own.
    fn armed_here(&self, key: &FiringKey) -> bool {
        self.state.armed_as(key).into_iter().any(|number| {
            let pending = self.state.pending.get(&number);
            pending.is_some_and(|pending| {
                pending.origin.root == self.cascade.root
                    && !matches!(pending.phase, Phase::Debounce { .. })
            })
        })
    }

    /// Fires, or arms, for one subject.
    pub(crate) fn one(
        &mut self,
        started: &Started<'_>,
        subject: Option<RecordKey>,
        outer: Option<RecordKey>,
    ) {
        let trigger = started.trigger;
        let event = started.event;
        let key = FiringKey {
            trigger: trigger.name.clone(),
            subject,
            finer: started.finer.clone(),
        };
        if !trigger.again && (self.cascade.fired.contains(&key) || self.armed_here(&key)) {
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
            origin: started.origin.clone(),
            started: started.position,
            seq: Some(event.seq),
            depth: event.depth,
            key,
            outer,
            waited: None,
        };
        self.launch(&firing);
    }
}

/// A start that an event may match.
struct Tried<'a> {
    id: TriggerId,
    trigger: &'a Trigger,
    nth: usize,
    /// Whether the event is the first of its key and period, where it counts.
    first: Option<&'a Result<bool, Unknown>>,
}

/// What is tested before a start fires, in this order.
enum Step<'a> {
    Guard(&'a Guard),
    First,
}

/// What the pattern of an event sees: the event as itself and as the candidate.
pub(crate) fn event_scope<'a>(
    engine: &'a Engine,
    records: &'a dyn Records,
    zone: &'a TimeZone,
    event: &'a Event,
    now: Timestamp,
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
pub(crate) fn pinned<'a>(mut scope: Scope<'a>, event: &'a Event) -> Scope<'a> {
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
        Test::By(_) => vec![("by".to_owned(), Value::Text(by.kind.word().into()))],
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

/// The reason that a field is not known.
pub(crate) fn not_known(unknown: &Unknown, loc: Loc) -> Why {
    Why::Unknown {
        field: unknown.field.clone(),
        loc,
    }
}
