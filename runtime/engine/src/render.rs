//! Texts for people.

use trig_ir::{EntityId, EventKind, RecordKey, Value};

use crate::Engine;
use crate::cascade::Event;

/// An event as a person would say it.
pub(crate) fn event(engine: &Engine, event: &Event) -> String {
    let entity = |id: &EntityId| {
        let decl = engine.ir().entities.get(id.index());
        decl.map_or("", |decl| decl.name.as_str())
    };
    let field = |name: &str| match event.fields.get(name) {
        Some(value) => value.to_string(),
        None => "unknown".to_owned(),
    };
    match &event.kind {
        EventKind::Event(id) => {
            let decl = engine.ir().events.get(id.index());
            decl.map_or_else(String::new, |decl| decl.name.to_string())
        }
        EventKind::Created(id) => match event.fields.get("to") {
            Some(Value::Stage(stage)) => format!("{} created in {stage}", entity(id)),
            _ => format!("{} created", entity(id)),
        },
        EventKind::Deleted(id) => format!("{} deleted", entity(id)),
        EventKind::Moved(id) => {
            format!(
                "{} moved from {} to {}",
                entity(id),
                field("from"),
                field("to")
            )
        }
        EventKind::Entered(id) => format!("{} enters {}", entity(id), field("to")),
        EventKind::Changed(id, name) => {
            let (entity, from, to) = (entity(id), field("from"), field("to"));
            format!("{entity}.{name} changed from {from} to {to}")
        }
        EventKind::Gained(id, name) => {
            format!("{}.{name} gains {}", entity(id), field("value"))
        }
        EventKind::Lost(id, name) => format!("{}.{name} loses {}", entity(id), field("value")),
        EventKind::Clock => format!("the clock comes to {}", field("at")),
        EventKind::Due(id, name) => {
            format!(
                "the clock comes to {}, by {}.{name}",
                field("at"),
                entity(id)
            )
        }
        EventKind::Started(flow) => format!("{flow} starts"),
        EventKind::GoalReached(flow, goal) => format!("{flow}.{goal} reached"),
        EventKind::GoalSkipped(flow, goal) => format!("{flow}.{goal} skipped"),
    }
}

/// The record that an event is about: that which changed, else the first one that it refers to.
pub(crate) fn subject(event: &Event) -> Option<RecordKey> {
    if let Some(change) = &event.change {
        return Some(change.record.clone());
    }
    event.fields.iter().find_map(|(_, value)| match value {
        Value::Record(key) => Some(key.clone()),
        _ => None,
    })
}
