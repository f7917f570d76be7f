//! Which guards were tested, and how.

use insta::assert_snapshot;
use serde_json::json;
use trig_ir::*;

use crate::support::*;

#[test]
fn each_guard_that_is_tested_says_whether_it_held() {
    let all = Trigger {
        debounce: Some(Debounce {
            unless: vec![cancel(EventKind::Event(ACCEPTED), "accepted", "lead")],
            ..debounce(minutes(1), hours(1))
        }),
        until: Some(Until {
            within: within(hours(1), Otherwise::Drop),
            ..until("score > 1", more_than(subject("score"), 1))
        }),
        after: Some(After {
            holds: Some(guard(
                GuardKind::While,
                "score < 9",
                compare(CompareOp::Lt, load(subject("score")), int(9)),
            )),
            unless: vec![cancel(EventKind::Event(ACCEPTED), "accepted", "lead")],
            ..after(minutes(1))
        }),
        during: Some(Guard {
            loc: loc(9),
            ..guard(GuardKind::During, "OfficeHours", open())
        }),
        limits: vec![cooldown("All", hours(1), &[])],
        ..trigger("All", vec![on_message()])
    };
    let mut world = run(vec![all]);
    world.coverage = true;
    for id in ["1", "2", "3", "4", "5", "6"] {
        world.updated(id, json!({"score": 2}));
    }
    world.updated("4", json!({"score": 0}));
    for id in ["1", "2", "3", "4", "5", "6"] {
        world.message(id, "x");
    }
    world.event("crm.accepted", json!({"lead": 1}));
    world.later(minutes(1)).tick();
    world.event("crm.accepted", json!({"lead": 2}));
    world.updated("3", json!({"score": 9}));
    world.later(minutes(1)).tick();
    world.later(hours(7)).message("5", "too late");
    world.later(minutes(2)).tick();
    assert_snapshot!(world.story);
}
