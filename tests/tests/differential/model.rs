//! The small world in which the programs live, and what both sides tell of what happened.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use trig_ir::*;

pub(crate) type Fields = BTreeMap<SmolStr, Value>;

pub(crate) const CONTACT: EntityId = EntityId(0);
pub(crate) const DEAL: EntityId = EntityId(1);
pub(crate) const INVOICE: EntityId = EntityId(2);
pub(crate) const MESSAGE: EventId = EventId(0);
pub(crate) const PAID: EventId = EventId(1);
pub(crate) const NOTE: EventId = EventId(2);
pub(crate) const CRM: &str = "crm";

/// An event, of a declared kind or derived from a change.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) kind: EventKind,
    pub(crate) fields: Fields,
    pub(crate) by: ActorKind,
    /// The record that changed, as it was after this change and before it.
    pub(crate) changed: Option<(RecordKey, Fields)>,
    pub(crate) old: Option<Fields>,
    /// The number of that version, of all versions of all records.
    pub(crate) version: u64,
    /// A value given at creation.
    pub(crate) given: bool,
    /// It happens for this start (trigger, start) alone.
    pub(crate) only: Option<(SmolStr, usize)>,
    pub(crate) depth: u32,
}

impl Event {
    pub(crate) fn new(kind: EventKind, by: ActorKind, depth: u32) -> Self {
        Self {
            kind,
            fields: Fields::new(),
            by,
            changed: None,
            old: None,
            version: 0,
            given: false,
            only: None,
            depth,
        }
    }

    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.fields.insert(name.into(), value);
        self
    }
}

/// What an input led to, as far as it is compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Seen {
    /// Trigger, subject, time: in order.
    pub(crate) fired: Vec<(SmolStr, String, Timestamp)>,
    /// In order.
    pub(crate) effects: Vec<String>,
    /// Trigger, subject, which clause.
    pub(crate) stopped: Vec<(SmolStr, String, &'static str)>,
    /// Trigger, subject, when it was due.
    pub(crate) missed: Vec<(SmolStr, String, Timestamp)>,
    /// Actions that changed nothing, by trigger.
    pub(crate) no_ops: Vec<SmolStr>,
    /// Breakers that opened.
    pub(crate) opened: Vec<(SmolStr, Timestamp)>,
    /// Cascades that were cut.
    pub(crate) cut: usize,
}

/// What stands after an input.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Standing {
    pub(crate) records: BTreeMap<String, Fields>,
    /// Trigger, subject, phase; when time wakes it, where that alone does.
    pub(crate) waiting: Vec<(SmolStr, String, &'static str, Option<Timestamp>)>,
    pub(crate) outbox: usize,
}

pub(crate) fn subject_text(key: Option<&RecordKey>) -> String {
    key.map_or_else(|| "-".to_owned(), ToString::to_string)
}

pub(crate) fn record_key(entity: &str, id: &str) -> RecordKey {
    RecordKey {
        entity: entity.into(),
        connector: CRM.into(),
        id: id.into(),
    }
}

/// A value without what makes no difference: all that reads as `empty` is.
pub(crate) fn plain(value: &Value) -> Value {
    if value.is_empty() {
        return Value::Empty;
    }
    match value {
        Value::Set(items) => {
            let mut folded: BTreeMap<String, &Value> = BTreeMap::new();
            for item in items {
                folded.entry(tag_key(item)).or_insert(item);
            }
            Value::Set(folded.into_values().cloned().collect())
        }
        value => value.clone(),
    }
}

pub(crate) fn tag_key(value: &Value) -> String {
    match value {
        Value::Tag(tag) => tag.trim().to_lowercase(),
        other => format!("{other:?}"),
    }
}

/// A value as it goes out.
pub(crate) fn to_json(value: &Value) -> Json {
    match value {
        Value::Empty => Json::Null,
        Value::Int(n) => json!(n),
        Value::Bool(b) => json!(b),
        Value::Text(text) | Value::Tag(text) => json!(text.as_str()),
        Value::Money(m) => {
            json!({"amount": format!("{:.2}", m.amount), "currency": m.currency.as_str()})
        }
        Value::Date(date) => json!(date.to_string()),
        Value::DateTime(at) => json!(at.to_jiff().unwrap().to_string()),
        Value::Stage(stage) => {
            json!({"pipeline": stage.pipeline.as_str(), "stage": stage.stage.as_str()})
        }
        Value::Record(key) => json!({
            "entity": key.entity.as_str(), "connector": key.connector.as_str(), "id": key.id.as_str(),
        }),
        Value::List(items) => items.iter().map(to_json).collect(),
        Value::Set(items) => items.iter().map(to_json).collect(),
        other => unreachable!("the generator sends no {other:?}"),
    }
}

pub(crate) fn loc(line: u32) -> Loc {
    Loc {
        file: FileId(0),
        line,
        start: 0,
        end: 1,
    }
}

fn field(name: &str, ty: Type) -> Field {
    Field {
        name: name.into(),
        ty,
        optional: true,
        native_id: None,
        silent: false,
        was: None,
    }
}

fn event(name: &str, fields: Vec<Field>) -> trig_ir::Event {
    trig_ir::Event {
        name: name.into(),
        fields,
        webhook: None,
        updates: Vec::new(),
    }
}

fn pipeline(name: &str, stages: &[(&str, StageKind)]) -> Pipeline {
    Pipeline {
        name: name.into(),
        entity: DEAL,
        native_id: None,
        stages: stages
            .iter()
            .map(|(name, kind)| Stage {
                name: (*name).into(),
                native_id: None,
                kind: *kind,
                was: None,
            })
            .collect(),
    }
}

fn schedule(name: &str, days: std::ops::Range<usize>, windows: &[(i8, i8)]) -> Schedule {
    let windows: Vec<Window> = windows
        .iter()
        .map(|(start, end)| Window {
            start: Time::constant(*start, 0, 0, 0),
            end: Time::constant(*end, 0, 0, 0),
        })
        .collect();
    Schedule {
        name: name.into(),
        zone: "Europe/Berlin".into(),
        week: std::array::from_fn(|day| {
            if days.contains(&day) {
                windows.clone()
            } else {
                Vec::new()
            }
        }),
        except: Vec::new(),
    }
}

pub(crate) const STAGES: [(&str, &str); 6] = [
    ("Sales", "New"),
    ("Sales", "Talk"),
    ("Sales", "Offer"),
    ("Sales", "Won"),
    ("Care", "Open"),
    ("Care", "Done"),
];

pub(crate) fn stage_name(n: usize) -> StageName {
    let (pipeline, stage) = STAGES[n % STAGES.len()];
    StageName {
        pipeline: pipeline.into(),
        stage: stage.into(),
    }
}

/// The declarations, without triggers.
pub(crate) fn world() -> Ir {
    use StageKind::{Open, Success};
    let set_of_tags = || Type::Set(Box::new(Type::Tag));
    let entity = |name: &str, fields| Entity {
        name: name.into(),
        fields,
        native_id: None,
    };
    let mut office = schedule("Office", 0..5, &[(9, 13), (14, 18)]);
    office
        .except
        .push((Date::constant(2026, 3, 26), Date::constant(2026, 3, 26)));
    Ir {
        version: IR_VERSION,
        versions: Versions::current(),
        project: Project {
            id: "ws".into(),
            name: "Small world".into(),
            zone: "Europe/Berlin".into(),
            currency: Some("EUR".into()),
            connectors: Vec::new(),
        },
        files: vec![SourceFile {
            path: "main.trig".into(),
        }],
        entities: vec![
            entity(
                "crm.contact",
                vec![
                    field("born", Type::Date),
                    field("name", Type::Text),
                    field("score", Type::Int),
                    field("tags", set_of_tags()),
                ],
            ),
            entity(
                "crm.deal",
                vec![
                    field("amount", Type::Money),
                    field("close", Type::Date),
                    field("contact", Type::Entity(CONTACT)),
                    field("contacts", Type::List(Box::new(Type::Entity(CONTACT)))),
                    field("meet", Type::DateTime),
                    field("name", Type::Text),
                    field("rank", Type::Int),
                    field("score", Type::Int),
                    field("stage", Type::Stage(DEAL)),
                    field("tags", set_of_tags()),
                ],
            ),
            entity("crm.invoice", vec![field("name", Type::Text)]),
        ],
        enums: Vec::new(),
        events: vec![
            event(
                "crm.message",
                vec![
                    field("contact", Type::Entity(CONTACT)),
                    field("deal", Type::Entity(DEAL)),
                    field("n", Type::Int),
                    field("tag", Type::Tag),
                    field("text", Type::Text),
                ],
            ),
            event(
                "crm.paid",
                vec![
                    field("deal", Type::Entity(DEAL)),
                    field("invoice", Type::Entity(INVOICE)),
                    field("n", Type::Int),
                ],
            ),
            event(
                "crm.note",
                vec![
                    field("contact", Type::Entity(CONTACT)),
                    field("deal", Type::Entity(DEAL)),
                    field("n", Type::Int),
                ],
            ),
        ],
        actions: vec![ActionDecl {
            name: "sms.send".into(),
            params: vec![
                field("n", Type::Int),
                field("text", Type::Text),
                field("to", Type::Any),
            ],
            if_unknown: IfUnknown::Retry,
            emits: Vec::new(),
            when: None,
        }],
        pipelines: vec![
            pipeline(
                "Sales",
                &[
                    ("New", Open),
                    ("Talk", Open),
                    ("Offer", Open),
                    ("Won", Success),
                ],
            ),
            pipeline("Care", &[("Open", Open), ("Done", Success)]),
        ],
        conditions: vec![Condition {
            name: "Big".into(),
            params: 1,
            body: Expr::Compare(
                CompareOp::Gt,
                Box::new(Expr::Load(Place::field(Root::Subject, "score"))),
                Box::new(Expr::Load(Place::root(Root::Binder(0)))),
            ),
            loc: loc(1),
        }],
        schedules: vec![office, schedule("Night", 0..7, &[(22, 6)])],
        feeds: Vec::new(),
        breakers: Vec::new(),
        renamed_cooldowns: Vec::new(),
        triggers: Vec::new(),
    }
}
