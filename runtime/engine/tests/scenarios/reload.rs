//! Another revision becomes active.

use insta::assert_snapshot;
use serde_json::json;
use trig_ir::*;

use crate::support::*;

fn waits(name: &str, ms: Millis) -> Trigger {
    Trigger {
        after: Some(after(ms)),
        ..trigger(name, vec![on_message()])
    }
}

#[test]
fn what_waits_follows_its_trigger() {
    let all = |ms| {
        ["Gone", "Off", "Shorter", "Longer", "Same"]
            .map(|name| waits(name, ms))
            .to_vec()
    };
    let mut world = run(all(Millis::HOUR));
    world.message("1", "x").later(Millis(Millis::MINUTE.0 * 30));
    let next = vec![
        Trigger {
            disabled: true,
            ..waits("Off", Millis::HOUR)
        },
        waits("Shorter", Millis::MINUTE),
        waits("Longer", Millis::DAY),
        waits("Same", Millis::HOUR),
    ];
    world.reload(engine(next));
    let due: Vec<String> = world
        .state
        .waiting()
        .map(|w| {
            format!(
                "{} due +{}",
                w.trigger,
                Millis(w.due.unwrap_or_default().0 - T0)
            )
        })
        .collect();
    assert_eq!(due, ["Shorter due +30m", "Same due +1h", "Longer due +1d"]);
    world.tick().later(Millis::DAY).tick();
    assert_snapshot!(world.story);
}

#[test]
fn unless_and_while_are_those_of_the_active_revision() {
    let mut world = run(vec![waits("A", Millis::HOUR), waits("B", Millis::HOUR)]);
    world.updated("1", json!({"score": 5})).message("1", "x");
    let unless = After {
        unless: vec![cancel(EventKind::Event(ACCEPTED), "accepted", "lead")],
        ..after(Millis::HOUR)
    };
    let holds = After {
        holds: Some(guard(
            GuardKind::While,
            "score > 1",
            more_than(subject("score"), 1),
        )),
        ..after(Millis::HOUR)
    };
    let next = vec![
        Trigger {
            after: Some(unless),
            ..waits("A", Millis::HOUR)
        },
        Trigger {
            after: Some(holds),
            ..waits("B", Millis::HOUR)
        },
    ];
    world.reload(engine(next));
    world
        .updated("1", json!({"score": 0}))
        .event("crm.accepted", json!({"lead": 1}));
    assert_snapshot!(world.story);
}

#[test]
fn stored_values_are_read_by_the_types_of_the_active_revision() {
    let says = || Trigger {
        actions: vec![log_expr(Expr::Concat(vec![
            load(subject("stage")),
            text("/"),
            load(subject("source")),
            text("/"),
            load(subject("email")),
        ]))],
        ..trigger("Says", vec![on_message()])
    };
    // a later project knows the field `#5`, a new stage, and no `web` any more
    let mut later = world();
    let email = Field {
        native_id: Some("5".into()),
        ..field("email", Type::Text)
    };
    later.entities[0].fields.insert(3, email);
    later.pipelines[0].stages.insert(
        1,
        Stage {
            name: "Fresh".into(),
            native_id: Some("9".into()),
            kind: StageKind::Open,
            was: None,
        },
    );
    later.enums[0].variants.remove(0);
    let mut world = run(vec![says()]);
    world.updated("1", json!({"stage": 9, "source": "web", "#5": "a@b.c"}));
    world.message("1", "before: `email` is not declared");
    world
        .reload(engine_with(later, vec![says()]))
        .message("1", "after");
    // the value is kept: back again, it reads as before
    world.reload(engine(vec![trigger("Says", vec![on_message()])]));
    assert_eq!(
        world.value("1", "source"),
        Some(Value::Variant("web".into()))
    );
    assert_eq!(world.value("1", "#5"), Some(Value::Raw("\"a@b.c\"".into())));
    assert_snapshot!(world.story);
}

#[test]
fn a_subject_of_another_type_is_another_trigger() {
    let mut world = run(vec![waits("A", Millis::HOUR)]);
    world.message("1", "x");
    let other = Trigger {
        subject: Some(CONTACT),
        ..waits("A", Millis::HOUR)
    };
    world.reload(engine(vec![other]));
    assert_eq!(world.count("cancelled A for crm.lead/1: Removed"), 1);
}

fn pings(n: &[i64], text: &str, ms: Millis) -> Start {
    let any = n
        .iter()
        .map(|n| compare(CompareOp::Eq, load(candidate("n")), int(*n)));
    Start {
        after: Some(after(ms)),
        ..filtered(on_ping(), text, Expr::Or(any.collect()))
    }
}

fn messages(ms: Millis) -> Start {
    Start {
        after: Some(after(ms)),
        ..on_message()
    }
}

/// When what waits is due, after `ping(n: 2)` with two days and then an edit.
fn due_after_an_edit(before: Vec<Start>, then: Vec<Start>) -> Vec<String> {
    let mut world = run(vec![trigger("Escalated", before)]);
    world.event("crm.ping", json!({"lead": 1, "n": 2}));
    assert_eq!(world.count("armed Escalated"), 1);
    world
        .later(Millis::MINUTE)
        .reload(engine(vec![trigger("Escalated", then)]));
    let waiting = world.state.waiting();
    waiting
        .filter_map(|w| Some(Millis(w.due?.0 - T0).to_string()))
        .collect()
}

#[test]
fn an_edited_filter_leaves_a_firing_at_its_start() {
    let days = |n| Millis::DAY.times(n).unwrap();
    let seconds = |n: i64| Millis(n * 1000);
    let old = || {
        vec![
            messages(seconds(3)),
            pings(&[1], "ping(n: 1)", Millis::HOUR),
            pings(&[2], "ping(n: 2)", days(2)),
        ]
    };
    // by number among its kind, whatever stands before it
    let edited = vec![
        pings(&[1], "ping(n: 1)", Millis::HOUR),
        pings(&[2, 3], "ping(n in [2, 3])", days(3)),
        messages(seconds(3)),
    ];
    assert_eq!(due_after_an_edit(old(), edited), ["3d"]);
    // by its text before that
    let moved = vec![
        pings(&[2], "ping(n: 2)", days(4)),
        pings(&[1], "ping(n: 1)", Millis::HOUR),
    ];
    assert_eq!(due_after_an_edit(old(), moved), ["4d"]);
    // the only one that is left of its kind
    let only = vec![
        messages(seconds(3)),
        pings(&[2, 3], "ping(n in [2, 3])", days(5)),
    ];
    assert_eq!(due_after_an_edit(old(), only), ["5d"]);
    // never one of another kind: what was fixed stays
    let none = vec![messages(seconds(3))];
    assert_eq!(due_after_an_edit(old(), none), ["2d"]);
}

#[test]
fn an_edited_start_is_the_one_that_the_next_edit_looks_for() {
    let mut world = run(vec![trigger(
        "A",
        vec![pings(&[2], "ping(n: 2)", Millis::DAY)],
    )]);
    world.event("crm.ping", json!({"lead": 1, "n": 2}));
    let second = || pings(&[2, 3], "ping(n in [2, 3])", Millis::DAY);
    world.reload(engine(vec![trigger("A", vec![second()])]));
    let first = pings(&[9], "ping(n: 9)", Millis::MINUTE);
    world.reload(engine(vec![trigger("A", vec![first, second()])]));
    world.later(Millis::HOUR).tick();
    assert_eq!(world.count("fired A"), 0);
    world.later(Millis::DAY).tick();
    assert_eq!(world.count("fired A"), 1);
}

#[test]
fn what_has_lost_its_start_fires_in_its_time_or_not_at_all() {
    let unless = || After {
        unless: vec![cancel(EventKind::Event(ACCEPTED), "accepted", "lead")],
        ..after(Millis::HOUR)
    };
    let own = |name: &str, after| {
        let start = Start {
            after: Some(after),
            ..on_ping()
        };
        trigger(name, vec![start, messages(Millis::MINUTE)])
    };
    let shared = |name: &str, starts| Trigger {
        after: Some(unless()),
        ..trigger(name, starts)
    };
    let mut world = run(vec![
        own("Guarded", unless()),
        own("Plain", after(Millis::HOUR)),
        shared("Shared", vec![on_ping(), on_message()]),
    ]);
    world
        .ping("1")
        .ping("2")
        .later(Millis(Millis::MINUTE.0 * 5));
    world.reload(engine(vec![
        trigger("Guarded", vec![messages(Millis::MINUTE)]),
        trigger("Plain", vec![messages(Millis::MINUTE)]),
        shared("Shared", vec![on_message()]),
    ]));
    world.event("crm.accepted", json!({"lead": 2}));
    world.through_json = true;
    world.later(Millis::HOUR).tick();
    assert_snapshot!(world.story);
}

#[test]
fn a_firing_remembers_the_revision_under_which_it_was_armed() {
    let mut world = run(vec![waits("A", Millis::HOUR)]);
    let first = world.engine.revision().clone();
    world.message("1", "x");
    world.reload(engine(vec![waits("A", Millis::DAY)]));
    let second = world.engine.revision().clone();
    world.message("2", "y");
    assert_ne!(first, second);
    let state = serde_json::to_value(&world.state).unwrap();
    let of = |nth: usize| state["pending"][nth][1]["revision"].as_str().unwrap();
    assert_eq!([of(0), of(1)], [first.0.as_str(), second.0.as_str()]);
}

#[test]
fn other_zone_rules_or_letter_tables_are_another_revision() {
    let hash = |edit: fn(&mut Versions)| {
        let mut ir = world();
        edit(&mut ir.versions);
        ir.hash().unwrap()
    };
    let now = hash(|_| {});
    assert_ne!(hash(|v| v.tzdata = "1999a".into()), now);
    assert_ne!(hash(|v| v.unicode = "1.0.0".into()), now);
    assert_eq!(hash(|v| *v = Versions::current()), now);
}
