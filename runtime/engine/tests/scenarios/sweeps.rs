//! Fan-outs over all records, and over very many.

use insta::assert_snapshot;
use serde_json::json;
use trig_engine::*;
use trig_ir::*;

use crate::support::*;

fn each(source: EachSource, filter: Option<Guard>) -> Option<ForEach> {
    Some(ForEach {
        loc: loc(6),
        source,
        filter,
    })
}

fn rich() -> Guard {
    guard(
        GuardKind::Where,
        "score > 2",
        more_than(subject("score"), 2),
    )
}

/// Says hello to all leads with a score above 2.
fn all() -> Trigger {
    Trigger {
        each: each(EachSource::All(LEAD), Some(rich())),
        ..trigger(
            "All",
            vec![Start {
                subject: None,
                ..on_ping()
            }],
        )
    }
}

fn slice(world: &mut World) {
    world.apply(InputKind::Slice);
}

fn leads(world: &mut World, from: u32, to: u32) {
    for id in from..to {
        world.created(&format!("{id:05}"), json!({"score": id % 5}));
    }
}

#[test]
fn a_sweep_is_worked_off_by_itself() {
    let mut world = traced(vec![all()]);
    leads(&mut world, 0, 6);
    world.event("crm.ping", json!({"n": 1}));
    assert!(world.state.has_slices());
    // who comes later is not in, who goes is out, and `where` is asked at the slice
    leads(&mut world, 8, 9);
    world.deleted("00004");
    world.updated("00000", json!({"score": 9}));
    world.through_json = true;
    slice(&mut world);
    assert!(!world.state.has_slices());
    slice(&mut world);
    assert_snapshot!(world.story);
}

#[test]
fn slices_are_of_a_thousand_in_the_order_of_ids_and_survive_a_restart() {
    let both = vec![all(), {
        let mut second = all();
        second.name = "Second".into();
        second.each = each(EachSource::All(LEAD), None);
        second
    }];
    let mut world = run(both);
    leads(&mut world, 0, 2500);
    world.story.clear();
    world.event("crm.ping", json!({"n": 1}));
    let mut fired = Vec::new();
    let mut slices = 0;
    while world.state.has_slices() {
        let json = serde_json::to_vec(&world.state).unwrap_or_default();
        world.state = serde_json::from_slice(&json).unwrap_or_default();
        let output = world.apply(InputKind::Slice);
        slices += 1;
        for audit in output.audit {
            if let Audit::Fired {
                trigger,
                subject: Some(key),
                started,
                ..
            } = audit
            {
                assert_eq!(started, 2501);
                fired.push((trigger, key.id));
            }
        }
    }
    // three slices each: 1000, 1000, 500
    assert_eq!(slices, 6);
    let of = |name: &str| -> Vec<String> {
        let own = fired.iter().filter(|(trigger, _)| trigger == name);
        own.map(|(_, id)| id.to_string()).collect()
    };
    let ids = |keep: fn(&u32) -> bool| -> Vec<String> {
        (0..2500)
            .filter(keep)
            .map(|id| format!("{id:05}"))
            .collect()
    };
    assert_eq!(of("All"), ids(|id| id % 5 > 2));
    assert_eq!(of("Second"), ids(|_| true));
    let mut keys: Vec<_> = world.state.outbox().map(|e| e.key.clone()).collect();
    let n = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!((keys.len(), n), (3500, 3500));
}

#[test]
fn a_collection_of_more_than_a_thousand_is_swept_too() {
    let contacts = EachSource::Of(place(Root::Outer, "contacts"));
    let per_lead = Trigger {
        subject: Some(CONTACT),
        each: each(contacts, None),
        limits: vec![cooldown("Lead", Millis::DAY, &[place(Root::Outer, "")])],
        actions: vec![log_expr(Expr::Concat(vec![load(place(
            Root::Old,
            "score",
        ))]))],
        ..trigger("Contacts", vec![on_change("score")])
    };
    let mut world = run(vec![per_lead]);
    let ids: Vec<String> = (0..1001).map(|id| format!("c{id:04}")).collect();
    world.created("1", json!({"contacts": ids, "score": 1}));
    world.updated("1", json!({"score": 2}));
    assert_eq!(world.count("fired"), 0);
    // what changes now changes nothing of what was captured
    world.updated("1", json!({"contacts": [], "name": "n"}));
    slice(&mut world);
    assert_eq!(world.count("fired Contacts"), 1000);
    slice(&mut world);
    // a key of the lead counts the whole fan-out once
    assert_eq!(world.count("fired Contacts"), 1001);
    assert_eq!(world.count(r#"trig.log {"text":"1"}"#), 1001);
    assert!(!world.state.has_slices());
    // up to a thousand it is none
    let few: Vec<&String> = ids.iter().take(1000).collect();
    world.later(Millis::DAY);
    world.updated("1", json!({"contacts": few}));
    world.updated("1", json!({"score": 3}));
    assert_eq!(world.count("fired Contacts"), 2001);
}

#[test]
fn a_sweep_ends_with_its_trigger() {
    let mut world = run(vec![all()]);
    leads(&mut world, 3, 5);
    world.event("crm.ping", json!({"n": 1}));
    world.reload(engine(vec![Trigger {
        disabled: true,
        ..all()
    }]));
    assert!(!world.state.has_slices());
    world.reload(engine(vec![all()]));
    world.event("crm.ping", json!({"n": 1}));
    world.reload(engine(Vec::new()));
    slice(&mut world);
    assert_eq!(world.count("cancelled All: Disabled"), 1);
    assert_eq!(world.count("cancelled All: Removed"), 1);
    assert_eq!(world.count("fired"), 0);
}

#[test]
fn a_recurrence_sweeps() {
    let mut sweeps = all();
    sweeps.starts = vec![Start {
        clock: Some(Clock::Every(Recurrence::Day(Time::constant(12, 0, 0, 0)))),
        subject: None,
        ..start(EventKind::Clock, "every day at 12:00", "")
    }];
    let mut world = run(Vec::new());
    leads(&mut world, 0, 5);
    world.reload(engine(vec![sweeps]));
    world.later(Millis::HOUR).tick();
    slice(&mut world);
    assert_eq!(world.count("fired All for crm.lead/00003"), 1);
    assert_eq!(world.count("fired All for crm.lead/00004"), 1);
    assert_eq!(world.count("fired"), 2);
}

#[test]
fn sweeps_that_start_one_another_come_to_an_end() {
    let circle = Trigger {
        actions: vec![emit_ping(1), log("round")],
        ..all()
    };
    let mut world = run(vec![circle]);
    leads(&mut world, 3, 5);
    world.event("crm.ping", json!({"n": 1}));
    let mut slices = 0;
    while world.state.has_slices() && slices < 1_000 {
        slice(&mut world);
        slices += 1;
    }
    // the first one, and those that the budget allows
    assert_eq!(slices, 101);
    assert!(world.count("not fired All: Budget { most: 100 }") > 0);
    // an hour later it may again
    world.later(Millis::HOUR).event("crm.ping", json!({"n": 1}));
    slice(&mut world);
    assert!(world.state.has_slices());
}
