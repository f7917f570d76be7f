//! The events of a change: `created`, `moved`, `enters`, then `changed` by name of the field, then `gains` and `loses`
//! by name of the field, each in the order of values.

use std::collections::BTreeSet;

use smol_str::SmolStr;
use trig_ir::{EntityId, EventKind, Field, RecordKey, Value};

use crate::Engine;
use crate::eval::{Members, elements};
use crate::state::Fields;

/// A field with another value than before. `None`: not known.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FieldChange {
    /// Its number in the entity.
    pub(crate) field: usize,
    pub(crate) from: Option<Value>,
    pub(crate) to: Option<Value>,
}

/// An event that is not yet in a queue.
pub(crate) struct Derived {
    pub(crate) kind: EventKind,
    pub(crate) fields: Fields,
    pub(crate) at_creation: bool,
    /// Whether anything listens, or all is told: else it only counts.
    pub(crate) heard: bool,
}

struct Deriving<'a> {
    engine: &'a Engine,
    entity: EntityId,
    record: &'a RecordKey,
    created: bool,
    tell: bool,
    events: Vec<Derived>,
}

/// The events of a change of a record; of a creation, where `created`. A silent field raises none. `tell`: events
/// that nothing listens to have their fields, too.
pub(crate) fn derived(
    engine: &Engine,
    entity: EntityId,
    record: &RecordKey,
    changes: &[FieldChange],
    created: bool,
    tell: bool,
) -> Vec<Derived> {
    let mut deriving = Deriving {
        engine,
        entity,
        record,
        created,
        tell,
        events: Vec::new(),
    };
    deriving.stage(changes);
    let fields = engine.ir().entities.get(entity.index()).map(|e| &e.fields);
    let field = |change: &FieldChange| fields.and_then(|fields| fields.get(change.field));
    let mut loud: Vec<(&Field, &FieldChange)> = changes
        .iter()
        .filter_map(|change| Some((field(change)?, change)))
        .filter(|(field, _)| !field.silent)
        .collect();
    loud.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    for (field, change) in &loud {
        deriving.changed(field, change);
    }
    if !created {
        for (field, change) in &loud {
            deriving.members(field, change);
        }
    }
    deriving.events
}

impl Deriving<'_> {
    fn push(&mut self, kind: EventKind, fields: &[(&'static str, Option<&Value>)]) {
        let at_creation = self.created && matches!(kind, EventKind::Changed(..));
        if !self.tell && !self.engine.index().heard(&kind) {
            self.events.push(Derived {
                kind,
                fields: Fields::default(),
                at_creation,
                heard: false,
            });
            return;
        }
        let record = (
            SmolStr::new_static("record"),
            Value::Record(self.record.clone()),
        );
        let known = fields
            .iter()
            .filter_map(|(name, value)| Some((SmolStr::new_static(name), (*value)?.clone())));
        self.events.push(Derived {
            at_creation,
            heard: true,
            kind,
            fields: known.chain([record]).collect(),
        });
    }

    fn stage(&mut self, changes: &[FieldChange]) {
        let index = self.engine.index().stage_field(self.entity);
        let change = changes.iter().find(|change| Some(change.field) == index);
        let to = change.and_then(|change| change.to.as_ref());
        let from = change.and_then(|change| change.from.as_ref());
        let arrived = to.is_some_and(|stage| !stage.is_empty());
        if self.created {
            let to = to.unwrap_or(&Value::Empty);
            self.push(EventKind::Created(self.entity), &[("to", Some(to))]);
        } else if change.is_some() {
            let fields = [("from", from), ("to", to)];
            self.push(EventKind::Moved(self.entity), &fields);
        }
        if arrived {
            let fields = [("from", from), ("to", to)];
            self.push(EventKind::Entered(self.entity), &fields);
        }
    }

    fn changed(&mut self, field: &Field, change: &FieldChange) {
        // of values given at creation, only those that something asks for
        if self.created
            && (change.to.as_ref().is_none_or(Value::is_empty)
                || !self
                    .engine
                    .index()
                    .counts_at_creation(self.entity, &field.name))
        {
            return;
        }
        self.push(
            EventKind::Changed(self.entity, field.name.clone()),
            &[("from", change.from.as_ref()), ("to", change.to.as_ref())],
        );
    }

    fn members(&mut self, field: &Field, change: &FieldChange) {
        let (Some(from), Some(to)) = (&change.from, &change.to) else {
            return;
        };
        if field.ty.element().is_none() {
            return;
        }
        let only_in = |a: &Value, b: &Value| -> BTreeSet<Value> {
            let others = Members::of(b);
            let alone = elements(a).filter(|element| !others.has(element));
            alone.cloned().collect()
        };
        for value in only_in(to, from) {
            let kind = EventKind::Gained(self.entity, field.name.clone());
            self.push(kind, &[("value", Some(&value))]);
        }
        for value in only_in(from, to) {
            let kind = EventKind::Lost(self.entity, field.name.clone());
            self.push(kind, &[("value", Some(&value))]);
        }
    }
}
