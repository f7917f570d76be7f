//! Limits.

use insta::assert_snapshot;
use serde_json::json;
use trig_ir::*;

use crate::support::*;

#[test]
fn a_cooldown_per_key() {
    let limited = Trigger {
        limits: vec![cooldown("Nag", Millis::HOUR, &[subject("contact")])],
        ..trigger("Nag", vec![on_message()])
    };
    let mut world = run(vec![limited]);
    world
        .updated("1", json!({"contact": "a"}))
        .updated("2", json!({"contact": "a"}));
    world.updated("3", json!({"contact": "b"}));
    world
        .message("1", "x")
        .message("2", "suppressed")
        .message("3", "another contact");
    world
        .later(Millis(Millis::HOUR.0 - 1))
        .message("1", "still");
    world.later(Millis(1)).message("1", "over");
    assert_snapshot!(world.story);
}

#[test]
fn all_allow_or_none_is_consumed() {
    let both = |name: &str, limits| Trigger {
        limits,
        ..trigger(name, vec![on_message()])
    };
    let shared = || cooldown("Marketing", Millis::DAY, &[]);
    let own = cooldown("Own", Millis::HOUR, &[]);
    let mut world = run(vec![
        both("A", vec![own, shared()]),
        both("B", vec![shared()]),
    ]);
    world.message("1", "x");
    // A's own would allow, the shared one does not, and A's own stays unused
    world
        .later(Millis::HOUR.times(2).unwrap())
        .message("1", "x");
    world.later(Millis::DAY).message("1", "x");
    assert_snapshot!(world.story);
}

#[test]
fn what_stops_earlier_consumes_nothing() {
    let strict = Trigger {
        limits: vec![cooldown("Strict", Millis::DAY, &[])],
        during: Some(guard(
            GuardKind::During,
            "score > 1",
            more_than(subject("score"), 1),
        )),
        actions: vec![log_expr(Expr::Concat(vec![load(subject("contact.name"))]))],
        ..trigger("Strict", vec![on_message()])
    };
    let mut world = traced(vec![strict]);
    world
        .updated("1", json!({"score": 1, "contact": "c"}))
        .message("1", "during");
    world
        .updated("1", json!({"score": 2}))
        .message("1", "not known");
    world
        .contact("c", json!({"name": "Cleo"}))
        .message("1", "now")
        .message("1", "used up");
    assert_snapshot!(world.story);
}

#[test]
fn a_limit_is_tested_when_what_waited_would_fire() {
    let waits = Trigger {
        after: Some(after(Millis::HOUR)),
        limits: vec![cooldown("Waits", Millis::DAY, &[])],
        ..trigger("Waits", vec![on_message()])
    };
    let mut world = run(vec![waits]);
    world
        .message("1", "x")
        .message("2", "x")
        .later(Millis::HOUR)
        .tick();
    assert_snapshot!(world.story);
}

#[test]
fn a_key_of_the_outer_record_counts_the_fan_out_once() {
    let fan = |name: &str, after| Trigger {
        subject: Some(CONTACT),
        each: Some(ForEach {
            loc: loc(9),
            source: EachSource::Of(place(Root::Outer, "contacts")),
            filter: None,
        }),
        after,
        limits: vec![cooldown(name, Millis::DAY, &[place(Root::Outer, "")])],
        ..trigger(name, vec![on_message()])
    };
    let mut world = run(vec![
        fan("Now", None),
        fan("Later", Some(after(Millis::MINUTE))),
    ]);
    world
        .updated("1", json!({"contacts": ["a", "b"]}))
        .message("1", "x");
    world
        .later(Millis::HOUR)
        .message("1", "x")
        .later(Millis::HOUR)
        .tick();
    assert_snapshot!(world.story);
}

#[test]
fn a_longer_window_counts_what_fired_before_it_was_written() {
    let limited = |count, window| Trigger {
        limits: vec![Limit {
            count,
            ..cooldown("Nag", window, &[])
        }],
        ..trigger("Nag", vec![on_message()])
    };
    let hours = |n| Millis::HOUR.times(n).unwrap();
    let mut world = run(vec![limited(1, Millis::HOUR)]);
    for _ in 0..3 {
        world.message("1", "fires").later(hours(2));
    }
    world.reload(engine(vec![limited(3, Millis::DAY)]));
    world.message("1", "three are in its day");
    world.later(hours(18)).message("1", "the first one is out");
    world.message("1", "three again");
    assert_snapshot!(world.story);
}

#[test]
fn marks_are_forgotten_when_nothing_can_ask_for_them() {
    let limited = Trigger {
        limits: vec![cooldown("Nag", Millis::HOUR, &[subject("")])],
        ..trigger("Nag", vec![on_message()])
    };
    let mut world = run(vec![limited]);
    world.message("1", "x");
    let kept = |world: &World| {
        serde_json::to_value(&world.state).unwrap()["marks"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(kept(&world), 1);
    world
        .deleted("1")
        .later(Millis::DAY.times(29).unwrap())
        .tick();
    assert_eq!(kept(&world), 1);
    world.later(Millis::DAY).tick();
    assert_eq!(kept(&world), 0);
}

#[test]
fn records_that_have_none_of_a_key_share_nothing() {
    let capped = Trigger {
        limits: vec![Limit {
            wait: true,
            ..cooldown("Capped", Millis::HOUR, &[subject("contact")])
        }],
        ..trigger("Capped", vec![on_ping()])
    };
    let limited = Trigger {
        limits: vec![cooldown("Nag", Millis::HOUR, &[subject("contact")])],
        ..trigger("Nag", vec![on_message()])
    };
    let mut first = start(EventKind::Event(ACCEPTED), "first accepted", "lead");
    first.pattern.first = Some(First {
        key: vec![event("lead.contact")],
        period: None,
    });
    let mut world = run(vec![limited, capped, trigger("First", vec![first])]);
    world.through_json = true;
    for id in ["1", "2"] {
        world.updated(id, json!({"contact": null}));
        world.message(id, "x").ping(id);
        world.event("crm.accepted", json!({"lead": id}));
    }
    for name in ["Nag", "Capped", "First"] {
        assert_eq!(world.count(&format!("fired {name} for crm.lead/1")), 1);
        assert_eq!(world.count(&format!("fired {name} for crm.lead/2")), 1);
    }
    // each still has its own
    world.message("1", "x").ping("1");
    world.event("crm.accepted", json!({"lead": "1"}));
    assert_eq!(world.count("not fired Nag for crm.lead/1: limit Nag"), 1);
    assert_eq!(world.count("armed Capped for crm.lead/1, limit"), 1);
    assert_eq!(world.count("fired First for crm.lead/1"), 1);
}
