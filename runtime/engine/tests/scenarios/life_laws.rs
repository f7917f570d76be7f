//! Laws of what waits and runs: whatever happens to the state in between, the same inputs go on in the same way.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;
use trig_engine::*;
use trig_ir::*;

use crate::support::*;

type Dice = (u8, u8, u8, u8, u8, u8);

fn high() -> Expr {
    more_than(subject("score"), 3)
}

fn low() -> Guard {
    let test = compare(CompareOp::Lt, load(subject("score")), int(5));
    guard(GuardKind::While, "score < 5", test)
}

fn cancels() -> Vec<Cancel> {
    vec![
        cancel(EventKind::Event(ACCEPTED), "accepted", "lead"),
        cancel(
            EventKind::Changed(LEAD, "tags".into()),
            "tags changed",
            "record",
        ),
    ]
}

fn waits_for(dice: u8) -> Until {
    let otherwise = if dice.is_multiple_of(2) {
        Otherwise::Drop
    } else {
        Otherwise::Continue
    };
    let within = (!dice.is_multiple_of(3))
        .then(|| within(minutes(40), otherwise))
        .flatten();
    let test = match dice % 4 {
        0 => until("OfficeHours", open()),
        1 => until("not OfficeHours", Expr::Not(Box::new(open()))),
        2 => until("vip", load(subject("contact.vip"))),
        _ => until("score > 3", high()),
    };
    Until { within, ..test }
}

fn body(name: &str, dice: u8) -> Vec<Action> {
    let (goal, reached) = match dice % 3 {
        0 => ("On", cancels().remove(0)),
        _ => ("Tagged", cancels().remove(1)),
    };
    let long = vec![
        log("begins"),
        wait(minutes(i64::from(dice % 50))),
        act(ActionKind::If {
            test: high(),
            text: "score > 3".into(),
            then: vec![
                set("score", SetOp::Assign, int(0)),
                wait_until(waits_for(dice / 4)),
                log("then"),
            ],
            otherwise: vec![set("score", SetOp::Add, int(1))],
        }),
        goal_on(goal, reached),
        act(ActionKind::ForEach {
            each: ForEach {
                loc: loc(9),
                source: EachSource::Of(subject("contacts")),
                filter: None,
            },
            slot: 0,
            body: vec![log_expr(load(place(Root::Binder(0), "")))],
        }),
        wait(minutes(7)),
        goal_when("Big", "score > 3", high()),
        log("ends"),
    ];
    match dice % 6 {
        0 => vec![log(name)],
        1 => vec![set("score", SetOp::Add, int(1)), emit_ping(1)],
        2 => vec![start_flow("F"), log("started")],
        3 => vec![stop_flow("F"), set("tags", SetOp::Add, tag("VIP"))],
        _ => long,
    }
}

fn dice_trigger(name: &str, dice: Dice) -> Trigger {
    let (on, phases, mode, limited, does, how) = dice;
    let starts = match on % 4 {
        0 => vec![on_message()],
        1 => vec![on_ping(), on_message()],
        2 => vec![on_change("score")],
        _ => vec![start(
            EventKind::GoalSkipped("F".into(), "Big".into()),
            "goal",
            "record",
        )],
    };
    let guarded = how.is_multiple_of(2);
    let limit = |window, wait| Limit {
        kind: LimitKind::Limit,
        count: 1 + u32::from(how % 2),
        window,
        wait,
        ..cooldown("Shared", Millis(0), &[])
    };
    Trigger {
        starts,
        debounce: (phases & 1 > 0).then(|| Debounce {
            holds: guarded.then(low),
            unless: if guarded { cancels() } else { vec![] },
            ..debounce(minutes(8), minutes(20))
        }),
        until: (phases & 2 > 0).then(|| waits_for(how)),
        after: (phases & 4 > 0).then(|| After {
            holds: guarded.then(low),
            unless: if guarded { cancels() } else { vec![] },
            ..after(minutes(i64::from(1 + how % 30)))
        }),
        during: (phases & 8 > 0).then(|| guard(GuardKind::During, "OfficeHours", open())),
        mode: [Mode::Single, Mode::Restart, Mode::Parallel][usize::from(mode % 3)],
        limits: match limited % 5 {
            0 => vec![limit(LimitWindow::Sliding(minutes(30)), true)],
            1 => vec![limit(LimitWindow::Calendar(Period::Day), true)],
            2 => vec![limit(LimitWindow::Ever, false)],
            _ => vec![],
        },
        actions: body(name, does),
        ..trigger(name, vec![])
    }
}

fn build(dice: &[Dice], skip: usize) -> Engine {
    let names = ["T0", "T1", "T2", "T3", "T4"];
    let all = dice.iter().zip(names).skip(skip);
    let mut triggers: Vec<Trigger> = all.map(|(dice, name)| dice_trigger(name, *dice)).collect();
    if let Some(dice) = dice.first() {
        triggers.push(flow("F", body("F", 4 + dice.0 % 2)));
    }
    engine(triggers)
}

fn dice_input(dice: (u8, u8, u8)) -> InputKind {
    let (what, who, how) = dice;
    let id = (who % 3).to_string();
    let tags = &["a", "VIP", "b"][..usize::from(how % 4)];
    let data = json!({"score": how % 7, "contact": "c", "contacts": ["c", "d"]});
    let event = |ty: &str, data| {
        arrival(Happening::Event {
            ty: ty.into(),
            subject: None,
            data: fields(data),
        })
    };
    InputKind::Arrival(match what % 8 {
        0 => record(RecordOp::Created, "crm.lead", &id, data),
        1 => record(RecordOp::Updated, "crm.lead", &id, data),
        2 => record(RecordOp::Updated, "crm.lead", &id, json!({"tags": tags})),
        3 => record(
            RecordOp::Updated,
            "crm.contact",
            "c",
            json!({"vip": how.is_multiple_of(2)}),
        ),
        4 if how > 200 => record(RecordOp::Deleted, "crm.lead", &id, json!({})),
        4 | 5 => event("crm.accepted", json!({"lead": id})),
        _ => event("crm.message", json!({"lead": id, "text": "x"})),
    })
}

/// Under `single` a key has one firing, beside one whose events have not come to rest.
fn single_is_single(world: &World) -> Result<(), TestCaseError> {
    let mut seen = BTreeSet::new();
    for waiting in world.state.waiting() {
        let all = world.engine.ir().triggers.iter();
        let single = all
            .filter(|t| t.mode == Mode::Single)
            .any(|t| t.name == *waiting.trigger);
        if single && waiting.phase != "debounce" {
            let key = (waiting.trigger.clone(), waiting.subject.cloned());
            prop_assert!(seen.insert(key), "two firings of one key:\n{}", world.story);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn what_waits_goes_on_in_the_same_way(
        dice in proptest::collection::vec(any::<Dice>(), 1..5),
        inputs in proptest::collection::vec((any::<(u8, u8, u8)>(), 0i64..5), 0..50),
        reload_at in 0usize..60,
    ) {
        let mut worlds = [(); 4].map(|()| World::new(build(&dice, 0)));
        worlds[1].through_json = true;
        worlds[2].trace = true;
        worlds[3].coverage = true;
        for world in &mut worlds {
            for id in ["0", "1", "2"] {
                world.updated(id, json!({"score": 2, "tags": [], "contact": "c", "contacts": ["d"]}));
            }
        }
        let mut keys = Keys::default();
        for (nth, (dice_in, quarters)) in inputs.iter().enumerate() {
            let mut outputs = Vec::new();
            for world in &mut worlds {
                world.later(Millis(Millis::MINUTE.0 * 9 * quarters));
                if nth == reload_at {
                    world.succeed(build(&dice, 1));
                }
                outputs.push(world.apply(dice_input(*dice_in)));
            }
            let written = |nth: usize| serde_json::to_string(&outputs[nth]).unwrap();
            prop_assert_eq!(written(0), written(1));
            keys.note(&outputs[0])?;
            let [plain, stored, traced, covered] = &worlds;
            prop_assert_eq!(&plain.state, &stored.state);
            // what is told changes nothing
            prop_assert_eq!(plain.state.digest(), traced.state.digest());
            prop_assert_eq!(plain.state.digest(), covered.state.digest());
            single_is_single(plain)?;
        }
    }

    #[test]
    fn a_queue_keeps_the_order_of_arrival(
        arrivals in proptest::collection::vec((0u8..40, 0i64..20), 1..40),
        count in 1u32..3,
        by_day in any::<bool>(),
        in_hours in any::<bool>(),
    ) {
        let window = if by_day {
            LimitWindow::Calendar(Period::Day)
        } else {
            LimitWindow::Sliding(minutes(30))
        };
        let mut world = run(vec![Trigger {
            mode: Mode::Parallel,
            during: in_hours.then(|| guard(GuardKind::During, "OfficeHours", open())),
            limits: vec![Limit { count, window, wait: true, ..cooldown("Q", Millis(0), &[]) }],
            ..trigger("Q", vec![on_message()])
        }]);
        let mut fired: Vec<(u64, Timestamp)> = Vec::new();
        let mut note = |output: &Output| {
            for audit in &output.audit {
                if let Audit::Fired { started, at, .. } = audit {
                    fired.push((*started, *at));
                }
            }
        };
        let mut came = Vec::new();
        for (id, wait) in &arrivals {
            world.later(minutes(*wait));
            let data = fields(json!({"lead": id.to_string(), "text": "x"}));
            let event = Happening::Event { ty: "crm.message".into(), subject: None, data };
            note(&world.apply(InputKind::Arrival(arrival(event))));
            came.push(world.state.position());
        }
        for _ in 0..arrivals.len() * 4 {
            if world.state.next_due().is_none() {
                break;
            }
            world.later(hours(24));
            note(&world.apply(InputKind::Tick));
        }
        // all of them, in the order in which they came
        let order: Vec<u64> = fired.iter().map(|(started, _)| *started).collect();
        prop_assert_eq!(order, came);
        if !by_day {
            for (nth, (_, at)) in fired.iter().enumerate() {
                let within = fired[..nth].iter().filter(|(_, t)| t.plus(minutes(30)) > *at);
                prop_assert!(within.count() < count as usize);
            }
        }
    }
}
