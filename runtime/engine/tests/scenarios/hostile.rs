//! Revisions that no compiler writes.

use proptest::prelude::*;
use serde_json::json;
use trig_ir::*;

use crate::support::*;

fn span() -> impl Strategy<Value = Millis> {
    prop_oneof![
        Just(Millis(0)),
        Just(Millis(-1)),
        Just(Millis(i64::MIN)),
        Just(Millis(i64::MAX)),
        Just(Millis(60_000)),
    ]
}

fn expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        Just(Expr::Open(ScheduleId(99))),
        Just(Expr::NextOpen(ScheduleId(0))),
        Just(open()),
        Just(Expr::Condition(ConditionId(99), Some(subject("")), vec![])),
        Just(Expr::Condition(ConditionId(0), None, vec![])),
        Just(load(place(Root::Binder(u32::MAX), "x"))),
        Just(load(place(Root::Old, "score"))),
        Just(load(place(Root::Candidate, "lead"))),
        Just(load(subject("contact.contact.contact"))),
        Just(more_than(subject("score"), 2)),
        Just(Expr::Call(Function::Today, vec![int(1)])),
        Just(Expr::Const(Value::Duration(Millis(i64::MAX)))),
        Just(Expr::Const(Value::Bool(false))),
        Just(Expr::Const(Value::Empty)),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|e| Expr::Not(Box::new(e))),
            (inner.clone(), inner).prop_map(|(a, b)| Expr::And(vec![a, b])),
        ]
    })
}

fn hostile_until() -> impl Strategy<Value = Until> {
    (expr(), proptest::option::of(span()), any::<bool>()).prop_map(|(test, duration, go)| Until {
        within: duration.and_then(|duration| {
            let otherwise = if go {
                Otherwise::Continue
            } else {
                Otherwise::Drop
            };
            within(duration, otherwise)
        }),
        ..until("?", test)
    })
}

fn action() -> impl Strategy<Value = Action> {
    let leaf = prop_oneof![
        Just(log("x")),
        expr().prop_map(|e| act(ActionKind::Wait(e))),
        hostile_until().prop_map(wait_until),
        Just(act(ActionKind::Stop { flow: None })),
        Just(stop_flow("T")),
        Just(stop_flow("")),
        Just(start_flow("T")),
        Just(act(ActionKind::Start {
            flow: "F".into(),
            subject: None
        })),
        Just(act(ActionKind::Create {
            entity: EntityId(99),
            args: vec![]
        })),
        expr().prop_map(|e| act(ActionKind::Create {
            entity: LEAD,
            args: vec![("stage".into(), e)]
        })),
        expr().prop_map(|e| act(ActionKind::Emit {
            event: PING,
            args: vec![("n".into(), e)]
        })),
        expr().prop_map(|e| goal_when("G", "?", e)),
        Just(goal_on(
            "G",
            cancel(EventKind::Event(EventId(99)), "?", "lead")
        )),
        Just(goal_on("G", cancel(EventKind::Event(MESSAGE), "?", "lead"))),
        Just(set("score", SetOp::Add, int(1))),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let all = proptest::collection::vec(inner, 0..3);
        prop_oneof![
            (expr(), all.clone(), all.clone()).prop_map(|(test, then, otherwise)| {
                act(ActionKind::If {
                    test,
                    text: "?".into(),
                    then,
                    otherwise,
                })
            }),
            (all, any::<bool>(), any::<u32>()).prop_map(|(body, of, slot)| {
                let source = if of {
                    EachSource::Of(subject("contacts"))
                } else {
                    EachSource::All(LEAD)
                };
                let each = ForEach {
                    loc: loc(9),
                    source,
                    filter: None,
                };
                act(ActionKind::ForEach { each, slot, body })
            }),
        ]
    })
}

fn limit() -> impl Strategy<Value = Limit> {
    let window = prop_oneof![
        Just(LimitWindow::Ever),
        span().prop_map(LimitWindow::Sliding),
        Just(LimitWindow::Calendar(Period::Week)),
    ];
    let count = prop_oneof![Just(0u32), Just(1), Just(101), Just(u32::MAX)];
    let key = prop_oneof![
        Just(subject("")),
        Just(place(Root::Outer, "x")),
        Just(event("lead"))
    ];
    (window, count, any::<bool>(), key).prop_map(|(window, count, wait, key)| Limit {
        count,
        window,
        wait,
        ..cooldown("L", Millis(0), &[key])
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_revision_makes_it_panic(
        resting in proptest::option::of((span(), span())),
        held in proptest::option::of(hostile_until()),
        delay in proptest::option::of((span(), expr())),
        during in proptest::option::of(expr()),
        limits in proptest::collection::vec(limit(), 0..3),
        actions in proptest::collection::vec(action(), 0..6),
        zone in prop_oneof![Just("Europe/Berlin"), Just("?")],
        mode in prop_oneof![Just(Mode::Single), Just(Mode::Restart), Just(Mode::Parallel)],
    ) {
        let hostile = Trigger {
            debounce: resting.map(|(duration, up_to)| debounce(duration, up_to)),
            until: held,
            after: delay.map(|(duration, test)| After {
                holds: Some(guard(GuardKind::While, "?", test)),
                ..after(duration)
            }),
            during: during.map(|test| guard(GuardKind::During, "?", test)),
            limits,
            actions,
            mode,
            zone: zone.into(),
            ..trigger("T", vec![on_message(), start(EventKind::Started("T".into()), "started", "record")])
        };
        let mut ir = world();
        ir.conditions.push(Condition {
            name: "Closed".into(),
            params: 0,
            body: Expr::Not(Box::new(open())),
            loc: loc(1),
        });
        let mut world = World::new(engine_with(ir, vec![hostile.clone()]));
        world.through_json = true;
        world.coverage = true;
        world.updated("1", json!({"score": 1, "contact": "c", "contacts": ["c", "d"], "stage": "Sales.New"}));
        for id in ["1", "2", "1"] {
            world.message(id, "x");
        }
        world.later(minutes(1)).updated("1", json!({"score": 5}));
        world.event("crm.accepted", json!({"lead": 1}));
        world.later(hours(1)).tick();
        world.succeed(engine(vec![Trigger { until: None, ..hostile }]));
        world.later(hours(9)).message("1", "y").deleted("1").later(Millis::DAY).tick();
    }
}
