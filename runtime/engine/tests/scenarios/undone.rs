//! Writes that end without being done.

use insta::assert_snapshot;
use serde_json::json;
use trig_engine::*;
use trig_ir::*;

use crate::support::*;

/// A world in which a message moves lead 1 to `Contacted` and raises its score, and something waits while it is there.
fn written() -> World {
    let moves = Trigger {
        actions: vec![
            move_to("Sales.Contacted"),
            set("score", SetOp::Assign, int(9)),
        ],
        ..trigger("Moves", vec![on_message()])
    };
    let waits = Trigger {
        after: Some(After {
            holds: Some(guard(
                GuardKind::While,
                "stage == Contacted",
                in_stage(subject("stage"), &["Sales.Contacted"]),
            )),
            ..after(Millis::HOUR)
        }),
        ..trigger("Waits", vec![on_moved()])
    };
    let mut world = run(vec![moves, waits]);
    world.through_json = true;
    world.created("1", json!({"stage": "Sales.New"}));
    world.message("1", "go");
    world
}

/// Ends the effects that have none, in order.
fn end(world: &mut World, outcomes: &[Outcome]) {
    let keys: Vec<SmolStr> = world.state.outbox().map(|e| e.key.clone()).collect();
    let ends = keys.into_iter().zip(outcomes);
    for (key, outcome) in ends {
        world.apply(InputKind::Result(EffectResult {
            key,
            outcome: *outcome,
            attempts: 1,
            detail: "no".into(),
        }));
    }
}

#[test]
fn a_write_that_was_refused_is_taken_back_silently() {
    let mut world = written();
    end(&mut world, &[Outcome::Failed, Outcome::Undelivered]);
    // as the CRM has it: nobody has moved anything
    world.updated("1", json!({"stage": "Sales.New"}));
    assert_eq!(world.value("1", "score"), None);
    assert_snapshot!(world.story);
}

#[test]
fn what_has_come_since_stays() {
    let mut world = written();
    world.updated("1", json!({"stage": "Sales.Proposal"}));
    end(&mut world, &[Outcome::Failed, Outcome::Done]);
    assert_eq!(
        world.value("1", "stage"),
        Some(Value::Stage(stage_name("Sales.Proposal")))
    );
    assert_eq!(world.value("1", "score"), Some(Value::Int(9)));
    assert_eq!(world.count("undone"), 0);
}

#[test]
fn of_two_writes_that_were_refused_nothing_is_left() {
    let twice = |name: &str, to: i64, start| Trigger {
        actions: vec![set("score", SetOp::Assign, int(to))],
        ..trigger(name, vec![start])
    };
    for outcomes in [
        [Outcome::Failed, Outcome::Failed],
        [Outcome::Failed, Outcome::Done],
        [Outcome::Done, Outcome::Failed],
    ] {
        let mut world = run(vec![
            twice("First", 2, on_message()),
            twice("Second", 3, on_ping()),
        ]);
        world.created("1", json!({"score": 1}));
        world.message("1", "x").ping("1");
        end(&mut world, &outcomes);
        let left = match outcomes {
            [_, Outcome::Done] => 3,
            [Outcome::Done, _] => 2,
            _ => 1,
        };
        assert_eq!(world.value("1", "score"), Some(Value::Int(left)));
    }
}

#[test]
fn a_write_is_taken_back_under_the_new_name_of_its_field() {
    let sets = Trigger {
        actions: vec![set("score", SetOp::Assign, int(9))],
        ..trigger("Sets", vec![on_message()])
    };
    let mut world = run(vec![sets]);
    world.created("1", json!({"score": 1})).message("1", "x");
    let mut ir = crate::support::world();
    for field in &mut ir.entities[0].fields {
        if field.name == "score" {
            field.was = Some("score".into());
            field.name = "points".into();
        }
    }
    ir.entities[0].fields.sort_by(|a, b| a.name.cmp(&b.name));
    world.reload(engine_with(ir, Vec::new()));
    end(&mut world, &[Outcome::Failed]);
    assert_eq!(world.value("1", "points"), Some(Value::Int(1)));
    assert_eq!(world.count("undone crm.lead/1: points is 1"), 1);
}
