//! The second evaluator: what the language means, written down in the plainest way. Nothing is indexed; every question
//! is answered by looking at everything.

mod body;
mod breakers;
mod clocks;
mod life;
mod limits;
mod matching;
mod moves;
mod records;
mod wake;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use serde_json::Value as Json;
use trig_engine::{Happening, Input, InputKind, RecordOp};
use trig_ir::*;

use crate::eval::{Scope, Touched, Unknown};
use crate::histogram::Histogram;
use crate::model::{CRM, Event, Fields, Seen, Standing, plain, record_key, subject_text};

pub(crate) struct Naive {
    ir: Rc<Ir>,
    now: Timestamp,
    activated: Timestamp,
    records: BTreeMap<RecordKey, Fields>,
    /// Records that are gone; one that nobody has reported yet is not.
    deleted: BTreeSet<RecordKey>,
    /// The source's own clock of the newest snapshot.
    clocks: BTreeMap<RecordKey, i64>,
    /// When a record was first seen.
    first_seen: BTreeMap<RecordKey, Timestamp>,
    /// What waits, in the order in which it was armed.
    firings: Vec<Firing>,
    marks: Vec<limits::Mark>,
    firsts: Vec<(SmolStr, usize, Vec<Value>, Option<Date>)>,
    seen_ids: Vec<SmolStr>,
    /// What was sent, in order.
    sent: Vec<Sent>,
    breakers: Vec<breakers::Counter>,
    sweeps: VecDeque<matching::Sweep>,
    /// Until when the clocks have been looked at.
    ticked: Timestamp,
    /// Occurrences that are to happen now.
    occurring: Vec<Event>,
    due_done: Vec<(SmolStr, RecordKey, Timestamp)>,
    numbers: u64,
    versions: u64,
    /// Of the cascade that runs: what has fired, and what has happened and was not looked at yet.
    fired: Vec<(SmolStr, Option<RecordKey>, Vec<Value>)>,
    queue: VecDeque<Event>,
    /// How many there were before it.
    cascades: u64,
    /// What runs had waited; and when firings that such things started happened.
    through_time: bool,
    budgets: BTreeMap<(SmolStr, Option<RecordKey>, Vec<Value>), Vec<Timestamp>>,
    pub(crate) seen: Seen,
    pub(crate) histogram: Histogram,
}

/// An effect; of a write, what it changed.
#[derive(Clone, Debug)]
struct Sent {
    key: SmolStr,
    written: Option<Written>,
    ended: Option<Timestamp>,
}

#[derive(Clone, Debug)]
struct Written {
    record: RecordKey,
    field: SmolStr,
    from: Value,
    to: Value,
}

/// A firing, from its event to the end of its body.
#[derive(Clone, Debug)]
struct Firing {
    number: u64,
    trigger: SmolStr,
    start: usize,
    subject: Option<RecordKey>,
    outer: Option<RecordKey>,
    finer: Vec<Value>,
    event: Event,
    /// The same for all firings of one fan-out.
    fan: u64,
    /// It was started by something that had waited.
    through_time: bool,
    /// In which cascade its event happened.
    cascade: u64,
    phase: Phase,
    since: Timestamp,
    due: Option<Timestamp>,
    /// How many versions there were when it began to wait.
    versions: u64,
}

#[derive(Clone, Debug, PartialEq)]
enum Phase {
    /// Ends at the latest then.
    Debounce(Timestamp),
    /// The deadline.
    Until(Option<Timestamp>),
    /// What it waited for has come.
    Held,
    After,
    /// When it came there, among all that did.
    Queue(u64),
    /// The body goes on at this step; waits for time, or until something holds (with its deadline).
    Body(usize),
    BodyUntil(usize, Option<Timestamp>),
    /// What the body waited for has come, or a goal was reached: it goes on there.
    Going(usize, Option<SmolStr>),
}

impl Naive {
    pub(crate) fn new(ir: Rc<Ir>) -> Self {
        Self {
            breakers: vec![breakers::Counter::default(); ir.breakers.len()],
            ir,
            now: Timestamp(0),
            activated: Timestamp(0),
            records: BTreeMap::new(),
            deleted: BTreeSet::new(),
            clocks: BTreeMap::new(),
            first_seen: BTreeMap::new(),
            firings: Vec::new(),
            marks: Vec::new(),
            firsts: Vec::new(),
            seen_ids: Vec::new(),
            sent: Vec::new(),
            sweeps: VecDeque::new(),
            ticked: Timestamp(0),
            occurring: Vec::new(),
            due_done: Vec::new(),
            numbers: 0,
            versions: 0,
            fired: Vec::new(),
            queue: VecDeque::new(),
            cascades: 0,
            through_time: false,
            budgets: BTreeMap::new(),
            seen: Seen::default(),
            histogram: Histogram::default(),
        }
    }

    /// What comes at a time: first all that is due until then, then itself.
    pub(crate) fn apply(&mut self, input: &Input) {
        if !matches!(input.kind, InputKind::Revision(_)) {
            self.run_due(input.at);
        }
        self.now = input.at;
        match &input.kind {
            InputKind::Arrival(arrival) => {
                if let Some(id) = &arrival.id {
                    if self.seen_ids.contains(id) {
                        return;
                    }
                    self.seen_ids.push(id.clone());
                }
                self.arrive(&arrival.what, arrival.by.kind);
                self.cascade();
            }
            InputKind::Tick => {}
            InputKind::Slice => self.slice(),
            InputKind::Result(result) => self.ended(&result.key),
            InputKind::Revision(_) => {
                self.activated = input.at;
                self.ticked = input.at;
            }
        }
        self.run_due(input.at);
    }

    /// The keys under which the engine knows the effects, in order: how they end is told by key.
    pub(crate) fn learn(&mut self, keys: &[SmolStr]) {
        for (sent, key) in self.sent.iter_mut().zip(keys) {
            sent.key = key.clone();
        }
    }

    fn ended(&mut self, key: &SmolStr) {
        let now = self.now;
        for sent in self.sent.iter_mut().filter(|s| s.key == *key) {
            sent.ended = Some(now);
        }
    }

    pub(crate) fn has_slices(&self) -> bool {
        !self.sweeps.is_empty()
    }

    pub(crate) fn standing(&self) -> Standing {
        let mut waiting: Vec<_> = self
            .firings
            .iter()
            .map(|f| {
                let (phase, due) = match &f.phase {
                    Phase::Debounce(_) => ("debounce", f.due),
                    Phase::Until(_) | Phase::Held => ("until", None),
                    Phase::After => ("after", f.due),
                    Phase::Queue(_) => ("limit", None),
                    Phase::Body(_) | Phase::BodyUntil(..) | Phase::Going(..) => ("body", None),
                };
                (
                    f.trigger.clone(),
                    subject_text(f.subject.as_ref()),
                    phase,
                    due,
                )
            })
            .collect();
        waiting.sort();
        Standing {
            records: self
                .records
                .iter()
                .map(|(key, fields)| {
                    let fields = fields.iter().map(|(f, v)| (f.clone(), plain(v)));
                    (key.to_string(), fields.collect())
                })
                .collect(),
            waiting,
            outbox: self.sent.iter().filter(|s| s.ended.is_none()).count(),
        }
    }

    fn arrive(&mut self, what: &Happening, by: ActorKind) {
        match what {
            Happening::Event { ty, data, .. } => {
                let ir = self.ir.clone();
                let id = ir.events.iter().position(|e| e.name == *ty).unwrap();
                let mut event = Event::new(EventKind::Event(EventId(id as u32)), by, 0);
                for (name, json) in data {
                    let ty = &ir.events[id].field(name).unwrap().ty;
                    event.fields.insert(name.into(), self.read(ty, json));
                }
                self.queue.push_back(event);
            }
            Happening::Record {
                op: RecordOp::Deleted,
                entity,
                id,
                ..
            } => self.delete(&record_key(entity, id), by),
            Happening::Record {
                op,
                entity,
                id,
                fields,
                clock,
                ..
            } => {
                let ir = self.ir.clone();
                let declared = ir.entities.iter().find(|e| e.name == *entity).unwrap();
                let values = fields
                    .iter()
                    .map(|(name, json)| {
                        let ty = &declared.field(name).unwrap().ty;
                        (SmolStr::from(name), self.read(ty, json))
                    })
                    .collect();
                let key = record_key(entity, id);
                self.snapshot(&key, values, *clock, *op == RecordOp::Created, by);
            }
            Happening::Start { flow, subject } => {
                let mut event = Event::new(EventKind::Started(flow.clone()), by, 0);
                if let Some(subject) = subject {
                    event = event.with("record", Value::Record(subject.clone()));
                }
                self.queue.push_back(event);
            }
            Happening::Webhook { .. } => unreachable!("the generator sends no webhooks"),
        }
    }

    /// What came over the wire, by its type.
    fn read(&self, ty: &Type, json: &Json) -> Value {
        let text = || json.as_str().map(SmolStr::from);
        let value = match ty {
            Type::Int => json.as_i64().map(Value::Int),
            Type::Text => text().map(Value::Text),
            Type::Tag => text().map(Value::Tag),
            Type::Date => json.as_str().map(|t| Value::Date(t.parse().unwrap())),
            Type::DateTime => json
                .as_str()
                .map(|t| Value::DateTime(t.parse::<jiff::Timestamp>().unwrap().into())),
            Type::Money => json.get("amount").map(|amount| {
                Value::Money(Money {
                    currency: json["currency"].as_str().unwrap().into(),
                    amount: amount.as_str().unwrap().parse().unwrap(),
                })
            }),
            Type::Entity(id) => json.as_str().map(|t| {
                let entity = &self.ir.entities[id.index()].name;
                Value::Record(record_key(entity, t))
            }),
            Type::Stage(_) => json.as_str().map(|t| {
                let (pipeline, stage) = t.split_once('.').unwrap();
                Value::Stage(StageName {
                    pipeline: pipeline.into(),
                    stage: stage.into(),
                })
            }),
            Type::List(of) => json
                .as_array()
                .map(|items| Value::List(items.iter().map(|j| self.read(of, j)).collect())),
            Type::Set(of) => json
                .as_array()
                .map(|items| Value::Set(items.iter().map(|j| self.read(of, j)).collect())),
            other => unreachable!("the world has no {other:?}"),
        };
        plain(&value.unwrap_or(Value::Empty))
    }

    /// Looks at all that has happened, and at what that causes, until nothing is left.
    fn cascade(&mut self) {
        while let Some(event) = self.queue.pop_front() {
            self.update(&event);
            self.look_at(&event);
            self.cancel(&event);
            self.wake(&event);
            self.answer(&event);
        }
        self.fired.clear();
        self.cascades += 1;
    }

    fn trigger(&self, name: &str) -> (Rc<Ir>, usize) {
        let ir = self.ir.clone();
        let at = ir.triggers.iter().position(|t| t.name == name).unwrap();
        (ir, at)
    }

    /// What a firing sees. `version`: an event whose version of its record counts.
    fn test(
        &self,
        firing: &Firing,
        test: &Test,
        version: Option<&Event>,
    ) -> (Result<bool, Unknown>, Touched) {
        let touched = RefCell::new(Touched::new());
        let held = match test {
            Test::By(kinds) => Ok(kinds.contains(&firing.event.by)),
            Test::Expr(expr) => self.scope(firing, version, &touched).holds(expr),
        };
        (held, touched.into_inner())
    }

    fn scope<'a>(
        &'a self,
        firing: &'a Firing,
        version: Option<&'a Event>,
        touched: &'a RefCell<Touched>,
    ) -> Scope<'a> {
        Scope {
            ir: &self.ir,
            records: &self.records,
            gone: &self.deleted,
            now: self.now,
            subject: firing.subject.clone(),
            outer: firing.outer.clone(),
            event: Some(&firing.event),
            candidate: None,
            arguments: None,
            version: version
                .and_then(|e| e.changed.as_ref())
                .map(|(key, fields)| (key, fields)),
            binders: BTreeMap::new(),
            touched,
        }
    }

    fn value_at(&self, firing: &Firing, place: &Place, version: Option<&Event>) -> Value {
        let touched = RefCell::new(Touched::new());
        self.scope(firing, version, &touched)
            .load(place)
            .unwrap_or(Value::Empty)
    }

    fn stop(&mut self, firing: &Firing, why: &'static str) {
        let subject = subject_text(firing.subject.as_ref());
        self.seen
            .stopped
            .push((firing.trigger.clone(), subject, why));
    }

    fn next_number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    fn connector() -> SmolStr {
        CRM.into()
    }
}
