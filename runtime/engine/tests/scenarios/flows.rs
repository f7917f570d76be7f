//! Bodies that wait, flows, and their goals.

use insta::assert_snapshot;
use serde_json::json;
use trig_ir::*;

use crate::support::*;

fn starter(flow: &str) -> Trigger {
    Trigger {
        actions: vec![start_flow(flow)],
        ..trigger("Starter", vec![on_message()])
    }
}

fn bought() -> Cancel {
    cancel(EventKind::Event(ACCEPTED), "accepted", "lead")
}

#[test]
fn a_body_waits_and_goes_on() {
    let body = vec![
        log("first"),
        wait(Millis::DAY),
        log_expr(Expr::Concat(vec![
            load(event("record.name")),
            text(" has "),
            load(subject("score")),
        ])),
        wait(Millis(0)),
        wait(Millis::DAY),
        set("score", SetOp::Add, int(1)),
        log_expr(load(subject("score"))),
    ];
    let mut world = run(vec![starter("Onboard"), flow("Onboard", body)]);
    world.through_json = true;
    world
        .updated("1", json!({"name": "Lea", "score": 1}))
        .message("1", "go");
    world.later(hours(1)).updated("1", json!({"score": 5}));
    world.later(Millis::DAY).message("1", "runs already");
    world.later(Millis::DAY).tick();
    assert_eq!(world.value("1", "score"), Some(Value::Int(6)));
    assert!(world.state.revisions_in_use().is_empty());
    assert_snapshot!(world.story);
}

#[test]
fn a_body_chooses_and_each_action_keeps_its_number() {
    let choose = act(ActionKind::If {
        test: more_than(subject("score"), 5),
        text: "score > 5".into(),
        then: vec![log("big"), wait(hours(1)), log("still big")],
        otherwise: vec![
            log("small"),
            act(ActionKind::Stop { flow: None }),
            log("never"),
        ],
    });
    let body = vec![set("score", SetOp::Add, int(1)), choose, log("end")];
    let mut world = run(vec![Trigger {
        actions: body,
        ..trigger("Choose", vec![on_message()])
    }]);
    world
        .updated("1", json!({"score": 5}))
        .updated("2", json!({"score": 1}))
        .message("1", "a")
        .message("2", "b");
    world.later(hours(1)).tick();
    assert_snapshot!(world.story);
}

#[test]
fn a_body_waits_until_something_holds() {
    let high = |otherwise| Until {
        within: within(hours(1), otherwise),
        ..until("score > 5", more_than(subject("score"), 5))
    };
    let waits = |name: &str, until| {
        let actions = vec![log("before"), wait_until(until), log("after")];
        Trigger {
            actions,
            ..trigger(name, vec![on_message()])
        }
    };
    let mut world = run(vec![
        waits("Drop", high(Otherwise::Drop)),
        waits("Go", high(Otherwise::Continue)),
        waits(
            "Hours",
            until("not OfficeHours", Expr::Not(Box::new(open()))),
        ),
        waits("Wait", until("score > 5", more_than(subject("score"), 5))),
    ]);
    world.through_json = true;
    world.updated("1", json!({"score": 1})).message("1", "a");
    world
        .updated("2", json!({"score": 6}))
        .message("2", "holds");
    world.updated("3", json!({"score": 1})).message("3", "b");
    world.later(minutes(30)).updated("3", json!({"score": 9}));
    world.updated("3", json!({"score": 0})).tick();
    world.later(minutes(30)).tick();
    world.later(hours(6)).tick();
    assert_snapshot!(world.story);
}

#[test]
fn goals_are_reached_early_or_skipped() {
    let body = vec![
        log("welcome"),
        wait(Millis::DAY),
        log("tips"),
        goal_on("Purchased", bought()),
        log("thanks"),
        wait(Millis::DAY),
        goal_when("Big", "score > 5", more_than(subject("score"), 5)),
        log("end"),
    ];
    let told = |name: &str, kind| Trigger {
        ..trigger(name, vec![start(kind, "goal", "record")])
    };
    let goal = |reached: bool, name: &str| {
        let (flow, goal) = ("Onboard".into(), name.into());
        if reached {
            EventKind::GoalReached(flow, goal)
        } else {
            EventKind::GoalSkipped(flow, goal)
        }
    };
    let mut world = run(vec![
        starter("Onboard"),
        flow("Onboard", body),
        told("Reached", goal(true, "Purchased")),
        told("ReachedBig", goal(true, "Big")),
        told("Skipped", goal(false, "Purchased")),
        told("SkippedBig", goal(false, "Big")),
    ]);
    world.through_json = true;
    for id in ["1", "2", "3", "4"] {
        world.updated(id, json!({"score": 1})).message(id, "go");
    }
    world.later(hours(1));
    // reached early, and nobody else
    world.event("crm.accepted", json!({"lead": 1})).tick();
    // the second goal is reached while it waits before the first: that is passed over
    world.updated("2", json!({"score": 6})).tick();
    world.later(Millis::DAY).tick();
    world.updated("3", json!({"score": 7})).tick();
    world.later(Millis::DAY).tick();
    assert_snapshot!(world.story);
}

#[test]
fn flows_are_stopped_with_their_subject_or_by_name() {
    let runs = |name: &str| flow(name, vec![log("a"), wait(hours(1)), log("b")]);
    let begin = Trigger {
        actions: vec![start_flow("One"), start_flow("Two")],
        ..trigger("Begin", vec![on_message()])
    };
    let end = Trigger {
        actions: vec![stop_flow("One"), stop_flow("One"), stop_flow("Nobody")],
        ..trigger("End", vec![on_ping()])
    };
    let mut world = run(vec![begin, end, runs("One"), runs("Two")]);
    world.through_json = true;
    world.message("1", "a").message("2", "b");
    world.ping("1").deleted("2");
    world.later(hours(1)).tick();
    assert_snapshot!(world.story);
}

#[test]
fn a_body_with_too_many_steps_leaves_nothing_behind() {
    let each = |slot, body| {
        act(ActionKind::ForEach {
            each: ForEach {
                loc: loc(9),
                source: EachSource::Of(subject("contacts")),
                filter: None,
            },
            slot,
            body,
        })
    };
    let nested = || each(0, vec![each(1, vec![log("one")])]);
    let mut world = run(vec![
        Trigger {
            actions: vec![set("score", SetOp::Assign, int(1)), nested()],
            limits: vec![cooldown("AtOnce", Millis::DAY, &[subject("")])],
            ..trigger("AtOnce", vec![on_message()])
        },
        Trigger {
            actions: vec![wait(hours(1)), log("waited"), nested()],
            ..trigger("Later", vec![on_message()])
        },
        Trigger {
            actions: vec![each(0, vec![log("one")])],
            ..trigger("Plain", vec![on_message()])
        },
    ]);
    let contacts: Vec<String> = (0..120).map(|n| format!("c{n}")).collect();
    world.updated("1", json!({"contacts": contacts}));
    world.story.clear();
    world.message("1", "go");
    assert_eq!(world.count("-> trig.log"), 120);
    assert_eq!(world.value("1", "score"), None);
    world.later(hours(1)).tick();
    assert_eq!(world.count("-> trig.log"), 120);
    // nothing was counted: few enough fire
    world
        .updated("1", json!({"contacts": ["c1", "c2"]}))
        .message("1", "go");
    assert_eq!(world.value("1", "score"), Some(Value::Int(1)));
    let said: Vec<&str> = world
        .story
        .lines()
        .filter(|l| l.contains("steps"))
        .collect();
    assert_snapshot!(said.join("\n"), @"
    not fired AtOnce for crm.lead/1: more than 10000 steps
    cancelled Later for crm.lead/1: more than 10000 steps
    ");
}

#[test]
fn for_each_acts_in_the_order_of_ids_and_each_effect_has_its_key() {
    let body = vec![
        log_expr(load(place(Root::Binder(0), "name"))),
        act(ActionKind::If {
            test: load(place(Root::Binder(0), "vip")),
            text: "vip".into(),
            then: vec![act(ActionKind::Set {
                record: place(Root::Binder(0), ""),
                field: "vip".into(),
                op: SetOp::Assign,
                value: Expr::Const(Value::Bool(false)),
            })],
            otherwise: vec![],
        }),
        wait(hours(1)),
    ];
    let each = act(ActionKind::ForEach {
        each: ForEach {
            loc: loc(9),
            source: EachSource::Of(subject("contacts")),
            filter: Some(when(
                "name is not empty",
                Expr::Not(Box::new(Expr::IsEmpty(Box::new(load(place(
                    Root::Binder(0),
                    "name",
                )))))),
            )),
        },
        slot: 0,
        body,
    });
    let mut world = run(vec![Trigger {
        actions: vec![each, log("end")],
        ..trigger("Each", vec![on_message()])
    }]);
    world.contact("b", json!({"name": "Ben", "vip": true}));
    world.contact("a", json!({"name": "Abe", "vip": false}));
    world.contact("c", json!({"name": null, "vip": true}));
    world.updated("1", json!({"contacts": ["b", "c", "a"]}));
    world.message("1", "x");
    let mut keys: Vec<_> = world.state.outbox().map(|e| e.key.clone()).collect();
    let n = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), n);
    assert_snapshot!(world.story);
}

#[test]
fn a_created_record_is_an_effect() {
    let create = |args: Vec<(&str, Expr)>| {
        act(ActionKind::Create {
            entity: LEAD,
            args: args
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
        })
    };
    let money_for_nothing = Expr::Arith(ArithOp::Div, Box::new(int(1)), Box::new(int(0)));
    let mut world = run(vec![Trigger {
        actions: vec![
            create(vec![
                (
                    "name",
                    Expr::Concat(vec![text("For "), load(subject("name"))]),
                ),
                ("budget", int(5)),
                ("contact", load(subject("contact"))),
                ("stage", Expr::Const(Value::Stage(stage_name("Sales.New")))),
            ]),
            create(vec![("score", money_for_nothing)]),
        ],
        ..trigger("Create", vec![on_message()])
    }]);
    world
        .updated("1", json!({"name": "Lea", "contact": "c"}))
        .message("1", "x");
    assert_snapshot!(world.story);
}

#[test]
fn what_has_begun_finishes_on_its_own_revision() {
    let body = |what: &str| {
        vec![
            log(what),
            wait(hours(1)),
            log_expr(Expr::Concat(vec![text(what), load(subject("score"))])),
            set("score", SetOp::Add, int(1)),
            goal_on("Done", bought()),
            log(what),
        ]
    };
    let heard = trigger("Heard", vec![on_change("score")]);
    let mut world = run(vec![starter("Old"), flow("Old", body("old"))]);
    world.through_json = true;
    for id in ["1", "2"] {
        world
            .updated(id, json!({"score": 1, "tags": []}))
            .message(id, "a");
    }
    let first = world.engine.revision().clone();
    assert!(world.state.revisions_in_use().contains(&first));
    // a revision whose ids are others, without the flow, and where nothing listens to the goal's event
    let mut other = crate::support::world();
    other.events.remove(0);
    other.entities.insert(
        0,
        Entity {
            native_id: None,
            name: "crm.aaa".into(),
            fields: Vec::new(),
        },
    );
    let other_lead = EntityId(1);
    let heard = Trigger {
        subject: Some(other_lead),
        starts: vec![Start {
            pattern: pattern(
                EventKind::Changed(other_lead, "score".into()),
                "score changed",
            ),
            ..heard.starts[0].clone()
        }],
        ..heard
    };
    for entity in &mut other.entities {
        for field in &mut entity.fields {
            if let Type::Entity(id) = &mut field.ty {
                id.0 += 1;
            }
        }
    }
    for event in &mut other.events {
        for field in &mut event.fields {
            if let Type::Entity(id) = &mut field.ty {
                id.0 += 1;
            }
        }
    }
    for pipeline in &mut other.pipelines {
        pipeline.entity.0 += 1;
    }
    let stage = &mut other.entities[1].fields[7];
    assert_eq!(stage.name, "stage");
    stage.ty = Type::Stage(other_lead);
    other.actions.clear();
    world.succeed(engine_with(
        other,
        vec![Trigger {
            actions: vec![set("tags", SetOp::Add, tag("heard"))],
            ..heard
        }],
    ));
    world.event("crm.accepted", json!({"lead": 2})).tick();
    world.later(hours(1)).tick();
    assert!(world.state.revisions_in_use().is_empty());
    assert_snapshot!(world.story);
}

#[test]
fn a_body_whose_revision_is_not_there_ends_with_a_record() {
    let body = vec![wait(hours(1)), log("after")];
    let mut world = run(vec![starter("Old"), flow("Old", body.clone())]);
    world.message("1", "a");
    // as a reload does it that gives no earlier engines
    world.reload(engine(vec![flow("Old", body)]));
    assert_eq!(world.count("cancelled Old for crm.lead/1: Removed"), 1);
    assert_eq!(world.count("on which `Old` runs is not there"), 1);
    world.later(hours(1)).tick();
    assert_eq!(world.state.waiting().count(), 0);
}

#[test]
fn what_is_not_known_after_a_wait_ends_the_body() {
    let body = vec![
        log("before"),
        wait(hours(1)),
        log("with the next one"),
        log_expr(load(subject("name"))),
    ];
    let mut world = run(vec![starter("Old"), flow("Old", body)]);
    world.message("1", "a").later(hours(1)).tick();
    assert_eq!(world.count("cancelled Old for crm.lead/1: unknown"), 1);
    assert_eq!(world.state.outbox().count(), 1);
}

#[test]
fn what_runs_for_a_record_that_is_deleted_ends() {
    let body = vec![wait(hours(1)), log("after")];
    let deleted = start(EventKind::Deleted(LEAD), "lead deleted", "record");
    let mut world = run(vec![
        starter("Old"),
        flow("Old", body.clone()),
        Trigger {
            actions: body,
            ..trigger("Farewell", vec![deleted])
        },
    ]);
    world.created("1", json!({})).message("1", "a").deleted("1");
    world.later(hours(1)).tick();
    assert_snapshot!(world.story);
}

#[test]
fn a_goal_that_holds_already_is_reached_where_it_is_waited_before() {
    let body = vec![
        set("score", SetOp::Assign, int(9)),
        wait(hours(1)),
        log("never"),
        goal_when("Big", "score > 5", more_than(subject("score"), 5)),
        log("behind"),
    ];
    let mut world = run(vec![starter("Old"), flow("Old", body)]);
    world.updated("1", json!({"score": 1})).message("1", "a");
    world.tick();
    assert_snapshot!(world.story);
}

#[test]
fn a_change_that_ends_a_wait_and_reaches_a_goal_reaches_the_goal() {
    let body = vec![
        wait_until(until("score > 1", more_than(subject("score"), 1))),
        log("between"),
        goal_when("Big", "score > 5", more_than(subject("score"), 5)),
        log("behind"),
    ];
    let mut world = run(vec![starter("Old"), flow("Old", body)]);
    for (id, score) in [("1", 9), ("2", 2)] {
        world.updated(id, json!({"score": 1})).message(id, "a");
        world.updated(id, json!({"score": score})).tick();
    }
    assert_eq!(world.count("reached goal Big"), 1);
    assert_eq!(world.count(r#"-> trig.log {"text":"between"}"#), 1);
    assert_eq!(world.count(r#"-> trig.log {"text":"behind"}"#), 2);
}

#[test]
fn a_circle_in_which_no_time_passes_is_cut() {
    let body = vec![
        wait(hours(1)),
        goal_when("Big", "score > 5", more_than(subject("score"), 5)),
    ];
    let again = Trigger {
        actions: vec![start_flow("Old")],
        ..trigger(
            "Again",
            vec![start(
                EventKind::GoalReached("Old".into(), "Big".into()),
                "goal",
                "record",
            )],
        )
    };
    let mut world = run(vec![starter("Old"), flow("Old", body), again]);
    world
        .updated("1", json!({"score": 9}))
        .message("1", "a")
        .tick();
    assert_eq!(
        world.count("not fired Again for crm.lead/1: Budget { most: 100 }"),
        1
    );
    assert_eq!(world.state.waiting().count(), 0);
    // an hour later it begins anew
    world.through_json = true;
    world.later(hours(1)).message("1", "b").tick();
    assert_eq!(
        world.count("not fired Again for crm.lead/1: Budget { most: 100 }"),
        2
    );
}

#[test]
fn what_has_begun_finishes_though_its_trigger_is_disabled_and_what_waits_does_not() {
    let two = |disabled| {
        let waits = Trigger {
            disabled,
            after: Some(after(hours(1))),
            ..trigger("Waits", vec![on_message()])
        };
        let runs = Trigger {
            disabled,
            actions: vec![wait(hours(1)), log("finished")],
            ..trigger("Runs", vec![on_message()])
        };
        engine(vec![waits, runs])
    };
    let mut world = World::new(two(false));
    world.message("1", "a").succeed(two(true));
    assert_eq!(world.count("cancelled Waits for crm.lead/1: Disabled"), 1);
    world.message("1", "b").later(hours(1)).tick();
    assert_eq!(world.count("{\"text\":\"finished\"}"), 1);
    assert_eq!(world.state.waiting().count(), 0);
}

#[test]
fn a_flow_that_stops_itself_by_name_ends() {
    let body = vec![log("a"), stop_flow("Old"), log("never")];
    let mut world = run(vec![starter("Old"), flow("Old", body)]);
    world.message("1", "a");
    assert_eq!(world.count("Old.1 stopped Old"), 1);
    assert_eq!(world.count("never"), 0);
}

#[test]
fn the_effects_of_each_part_of_a_body_have_keys_of_their_own() {
    // what the two parts cause is told apart, too: both raise the same event as the first of their cascade
    let body = vec![
        wait(hours(1)),
        emit_ping(1),
        wait(hours(1)),
        emit_ping(1),
        wait(hours(1)),
        emit_ping(1),
    ];
    let answers = trigger("Answers", vec![on_ping()]);
    let mut world = run(vec![starter("Old"), flow("Old", body), answers]);
    world.message("1", "a").later(hours(3)).tick();
    let keys: std::collections::BTreeSet<_> = world.state.outbox().map(|e| &e.key).collect();
    assert_eq!(world.count("fired Answers"), 3);
    assert_eq!(keys.len(), 3);
}
