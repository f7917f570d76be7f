//! What is looked at when an event happens.

use insta::assert_snapshot;
use serde_json::json;
use trig_ir::*;

use crate::support::*;

#[test]
fn the_trace_says_what_decided() {
    let starts = || {
        vec![filtered(
            on_message(),
            "message(text contains \"price\")",
            Expr::Text(
                TextOp::Contains,
                Box::new(load(candidate("text"))),
                Box::new(text("PRICE")),
            ),
        )]
    };
    let guarded = |name: &str, guards| Trigger {
        guards,
        ..trigger(name, starts())
    };
    let big = || {
        when(
            "amount > 10 EUR and score > 1",
            Expr::And(vec![
                compare(
                    CompareOp::Gt,
                    load(subject("amount")),
                    Expr::Const(eur("10")),
                ),
                more_than(subject("score"), 1),
            ]),
        )
    };
    let triggers = vec![
        guarded("A", vec![]),
        guarded("B", vec![by(&[ActorKind::Customer])]),
        guarded("C", vec![big()]),
        guarded("D", vec![big(), by(&[ActorKind::Customer])]),
        Trigger {
            disabled: true,
            ..guarded("E", vec![])
        },
    ];
    let mut world = traced(triggers);
    world.updated("1", json!({"amount": 11, "score": 1}));
    world.message("1", "hello").message("1", "a price?");
    world
        .updated("1", json!({"score": 2}))
        .message("1", "price");
    assert_snapshot!(world.story);
}

#[test]
fn the_first_start_that_holds_is_the_one() {
    let by_user = Start {
        guards: vec![by(&[ActorKind::User])],
        after: Some(after(Millis::MINUTE)),
        ..on_change("score")
    };
    let by_api = Start {
        guards: vec![by(&[ActorKind::Api])],
        after: Some(after(Millis::HOUR)),
        ..on_change("score")
    };
    let any = Start {
        after: None,
        ..on_change("score")
    };
    let mut world = run(vec![
        trigger("Two", vec![by_user.clone(), by_api.clone()]),
        trigger("Three", vec![by_user, by_api, any]),
    ]);
    let by = |kind, score: i64| {
        let mut arrival = record(
            trig_engine::RecordOp::Updated,
            "crm.lead",
            "1",
            json!({"score": score}),
        );
        arrival.by.kind = kind;
        arrival
    };
    world
        .arrive(by(ActorKind::User, 0))
        .arrive(by(ActorKind::User, 1))
        .arrive(by(ActorKind::Api, 2));
    world.later(Millis::MINUTE).tick();
    world.later(Millis::HOUR).arrive(by(ActorKind::Customer, 3));
    assert_snapshot!(world.story);
}

#[test]
fn guards_of_a_change_see_that_version() {
    let twice = Trigger {
        actions: vec![move_to("Sales.Contacted"), move_to("Sales.Proposal")],
        ..trigger("Twice", vec![on_message()])
    };
    let judged = |stage: &str| {
        let guard = when(stage, in_stage(subject("stage"), &[stage]));
        Trigger {
            guards: vec![guard],
            actions: vec![log_expr(Expr::Concat(vec![
                text("now "),
                load(subject("stage")),
                text(", was "),
                load(place(Root::Old, "stage")),
                text(", event "),
                load(event("from")),
                text(" to "),
                load(event("to")),
            ]))],
            ..trigger(&format!("At{}", &stage[6..]), vec![on_moved()])
        }
    };
    let mut world = run(vec![
        twice,
        judged("Sales.Contacted"),
        judged("Sales.Proposal"),
    ]);
    world
        .created("1", json!({"stage": "Sales.New"}))
        .message("1", "go");
    assert_snapshot!(world.story);
}

#[test]
fn created_entered_moved_differ() {
    let to_contacted = |start| {
        filtered(
            start,
            "to Contacted",
            in_stage(candidate("to"), &["Sales.Contacted"]),
        )
    };
    let on = |kind, text| to_contacted(start(kind, text, "record"));
    let or_created = |or_created| {
        let mut start = to_contacted(on_change("stage"));
        start.pattern.or_created = or_created;
        start
    };
    let mut world = run(vec![
        trigger("Created", vec![on(EventKind::Created(LEAD), "created")]),
        trigger("Moved", vec![on(EventKind::Moved(LEAD), "moved")]),
        trigger("Enters", vec![on(EventKind::Entered(LEAD), "enters")]),
        trigger("Changed", vec![or_created(false)]),
        trigger("OrCreated", vec![or_created(true)]),
    ]);
    world.created("1", json!({"stage": "Sales.Contacted"}));
    world.created("2", json!({"stage": "Sales.New"}));
    world.updated("2", json!({"stage": "Sales.Contacted"}));
    assert_snapshot!(world.story);
}

#[test]
fn tags_come_and_go() {
    let gains = filtered(
        start(
            EventKind::Gained(LEAD, "tags".into()),
            "tags gains",
            "record",
        ),
        "lead.tags gains \"VIP\"",
        compare(CompareOp::Eq, load(candidate("value")), tag("vip")),
    );
    let loses = start(
        EventKind::Lost(LEAD, "tags".into()),
        "lead.tags loses",
        "record",
    );
    let mut world = run(vec![
        trigger("Gains", vec![gains]),
        trigger("Loses", vec![loses]),
    ]);
    world.created("1", json!({"tags": ["VIP"]}));
    world.updated("1", json!({"tags": ["old", "vip"]}));
    world.updated("1", json!({"tags": []}));
    world.updated("1", json!({"tags": "Vip,new"}));
    assert_snapshot!(world.story);
}

#[test]
fn an_event_without_its_subject_starts_nothing() {
    let mut world = traced(vec![trigger("Ping", vec![on_ping()])]);
    world.event("crm.ping", json!({"n": 1}));
    assert_snapshot!(world.story);
}

#[test]
fn for_each_makes_its_elements_the_subjects() {
    let each = Trigger {
        subject: Some(CONTACT),
        each: Some(ForEach {
            loc: loc(9),
            source: EachSource::Of(place(Root::Outer, "contacts")),
            filter: Some(when("vip", load(subject("vip")))),
        }),
        guards: vec![when("score > 1", more_than(subject("score"), 1))],
        actions: vec![log_expr(Expr::Concat(vec![
            load(subject("name")),
            text(" of "),
            load(place(Root::Outer, "score")),
        ]))],
        ..trigger("Each", vec![on_message()])
    };
    let mut world = traced(vec![each]);
    world.contact("c1", json!({"name": "Cleo", "vip": true}));
    world.contact("a1", json!({"name": "Abe", "vip": true}));
    world.contact("b1", json!({"name": "Ben", "vip": false}));
    world.updated(
        "1",
        json!({"contacts": ["c1", "b1", "a1", "x1", "c1"], "score": 2}),
    );
    world.message("1", "hi");
    world
        .updated("2", json!({"contacts": [], "score": 2}))
        .message("2", "hi");
    assert_snapshot!(world.story);
}
