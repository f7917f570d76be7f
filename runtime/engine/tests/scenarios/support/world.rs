//! The declarations.

use trig_ir::*;

pub(crate) const LEAD: EntityId = EntityId(0);
pub(crate) const CONTACT: EntityId = EntityId(1);
pub(crate) const ORDER: EntityId = EntityId(2);

pub(crate) const MESSAGE: EventId = EventId(0);
pub(crate) const ACCEPTED: EventId = EventId(1);
pub(crate) const PING: EventId = EventId(3);

pub(crate) const LOG: ActionId = ActionId(0);

pub(crate) fn loc(line: u32) -> Loc {
    Loc {
        file: FileId(0),
        line,
        start: 0,
        end: 1,
    }
}

pub(crate) fn field(name: &str, ty: Type) -> Field {
    Field {
        name: name.into(),
        ty,
        optional: true,
        native_id: None,
        silent: false,
        was: None,
    }
}

fn needed(name: &str, ty: Type) -> Field {
    Field {
        optional: false,
        ..field(name, ty)
    }
}

fn stage(name: &str, native: &str, kind: StageKind) -> Stage {
    Stage {
        name: name.into(),
        native_id: Some(native.into()),
        kind,
        was: None,
    }
}

/// The declarations, without triggers.
pub(crate) fn world() -> Ir {
    let entity = |name: &str, fields: Vec<Field>| Entity {
        name: name.into(),
        native_id: None,
        fields,
    };
    let event = |name: &str, fields: Vec<Field>| Event {
        name: name.into(),
        fields,
        webhook: None,
        updates: Vec::new(),
    };
    use StageKind::{Failure, Open, Success};
    Ir {
        version: IR_VERSION,
        versions: Versions::current(),
        project: Project {
            id: "ws".into(),
            name: "World".into(),
            zone: "Europe/Berlin".into(),
            currency: Some("EUR".into()),
            connectors: vec!["crm".into(), "other".into()],
        },
        files: vec![SourceFile {
            path: "main.trig".into(),
        }],
        entities: vec![
            entity(
                "crm.lead",
                vec![
                    field("amount", Type::Money),
                    Field {
                        native_id: Some("77".into()),
                        ..field("budget", Type::Int)
                    },
                    field("contact", Type::Entity(CONTACT)),
                    field("contacts", Type::List(Box::new(Type::Entity(CONTACT)))),
                    Field {
                        silent: true,
                        ..field("name", Type::Text)
                    },
                    field("score", Type::Int),
                    field("source", Type::Enum(EnumId(0))),
                    field("stage", Type::Stage(LEAD)),
                    field("tags", Type::Set(Box::new(Type::Tag))),
                ],
            ),
            entity(
                "crm.contact",
                vec![
                    field("name", Type::Text),
                    field("tags", Type::Set(Box::new(Type::Tag))),
                    field("vip", Type::Bool),
                ],
            ),
            entity("crm.order", vec![field("total", Type::Money)]),
        ],
        enums: vec![Enum {
            name: "crm.source".into(),
            variants: vec![
                Variant {
                    name: "web".into(),
                    native_id: Some("1".into()),
                    was: None,
                },
                Variant {
                    name: "phone".into(),
                    native_id: Some("2".into()),
                    was: None,
                },
            ],
        }],
        events: vec![
            event(
                "crm.message",
                vec![
                    needed("lead", Type::Entity(LEAD)),
                    field("order", Type::Entity(ORDER)),
                    needed("text", Type::Text),
                ],
            ),
            event(
                "crm.accepted",
                vec![
                    needed("lead", Type::Entity(LEAD)),
                    field("order", Type::Entity(ORDER)),
                ],
            ),
            event(
                "crm.paid",
                vec![
                    field("amount", Type::Money),
                    needed("lead", Type::Entity(LEAD)),
                ],
            ),
            event(
                "crm.ping",
                vec![field("lead", Type::Entity(LEAD)), field("n", Type::Int)],
            ),
        ],
        actions: vec![ActionDecl {
            name: "trig.log".into(),
            params: vec![needed("text", Type::Text), field("with", Type::Any)],
            if_unknown: IfUnknown::Retry,
            emits: Vec::new(),
            when: None,
        }],
        pipelines: vec![
            Pipeline {
                name: "Sales".into(),
                entity: LEAD,
                native_id: Some("100".into()),
                stages: vec![
                    stage("New", "1", Open),
                    stage("Contacted", "2", Open),
                    stage("Proposal", "3", Open),
                    stage("Won", "142", Success),
                    stage("Lost", "143", Failure),
                ],
            },
            Pipeline {
                name: "Service".into(),
                entity: LEAD,
                native_id: Some("200".into()),
                stages: vec![stage("Open", "11", Open), stage("Closed", "142", Success)],
            },
        ],
        conditions: Vec::new(),
        schedules: vec![office()],
        feeds: Vec::new(),
        breakers: Vec::new(),
        renamed_cooldowns: Vec::new(),
        triggers: Vec::new(),
    }
}

/// Monday to Friday, 09:00 to 18:00 in Berlin.
fn office() -> Schedule {
    let window = Window {
        start: Time::constant(9, 0, 0, 0),
        end: Time::constant(18, 0, 0, 0),
    };
    Schedule {
        name: "OfficeHours".into(),
        zone: "Europe/Berlin".into(),
        week: std::array::from_fn(|day| if day < 5 { vec![window] } else { Vec::new() }),
        except: Vec::new(),
    }
}
