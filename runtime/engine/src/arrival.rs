//! What arrives from outside: declared events, and snapshots of records.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value as Json};
use smol_str::SmolStr;
use trig_ir::{EntityId, EventKind, Field, RecordKey, Type, Value};

use crate::apply::{Run, before};
use crate::cascade::{Change, Event, Item};
use crate::decode::decode;
use crate::derive::Derived;
use crate::key::Root;
use crate::nearest::nearest;
use crate::snapshot::Snapshot;
use crate::state::{Fields, Grave, Record};
use crate::{Actor, Arrival, Audit, Cause, Happening, RecordOp, render};

impl Run<'_> {
    pub(crate) fn arrival(&mut self, arrival: &Arrival) {
        if let Some(id) = &arrival.id {
            if !self.state.see(&arrival.source, id, self.now) {
                self.audit(Audit::Duplicate {
                    source: arrival.source.clone(),
                    id: id.clone(),
                });
                return;
            }
            self.begin(Root::Arrival(arrival.source.clone(), id.clone()));
        }
        match &arrival.what {
            Happening::Event { ty, subject, data } => {
                self.declared(arrival, ty, subject.as_ref(), data);
            }
            Happening::Webhook { body } => self.webhook(arrival, body),
            Happening::Start { flow, subject } => self.by_hand(arrival, flow, subject.as_ref()),
            Happening::Record {
                op,
                entity,
                id,
                fields,
                old,
                changed,
                clock,
            } => {
                let Some(entity) = self.known_entity(arrival, entity, id, fields, *op) else {
                    return;
                };
                let name = self
                    .engine
                    .ir()
                    .entities
                    .get(entity.index())
                    .map(|e| &e.name);
                let key = RecordKey {
                    entity: name.cloned().unwrap_or_default(),
                    connector: arrival.source.clone(),
                    id: id.clone(),
                };
                if *op == RecordOp::Deleted {
                    self.deleted(arrival, entity, &key, *clock);
                    return;
                }
                let mut stated = BTreeSet::new();
                let fields = self.typed(entity, fields, &key.connector, true);
                let old = self.typed(entity, old, &key.connector, false);
                stated.extend(old.keys().cloned());
                stated.extend(changed.iter().map(|name| self.stored(entity, name)));
                let snapshot = Snapshot {
                    arrival,
                    entity,
                    key,
                    fields,
                    old,
                    stated,
                    clock: *clock,
                };
                self.snapshot(&snapshot, *op == RecordOp::Created);
            }
        }
    }

    pub(crate) fn unhandled(&mut self, field: Option<&str>, reason: String) {
        self.audit(Audit::Unhandled {
            field: field.map(SmolStr::new),
            reason,
        });
    }

    /// A declared event.
    fn declared(
        &mut self,
        arrival: &Arrival,
        ty: &SmolStr,
        subject: Option<&(SmolStr, SmolStr)>,
        data: &Map<String, Json>,
    ) {
        let Some(id) = self.engine.index().event_id(ty) else {
            let events = &self.engine.ir().events;
            let near = nearest(ty, events.iter().map(|e| e.name.as_str()));
            let hint = near.map(|near| format!("; did you mean `{near}`?"));
            let hint = hint.unwrap_or_default();
            let reason = format!("no event `{ty}` is declared{hint}");
            self.unhandled(None, reason);
            return;
        };
        let engine = self.engine;
        let Some(event) = engine.ir().events.get(id.index()) else {
            return;
        };
        let mut fields = Fields::default();
        for field in &event.fields {
            let wire = field.native_id.as_ref().map(|id| format!("#{id}"));
            let json = wire.and_then(|wire| data.get(&wire));
            let Some(json) = json.or_else(|| data.get(field.name.as_str())) else {
                // an event comes once: what it does not say can only be empty, if the field may be
                if field.optional {
                    fields.set(field.name.clone(), Value::Empty);
                }
                continue;
            };
            let value = self.value(field, json, &arrival.source);
            fields.set(field.name.clone(), value);
        }
        if let Some((entity, id)) = subject {
            self.named_subject(arrival, &event.fields, entity, id, &mut fields);
        }
        let mut unknown: Vec<&str> = data
            .keys()
            .map(String::as_str)
            .filter(|name| !event.fields.iter().any(|field| is_field(field, name)))
            .collect();
        unknown.sort_unstable();
        if let Some(first) = unknown.first() {
            let names = unknown.join("`, `");
            self.unhandled(Some(first), format!("`{ty}` has no field `{names}`"));
        }
        self.happened(EventKind::Event(id), fields, &arrival.by);
    }

    /// Puts an event from outside into the queue.
    pub(crate) fn happened(&mut self, kind: EventKind, fields: Fields, by: &Actor) {
        let (seq, nth) = self.number();
        self.cascade.queue.push_back(Item::Event(Event {
            seq,
            nth,
            depth: 0,
            cause: None,
            kind,
            fields,
            by: by.clone(),
            at_creation: false,
            change: None,
        }));
    }

    /// The record that an envelope names: the event's reference of that entity, where its data does not say it.
    fn named_subject(
        &mut self,
        arrival: &Arrival,
        declared: &[Field],
        entity: &SmolStr,
        id: &SmolStr,
        fields: &mut Fields,
    ) {
        let Some(entity) = self.engine.index().entity_id(entity) else {
            self.unhandled(Some("subject"), format!("no entity `{entity}` is declared"));
            return;
        };
        let mut open = declared.iter().filter(|field| {
            field.ty == Type::Entity(entity) && fields.get(&field.name).is_none_or(Value::is_empty)
        });
        if let (Some(field), Some(decl)) =
            (open.next(), self.engine.ir().entities.get(entity.index()))
        {
            let key = RecordKey {
                entity: decl.name.clone(),
                connector: arrival.source.clone(),
                id: id.clone(),
            };
            fields.set(field.name.clone(), Value::Record(key));
        }
    }

    /// A value off the wire; what cannot be read is kept as it came.
    fn value(&mut self, field: &Field, json: &Json, connector: &SmolStr) -> Value {
        match decode(self.engine, &field.ty, json, connector) {
            Ok(value) => value,
            Err(reason) => {
                self.unhandled(Some(&field.name), reason);
                raw(json)
            }
        }
    }

    /// The entity of a snapshot. One that is not declared is kept as it came: a later revision may declare it.
    fn known_entity(
        &mut self,
        arrival: &Arrival,
        entity: &SmolStr,
        id: &SmolStr,
        fields: &Map<String, Json>,
        op: RecordOp,
    ) -> Option<EntityId> {
        let known = self.engine.index().entity_id(entity);
        if known.is_none() {
            self.unhandled(None, format!("no entity `{entity}` is declared"));
            let key = RecordKey {
                entity: entity.clone(),
                connector: arrival.source.clone(),
                id: id.clone(),
            };
            if op == RecordOp::Deleted {
                self.state.records.remove(&key);
            } else {
                let mut record = match self.state.records.get(&key) {
                    Some(record) => record.as_ref().clone(),
                    None => Record {
                        untold: (op != RecordOp::Created).then(BTreeSet::new),
                        ..Record::default()
                    },
                };
                for (name, json) in fields {
                    record.fields.set(name.into(), raw(json));
                }
                self.state.records.put(key, Arc::new(record));
            }
        }
        known
    }

    /// The name under which a field off the wire is stored.
    fn stored(&self, entity: EntityId, wire: &str) -> SmolStr {
        let index = self.engine.index();
        let field = index.wire_field(entity, wire);
        match field.and_then(|field| index.stored_name(entity, field)) {
            Some(stored) => stored.clone(),
            None => wire.into(),
        }
    }

    /// Fields off the wire by their stored names. What nobody declared is kept as it came.
    fn typed(
        &mut self,
        entity: EntityId,
        fields: &Map<String, Json>,
        connector: &SmolStr,
        report: bool,
    ) -> BTreeMap<SmolStr, Value> {
        let engine = self.engine;
        let mut typed = BTreeMap::new();
        let mut unknown: Vec<&str> = Vec::new();
        for (wire, json) in fields {
            let at = engine.index().wire_field(entity, wire);
            let decl = engine.ir().entities.get(entity.index());
            let field = at.and_then(|at| decl?.fields.get(at));
            if field.is_none() {
                unknown.push(wire);
            }
            let value = match field {
                Some(field) if report => self.value(field, json, connector),
                Some(field) => {
                    decode(engine, &field.ty, json, connector).unwrap_or_else(|_| raw(json))
                }
                None if json.is_null() => Value::Empty,
                None => raw(json),
            };
            typed.insert(self.stored(entity, wire), value);
        }
        if report && let Some(first) = unknown.first() {
            let of = engine.ir().entities.get(entity.index());
            let of = of.map_or("", |decl| decl.name.as_str());
            let names = unknown.join("`, `");
            self.unhandled(Some(first), format!("`{of}` has no field `{names}`"));
        }
        typed
    }

    /// Numbers a snapshot's own place in the cascade.
    pub(crate) fn report(&mut self, arrival: &Arrival, key: &RecordKey, verb: &str) -> Cause {
        let (seq, _) = self.number();
        if self.options.trace {
            self.audit(Audit::Event {
                seq,
                cause: None,
                text: format!("{} {verb}", key.entity),
                subject: Some(key.clone()),
                by: arrival.by.clone(),
            });
        }
        Cause { seq, trigger: None }
    }

    fn deleted(
        &mut self,
        arrival: &Arrival,
        entity: EntityId,
        key: &RecordKey,
        clock: Option<i64>,
    ) {
        let cause = self.report(arrival, key, "deleted");
        if self.state.graves.has(key) && !self.state.records.has(key) {
            // it is gone already
            return;
        }
        let last = self.state.records.get(key).cloned();
        let before = before(last.as_ref());
        let version = last.unwrap_or_default();
        self.state.records.remove(key);
        let clock = clock.max(version.clock);
        let at = self.now;
        self.state.bury(key.clone(), Grave { at, clock });
        self.cancel_all_of(key);
        self.disarm_offsets_of(key);
        self.look_again(key, None);
        let event = Derived {
            kind: EventKind::Deleted(entity),
            fields: [(SmolStr::new_static("record"), Value::Record(key.clone()))]
                .into_iter()
                .collect(),
            at_creation: false,
            heard: true,
        };
        let change = Change {
            record: key.clone(),
            before,
            version,
        };
        self.queue(vec![event], Some(&change), Some(&cause), &arrival.by, 0);
    }

    pub(crate) fn trace_event(&mut self, event: &Event) {
        let text = render::event(self.engine, event);
        let subject = render::subject(event);
        self.audit(Audit::Event {
            seq: event.seq,
            cause: event.cause.clone(),
            text,
            subject,
            by: event.by.clone(),
        });
    }
}

fn is_field(field: &Field, wire: &str) -> bool {
    let native = wire.strip_prefix('#');
    field.name == wire || native.is_some() && field.native_id.as_deref() == native
}

fn raw(json: &Json) -> Value {
    Value::Raw(json.to_string().into())
}
