//! Each type, and what comes over the wire for it.

use std::sync::Arc;

use insta::assert_snapshot;
use serde_json::{Value as Json, json};
use trig_ir::{
    Entity, EntityId, Enum, EnumId, IR_VERSION, Ir, Pipeline, PipelineId, Project, RevisionHash,
    Stage, StageKind, Type, Variant, Versions,
};

use super::decode;
use crate::Engine;

fn engine() -> Engine {
    let lead = EntityId(0);
    let pipeline = |name: &str, id: &str, stages: &[(&str, &str)]| Pipeline {
        name: name.into(),
        entity: lead,
        native_id: Some(id.into()),
        stages: stages
            .iter()
            .map(|(name, id)| Stage {
                name: (*name).into(),
                native_id: Some((*id).into()),
                kind: StageKind::Open,
                was: None,
            })
            .collect(),
    };
    let variant = |name: &str, native: Option<&str>| Variant {
        name: name.into(),
        native_id: native.map(Into::into),
        was: None,
    };
    let ir = Ir {
        version: IR_VERSION,
        versions: Versions::current(),
        project: Project {
            id: "ws".into(),
            name: String::new(),
            zone: "UTC".into(),
            currency: Some("EUR".into()),
            connectors: Vec::new(),
        },
        files: Vec::new(),
        entities: vec![Entity {
            name: "crm.lead".into(),
            native_id: None,
            fields: Vec::new(),
        }],
        enums: vec![Enum {
            name: "channel".into(),
            variants: vec![variant("chat", Some("12")), variant("mail", None)],
        }],
        events: Vec::new(),
        actions: Vec::new(),
        pipelines: vec![
            pipeline("Sales", "100", &[("New", "1"), ("Won", "142")]),
            pipeline("Service", "200", &[("Open", "2"), ("Won", "142")]),
        ],
        conditions: Vec::new(),
        schedules: Vec::new(),
        feeds: Vec::new(),
        breakers: Vec::new(),
        renamed_cooldowns: Vec::new(),
        triggers: Vec::new(),
    };
    Engine::new(Arc::new(ir), RevisionHash("r".into()))
}

fn all(ty: Type, values: &[Json]) -> String {
    let engine = engine();
    let mut table = String::new();
    for json in values {
        let read = match decode(&engine, &ty, json, &"crm".into()) {
            Ok(value) => value.to_string(),
            Err(reason) => format!("! {reason}"),
        };
        table += &format!("{json} -> {read}\n");
    }
    table
}

#[test]
fn numbers_and_truth() {
    let values = [
        json!(1),
        json!("1"),
        json!(" -2 "),
        json!(1.0),
        json!(1.5),
        json!("1e3"),
        json!(true),
        json!("Y"),
        json!("no"),
        json!(""),
        json!(null),
        json!([]),
        json!("9223372036854775808"),
        json!(0.1),
        json!("0.30000000000000000000000000000001"),
    ];
    assert_snapshot!(all(Type::Int, &values));
    assert_snapshot!(all(Type::Decimal, &values));
    assert_snapshot!(all(Type::Bool, &values));
}

#[test]
fn money() {
    let values = [
        json!(12.5),
        json!("12.50"),
        json!("12.50 usd"),
        json!("100|USD"),
        json!({"amount": "1", "currency": "JPY"}),
        json!({"amount": 1}),
        json!({"amount": 1, "currency": "euro"}),
        json!({"currency": "EUR"}),
        json!("dear"),
        json!("1 2"),
    ];
    assert_snapshot!(all(Type::Money, &values));
}

#[test]
fn texts_and_tags() {
    let values = [
        json!("e\u{301}"),
        json!(5),
        json!(""),
        json!(" "),
        json!({"name": "VIP"}),
        json!([1]),
    ];
    assert_snapshot!(all(Type::Text, &values));
    assert_snapshot!(all(Type::Tag, &values));
    let sets = [
        json!("b, A ,a,,"),
        json!(["x", {"name": "Y"}, "X "]),
        json!([]),
        json!(7),
        json!([[1]]),
    ];
    assert_snapshot!(all(Type::Set(Box::new(Type::Tag)), &sets));
    let lists = [json!("a,b"), json!(["a", "", null, 1])];
    assert_snapshot!(all(Type::List(Box::new(Type::Text)), &lists));
}

#[test]
fn moments() {
    let values = [
        json!(1_772_445_600),
        json!("1772445600"),
        json!("2026-03-02"),
        json!("2026-03-02 10:30:00"),
        json!("2026-03-02T10:30:00"),
        json!("2026-03-02T23:30:00-02:00"),
        json!("2026-02-30"),
        json!("02.03.2026"),
        json!("2026-03-02 nonsense"),
        json!(true),
        json!(1e18),
    ];
    assert_snapshot!(all(Type::DateTime, &values));
    assert_snapshot!(all(Type::Date, &values));
    assert_snapshot!(all(
        Type::Time,
        &[json!("09:30"), json!("09:30:15"), json!("25:00"), json!(9)]
    ));
    let spans = [json!(90), json!("90.5"), json!("PT1H30M"), json!("soon")];
    assert_snapshot!(all(Type::Duration, &spans));
    assert_snapshot!(all(
        Type::Weekday,
        &[
            json!(1),
            json!("Wednesday"),
            json!("sun"),
            json!(8),
            json!("so")
        ]
    ));
}

#[test]
fn names_and_ids() {
    assert_snapshot!(all(
        Type::Enum(EnumId(0)),
        &[
            json!("chat"),
            json!(12),
            json!("12"),
            json!("fax"),
            json!({})
        ]
    ));
    let stages = [
        json!({"pipeline": 100, "stage": 142}),
        json!({"pipeline": "200", "stage": "142"}),
        json!({"pipeline": null, "stage": 1}),
        json!({"pipeline": null, "stage": 142}),
        json!({"pipeline": "Sales", "stage": "New"}),
        json!({"pipeline": 100, "stage": 2}),
        json!("Sales.Won"),
        json!(2),
        json!("Open"),
        json!("Won"),
        json!("Sales.Lost"),
        json!({"stage": null}),
        json!([]),
    ];
    assert_snapshot!(all(Type::Stage(EntityId(0)), &stages));
    assert_snapshot!(all(Type::StageOf(PipelineId(1)), &stages));
    let references = [
        json!(5),
        json!("5"),
        json!({"id": 5}),
        json!({"id": "5", "connector": "other", "entity": "crm.lead"}),
        json!({"id": "5", "entity": "crm.contact"}),
        json!({"name": "x"}),
        json!(true),
    ];
    assert_snapshot!(all(Type::Entity(EntityId(0)), &references));
}
