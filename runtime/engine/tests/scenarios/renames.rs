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

/// The world after `n` renames of what bodies read and write.
fn moved_on(n: usize) -> Ir {
    let mut ir = world();
    let names =
        |all: [&'static str; 3]| (all[n], n.checked_sub(1).map(|before| all[before].into()));
    for stage in &mut ir.pipelines[0].stages {
        // the second one has no native id: its name is what the CRM gets
        let all = match stage.name.as_str() {
            "Contacted" => ["Contacted", "Reached", "Spoken"],
            "Proposal" => ["Proposal", "Offer", "Offered"],
            _ => continue,
        };
        stage.native_id = None;
        let (name, was) = names(all);
        (stage.name, stage.was) = (name.into(), was);
    }
    let variant = &mut ir.enums[0].variants[1];
    variant.native_id = None;
    let (name, was) = names(["phone", "call", "voice"]);
    (variant.name, variant.was) = (name.into(), was);
    for field in &mut ir.entities[0].fields {
        let all = match field.name.as_str() {
            "score" => ["score", "points", "rank"],
            "budget" => ["budget", "limit", "frame"],
            "source" => ["source", "origin", "channel"],
            _ => continue,
        };
        let (name, was) = names(all);
        (field.name, field.was) = (name.into(), was);
    }
    ir.entities[0].fields.sort_by(|a, b| a.name.cmp(&b.name));
    let ping = &mut ir.events[3].fields[1];
    let (name, was) = names(["n", "nth", "number"]);
    (ping.name, ping.was) = (name.into(), was);
    ir
}

fn revision(n: usize, mut triggers: Vec<Trigger>) -> trig_engine::Engine {
    for trigger in &mut triggers {
        let old = n.checked_sub(1).map(|before| ["Call", "Phone"][before]);
        if trigger.name == ["Call", "Phone", "Ring"][n] {
            trigger.was = old.map(Into::into);
        }
    }
    engine_with(moved_on(n), triggers)
}

/// What answers the body in the last revision.
fn answers() -> Vec<Trigger> {
    let says = |name: &str, start: Start, what: Expr| Trigger {
        actions: vec![log_expr(what)],
        ..trigger(name, vec![start])
    };
    vec![
        says(
            "Moved",
            on_moved(),
            Expr::Concat(vec![load(event("from")), text(" > "), load(event("to"))]),
        ),
        says("Ranked", on_change("rank"), load(event("to"))),
        says("Channel", on_change("channel"), load(event("to"))),
        says("Pinged", on_ping(), load(event("number"))),
        says(
            "Reached",
            start(
                EventKind::GoalReached("Ring".into(), "Paid".into()),
                "Ring reached Paid",
                "record",
            ),
            text("paid"),
        ),
        flow("Other", vec![wait(hours(9)), log("never")]),
    ]
}

/// Reads and writes whatever has names, before and after a goal.
fn body() -> Trigger {
    let shown = Expr::Concat(vec![
        load(subject("score")),
        text(" "),
        load(subject("budget")),
        text(" "),
        load(subject("source")),
        text(" "),
        load(subject("stage")),
        text(" "),
        load(event("record.score")),
    ]);
    let phone = || Expr::Const(Value::Variant("phone".into()));
    let when = |test: Expr, then: Vec<Action>| {
        act(ActionKind::If {
            test,
            text: String::new(),
            then,
            otherwise: vec![log("otherwise")],
        })
    };
    flow(
        "Call",
        vec![
            wait(hours(2)),
            log_expr(shown.clone()),
            when(
                in_stage(subject("stage"), &["Sales.Contacted"]),
                vec![move_to("Sales.Proposal")],
            ),
            when(
                compare(CompareOp::Eq, load(subject("source")), phone()),
                vec![
                    set(
                        "source",
                        SetOp::Assign,
                        Expr::Const(Value::Variant("web".into())),
                    ),
                    set("source", SetOp::Assign, phone()),
                ],
            ),
            set("score", SetOp::Add, int(1)),
            emit_ping(4),
            stop_flow("Other"),
            log_expr(shown),
            wait_until(until("score > 100", more_than(subject("score"), 100))),
            log_expr(load(subject("score"))),
            goal_on(
                "Paid",
                Cancel {
                    pattern: Pattern {
                        filter: Some(more_than(candidate("to"), 200)),
                        ..pattern(
                            EventKind::Changed(LEAD, "score".into()),
                            "lead.score changed",
                        )
                    },
                    ..cancel(EventKind::Changed(LEAD, "score".into()), "", "record")
                },
            ),
            log("over"),
        ],
    )
}

#[test]
fn a_body_that_runs_goes_on_under_its_own_names() {
    let start = Trigger {
        actions: vec![start_flow("Other"), start_flow("Call")],
        ..trigger("Start", vec![on_message()])
    };
    let mut all = vec![
        body(),
        start,
        flow("Other", vec![wait(hours(9)), log("never")]),
    ];
    let mut world = World::new(revision(0, all.clone()));
    world.through_json = true;
    world.created(
        "1",
        json!({"stage": "Sales.Contacted", "score": 7, "source": "phone", "budget": 5}),
    );
    world.message("1", "go").later(hours(1));
    all.remove(0);
    // the first rename, and a second one of the same things
    let mut once = all.clone();
    once.push(Trigger {
        name: "Phone".into(),
        ..flow("Phone", Vec::new())
    });
    world.succeed(revision(1, once));
    world.updated("1", json!({"points": 8}));
    let mut twice = answers();
    twice.push(flow("Ring", Vec::new()));
    world.succeed(revision(2, twice.clone()));
    world.later(hours(1)).tick();
    assert_eq!(world.count("not known"), 0);
    // a further revision renames nothing, and one more body waits
    world.succeed(revision(2, twice));
    world.updated("1", json!({"rank": 150})).tick();
    world.story += "--\n";
    let values = ["stage", "channel", "rank", "frame"].map(|name| world.value("1", name));
    let shown = values.map(|v| v.map_or("unknown".to_owned(), |v| v.to_string()));
    assert_eq!(shown.join(", "), "Sales.Offered, voice, 150, 5");
    assert_snapshot!(world.story);
}

#[test]
fn a_goal_of_a_body_is_reached_by_what_is_called_otherwise_now() {
    let start = Trigger {
        actions: vec![start_flow("Call")],
        ..trigger("Start", vec![on_message()])
    };
    let mut world = World::new(revision(0, vec![body(), start]));
    world.through_json = true;
    world.created(
        "1",
        json!({"stage": "Sales.New", "score": 7, "source": "web", "budget": 5}),
    );
    world.message("1", "go");
    world.succeed(revision(1, vec![flow("Phone", Vec::new())]));
    let mut last = answers();
    last.push(flow("Ring", Vec::new()));
    world.succeed(revision(2, last));
    world.updated("1", json!({"rank": 150})).tick();
    assert_eq!(world.count("reached goal"), 0);
    world.updated("1", json!({"rank": 250})).tick();
    assert_eq!(world.count("Ring.15 reached goal Paid"), 1);
    assert_eq!(world.count("fired Reached for crm.lead/1"), 1);
    assert_eq!(world.count("trig.log {\"text\":\"over\"}"), 1);
    // nothing is left of what had moved
    let state = serde_json::to_value(&world.state).unwrap();
    assert_eq!(state["pending"], json!([]));
}
