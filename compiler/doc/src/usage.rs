//! Which fields triggers read and write.
//!
//! The IR is looked through in its serialised form: a place is `{"root", "path"}` wherever it stands, so that what
//! later versions of the language add is seen, too.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use trig_ir::{EntityId, Event, EventKind, Field, Ir, Trigger, Type};

/// Who uses a field.
#[derive(Default)]
pub(crate) struct Use {
    pub(crate) read_by: BTreeSet<String>,
    pub(crate) written_by: BTreeSet<String>,
}

/// The fields that are used, by entity and name.
pub(crate) type Usage = BTreeMap<(EntityId, String), Use>;

/// How deep conditions ask conditions; a compiled project has no circles.
const DEPTH: usize = 32;

pub(crate) fn usage(ir: &Ir) -> Usage {
    let mut usage = Usage::new();
    for trigger in &ir.triggers {
        let Ok(tree) = serde_json::to_value(trigger) else {
            continue;
        };
        let event = trigger.starts.iter().find_map(|s| match &s.pattern.event {
            EventKind::Event(id) => ir.events.get(id.index()),
            _ => None,
        });
        let mut look = Look {
            ir,
            trigger,
            event,
            usage: &mut usage,
        };
        look.node(&tree, trigger.subject, DEPTH);
    }
    usage
}

struct Look<'a> {
    ir: &'a Ir,
    trigger: &'a Trigger,
    event: Option<&'a Event>,
    usage: &'a mut Usage,
}

impl Look<'_> {
    fn node(&mut self, node: &Json, subject: Option<EntityId>, depth: usize) {
        match node {
            Json::Array(all) => all.iter().for_each(|n| self.node(n, subject, depth)),
            Json::Object(all) => {
                self.place(node, subject);
                if let (Some(record), Some(Json::String(field))) =
                    (all.get("record"), all.get("field"))
                {
                    let entity = self.place(record, subject);
                    self.write(entity, field);
                }
                for (key, value) in all {
                    match key.as_str() {
                        "move" => {
                            let record = value.get("record").unwrap_or(&Json::Null);
                            let entity = self.place(record, subject);
                            let stage = entity.and_then(|e| self.stage_of(e));
                            if let Some(stage) = stage {
                                self.write(entity, &stage);
                            }
                        }
                        "changed" | "gained" | "lost" | "due" => self.derived(value),
                        "condition" => self.condition(value, subject, depth),
                        _ => {}
                    }
                    self.node(value, subject, depth);
                }
            }
            _ => {}
        }
    }

    /// Notes the fields on the way to a place; returns the entity of the record that stands there, if one does.
    fn place(&mut self, place: &Json, subject: Option<EntityId>) -> Option<EntityId> {
        let root = place.get("root")?.as_str()?;
        let path = place.get("path")?.as_array()?;
        let mut names = path.iter().filter_map(Json::as_str);
        let mut entity = match root {
            "subject" | "old" => subject?,
            "event" | "candidate" => {
                let first = names.next()?;
                record_of(self.event?.field(first)?)?
            }
            _ => return None,
        };
        for name in names {
            let field = self.ir.entities.get(entity.index())?.field(name)?;
            let used = self.usage.entry((entity, name.to_owned())).or_default();
            used.read_by.insert(self.trigger.name.to_string());
            entity = record_of(field)?;
        }
        Some(entity)
    }

    fn write(&mut self, entity: Option<EntityId>, field: &str) {
        if let Some(entity) = entity {
            let used = self.usage.entry((entity, field.to_owned())).or_default();
            used.written_by.insert(self.trigger.name.to_string());
        }
    }

    /// The field of a derived event: `[entity, "field"]`.
    fn derived(&mut self, value: &Json) {
        let entity = value.get(0).and_then(Json::as_u64);
        let entity = entity.and_then(|id| u32::try_from(id).ok()).map(EntityId);
        if let (Some(entity), Some(field)) = (entity, value.get(1).and_then(Json::as_str)) {
            let used = self.usage.entry((entity, field.to_owned())).or_default();
            used.read_by.insert(self.trigger.name.to_string());
        }
    }

    /// What a condition reads of the record that it is asked of: `[id, place]`.
    fn condition(&mut self, value: &Json, subject: Option<EntityId>, depth: usize) {
        let id = value.get(0).and_then(Json::as_u64);
        let id = id.and_then(|id| usize::try_from(id).ok());
        let condition = id.and_then(|id| self.ir.conditions.get(id));
        let place = value.get(1).unwrap_or(&Json::Null);
        let entity = self.place(place, subject);
        if let (Some(condition), Some(depth)) = (condition, depth.checked_sub(1))
            && let Ok(body) = serde_json::to_value(&condition.body)
        {
            self.node(&body, entity, depth);
        }
    }

    fn stage_of(&self, entity: EntityId) -> Option<String> {
        let fields = &self.ir.entities.get(entity.index())?.fields;
        let stage = fields.iter().find(|f| f.ty == Type::Stage(entity))?;
        Some(stage.name.to_string())
    }
}

fn record_of(field: &Field) -> Option<EntityId> {
    match field.ty.element().unwrap_or(&field.ty) {
        Type::Entity(id) => Some(*id),
        _ => None,
    }
}
