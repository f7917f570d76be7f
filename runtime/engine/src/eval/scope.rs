//! What an expression can see.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::tz::TimeZone;
use smol_str::SmolStr;
use trig_ir::{EntityId, EventKind, Place, RecordKey, Root, Timestamp, Type, Value};

use crate::Engine;
use crate::decode::read_as;
use crate::index::short;
use crate::state::{Before, Fields, Layers, Record};

/// Where live records are read.
pub(crate) trait Records {
    /// The newest version of a record, if anything is known of it.
    fn record(&self, key: &RecordKey) -> Option<&Arc<Record>>;
    /// Whether it is gone: it was deleted, and has not been reported since.
    fn gone(&self, key: &RecordKey) -> bool;
}

impl Records for Layers<'_> {
    fn record(&self, key: &RecordKey) -> Option<&Arc<Record>> {
        self.records.get(key)
    }

    fn gone(&self, key: &RecordKey) -> bool {
        self.graves.has(key) && !self.records.has(key)
    }
}

/// An event as expressions read it.
#[derive(Clone, Copy)]
pub(crate) struct EventView<'a> {
    /// `None`: the revision does not have such events any more.
    pub(crate) kind: Option<&'a EventKind>,
    pub(crate) fields: &'a Fields,
}

/// What an expression can see.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) records: &'a dyn Records,
    pub(crate) now: Timestamp,
    pub(crate) zone: &'a TimeZone,
    pub(crate) subject: Option<&'a RecordKey>,
    pub(crate) outer: Option<&'a RecordKey>,
    pub(crate) event: Option<EventView<'a>>,
    pub(crate) candidate: Option<EventView<'a>>,
    pub(crate) before: &'a Before,
    /// This record is seen in this version, whatever its newest is.
    pub(crate) pinned: Option<(&'a RecordKey, &'a Record)>,
}

/// A field that was needed and is not known.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unknown {
    /// As it would be written.
    pub(crate) field: String,
}

pub(crate) static EMPTY: Value = Value::Empty;

impl<'a> Scope<'a> {
    /// A field of a record; `None`: not known. What is gone has nothing: all of it is `empty`.
    pub(crate) fn field(&self, key: &RecordKey, name: &SmolStr) -> Option<Cow<'a, Value>> {
        let record = match self.pinned {
            Some((pinned, version)) if pinned == key => Some(version),
            _ => self.records.record(key).map(AsRef::as_ref),
        };
        let known = record.and_then(|record| self.read(key, record, name));
        if known.is_none() && name == "id" {
            return Some(Cow::Owned(Value::Text(key.id.clone())));
        }
        if record.is_none() && self.records.gone(key) {
            return Some(Cow::Borrowed(&EMPTY));
        }
        known
    }

    /// A field of a version of a record.
    pub(crate) fn read(
        &self,
        key: &RecordKey,
        record: &'a Record,
        name: &SmolStr,
    ) -> Option<Cow<'a, Value>> {
        let index = self.engine.index();
        let entity = index.entity_id(&key.entity)?;
        let Some(at) = index.field(entity, name) else {
            return record.fields.get(name).map(|value| match value {
                Value::Raw(_) => Cow::Borrowed(&EMPTY),
                value => Cow::Borrowed(value),
            });
        };
        let field = self
            .engine
            .ir()
            .entities
            .get(entity.index())?
            .fields
            .get(at)?;
        let stored = index.stored_name(entity, at)?;
        let value = record.fields.get(stored);
        let value = value.or_else(|| record.fields.get(&index.name_now(&key.entity, name)))?;
        Some(read_as(self.engine, &field.ty, value, &key.connector))
    }

    /// A field of an event; `None`: not known.
    pub(crate) fn event_field(
        &self,
        event: EventView<'a>,
        name: &SmolStr,
    ) -> Option<Cow<'a, Value>> {
        let now = match event.kind {
            Some(EventKind::Event(id)) => {
                let decl = self.engine.ir().events.get(id.index());
                decl.map(|decl| self.engine.index().name_now(&decl.name, name))
            }
            _ => None,
        };
        let value = event.fields.get(now.as_ref().unwrap_or(name))?;
        match self.event_type(event.kind?, name) {
            Some(ty) => Some(read_as(self.engine, ty, value, &SmolStr::default())),
            None => Some(match value {
                Value::Raw(_) => Cow::Borrowed(&EMPTY),
                value => Cow::Borrowed(value),
            }),
        }
    }

    fn event_type(&self, kind: &EventKind, name: &str) -> Option<&'a Type> {
        let ir = self.engine.ir();
        let field = |entity: EntityId, field: &str| {
            let decl = ir.entities.get(entity.index())?;
            Some(&decl.field(field)?.ty)
        };
        match kind {
            EventKind::Event(id) => Some(&ir.events.get(id.index())?.field(name)?.ty),
            EventKind::Created(entity) | EventKind::Moved(entity) | EventKind::Entered(entity)
                if name != "record" =>
            {
                field(*entity, "stage")
            }
            EventKind::Changed(entity, of) if name != "record" => field(*entity, of),
            EventKind::Gained(entity, of) | EventKind::Lost(entity, of) if name == "value" => {
                field(*entity, of)?.element()
            }
            _ => None,
        }
    }

    /// A place as a person would write it.
    pub(crate) fn written(&self, place: &Place) -> String {
        let root = match place.root {
            Root::Subject => self.subject.map_or("subject", |key| short(&key.entity)),
            Root::Outer => self.outer.map_or("outer", |key| short(&key.entity)),
            Root::Old => "old",
            Root::Event => "event",
            // in its filter, an event's own fields stand alone
            Root::Candidate => "",
            Root::Binder(_) => "item",
        };
        let mut text = root.to_owned();
        for name in &place.path {
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(name);
        }
        text
    }
}
