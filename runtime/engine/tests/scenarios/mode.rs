//! What becomes of a further firing of a key while one waits or runs.

use insta::assert_snapshot;
use serde_json::json;
use trig_ir::*;

use crate::support::*;

fn waits(name: &str, mode: Mode) -> Trigger {
    Trigger {
        mode,
        after: Some(after(hours(1))),
        actions: vec![log_expr(load(event("text")))],
        ..trigger(name, vec![on_message()])
    }
}

#[test]
fn single_restart_parallel() {
    let mut world = run(vec![
        waits("A_single", Mode::Single),
        waits("B_restart", Mode::Restart),
        waits("C_parallel", Mode::Parallel),
    ]);
    world.through_json = true;
    world
        .message("1", "a")
        .later(minutes(30))
        .message("1", "b")
        .message("2", "other");
    world.later(hours(2)).tick();
    assert_snapshot!(world.story);
}

#[test]
fn mode_goes_on_to_the_end_of_the_body() {
    let runs = |name: &str, mode| Trigger {
        mode,
        after: None,
        actions: vec![log_expr(load(event("text"))), wait(hours(1)), log("done")],
        ..waits(name, mode)
    };
    let mut world = traced(vec![
        runs("A_single", Mode::Single),
        runs("B_restart", Mode::Restart),
        runs("C_parallel", Mode::Parallel),
    ]);
    world.message("1", "a").later(minutes(30)).message("1", "b");
    world.later(minutes(30)).tick().later(minutes(30)).tick();
    world.message("1", "c");
    assert_snapshot!(world.story);
}

#[test]
fn mode_counts_from_the_end_of_the_debounce() {
    let both = |name: &str, mode| Trigger {
        debounce: Some(debounce(minutes(10), hours(1))),
        ..waits(name, mode)
    };
    let mut world = run(vec![
        both("A_single", Mode::Single),
        both("B_restart", Mode::Restart),
        both("C_parallel", Mode::Parallel),
    ]);
    world.message("1", "a").later(minutes(5)).message("1", "b");
    world.later(minutes(10)).tick();
    world.message("1", "c").later(minutes(10)).tick();
    world.later(hours(1)).tick();
    assert_snapshot!(world.story);
}

#[test]
fn two_orders_of_a_lead_are_two_keys() {
    let on = Start {
        finer: vec![event("order")],
        ..on_message()
    };
    let restarts = Trigger {
        starts: vec![on],
        ..waits("Restart", Mode::Restart)
    };
    let mut world = run(vec![restarts]);
    for (order, text) in [("o1", "a"), ("o2", "b"), ("o1", "c")] {
        world.event(
            "crm.message",
            json!({"lead": 1, "order": order, "text": text}),
        );
    }
    world.later(hours(1)).tick();
    assert_snapshot!(world.story);
}
