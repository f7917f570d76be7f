//! Fields that are not known: never sent because something was not known.

use insta::assert_snapshot;
use serde_json::json;
use trig_engine::*;
use trig_ir::*;

use crate::support::*;

#[test]
fn unknown_is_neither_true_nor_false() {
    let guarded = |name: &str, test| Trigger {
        guards: vec![when(name, test)],
        ..trigger(name, vec![on_message()])
    };
    let score = || more_than(subject("score"), 1);
    let budget = || more_than(subject("budget"), 1);
    let mut world = traced(vec![
        guarded("A_unknown", score()),
        guarded("B_not", Expr::Not(Box::new(score()))),
        guarded(
            "C_and_false",
            Expr::Not(Box::new(Expr::And(vec![score(), budget()]))),
        ),
        guarded(
            "D_or_true",
            Expr::Or(vec![score(), Expr::Not(Box::new(budget()))]),
        ),
        guarded(
            "E_empty",
            Expr::IsEmpty(Box::new(load(subject("contact.name")))),
        ),
        guarded("F_reference", load(subject("contact.vip"))),
    ]);
    world
        .updated("1", json!({"#77": 1, "contact": null}))
        .message("1", "x");
    world
        .updated("2", json!({"#77": 1, "contact": "c"}))
        .message("2", "x");
    // a record that nobody has reported
    world.message("3", "x");
    assert_snapshot!(world.story);
}

#[test]
fn a_body_that_needs_it_leaves_nothing_behind() {
    let half = Trigger {
        limits: vec![cooldown("Half", Millis::DAY, &[])],
        actions: vec![
            log("sent?"),
            set("score", SetOp::Assign, int(5)),
            log_expr(Expr::Concat(vec![load(subject("contact.name"))])),
        ],
        ..trigger("Half", vec![on_message()])
    };
    let mut world = traced(vec![half]);
    world
        .updated("1", json!({"score": 1, "contact": "c"}))
        .message("1", "x");
    assert_eq!(world.value("1", "score"), Some(Value::Int(1)));
    assert_eq!(world.state.outbox().count(), 0);
    world
        .contact("c", json!({"name": "Cleo"}))
        .message("1", "x");
    assert_eq!(world.value("1", "score"), Some(Value::Int(5)));
    assert_snapshot!(world.story);
}

#[test]
fn what_waited_and_needs_it_is_told_even_without_a_trace() {
    let waits = Trigger {
        after: Some(after(Millis::HOUR)),
        actions: vec![log_expr(load(subject("name")))],
        ..trigger("Waits", vec![on_message()])
    };
    let mut world = run(vec![waits]);
    world.message("1", "x").later(Millis::HOUR).tick();
    assert_snapshot!(world.story);
}

#[test]
fn an_unless_that_cannot_be_decided_cancels() {
    let same_contact = Cancel {
        pattern: Pattern {
            filter: Some(compare(CompareOp::Eq, load(subject("score")), int(1))),
            ..pattern(EventKind::Event(ACCEPTED), "accepted")
        },
        ..cancel(EventKind::Event(ACCEPTED), "", "lead")
    };
    let waits = Trigger {
        after: Some(After {
            unless: vec![same_contact],
            ..after(Millis::HOUR)
        }),
        ..trigger("Waits", vec![on_message()])
    };
    let mut world = run(vec![waits]);
    world
        .message("1", "x")
        .event("crm.accepted", json!({"lead": 1}));
    assert_snapshot!(world.story);
}

#[test]
fn what_is_gone_is_empty() {
    let says = Trigger {
        actions: vec![
            log_expr(Expr::OrElse(
                Box::new(load(subject("contact.name"))),
                Box::new(text("nobody")),
            )),
            act(ActionKind::Set {
                record: subject("contact"),
                field: "vip".into(),
                op: SetOp::Assign,
                value: Expr::Const(Value::Bool(true)),
            }),
        ],
        ..trigger("Says", vec![on_message()])
    };
    let vip = || {
        compare(
            CompareOp::Eq,
            load(subject("contact.vip")),
            Expr::Const(Value::Bool(true)),
        )
    };
    let holds = Trigger {
        after: Some(After {
            holds: Some(guard(GuardKind::While, "contact.vip", vip())),
            ..after(Millis::HOUR)
        }),
        ..trigger("While", vec![on_message()])
    };
    let nobody = until(
        "contact.name is empty",
        Expr::IsEmpty(Box::new(load(subject("contact.name")))),
    );
    let waits = Trigger {
        actions: vec![wait_until(nobody), log("gone")],
        ..trigger("Waits", vec![on_message()])
    };
    let mut world = run(vec![says, holds, waits]);
    world.through_json = true;
    world.contact("a", json!({"name": "Ada", "vip": true}));
    world
        .updated("1", json!({"contact": "a"}))
        .message("1", "x");
    world
        .arrive(record(RecordOp::Deleted, "crm.contact", "a", json!({})))
        .tick();
    assert_eq!(world.count("cancelled While for crm.lead/1: While"), 1);
    assert_eq!(world.count("Waits.1 called trig.log"), 1);
    world.message("1", "after");
    assert_eq!(world.count("Says.0 called trig.log"), 2);
    assert_eq!(world.count("{\"text\":\"nobody\"}"), 1);
    assert_eq!(world.count("Says.1 nothing: crm.contact/a is gone"), 1);
    assert_eq!(
        world.count("-> write crm.contact/a"),
        1 - world.count("already")
    );
    assert_eq!(world.count("unknown"), 0);
    // one that nobody has told of yet is not gone
    world
        .updated("2", json!({"contact": "b"}))
        .message("2", "x");
    assert_eq!(world.count("Says.0 called trig.log"), 2);
}
