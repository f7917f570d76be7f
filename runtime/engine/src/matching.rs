//! What an event starts: pattern, guards, subjects.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::tz::TimeZone;
use smol_str::SmolStr;
use trig_ir::{
    ActorKind, EachSource, ForEach, Guard, GuardKind, Loc, Period, RecordKey, Start, Test,
    Timestamp, Trigger, TriggerId, Value,
};

use crate::apply::Run;
use crate::cascade::Event;
use crate::clock::{clock_name, period_end, period_start};
use crate::eval::{Eval, EventView, Records, Scope, Unknown, elements};
use crate::fire::Firing;
use crate::key::Origin;
use crate::listeners::Listener;
use crate::pending::UTC;
use crate::state::{Before, FiringKey, FirstKey, FirstRow, KEEP, Over, Record};
use crate::sweep::SLICE;
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

/// What was tested, and whether it held.
type Tests = Vec<(Loc, bool)>;

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
            let mut tests = Tests::new();
            let first = firsts.get(nth);
            let matched = self.matches(engine, id, trigger, *nth, event, first, &mut tests);
            self.tested(&trigger.name, tests);
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
        id: TriggerId,
        trigger: &'a Trigger,
        nth: usize,
        event: &'a Event,
        first: Option<&Result<bool, Unknown>>,
        tests: &mut Tests,
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
            let held = Eval::new(scope).test(filter);
            tests.push((start.loc, held == Ok(true)));
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
                Ok(None) | Err(_) => return refuse(None, &|| Why::NoSubject),
            },
        };
        scope.subject = subject.as_ref();
        scope.outer = subject.as_ref();
        scope = pinned(scope, event);
        // only who caused it decides whether an event counts for `first`
        let by = |guard: &&Guard| counts_for_first(guard);
        let own = start.guards.iter().filter(by);
        let rest = start.guards.iter().filter(|guard| !by(guard));
        let mut guards = own.map(Step::Guard).collect::<Vec<_>>();
        guards.extend(start.pattern.first.is_some().then_some(Step::First));
        guards.extend(rest.chain(&trigger.guards).map(Step::Guard));
        for step in guards {
            let guard = match step {
                Step::Guard(guard) => guard,
                Step::First => {
                    tests.push((start.loc, matches!(first, Some(Ok(true)))));
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
                tests.push((guard.loc, held == Ok(true)));
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

    /// Tells what was tested, where that is asked for.
    fn tested(&mut self, trigger: &SmolStr, tests: Tests) {
        if !self.options.coverage {
            return;
        }
        for (loc, held) in tests {
            self.audit(Audit::Tested {
                trigger: trigger.clone(),
                loc,
                held,
            });
        }
    }

    /// Counts an event for each `first` among these starts, whatever comes of it: those that it fits, and whether it is
    /// the first of its key and period.
    fn count_firsts(
        &mut self,
        event: &Event,
        id: TriggerId,
        trigger: &Trigger,
        starts: &[usize],
    ) -> BTreeMap<usize, Result<bool, Unknown>> {
        let mut found = BTreeMap::new();
        for nth in starts {
            let start = trigger.starts.get(*nth);
            let Some((start, first)) = start.and_then(|s| Some((s, s.pattern.first.as_ref()?)))
            else {
                continue;
            };
            if trigger.disabled || event.at_creation && !start.pattern.or_created {
                continue;
            }
            let Some(name) = clock_name(trigger, *nth) else {
                continue;
            };
            let zone = self.engine.index().trigger_zone(id);
            let scope = event_scope(self.engine, &self.state, zone, event, self.now);
            let filter = start.pattern.filter.as_ref();
            let fits = filter.is_none_or(|filter| Eval::new(scope).test(filter) == Ok(true));
            let mut own = start.guards.iter().filter(|guard| counts_for_first(guard));
            if !fits || !own.all(|guard| holds(scope, guard, &event.by) == Ok(true)) {
                continue;
            }
            let key = first.key.iter().map(|place| {
                let value = Eval::new(scope).load(place)?;
                Ok(value.into_owned())
            });
            let key: Result<Vec<Value>, Unknown> = key.collect();
            let result = key.map(|key| {
                let key = (trigger.name.clone(), name, key);
                self.is_first((key, first.period), zone)
            });
            found.insert(*nth, result);
        }
        found
    }

    /// Whether nothing of a key has come in this period, and counts it.
    fn is_first(&mut self, of: (FirstKey, Option<Period>), zone: &TimeZone) -> bool {
        let (key, period) = of;
        let now = self.now;
        let began = match period {
            Some(period) => period_start(period, zone, now),
            None => Timestamp(i64::MIN),
        };
        if self
            .state
            .firsts
            .get(&key)
            .is_some_and(|row| row.at >= began)
        {
            return false;
        }
        let end = period.map_or(Timestamp(i64::MAX), |period| period_end(period, zone, now));
        // a later revision may ask for a longer period
        let expires = end.max(now.plus(KEEP));
        self.state.put_first(key, FirstRow { at: now, expires });
        true
    }

    /// Fires, or arms, for each subject.
    fn started(&mut self, started: &Started<'_>) {
        let Some(each) = &started.trigger.each else {
            self.one(started, started.subject.clone(), None);
            return;
        };
        match self.elements(started, each) {
            Ok(Fan::Few(all)) => {
                if !self.each(started, each, all) {
                    let why = self.options.trace.then_some(Why::NoneFound);
                    self.refused(started, started.subject.clone(), why);
                }
            }
            Ok(Fan::Many(over)) => self.sweep(started, over),
            Err(why) => self.refused(started, started.subject.clone(), why),
        }
    }

    /// Fires, or arms, for each of these that the `where` lets through. Whether there was one.
    pub(crate) fn each(
        &mut self,
        started: &Started<'_>,
        each: &ForEach,
        all: impl IntoIterator<Item = RecordKey>,
    ) -> bool {
        let subjects = self.chosen(started, each, all);
        let some = !subjects.is_empty();
        for subject in subjects {
            if self.cascade.cut {
                break;
            }
            self.one(started, Some(subject), started.subject.clone());
        }
        some
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

    /// What the subjects of a `for each` see of the event.
    fn outer_scope<'s>(&'s self, started: &'s Started<'_>) -> Scope<'s> {
        let zone = self.engine.index().trigger_zone(started.id);
        let event = started.event;
        let mut scope = event_scope(self.engine, &self.state, zone, event, self.now);
        scope.subject = started.subject.as_ref();
        scope.outer = started.subject.as_ref();
        pinned(scope, event)
    }

    /// The records of a `for each`, by id.
    fn elements(&self, started: &Started<'_>, each: &ForEach) -> Result<Fan, Refused> {
        let place = match &each.source {
            EachSource::Of(place) => place,
            EachSource::All(entity) => {
                let decl = self.engine.ir().entities.get(entity.index());
                let Some(decl) = decl else {
                    return Err(self.options.trace.then_some(Why::NoneFound));
                };
                let upto = self.state.meta.next_seen;
                return Ok(Fan::Many(Over::All(decl.name.clone(), upto)));
            }
        };
        let scope = self.outer_scope(started);
        let source = match Eval::new(scope).load(place) {
            Ok(source) => source,
            Err(unknown) => return Err(self.options.trace.then(|| not_known(&unknown, each.loc))),
        };
        let mut all = BTreeSet::new();
        all.extend(elements(&source).filter_map(|element| match element {
            Value::Record(key) => Some(key.clone()),
            _ => None,
        }));
        if all.len() > SLICE {
            return Ok(Fan::Many(Over::These(all.into_iter().collect())));
        }
        Ok(Fan::Few(all))
    }

    /// Those that the `where` lets through.
    fn chosen(
        &mut self,
        started: &Started<'_>,
        each: &ForEach,
        all: impl IntoIterator<Item = RecordKey>,
    ) -> Vec<RecordKey> {
        let Some(filter) = &each.filter else {
            return all.into_iter().collect();
        };
        let by = &started.event.by;
        let trace = self.options.trace;
        let mut left = Vec::new();
        let mut refusals = Vec::new();
        let mut tests = Tests::new();
        {
            let scope = self.outer_scope(started);
            for element in all {
                let mut inner = scope;
                inner.subject = Some(&element);
                let held = holds(inner, filter, by);
                tests.push((filter.loc, held == Ok(true)));
                let why = match held {
                    Ok(true) => {
                        left.push(element);
                        continue;
                    }
                    Ok(false) => trace.then(|| explain(inner, filter, by)),
                    Err(unknown) => trace.then(|| not_known(&unknown, filter.loc)),
                };
                refusals.push((element, why));
            }
        }
        self.tested(&started.trigger.name, tests);
        for (element, why) in refusals {
            self.refused(started, Some(element), why);
        }
        left
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
            id: started.id,
            trigger,
            after: started.start.after.as_ref().or(trigger.after.as_ref()),
            event: event.view(),
            before: change.map_or(&NOTHING_KNOWN, |change| &change.before),
            last: event.last().filter(|_| change.is_some()),
            origin: started.origin.clone(),
            started: started.position,
            seq: Some(event.seq),
            depth: event.depth,
            key,
            outer,
        };
        match firing.after {
            Some(after) => self.arm(&firing, started.nth, after, &event.by),
            None => self.fire(&firing),
        }
    }
}

/// What is tested before a start fires, in this order.
enum Step<'a> {
    Guard(&'a Guard),
    First,
}

/// The records of a `for each`.
enum Fan {
    Few(BTreeSet<RecordKey>),
    Many(Over),
}

/// Whether a guard of a start is part of what makes an event one that counts.
fn counts_for_first(guard: &Guard) -> bool {
    guard.kind == GuardKind::By
}

/// What the pattern of an event sees: the event as itself and as the candidate.
fn event_scope<'a>(
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
