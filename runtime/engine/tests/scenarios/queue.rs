//! `limit … else wait`, and the windows of limits.

use insta::assert_snapshot;
use serde_json::json;
use trig_ir::*;

use crate::support::*;

fn limit(count: u32, window: LimitWindow, key: &[Place]) -> Limit {
    Limit {
        kind: LimitKind::Limit,
        count,
        window,
        ..cooldown("Limited", Millis(0), key)
    }
}

fn queue(count: u32, window: LimitWindow, key: &[Place]) -> Limit {
    Limit {
        wait: true,
        ..limit(count, window, key)
    }
}

fn limited(limits: Vec<Limit>) -> Trigger {
    Trigger {
        limits,
        ..trigger("Limited", vec![on_message()])
    }
}

#[test]
fn who_has_no_room_waits_its_turn() {
    let hour = LimitWindow::Sliding(hours(1));
    let mut world = run(vec![limited(vec![queue(1, hour, &[])])]);
    world.through_json = true;
    for id in ["9", "5", "7", "1"] {
        world.message(id, "x").later(minutes(1));
    }
    world.later(hours(1)).tick();
    // one that comes later does not overtake
    world.later(minutes(30)).message("0", "late");
    world.later(hours(1)).tick();
    world.deleted("1");
    world.later(hours(5)).tick();
    assert_snapshot!(world.story);
}

#[test]
fn a_queue_is_one_for_each_key() {
    let hour = LimitWindow::Sliding(hours(1));
    let per = [subject("contact")];
    let mut world = run(vec![limited(vec![queue(1, hour, &per)])]);
    for (id, contact) in [("1", "a"), ("2", "a"), ("3", "b"), ("4", "b")] {
        world.updated(id, json!({"contact": contact}));
        world.message(id, "x");
    }
    world.later(hours(1)).tick();
    assert_snapshot!(world.story);
}

#[test]
fn a_queue_stands_still_outside_during() {
    let hour = LimitWindow::Sliding(hours(3));
    let in_hours = Trigger {
        during: Some(guard(GuardKind::During, "OfficeHours", open())),
        ..limited(vec![queue(1, hour, &[])])
    };
    let mut world = run(vec![in_hours.clone()]);
    // 11:00, so 14:00, 17:00, then the next morning at 9:00
    for id in ["1", "2", "3", "4"] {
        world.message(id, "x");
    }
    world.later(hours(12)).message("5", "at night");
    world.later(hours(12)).tick();
    assert_snapshot!(world.story);

    let mut never = crate::support::world();
    never.schedules[0].week = Default::default();
    world.reload(engine_with(never, vec![in_hours])).tick();
    assert_eq!(world.count("cancelled"), 0);
    assert_eq!(
        world.count("not fired Limited for crm.lead/5: never again"),
        1
    );
    assert_eq!(world.state.waiting().count(), 0);
}

#[test]
fn what_waits_its_turn_is_still_cancelled() {
    let hour = LimitWindow::Sliding(hours(1));
    let guarded = Trigger {
        after: Some(After {
            holds: Some(guard(
                GuardKind::While,
                "score > 1",
                more_than(subject("score"), 1),
            )),
            unless: vec![cancel(EventKind::Event(ACCEPTED), "accepted", "lead")],
            ..after(Millis(0))
        }),
        ..limited(vec![queue(1, hour, &[])])
    };
    let mut world = run(vec![guarded]);
    for id in ["1", "2", "3", "4"] {
        world.updated(id, json!({"score": 2})).message(id, "x");
    }
    world.tick();
    world.event("crm.accepted", json!({"lead": 2}));
    world.updated("3", json!({"score": 0}));
    world.later(hours(1)).tick();
    assert_snapshot!(world.story);
}

#[test]
fn other_limits_are_tested_when_it_is_its_turn() {
    let hour = LimitWindow::Sliding(hours(1));
    let once = Limit {
        kind: LimitKind::Once,
        ..limit(1, LimitWindow::Ever, &[subject("contact")])
    };
    let mut world = run(vec![limited(vec![queue(1, hour, &[]), once])]);
    for id in ["1", "2", "3"] {
        let contact = if id == "3" { "b" } else { "a" };
        world.updated(id, json!({"contact": contact}));
        world.message(id, "x");
    }
    world.later(hours(1)).tick();
    assert_snapshot!(world.story);
}

#[test]
fn calendar_windows_end_with_the_period_of_the_zone() {
    let windows = [
        ("Day", Period::Day),
        ("Week", Period::Week),
        ("Month", Period::Month),
        ("Year", Period::Year),
    ];
    let triggers = windows.map(|(name, period)| Trigger {
        limits: vec![Limit {
            name: name.into(),
            ..limit(1, LimitWindow::Calendar(period), &[])
        }],
        ..trigger(name, vec![on_message()])
    });
    let mut world = run(triggers.to_vec());
    // Monday 11:00 in Berlin; the day ends there at 23:00 UTC
    world.message("1", "Monday");
    world.later(hours(12)).message("1", "still Monday");
    world.later(hours(1)).message("1", "Tuesday");
    world
        .later(Millis(Millis::DAY.0 * 6))
        .message("1", "next Monday");
    world
        .later(Millis(Millis::DAY.0 * 23))
        .message("1", "April");
    world
        .later(Millis(Millis::DAY.0 * 275))
        .message("1", "2027");
    assert_snapshot!(world.story);
}

#[test]
fn once_is_for_ever_and_ends_with_its_record() {
    let once = |name: &str, key: &[Place]| Trigger {
        limits: vec![Limit {
            name: name.into(),
            kind: LimitKind::Once,
            ..limit(1, LimitWindow::Ever, key)
        }],
        ..trigger(name, vec![on_message()])
    };
    let mut world = run(vec![once("All", &[]), once("Each", &[subject("")])]);
    world.through_json = true;
    world.message("1", "a").message("2", "b");
    world.later(Millis(Millis::DAY.0 * 4000)).message("1", "c");
    world.deleted("1");
    world
        .later(Millis(Millis::DAY.0 * 29))
        .created("1", json!({}));
    world
        .later(Millis(Millis::DAY.0 * 29))
        .message("1", "it came back");
    world.deleted("1").later(Millis(Millis::DAY.0 * 30)).tick();
    world.message("1", "another one of that name");
    assert_snapshot!(world.story);
}

#[test]
fn limits_of_one_name_and_key_count_a_firing_once() {
    let both = limited(vec![
        limit(3, LimitWindow::Sliding(hours(2)), &[]),
        limit(2, LimitWindow::Sliding(hours(1)), &[]),
    ]);
    let mut world = run(vec![both]);
    for _ in 0..3 {
        world.message("1", "x");
    }
    world
        .later(hours(1))
        .message("1", "a third")
        .message("1", "no");
    assert_eq!(world.count("fired Limited for crm.lead/1 on"), 3);
    assert_eq!(world.count("not fired"), 2);
}

#[test]
fn a_later_revision_empties_its_queue() {
    let hour = LimitWindow::Sliding(hours(1));
    let mut world = run(vec![limited(vec![queue(1, hour, &[])])]);
    for id in ["1", "2", "3", "4"] {
        world.message(id, "x");
    }
    world.later(minutes(1));
    world.reload(engine(vec![limited(vec![queue(2, hour, &[])])]));
    world.tick();
    assert_eq!(world.count("fired Limited"), 2);
    world.reload(engine(vec![limited(vec![])])).tick();
    assert_eq!(world.count("fired Limited"), 4);
}
