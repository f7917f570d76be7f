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
        .map(|w| format!("{} due +{}", w.trigger, Millis(w.due.0 - T0)))
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
