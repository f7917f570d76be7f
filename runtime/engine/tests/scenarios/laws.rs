//! Laws: the same inputs give the same outputs, whatever happens to the state in between.

use proptest::prelude::*;
use serde_json::json;
use trig_engine::*;
use trig_ir::*;

use crate::support::*;

/// A trigger out of a few dice.
fn dice_trigger(nth: usize, dice: (u8, u8, u8, u8, u8)) -> Trigger {
    let (on, guarded, delay, limited, does) = dice;
    let name = format!("T{nth}");
    let asks = |start: Start, field: &str, value| {
        let equal = compare(CompareOp::Eq, load(candidate(field)), Expr::Const(value));
        filtered(start, field, equal)
    };
    let starts = match on % 9 {
        6 => vec![
            asks(on_message(), "text", Value::Text("x".into())),
            asks(on_ping(), "n", Value::Decimal(1.into())),
            asks(on_ping(), "n", Value::Int(2)),
        ],
        7 => vec![asks(on_change("score"), "to", Value::Int(3))],
        8 => vec![filtered(
            on_moved(),
            "to",
            in_stage(candidate("to"), &["Sales.Contacted", "Sales.Won"]),
        )],
        0 => vec![on_message()],
        1 => vec![on_ping(), on_message()],
        2 => vec![on_change("score")],
        3 => vec![on_moved()],
        4 => vec![start(
            EventKind::Gained(LEAD, "tags".into()),
            "gains",
            "record",
        )],
        _ => vec![
            start(EventKind::Created(LEAD), "created", "record"),
            on_ping(),
        ],
    };
    let guards = match guarded % 4 {
        0 => vec![when("score > 2", more_than(subject("score"), 2))],
        1 => vec![when(
            "new",
            in_stage(subject("stage"), &["Sales.New", "Sales.Contacted"]),
        )],
        _ => vec![],
    };
    let cancels = vec![
        cancel(EventKind::Event(ACCEPTED), "accepted", "lead"),
        cancel(
            EventKind::Changed(LEAD, "score".into()),
            "score changed",
            "record",
        ),
    ];
    let after = match delay % 4 {
        0 => Some(After {
            unless: cancels,
            ..after(Millis(Millis::MINUTE.0 * i64::from(delay % 7)))
        }),
        1 => Some(After {
            holds: Some(guard(
                GuardKind::While,
                "score < 5",
                compare(CompareOp::Lt, load(subject("score")), int(5)),
            )),
            ..after(Millis::HOUR)
        }),
        _ => None,
    };
    let limits = match limited % 3 {
        0 => vec![cooldown("Shared", Millis::HOUR, &[subject("contact")])],
        1 => vec![cooldown(&name, Millis::MINUTE, &[subject("")])],
        _ => vec![],
    };
    let actions = match does % 6 {
        0 => vec![log_expr(Expr::Concat(vec![load(subject("name"))]))],
        1 => vec![set("score", SetOp::Add, int(1)), emit_ping(1)],
        2 => vec![
            move_to("Sales.Contacted"),
            move_to("Sales.Proposal"),
            log("moved"),
        ],
        3 => vec![
            set("tags", SetOp::Add, tag("VIP")),
            set("tags", SetOp::Remove, tag("a")),
        ],
        4 => vec![emit_ping(2), log("pinged")],
        _ => vec![
            set("score", SetOp::Assign, int(3)),
            set("score", SetOp::Remove, int(1)),
        ],
    };
    Trigger {
        guards,
        after,
        limits,
        actions,
        again: does > 240,
        priority: i32::from(on % 3),
        ..trigger(&name, starts)
    }
}

fn dice_input(dice: (u8, u8, u8)) -> InputKind {
    let (what, who, how) = dice;
    let id = (who % 3).to_string();
    let stage = [
        "Sales.New",
        "Sales.Contacted",
        "Sales.Won",
        "Service.Open",
        "?",
    ][usize::from(how % 5)];
    let tags = &["a", "VIP", "b"][..usize::from(how % 4)];
    let mut arrival = match what % 8 {
        0 => record(
            RecordOp::Created,
            "crm.lead",
            &id,
            json!({"stage": stage, "score": how % 6, "contact": "c"}),
        ),
        1 => record(
            RecordOp::Updated,
            "crm.lead",
            &id,
            json!({"score": how % 6}),
        ),
        2 => record(
            RecordOp::Updated,
            "crm.lead",
            &id,
            json!({"stage": stage, "name": "n"}),
        ),
        3 => record(RecordOp::Updated, "crm.lead", &id, json!({"tags": tags})),
        4 => record(RecordOp::Deleted, "crm.lead", &id, json!({})),
        5 => return InputKind::Tick,
        6 => arrival(Happening::Event {
            ty: "crm.accepted".into(),
            subject: None,
            data: fields(json!({"lead": id})),
        }),
        _ => arrival(Happening::Event {
            ty: "crm.message".into(),
            subject: None,
            data: fields(json!({"lead": id, "text": "x"})),
        }),
    };
    if how > 128 {
        arrival.id = Some((how % 16).to_string().into());
    }
    InputKind::Arrival(arrival)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_same_inputs_give_the_same_outputs(
        triggers in proptest::collection::vec(any::<(u8, u8, u8, u8, u8)>(), 0..6),
        inputs in proptest::collection::vec((any::<(u8, u8, u8)>(), 0i64..4), 0..40),
        reload_at in 0usize..40,
    ) {
        let build = |skip: usize| {
            let all = triggers.iter().enumerate().skip(skip);
            engine(all.map(|(nth, dice)| dice_trigger(nth, *dice)).collect())
        };
        let mut plain = World::new(build(0));
        let mut stored = World::new(build(0));
        stored.through_json = true;
        let mut traced = World::new(build(0));
        traced.trace = true;
        let mut last_now = Timestamp(i64::MIN);
        let mut keys = Keys::default();
        for (nth, (dice, minutes)) in inputs.iter().enumerate() {
            let step = Millis(minutes * Millis::MINUTE.0 * 7);
            let worlds = [&mut plain, &mut stored, &mut traced];
            let mut outputs = Vec::new();
            for world in worlds {
                world.later(step);
                if nth == reload_at {
                    world.reload(build(1));
                }
                outputs.push(world.apply(dice_input(*dice)));
            }
            let written = |nth: usize| serde_json::to_string(&outputs[nth]).unwrap();
            prop_assert_eq!(written(0), written(1));
            keys.note(&outputs[0])?;
            prop_assert_eq!(plain.state.digest(), stored.state.digest());
            // a trace changes what is told, never what is done
            prop_assert_eq!(plain.state.digest(), traced.state.digest());
            // the indexes are what they are built from
            prop_assert_eq!(&plain.state, &stored.state);
            prop_assert!(plain.state.now() >= last_now);
            last_now = plain.state.now();
            prop_assert!(plain.state.next_due().is_none_or(|due| due.0 >= T0));
        }
    }

    #[test]
    fn nothing_that_arrives_makes_it_panic(
        ty in prop_oneof![Just("crm.message".to_owned()), Just("crm.paid".to_owned()), ".{0,8}"],
        values in proptest::collection::btree_map(
            prop_oneof![
                Just("amount"), Just("stage"), Just("tags"), Just("lead"), Just("#77"), Just("source"),
                Just("contacts"), Just("text"), Just("order"), Just("?"),
            ],
            prop_oneof![
                Just(json!(null)), Just(json!("")), Just(json!({"amount": "1e400"})), Just(json!(1e300)),
                Just(json!({"stage": {}, "pipeline": []})), Just(json!([[[]]])), Just(json!("9".repeat(60))),
                Just(json!({"id": null})), Just(json!(-0.0)), Just(json!("2026-13-45")), Just(json!("\u{0}")),
                Just(json!({"currency": "éé", "amount": 1})), any::<i64>().prop_map(|n| json!(n)),
                any::<f64>().prop_map(|n| json!(n)), ".{0,6}".prop_map(|t| json!(t)),
            ],
            0..6,
        ),
        op in prop_oneof![Just(RecordOp::Created), Just(RecordOp::Updated), Just(RecordOp::Deleted)],
    ) {
        let triggers = (0..6u8).map(|n| dice_trigger(n.into(), (n, n, n, n, n))).collect();
        let mut world = traced(triggers);
        let data = serde_json::to_value(values).unwrap();
        world.arrive(record(op, "crm.lead", "1", data.clone()));
        world.event(&ty, data.clone());
        world.arrive(record(RecordOp::Updated, "crm.lead", "1", data));
        world.later(Millis::DAY).tick();
    }
}

#[test]
fn engine_and_state_can_go_to_another_thread() {
    fn sendable<T: Send + Sync + 'static>() {}
    sendable::<Engine>();
    sendable::<State>();
    sendable::<Output>();
}
