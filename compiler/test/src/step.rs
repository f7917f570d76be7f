//! Carrying out the steps of a test.

use serde_json::{Map, Value as Json};
use smol_str::SmolStr;
use trig_engine::{Happening, RecordOp};
use trig_ir::{
    ActorKind, EventId, Expr, Place, RecordKey, Root, SetOp, TestRecord, TestStepKind, Value,
};

use crate::judge::{Verdict, judge};
use crate::world::{Stopped, World, reported, wire_name};

/// What came of a step.
pub(crate) enum Done {
    /// It was carried out, or is as expected.
    Well,
    /// It is not as expected.
    Wrong(Verdict),
}

impl World<'_> {
    pub(crate) fn step(&mut self, step: &TestStepKind) -> Result<Done, Stopped> {
        use TestStepKind as K;
        match step {
            K::Given(record) => self.appears(record, RecordOp::Updated, ActorKind::User)?,
            K::Create { record, by } => {
                self.appears(record, RecordOp::Created, by.unwrap_or(ActorKind::User))?;
            }
            K::Clock(at) => self.clock(*at)?,
            K::Advance(duration) => self.clock(self.now.plus(*duration))?,
            K::Answer { action, with } => {
                self.answers.insert(*action, *with);
            }
            K::Send { event, args, by } => self.send(*event, args, *by)?,
            K::Set {
                record,
                field,
                op,
                value,
                by,
            } => self.set(record, field, *op, value, *by)?,
            K::Delete(place) => {
                let record = self.record(place)?;
                let what = reported(
                    RecordOp::Deleted,
                    record.entity.clone(),
                    record.id,
                    Map::new(),
                );
                self.arrives(record.connector, ActorKind::User, what)?;
            }
            K::Start { flow, subject } => {
                let record = self.record(subject)?;
                let what = Happening::Start {
                    flow: flow.clone(),
                    subject: Some(record.clone()),
                };
                self.arrives(record.connector, ActorKind::User, what)?;
            }
            K::Holds(_) | K::Fired { .. } | K::Stopped { .. } | K::Called { .. } => {
                return Ok(match judge(self, step)? {
                    None => Done::Well,
                    Some(verdict) => Done::Wrong(verdict),
                });
            }
        }
        Ok(Done::Well)
    }

    fn appears(&mut self, record: &TestRecord, op: RecordOp, by: ActorKind) -> Result<(), Stopped> {
        let entity = self.entity(record.entity);
        let entity = entity.ok_or_else(|| Stopped("its entity is not declared".to_owned()))?;
        let mut fields = Map::new();
        for field in &entity.fields {
            if record.unknown.contains(&field.name) {
                continue;
            }
            let given = record.fields.iter().find(|(name, _)| *name == field.name);
            let json = match given {
                Some((_, expr)) => {
                    let value = self.value(expr)?;
                    self.engine.wire(&field.ty, &value)
                }
                None => Json::Null,
            };
            fields.insert(wire_name(field), json);
        }
        let key = RecordKey {
            entity: entity.name.clone(),
            connector: self.source_of(&entity.name),
            id: record.name.clone(),
        };
        let slot = usize::try_from(record.slot).unwrap_or_default();
        // records come in the order of their numbers, each once
        self.bound.resize(slot, Value::Empty);
        self.bound.push(Value::Record(key.clone()));
        self.names.resize(slot, SmolStr::default());
        self.names.push(record.name.clone());
        let what = reported(op, key.entity, key.id, fields);
        self.arrives(key.connector, by, what)
    }

    fn send(
        &mut self,
        event: EventId,
        args: &[(SmolStr, Expr)],
        by: Option<ActorKind>,
    ) -> Result<(), Stopped> {
        let decl = self.engine.ir().events.get(event.index());
        let decl = decl.ok_or_else(|| Stopped("the event is not declared".to_owned()))?;
        let mut data = Map::new();
        for (name, expr) in args {
            let value = self.value(expr)?;
            if let Some(field) = decl.field(name) {
                data.insert(name.to_string(), self.engine.wire(&field.ty, &value));
            }
        }
        let what = Happening::Event {
            ty: decl.name.clone(),
            subject: None,
            data,
        };
        let source = self.source_of(&decl.name);
        self.arrives(source, by.unwrap_or(ActorKind::Customer), what)
    }

    fn set(
        &mut self,
        record: &Place,
        name: &SmolStr,
        op: SetOp,
        value: &Expr,
        by: Option<ActorKind>,
    ) -> Result<(), Stopped> {
        let key = self.record(record)?;
        let entities = &self.engine.ir().entities;
        let entity = entities.iter().find(|e| e.name == key.entity);
        let field = entity.and_then(|e| e.field(name));
        let field = field.ok_or_else(|| Stopped(format!("`{name}` is not declared")))?;
        let value = self.value(value)?;
        let there = match op {
            SetOp::Assign => Value::Empty,
            SetOp::Add | SetOp::Remove => {
                let mut place = record.clone();
                place.path.push(name.clone());
                self.value(&Expr::Load(place))?
            }
        };
        let changed = self.engine.changed(&field.ty, op, &there, value);
        let value = changed.map_err(|why| Stopped(format!("`{name}` cannot be set: {why}")))?;
        let json = self.engine.wire(&field.ty, &value);
        let fields = Map::from_iter([(wire_name(field), json)]);
        let what = reported(RecordOp::Updated, key.entity, key.id, fields);
        self.arrives(key.connector, by.unwrap_or(ActorKind::User), what)
    }

    /// The value of an expression of the test, now.
    pub(crate) fn value(&self, expr: &Expr) -> Result<Value, Stopped> {
        let evaluate = |expr: &Expr| self.engine.evaluate(&self.state, expr, &self.bound);
        evaluate(expr).map_err(|field| {
            let mut name = None;
            places(expr, &mut |place| {
                if name.is_none() && evaluate(&Expr::Load(place.clone())).is_err() {
                    name = Some(self.written(place));
                }
            });
            Stopped(format!("`{}` is not known", name.unwrap_or(field)))
        })
    }

    /// The record at a place of the test.
    pub(crate) fn record(&self, place: &Place) -> Result<RecordKey, Stopped> {
        match self.value(&Expr::Load(place.clone()))? {
            Value::Record(key) => Ok(key),
            _ => Err(Stopped("there is no such record at this time".to_owned())),
        }
    }

    /// A place as it is written in the test.
    pub(crate) fn written(&self, place: &Place) -> String {
        let name = match place.root {
            Root::Binder(slot) => usize::try_from(slot).ok().and_then(|s| self.names.get(s)),
            _ => None,
        };
        let mut text = name.map_or_else(|| "item".to_owned(), ToString::to_string);
        for name in &place.path {
            text.push('.');
            text.push_str(name);
        }
        text
    }
}

/// Calls `look` for every place that an expression reads.
pub(crate) fn places(expr: &Expr, look: &mut dyn FnMut(&Place)) {
    if let Expr::Load(place) | Expr::Condition(_, Some(place), _) = expr {
        look(place);
    }
    expr.for_each_child(&mut |child| places(child, look));
}
