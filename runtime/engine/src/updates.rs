//! What an event says of the records that it refers to: stored before anything answers it.

use std::sync::Arc;

use trig_ir::{EventKind, RecordKey, SetOp, Type, Update, Value};

use crate::actions::{combined, typed};
use crate::apply::{Run, before};
use crate::cascade::{Change, Event};
use crate::decode::read_as;
use crate::derive::{FieldChange, derived};
use crate::eval::same;
use crate::state::Record;
use crate::{Audit, Cause};

impl Run<'_> {
    /// Stores what a declared event says of records.
    pub(crate) fn tell(&mut self, event: &Event) {
        let EventKind::Event(id) = event.kind else {
            return;
        };
        let engine = self.engine;
        let Some(decl) = engine.ir().events.get(id.index()) else {
            return;
        };
        for update in &decl.updates {
            self.update(event, update);
        }
    }

    fn update(&mut self, event: &Event, update: &Update) {
        let Some(Value::Record(key)) = event.fields.get(&update.record) else {
            return;
        };
        let Some(value) = event.fields.get(&update.value) else {
            return;
        };
        if value.is_empty() || self.state.graves.has(key) {
            return;
        }
        let engine = self.engine;
        let index = engine.index();
        let Some(entity) = index.entity_id(&key.entity) else {
            return;
        };
        let at = index.field(entity, &update.field);
        let decl = engine.ir().entities.get(entity.index());
        let Some((at, field)) = at.and_then(|at| Some((at, decl?.fields.get(at)?))) else {
            return;
        };
        let Some(stored) = index.stored_name(entity, at) else {
            return;
        };
        let known = self.state.records.get(key).cloned();
        let there = known.as_ref().and_then(|record| {
            let value = record.fields.get(stored);
            value.or_else(|| record.fields.get(&field.name))
        });
        let there =
            there.map(|value| read_as(engine, &field.ty, value, &key.connector).into_owned());
        let from = there.or_else(|| nothing(&field.ty));
        let new = match (update.op, &from) {
            (SetOp::Assign, _) => Ok(value.clone()),
            (op, Some(from)) => combined(op, &field.ty, from, value),
            // nobody knows to what it would be added
            (_, None) => return,
        };
        let new = match new.and_then(|new| typed(engine, &field.ty, new)) {
            Ok(new) => new,
            Err(reason) => {
                let reason = format!("`{}` is not updated: {reason}", update.field);
                self.audit(Audit::Unhandled {
                    field: Some(update.value.clone()),
                    reason,
                });
                return;
            }
        };
        if from.as_ref().is_some_and(|from| same(from, &new)) {
            return;
        }
        // of a record that nobody has reported, the creation is still to come
        let mut record = known.as_deref().cloned().unwrap_or(Record {
            local: true,
            ..Record::default()
        });
        if *stored != field.name {
            record.fields.remove(&field.name);
        }
        record.fields.set(stored.clone(), new.clone());
        if from.is_some() {
            record.tell(stored);
        }
        let version = Arc::new(record);
        self.store(key, &version);
        let key: RecordKey = key.clone();
        // what was not known before only becomes known
        let changes: Vec<FieldChange> = from
            .map(|from| FieldChange {
                field: at,
                from: Some(from),
                to: Some(new),
            })
            .into_iter()
            .collect();
        let tell = self.options.trace;
        let events = derived(engine, entity, &key, &changes, false, tell);
        let change = Change {
            record: key,
            before: before(known.as_ref()),
            version,
        };
        let cause = Cause {
            seq: event.seq,
            trigger: None,
        };
        self.queue(events, Some(&change), Some(&cause), &event.by, event.depth);
    }
}

/// A collection that is not known counts as empty.
fn nothing(ty: &Type) -> Option<Value> {
    match ty {
        Type::Set(_) => Some(Value::Set(std::collections::BTreeSet::new())),
        Type::List(_) => Some(Value::List(Vec::new())),
        _ => None,
    }
}
