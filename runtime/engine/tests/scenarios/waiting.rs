//! Firings that wait.

use insta::assert_snapshot;
use serde_json::json;
use trig_ir::*;

use crate::support::*;

fn waits(name: &str, after: After) -> Trigger {
    Trigger {
        after: Some(after),
        ..trigger(name, vec![on_message()])
    }
}

fn unless(cancels: Vec<Cancel>) -> After {
    After {
        unless: cancels,
        ..after(Millis::HOUR)
    }
}

fn holds(text: &str, test: Expr) -> After {
    After {
        holds: Some(guard(GuardKind::While, text, test)),
        ..after(Millis::HOUR)
    }
}

#[test]
fn a_second_one_of_its_key_is_not_armed() {
    let mut world = traced(vec![waits("Remind", after(Millis::HOUR))]);
    world
        .message("1", "a")
        .later(Millis::MINUTE)
        .message("1", "b")
        .message("2", "c");
    world.later(Millis::HOUR).tick();
    world.message("1", "d");
    assert_snapshot!(world.story);
}

#[test]
fn unless_cancels_for_the_same_subject_by_whom_it_says() {
    let by_user = Cancel {
        by: vec![ActorKind::User],
        ..cancel(EventKind::Event(ACCEPTED), "accepted(by: user)", "lead")
    };
    let mut world = run(vec![waits("Remind", unless(vec![by_user]))]);
    world.message("1", "a").message("2", "b");
    world.event("crm.accepted", json!({"lead": 1}));
    let mut by_api = arrival(trig_engine::Happening::Event {
        ty: "crm.accepted".into(),
        subject: None,
        data: fields(json!({"lead": 2})),
    });
    by_api.by.kind = ActorKind::Api;
    world.arrive(by_api);
    world.later(Millis::HOUR).tick();
    assert_snapshot!(world.story);
}

#[test]
fn the_starting_event_does_not_cancel_its_own_firing_and_the_next_one_does() {
    let again = cancel(EventKind::Event(MESSAGE), "message", "lead");
    let mut world = run(vec![waits("Silence", unless(vec![again]))]);
    world
        .message("1", "a")
        .later(Millis::MINUTE)
        .message("1", "b");
    world.later(Millis::HOUR).tick();
    assert_snapshot!(world.story);
}

#[test]
fn a_later_event_of_the_same_input_cancels() {
    let ping = cancel(EventKind::Event(PING), "ping", "lead");
    let pinger = Trigger {
        actions: vec![emit_ping(1)],
        ..trigger("Pinger", vec![on_message()])
    };
    let mut world = run(vec![waits("Armed", unless(vec![ping])), pinger]);
    world.message("1", "a");
    assert_snapshot!(world.story);
}

#[test]
fn at_equal_time_the_deadline_goes_first() {
    let accepted = cancel(EventKind::Event(ACCEPTED), "accepted", "lead");
    let mut world = run(vec![waits("Remind", unless(vec![accepted]))]);
    world
        .message("1", "a")
        .later(Millis::HOUR)
        .event("crm.accepted", json!({"lead": 1}));
    assert_snapshot!(world.story);
}

#[test]
fn a_finer_entity_has_to_be_the_same_where_both_name_one() {
    let on = Start {
        finer: vec![event("order")],
        ..on_message()
    };
    let accepted = Cancel {
        finer: vec![vec![(event("order"), candidate("order"))]],
        ..cancel(EventKind::Event(ACCEPTED), "accepted", "lead")
    };
    let remind = Trigger {
        after: Some(unless(vec![accepted])),
        ..trigger("Remind", vec![on])
    };
    let mut world = run(vec![remind]);
    for order in ["o1", "o2", "o3"] {
        world.event(
            "crm.message",
            json!({"lead": 1, "order": order, "text": "x"}),
        );
    }
    world.event("crm.accepted", json!({"lead": 1, "order": "o2"}));
    world.event("crm.accepted", json!({"lead": 1}));
    assert_snapshot!(world.story);
}

#[test]
fn an_unless_may_say_itself_how_it_belongs() {
    let same_contact = Cancel {
        subject: None,
        pattern: Pattern {
            filter: Some(Expr::In(
                Box::new(load(candidate("lead.contact"))),
                Box::new(load(subject("contacts"))),
            )),
            ..pattern(
                EventKind::Event(ACCEPTED),
                "accepted(lead.contact in contacts)",
            )
        },
        ..cancel(EventKind::Event(ACCEPTED), "", "lead")
    };
    let mut world = run(vec![waits("Remind", unless(vec![same_contact]))]);
    world.updated("1", json!({"contacts": ["a", "b"]}));
    world
        .updated("2", json!({"contact": "c"}))
        .updated("3", json!({"contact": "b"}));
    world.message("1", "x");
    world.event("crm.accepted", json!({"lead": 2}));
    world.event("crm.accepted", json!({"lead": 3}));
    assert_snapshot!(world.story);
}

#[test]
fn while_holds_throughout() {
    let stays = || holds("score > 1", more_than(subject("score"), 1));
    let contact = || holds("contact.vip", load(subject("contact.vip")));
    let mut world = traced(vec![waits("Score", stays()), waits("Vip", contact())]);
    world.contact("c", json!({"vip": true}));
    world
        .updated("1", json!({"score": 2, "contact": "c"}))
        .message("1", "a");
    // false for a moment is enough
    world
        .updated("1", json!({"score": 1}))
        .updated("1", json!({"score": 5}));
    world.contact("c", json!({"vip": false}));
    world.later(Millis::DAY).tick();
    // not true to begin with
    world.message("1", "b");
    assert_snapshot!(world.story);
}

#[test]
fn while_sees_each_version() {
    let dips = Trigger {
        priority: -1,
        actions: vec![
            set("score", SetOp::Assign, int(0)),
            set("score", SetOp::Assign, int(9)),
        ],
        ..trigger("Dips", vec![on_message()])
    };
    let mut world = run(vec![
        waits("Score", holds("score > 1", more_than(subject("score"), 1))),
        dips,
    ]);
    world.updated("1", json!({"score": 2})).message("1", "a");
    assert_snapshot!(world.story);
}

#[test]
fn while_may_read_a_schedule() {
    let open = holds("OfficeHours", Expr::Open(ScheduleId(0)));
    let mut world = run(vec![waits("Open", open)]);
    // 11:00 in Berlin; at 18:00 it closes
    world
        .message("1", "a")
        .later(Millis::HOUR.times(6).unwrap() + Millis(Millis::MINUTE.0 * 30));
    world.message("2", "b").later(Millis::HOUR).tick();
    assert_snapshot!(world.story);
}

#[test]
fn during_is_tested_when_it_would_fire() {
    let out_of_hours = Trigger {
        during: Some(guard(
            GuardKind::During,
            "not OfficeHours",
            Expr::Not(Box::new(Expr::Open(ScheduleId(0)))),
        )),
        actions: vec![log_expr(Expr::Concat(vec![
            text("open again "),
            Expr::NextOpen(ScheduleId(0)).clone(),
        ]))],
        ..waits("Sorry", after(Millis::HOUR.times(2).unwrap()))
    };
    let mut world = run(vec![out_of_hours]);
    world
        .message("1", "at 11:00")
        .later(Millis::HOUR.times(6).unwrap())
        .message("2", "at 17:00");
    world.later(Millis::DAY).tick();
    assert_snapshot!(world.story);
}

#[test]
fn what_was_captured_stays_and_the_rest_is_live() {
    let waits = Trigger {
        after: Some(after(Millis::HOUR)),
        actions: vec![log_expr(Expr::Concat(vec![
            load(event("from")),
            text(" -> "),
            load(event("to")),
            text(", before "),
            load(place(Root::Old, "score")),
            text(", now "),
            load(subject("score")),
        ]))],
        ..trigger("Waits", vec![on_change("score")])
    };
    let mut world = run(vec![waits]);
    world
        .updated("1", json!({"score": 1}))
        .updated("1", json!({"score": 2}));
    world
        .updated("1", json!({"score": 3}))
        .later(Millis::HOUR)
        .tick();
    assert_snapshot!(world.story);
}
