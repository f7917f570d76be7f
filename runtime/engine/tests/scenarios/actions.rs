//! What triggers do.

use insta::assert_snapshot;
use serde_json::json;
use trig_ir::*;

use crate::support::*;

fn does(actions: Vec<Action>) -> Trigger {
    Trigger {
        actions,
        ..trigger("Does", vec![on_message()])
    }
}

fn moving(to: &str, backwards: bool, across: bool) -> Action {
    act(ActionKind::Move {
        record: subject(""),
        to: stage_name(to),
        backwards,
        across,
        as_user: Some("anna@acme.com".into()),
    })
}

#[test]
fn moves_and_refusals() {
    let mut world = run(vec![does(vec![
        moving("Sales.Proposal", false, false),
        moving("Sales.Proposal", false, false),
        moving("Sales.New", false, false),
        moving("Sales.New", true, false),
        moving("Service.Open", true, false),
        moving("Service.Open", false, true),
        moving("Service.Closed", false, false),
        moving("Sales.New", false, true),
        moving("Sales.New", true, true),
        moving("Sales.Gone", true, true),
        log("the rest goes on"),
    ])]);
    world
        .created("1", json!({"stage": "Sales.New"}))
        .message("1", "go");
    // in no stage, every way is forward
    world
        .updated("2", json!({"stage": null}))
        .message("2", "go");
    assert_snapshot!(world.story);
}

#[test]
fn set_and_what_it_raises() {
    let set_all = does(vec![
        set("score", SetOp::Assign, int(3)),
        set("score", SetOp::Add, int(4)),
        set("score", SetOp::Remove, int(1)),
        set("score", SetOp::Assign, int(6)),
        set("tags", SetOp::Add, tag("VIP")),
        set("tags", SetOp::Add, tag("vip")),
        set(
            "tags",
            SetOp::Remove,
            Expr::List(vec![tag("OLD"), tag("x")]),
        ),
        set("name", SetOp::Assign, text("silent")),
        set(
            "source",
            SetOp::Assign,
            Expr::Const(Value::Variant("phone".into())),
        ),
        set("budget", SetOp::Add, int(10)),
        set("amount", SetOp::Assign, Expr::Const(eur("12.5"))),
        set("amount", SetOp::Add, Expr::Const(eur("0.5"))),
        set("contact", SetOp::Assign, Expr::Const(Value::Empty)),
        log_expr(Expr::Concat(vec![
            load(subject("score")),
            text(" "),
            load(subject("tags")),
        ])),
    ]);
    let on = |field: &str| trigger(&format!("On_{field}"), vec![on_change(field)]);
    let mut world = traced(vec![set_all, on("score"), on("name"), on("tags")]);
    world.updated("1", json!({
        "score": 1, "tags": ["Old", "b"], "name": "n", "source": "1", "#77": "", "amount": 1, "contact": "c",
    }));
    world.message("1", "go");
    assert_snapshot!(world.story);
}

#[test]
fn a_failed_computation_is_not_written() {
    let divided = |by: i64| {
        Expr::Arith(
            ArithOp::Div,
            Box::new(load(subject("score"))),
            Box::new(int(by)),
        )
    };
    let usd = Expr::Const(Value::Money(Money {
        currency: "USD".into(),
        amount: 1.into(),
    }));
    let mut world = run(vec![does(vec![
        set("score", SetOp::Assign, divided(0)),
        set(
            "score",
            SetOp::Assign,
            Expr::OrElse(Box::new(divided(0)), Box::new(int(8))),
        ),
        set("score", SetOp::Assign, divided(3)),
        set("score", SetOp::Assign, Expr::Const(Value::Empty)),
        set("amount", SetOp::Add, usd),
        set(
            "budget",
            SetOp::Assign,
            Expr::Arith(
                ArithOp::Mul,
                Box::new(load(subject("score"))),
                Box::new(int(2)),
            ),
        ),
        log_expr(divided(0)),
    ])]);
    world
        .updated("1", json!({"score": 7, "amount": 5, "#77": 1}))
        .message("1", "go");
    assert_snapshot!(world.story);
}

#[test]
fn money_is_rounded_once_half_to_even() {
    let third = |amount: &str| {
        Expr::Arith(
            ArithOp::Mul,
            Box::new(Expr::Arith(
                ArithOp::Div,
                Box::new(Expr::Const(eur(amount))),
                Box::new(int(4)),
            )),
            Box::new(int(2)),
        )
    };
    let mut world = run(vec![does(vec![
        // 0.05 / 4 * 2 = 0.025 -> 0.02, 0.07 / 4 * 2 = 0.035 -> 0.04
        set("amount", SetOp::Assign, third("0.05")),
        set("amount", SetOp::Assign, third("0.07")),
        // 0.10 / 4 * 2 = 0.05; rounding in between would give 0.04
        set("amount", SetOp::Assign, third("0.10")),
    ])]);
    world.updated("1", json!({"amount": 1})).message("1", "go");
    assert_snapshot!(world.story);
}

#[test]
fn arguments_in_plain_json() {
    let call = |with: Expr| {
        act(ActionKind::Call {
            action: LOG,
            args: vec![("text".into(), text("x")), ("with".into(), with)],
        })
    };
    let value = |value| call(Expr::Const(value));
    let mut world = run(vec![does(vec![
        value(Value::Decimal("1.50".parse().unwrap())),
        value(eur("12")),
        value(Value::Date("2026-03-02".parse().unwrap())),
        value(Value::Time("09:30:00".parse().unwrap())),
        value(Value::DateTime(Timestamp(T0))),
        value(Value::Duration(Millis(90_500))),
        value(Value::Weekday(3)),
        call(load(subject("stage"))),
        call(load(subject(""))),
        call(load(subject("tags"))),
        call(load(subject("source"))),
        value(Value::Empty),
        call(load(subject("contacts"))),
    ])]);
    world.updated("1", json!({
        "stage": "Sales.Won", "tags": ["b", "a"], "source": 2, "contacts": [{"connector": "other", "id": 7}],
    }));
    world.message("1", "go");
    assert_snapshot!(world.story);
}

#[test]
fn keys_are_stable_and_distinct() {
    let two = || {
        vec![
            does(vec![log("a"), log("b"), move_to("Sales.Contacted")]),
            trigger("Other", vec![on_message()]),
        ]
    };
    let send = |world: &mut World, id: Option<&str>| {
        world.created("1", json!({"stage": "Sales.New"}));
        let mut message = arrival(trig_engine::Happening::Event {
            ty: "crm.message".into(),
            subject: None,
            data: fields(json!({"lead": 1, "text": "x"})),
        });
        message.id = id.map(Into::into);
        let output = world.apply(trig_engine::InputKind::Arrival(message));
        output
            .effects
            .into_iter()
            .map(|e| e.key)
            .collect::<Vec<_>>()
    };
    let first = send(&mut run(two()), Some("m1"));
    assert_eq!(send(&mut run(two()), Some("m1")), first);
    // the position in the log does not matter where the source has an id
    let mut shifted = run(two());
    assert_eq!(send(shifted.tick().tick(), Some("m1")), first);
    let mut all: Vec<_> = first
        .into_iter()
        .chain(send(&mut run(two()), Some("m2")))
        .collect();
    assert!(all.iter().all(|key| key.len() == 32));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 8);
}
