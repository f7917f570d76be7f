//! What a firing passes before it fires: `debounce`, `until`, `after`.

use insta::assert_snapshot;
use serde_json::json;
use trig_ir::*;

use crate::support::*;

fn rests(name: &str, debounce: Debounce) -> Trigger {
    Trigger {
        debounce: Some(debounce),
        actions: vec![log_expr(load(event("text")))],
        ..trigger(name, vec![on_message()])
    }
}

fn holds_back(name: &str, until: Until) -> Trigger {
    Trigger {
        until: Some(until),
        ..trigger(name, vec![on_message()])
    }
}

#[test]
fn the_last_event_of_a_debounce_counts() {
    let mut world = run(vec![rests("Rest", debounce(minutes(10), hours(1)))]);
    world.message("1", "a").message("2", "other");
    world.later(minutes(5)).message("1", "b");
    world.later(minutes(9)).message("1", "c");
    world.later(minutes(10)).tick();
    world.message("1", "d").later(minutes(10)).tick();
    assert_snapshot!(world.story);
}

#[test]
fn a_debounce_always_ends() {
    let mut world = run(vec![rests("Rest", debounce(minutes(10), minutes(25)))]);
    for text in ["a", "b", "c", "d", "e"] {
        world.message("1", text).later(minutes(9));
    }
    assert_snapshot!(world.story);
}

#[test]
fn a_debounce_has_while_and_unless() {
    let guarded = Debounce {
        holds: Some(guard(
            GuardKind::While,
            "score > 1",
            more_than(subject("score"), 1),
        )),
        unless: vec![cancel(EventKind::Event(ACCEPTED), "accepted", "lead")],
        ..debounce(minutes(10), hours(1))
    };
    let mut world = run(vec![Trigger {
        after: Some(after(minutes(30))),
        ..rests("Rest", guarded)
    }]);
    world
        .updated("1", json!({"score": 2}))
        .updated("2", json!({"score": 2}))
        .updated("3", json!({"score": 2}));
    world.message("1", "a").message("2", "b").message("3", "c");
    world.event("crm.accepted", json!({"lead": 1}));
    world.updated("2", json!({"score": 0}));
    world.later(minutes(10)).tick();
    // not any more: that was the debounce's
    world
        .event("crm.accepted", json!({"lead": 3}))
        .updated("3", json!({"score": 0}));
    world.later(minutes(30)).tick();
    assert_snapshot!(world.story);
}

#[test]
fn until_holds_at_once_or_waits_for_the_record() {
    let confirmed = until("contact.vip", load(subject("contact.vip")));
    let mut world = run(vec![holds_back("Hold", confirmed)]);
    world.through_json = true;
    world
        .contact("c", json!({"vip": true}))
        .updated("1", json!({"contact": "c"}))
        .message("1", "at once");
    world
        .updated("2", json!({"contact": "d"}))
        .message("2", "later");
    // not known, then not so, then so
    world.contact("d", json!({"name": "Dora"}));
    world.later(minutes(1)).contact("d", json!({"vip": false}));
    world.later(minutes(1)).contact("d", json!({"vip": true}));
    world.tick();
    assert_snapshot!(world.story);
}

#[test]
fn until_is_passed_by_a_version_that_was_true_for_a_moment() {
    let dips = Trigger {
        actions: vec![
            set("score", SetOp::Assign, int(9)),
            set("score", SetOp::Assign, int(0)),
        ],
        ..trigger("Dips", vec![on_ping()])
    };
    let high = until("score > 5", more_than(subject("score"), 5));
    let later = Trigger {
        after: Some(after(minutes(5))),
        ..holds_back("Later", high.clone())
    };
    let mut world = run(vec![holds_back("Hold", high), later, dips]);
    world.updated("1", json!({"score": 1})).message("1", "a");
    world.ping("1").tick();
    world.later(minutes(5)).tick();
    assert_snapshot!(world.story);
}

#[test]
fn until_a_schedule_waits_for_its_opening() {
    let in_hours = holds_back("Hours", until("OfficeHours", open()));
    let mut nested = world();
    nested.conditions.push(Condition {
        name: "Busy".into(),
        params: 0,
        body: Expr::Not(Box::new(open())),
        loc: loc(1),
    });
    let closed = Expr::Condition(ConditionId(0), None, Vec::new());
    let out = holds_back("Closed", until("Busy", closed));
    let mut world = World::new(engine_with(nested, vec![in_hours, out]));
    // 11:00 in Berlin on a Monday; it closes at 18:00
    world.message("1", "open").later(hours(7)).tick();
    world.message("2", "closed").later(hours(15)).tick();
    assert_snapshot!(world.story);
}

#[test]
fn until_gives_up_when_its_time_is_over() {
    let high = |otherwise| Until {
        within: within(hours(1), otherwise),
        ..until("score > 5", more_than(subject("score"), 5))
    };
    let mut world = run(vec![
        holds_back("Drop", high(Otherwise::Drop)),
        holds_back("Go", high(Otherwise::Continue)),
    ]);
    world.updated("1", json!({"score": 1})).message("1", "a");
    world.updated("2", json!({"score": 1})).message("2", "b");
    world.later(minutes(30)).updated("2", json!({"score": 6}));
    world.later(minutes(30)).updated("1", json!({"score": 6}));
    assert_snapshot!(world.story);
}

#[test]
fn what_can_never_be_is_not_waited_for() {
    let mut never = world();
    never.schedules[0].week = Default::default();
    let continues = Until {
        within: within(hours(1), Otherwise::Continue),
        ..until("OfficeHours", open())
    };
    let triggers = vec![
        holds_back("Hours", until("OfficeHours", open())),
        holds_back("Hours_or_not", continues),
    ];
    let mut world = World::new(engine_with(never, triggers));
    world.message("1", "a").later(hours(1)).tick();
    assert_snapshot!(world.story);
}

#[test]
fn until_may_ask_the_clock() {
    let day = |day: &str| {
        let day = Expr::Const(Value::Date(day.parse().unwrap_or_default()));
        compare(CompareOp::Ge, Expr::Call(Function::Today, vec![]), day)
    };
    let at = Expr::Const(Value::DateTime(Timestamp(T0 + 150_000)));
    let now = compare(CompareOp::Ge, Expr::Call(Function::Now, vec![]), at);
    let mut world = run(vec![
        holds_back("Day", until("today >= 2026-03-04", day("2026-03-04"))),
        holds_back("Now", until("now >= +2m30s", now)),
    ]);
    world.message("1", "a").later(Millis::DAY).tick();
    world.later(Millis::DAY).tick();
    assert_snapshot!(world.story);
}

#[test]
fn phases_follow_one_another() {
    let all = Trigger {
        debounce: Some(debounce(minutes(10), hours(1))),
        until: Some(until("score > 5", more_than(subject("score"), 5))),
        after: Some(After {
            unless: vec![cancel(EventKind::Event(ACCEPTED), "accepted", "lead")],
            ..after(minutes(30))
        }),
        ..trigger("All", vec![on_message()])
    };
    let mut world = run(vec![all]);
    world.through_json = true;
    for id in ["1", "2"] {
        world.updated(id, json!({"score": 1})).message(id, "a");
    }
    world.event("crm.accepted", json!({"lead": 1}));
    world
        .later(minutes(10))
        .event("crm.accepted", json!({"lead": 1}));
    world.later(minutes(10)).updated("1", json!({"score": 6}));
    world.updated("2", json!({"score": 6}));
    world
        .later(minutes(10))
        .event("crm.accepted", json!({"lead": 1}));
    world.later(minutes(20)).tick();
    assert_snapshot!(world.story);
}

#[test]
fn phases_follow_the_active_revision() {
    let rests = |ms| rests("Rest", debounce(ms, hours(9)));
    let holds = |n| holds_back("Hold", until("score", more_than(subject("score"), n)));
    let mut world = run(vec![
        rests(hours(2)),
        holds(5),
        Trigger {
            name: "Hold2".into(),
            ..holds(5)
        },
    ]);
    world.updated("1", json!({"score": 3})).message("1", "a");
    world.later(hours(1));
    world.reload(engine(vec![
        rests(minutes(30)),
        holds(2),
        Trigger {
            name: "Hold2".into(),
            until: None,
            after: Some(after(minutes(5))),
            ..holds(2)
        },
    ]));
    assert_eq!(world.count("fired"), 0);
    world.tick().later(minutes(5)).tick();
    assert_snapshot!(world.story);
}
