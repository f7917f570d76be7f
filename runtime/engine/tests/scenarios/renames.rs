//! `was OldName`: state moves with the name, once.

use insta::assert_snapshot;
use serde_json::json;
use trig_ir::*;

use crate::support::*;

fn was(name: &str, old: &str, trigger: Trigger) -> Trigger {
    Trigger {
        name: name.into(),
        was: Some(old.into()),
        ..trigger
    }
}

fn waits(name: &str) -> Trigger {
    Trigger {
        after: Some(after(Millis::HOUR)),
        limits: vec![cooldown(name, Millis::WEEK, &[subject("")])],
        ..trigger(name, vec![on_message()])
    }
}

#[test]
fn what_waits_and_what_was_counted_moves_with_its_trigger_once() {
    let mut world = run(vec![waits("Old")]);
    world.message("1", "x").later(Millis::HOUR).tick();
    world.message("1", "x").message("2", "x");
    let renamed = || was("New", "Old", waits("New"));
    world.reload(engine(vec![renamed()]));
    world.through_json = true;
    world.later(Millis::HOUR).tick();
    // another trigger of the old name is another one, and what it has stays its own
    world.reload(engine(vec![renamed(), waits("Old")]));
    world.message("3", "x");
    world.reload(engine(vec![renamed()]));
    world.later(Millis::HOUR).tick();
    assert_snapshot!(world.story);
}

#[test]
fn two_triggers_may_change_places() {
    let mut world = run(vec![waits("A"), trigger("B", vec![on_ping()])]);
    world.message("1", "x").later(Millis::HOUR).tick();
    let swapped = || vec![was("A", "B", waits("A")), was("B", "A", waits("B"))];
    world.reload(engine(swapped()));
    world.message("1", "x").later(Millis::HOUR).tick();
    // what A had fired is B's now
    assert_eq!(world.count("fired A"), 2);
    assert_eq!(world.count("not fired B for crm.lead/1: limit B"), 1);
}

#[test]
fn shared_cooldowns_keep_what_they_counted() {
    let shared = |name: &str| Trigger {
        limits: vec![cooldown(name, Millis::WEEK, &[])],
        ..trigger("T", vec![on_ping()])
    };
    let mut world = run(vec![shared("Marketing")]);
    world.ping("1");
    let mut ir = world_with("Promo", "Marketing");
    ir.triggers = vec![shared("Promo")];
    world.reload(engine_with(ir, vec![shared("Promo")]));
    world.ping("1");
    assert_eq!(world.count("    fired T"), 1);
    assert_eq!(world.count("not fired T for crm.lead/1: limit Promo"), 1);
}

fn world_with(name: &str, was: &str) -> Ir {
    let mut ir = world();
    ir.renamed_cooldowns = vec![Renamed {
        name: name.into(),
        was: was.into(),
    }];
    ir
}

#[test]
fn stages_fields_and_variants_move_in_records_and_in_what_was_captured() {
    let captured = Expr::Concat(vec![
        load(event("from")),
        text(" > "),
        load(event("to")),
        text(" "),
        load(subject("source")),
        text(" "),
        load(place(Root::Old, "stage")),
    ]);
    let waits = |stage: &str| Trigger {
        after: Some(After {
            holds: Some(guard(
                GuardKind::While,
                stage,
                in_stage(subject("stage"), &[stage]),
            )),
            ..after(Millis::HOUR)
        }),
        actions: vec![log_expr(captured.clone())],
        ..trigger("Moved", vec![on_moved()])
    };
    let mut world = run(vec![waits("Sales.Contacted")]);
    world.created(
        "1",
        json!({"stage": "Sales.New", "score": 7, "source": "phone", "budget": 5}),
    );
    world.updated("1", json!({"stage": "Sales.Contacted"}));
    let mut ir = crate::support::world();
    let sales = &mut ir.pipelines[0].stages;
    sales[0].name = "Fresh".into();
    sales[0].was = Some("New".into());
    sales[1].name = "Reached".into();
    sales[1].was = Some("Contacted".into());
    ir.enums[0].variants[1].name = "call".into();
    ir.enums[0].variants[1].was = Some("phone".into());
    for field in &mut ir.entities[0].fields {
        let new = match field.name.as_str() {
            "score" => "points",
            "budget" => "limit",
            _ => continue,
        };
        field.was = Some(field.name.clone());
        field.name = new.into();
    }
    ir.entities[0].fields.sort_by(|a, b| a.name.cmp(&b.name));
    world.reload(engine_with(ir, vec![waits("Sales.Reached")]));
    let values = ["stage", "source", "points", "limit"].map(|name| world.value("1", name));
    let shown = values.map(|v| v.map_or("unknown".to_owned(), |v| v.to_string()));
    assert_eq!(shown.join(", "), "Sales.Reached, call, 7, 5");
    world.later(Millis::HOUR).tick();
    assert_snapshot!(world.story);
}

#[test]
fn clocks_go_on_under_their_new_name() {
    let daily = |name: &str| Trigger {
        subject: None,
        ..trigger(
            name,
            vec![Start {
                clock: Some(Clock::Every(Recurrence::Day(Time::constant(12, 0, 0, 0)))),
                subject: None,
                ..start(EventKind::Clock, "every day at 12:00", "")
            }],
        )
    };
    let mut world = run(Vec::new());
    world.reload(engine(vec![daily("Old")]));
    // noon passes while nothing runs; the new name still has it to do
    world.later(Millis(Millis::HOUR.0 * 2));
    world.reload(engine(vec![was("New", "Old", daily("New"))]));
    world.tick();
    assert_eq!(world.count("fired New"), 1);
    assert_eq!(world.count("fired Old"), 0);
}
