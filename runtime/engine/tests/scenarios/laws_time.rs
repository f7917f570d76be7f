//! The law of `laws.rs` for what hangs on time, on many records, and on counting: the same inputs give the same
//! outputs, whatever happens to the state in between, and whatever is asked to be told.

use proptest::prelude::*;
use serde_json::json;
use trig_engine::*;
use trig_ir::*;

use crate::support::*;

fn ir() -> Ir {
    let mut ir = world();
    let lead = &mut ir.entities[0];
    lead.fields.push(field("meets", Type::DateTime));
    lead.fields.sort_by(|a, b| a.name.cmp(&b.name));
    ir.events[1].updates = vec![Update {
        record: "lead".into(),
        field: "score".into(),
        op: SetOp::Add,
        value: "n".into(),
    }];
    ir.events[1].fields.push(field("n", Type::Int));
    ir.events[1].fields.sort_by(|a, b| a.name.cmp(&b.name));
    ir.breakers = vec![Breaker {
        name: "Storm".into(),
        loc: loc(9),
        of: BreakerOf::AnyField,
        over: 3,
        window: Millis::HOUR,
        pause: Millis::HOUR,
    }];
    ir
}

fn clocked(kind: EventKind, text: &str, subject: Option<Place>, clock: Clock) -> Start {
    Start {
        clock: Some(clock),
        subject,
        ..start(kind, text, "record")
    }
}

/// One of each, out of two dice.
fn dice_trigger(nth: usize, dice: (u8, u8)) -> Trigger {
    let (on, does) = dice;
    let name = format!("T{nth}");
    let offset = |ms: i64| {
        let clock = Clock::Offset(Offset {
            entity: LEAD,
            field: "meets".into(),
            distance: Distance::Span(Millis(ms)),
            yearly: on % 3 == 0,
            at: None,
        });
        let kind = EventKind::Due(LEAD, "meets".into());
        clocked(kind, "offset", Some(event("record")), clock)
    };
    let hourly = Clock::Every(Recurrence::Interval(Millis(
        Millis::HOUR.0 * i64::from(on % 5 + 1),
    )));
    let mut first = on_ping();
    first.pattern.first = Some(First {
        key: vec![event("lead")],
        period: Some(Period::Day),
    });
    let sweeps = on % 6 < 2;
    let starts = match on % 6 {
        0 => vec![clocked(EventKind::Clock, "every", None, hourly)],
        1 => vec![Start {
            subject: None,
            ..on_ping()
        }],
        2 => vec![offset(-Millis::HOUR.0), offset(Millis::DAY.0)],
        3 => vec![first],
        4 => vec![on_change("score")],
        _ => vec![on_message(), on_change("meets")],
    };
    Trigger {
        was: (on > 200).then(|| format!("T{}", nth + 1).into()),
        each: sweeps.then(|| ForEach {
            loc: loc(6),
            source: EachSource::All(LEAD),
            filter: Some(guard(
                GuardKind::Where,
                "score > 1",
                more_than(subject("score"), 1),
            )),
        }),
        after: (does % 3 == 0).then(|| after(Millis::HOUR)),
        actions: match does % 4 {
            0 => vec![set("score", SetOp::Add, int(1))],
            1 => vec![emit_ping(1), log(&name)],
            2 => vec![act(ActionKind::Emit {
                event: ACCEPTED,
                args: vec![("lead".into(), load(subject(""))), ("n".into(), int(2))],
            })],
            _ => vec![log(&name)],
        },
        priority: i32::from(does % 2),
        missed: match does % 5 {
            0 => Some(Missed::Run),
            1 => Some(Missed::Skip),
            _ => None,
        },
        ..trigger(&name, starts)
    }
}

fn dice_input(dice: (u8, u8, u8), now: Timestamp) -> InputKind {
    let (what, who, how) = dice;
    let id = (who % 4).to_string();
    let event = |ty: &str, data| {
        InputKind::Arrival(arrival(Happening::Event {
            ty: ty.into(),
            subject: None,
            data: fields(data),
        }))
    };
    let update = |values| InputKind::Arrival(record(RecordOp::Updated, "crm.lead", &id, values));
    match what % 9 {
        0 => InputKind::Tick,
        1 | 2 => InputKind::Slice,
        3 => update(json!({"meets": now.0 / 1000 + (i64::from(how) - 128) * 1800})),
        4 => update(json!({"score": how % 4, "meets": null})),
        5 => update(json!({"score": how % 4})),
        6 => InputKind::Arrival(record(RecordOp::Deleted, "crm.lead", &id, json!({}))),
        7 => event("crm.ping", json!({"lead": id})),
        _ => event("crm.accepted", json!({"lead": id, "n": how})),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_same_inputs_give_the_same_outputs(
        triggers in proptest::collection::vec(any::<(u8, u8)>(), 1..7),
        inputs in proptest::collection::vec((any::<(u8, u8, u8)>(), 0i64..40), 0..60),
        reload_every in 1usize..20,
    ) {
        let build = |skip: usize| {
            let all = triggers.iter().enumerate().skip(skip % 2);
            engine_with(ir(), all.map(|(nth, dice)| dice_trigger(nth, *dice)).collect())
        };
        let mut plain = World::new(build(0));
        let mut stored = World::new(build(0));
        stored.through_json = true;
        let mut traced = World::new(build(0));
        traced.trace = true;
        let mut keys = Keys::default();
        for (nth, (dice, quarters)) in inputs.iter().enumerate() {
            let mut outputs = Vec::new();
            for world in [&mut plain, &mut stored, &mut traced] {
                world.later(Millis(quarters * Millis::MINUTE.0 * 15));
                if nth % reload_every == 0 {
                    world.reload(build(nth));
                }
                let input = dice_input(*dice, world.now());
                outputs.push(world.apply(input));
            }
            prop_assert_eq!(&outputs[0], &outputs[1]);
            keys.note(&outputs[0])?;
            prop_assert_eq!(&outputs[0].effects, &outputs[2].effects);
            // the indexes are what they are built from
            prop_assert_eq!(&plain.state, &stored.state);
            prop_assert_eq!(&plain.state, &traced.state);
        }
        // every sweep comes to its end, and so do those that start one another
        for _ in 0..2_000 {
            if !plain.state.has_slices() {
                break;
            }
            keys.note(&plain.apply(InputKind::Slice))?;
        }
        prop_assert!(!plain.state.has_slices());
    }
}
