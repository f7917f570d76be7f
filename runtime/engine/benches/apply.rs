//! Events a second through the engine, beside the parsing of the same events from JSON.
//!
//! 1,000 triggers; of ten events, one fires one trigger. `spread`: the triggers stand on 20 kinds of events. `crowded`:
//! they all stand on one. `records`: snapshots of leads, of which one in ten changes a field that a trigger asks for.

use std::sync::Arc;

use divan::{Bencher, counter::ItemsCount};
use serde_json::json;
use trig_engine::{Engine, Input, Options, State};
use trig_ir::{
    Action, ActionDecl, ActionId, ActionKind, CompareOp, Entity, EntityId, Event, EventId,
    EventKind, Expr, Field, FileId, Guard, GuardKind, IR_VERSION, IfUnknown, Ir, Loc, Mode,
    Pattern, Place, Project, RevisionHash, Root, SmolStr, Start, Test, Trigger, Type, Value,
    Versions,
};

fn main() {
    divan::main();
}

const TRIGGERS: u32 = 1_000;
const EVENTS: u64 = 2_000;
const LEAD: EntityId = EntityId(0);

const LOC: Loc = Loc {
    file: FileId(0),
    line: 1,
    start: 0,
    end: 0,
};

fn field(name: &str, ty: Type) -> Field {
    Field {
        name: name.into(),
        ty,
        optional: true,
        native_id: None,
        silent: false,
        was: None,
    }
}

fn equals(place: Place, value: Value) -> Expr {
    Expr::Compare(
        CompareOp::Eq,
        Box::new(Expr::Load(place)),
        Box::new(Expr::Const(value)),
    )
}

fn trigger(nth: u32, kind: EventKind, subject: &str, filter: Expr) -> Trigger {
    let score = Expr::Load(Place::field(Root::Subject, "score"));
    let open = Expr::Compare(
        CompareOp::Ge,
        Box::new(score),
        Box::new(Expr::Const(Value::Int(0))),
    );
    Trigger {
        name: format!("T{nth:04}").into(),
        was: None,
        flow: false,
        label: String::new(),
        loc: LOC,
        home: None,
        priority: 0,
        disabled: false,
        again: false,
        zone: "UTC".into(),
        subject: Some(LEAD),
        starts: vec![Start {
            loc: LOC,
            pattern: Pattern {
                event: kind,
                or_created: false,
                filter: Some(filter),
                first: None,
                text: String::new(),
            },
            clock: None,
            subject: Some(Place::field(Root::Event, subject)),
            finer: Vec::new(),
            guards: Vec::new(),
            after: None,
        }],
        each: None,
        guards: vec![Guard {
            kind: GuardKind::When,
            loc: LOC,
            test: Test::Expr(open),
            text: String::new(),
        }],
        debounce: None,
        until: None,
        after: None,
        during: None,
        mode: Mode::Single,
        missed: None,
        limits: Vec::new(),
        actions: vec![Action {
            loc: LOC,
            kind: ActionKind::Call {
                action: ActionId(0),
                args: vec![("text".into(), Expr::Const(Value::Text("hello".into())))],
            },
        }],
    }
}

/// `kinds` kinds of events, the triggers spread over them, each asking for one text.
fn world(kinds: u32) -> Engine {
    let events = (0..kinds).map(|nth| Event {
        name: format!("crm.kind{nth}").into(),
        fields: vec![
            field("channel", Type::Text),
            field("lead", Type::Entity(LEAD)),
            field("text", Type::Text),
        ],
        webhook: None,
        updates: Vec::new(),
    });
    let asks = |nth: u32| Value::Text(format!("channel {nth}").into());
    let by_event = (0..TRIGGERS).map(|nth| {
        let kind = EventKind::Event(EventId(nth % kinds));
        let filter = equals(Place::field(Root::Candidate, "channel"), asks(nth));
        trigger(nth, kind, "lead", filter)
    });
    let by_score = std::iter::once({
        let kind = EventKind::Changed(LEAD, "score".into());
        let filter = equals(Place::field(Root::Candidate, "to"), Value::Int(7));
        trigger(TRIGGERS, kind, "record", filter)
    });
    let ir = Ir {
        version: IR_VERSION,
        versions: Versions::current(),
        project: Project {
            id: "bench".into(),
            name: String::new(),
            zone: "UTC".into(),
            currency: None,
            connectors: Vec::new(),
        },
        files: Vec::new(),
        entities: vec![Entity {
            name: "crm.lead".into(),
            native_id: None,
            fields: ["city", "name", "notes", "score", "source", "street"]
                .map(|name| match name {
                    "score" => field(name, Type::Int),
                    _ => field(name, Type::Text),
                })
                .to_vec(),
        }],
        enums: Vec::new(),
        events: events.collect(),
        actions: vec![ActionDecl {
            name: "trig.log".into(),
            params: vec![field("text", Type::Text)],
            if_unknown: IfUnknown::Retry,
            emits: Vec::new(),
            when: None,
        }],
        pipelines: Vec::new(),
        conditions: Vec::new(),
        schedules: Vec::new(),
        feeds: Vec::new(),
        breakers: Vec::new(),
        renamed_cooldowns: Vec::new(),
        triggers: by_event.chain(by_score).collect(),
    };
    Engine::new(Arc::new(ir), RevisionHash(SmolStr::new_static("bench")))
}

fn input(position: u64, what: serde_json::Value) -> Vec<u8> {
    let input = json!({
        "position": position,
        "at": 1_772_445_600_000u64 + position,
        "kind": {"arrival": {
            "source": "crm",
            "id": format!("event-{position}"),
            "by": {"kind": "user", "name": "anna"},
            "what": what,
        }},
    });
    serde_json::to_vec(&input).unwrap_or_default()
}

fn lead(position: u64) -> String {
    format!("{}", 15_000_000 + position % 97)
}

/// Events of which one in ten is asked for.
fn events(kinds: u64) -> Vec<Vec<u8>> {
    let one = |position: u64| {
        let nth = position * 7 % u64::from(TRIGGERS);
        let channel = match position % 10 {
            0 => format!("channel {nth}"),
            _ => format!("no channel {nth}"),
        };
        input(
            position,
            json!({"event": {
                "ty": format!("crm.kind{}", nth % kinds),
                "data": {
                    "lead": lead(position),
                    "channel": channel,
                    "text": "how much is it, and is there a discount for three of them?",
                },
            }}),
        )
    };
    (1..=EVENTS).map(one).collect()
}

/// Snapshots of which one in ten sets the score that is asked for.
fn snapshots() -> Vec<Vec<u8>> {
    let one = |position: u64| {
        let score = match position % 10 {
            0 => 7,
            _ => 10 + position,
        };
        input(
            position,
            json!({"record": {
                "op": "updated", "entity": "crm.lead", "id": lead(position),
                "fields": {
                    "name": "Anna Example", "city": "Berlin", "street": "Long Street 5", "score": score,
                    "source": "web", "notes": "a note of some length, as they are",
                },
            }}),
        )
    };
    (1..=EVENTS).map(one).collect()
}

fn parsed(lines: &[Vec<u8>]) -> Vec<Input> {
    let parse = |line: &Vec<u8>| serde_json::from_slice(line).ok();
    lines.iter().filter_map(parse).collect()
}

/// A state in which each lead is known.
fn known(engine: &Engine) -> State {
    let mut state = State::default();
    for lead_nth in 0..97 {
        let line = input(
            0,
            json!({"record": {
                "op": "updated", "entity": "crm.lead", "id": lead(lead_nth),
                "fields": {"score": 1},
            }}),
        );
        for mut input in parsed(&[line]) {
            if let trig_engine::InputKind::Arrival(arrival) = &mut input.kind {
                arrival.id = None;
            }
            engine.apply(&mut state, &input, &Options::default());
        }
    }
    state
}

fn parse(bencher: Bencher<'_, '_>, lines: &[Vec<u8>]) {
    bencher
        .counter(ItemsCount::new(lines.len()))
        .bench_local(|| parsed(divan::black_box(lines)));
}

fn apply(bencher: Bencher<'_, '_>, engine: &Engine, lines: &[Vec<u8>]) {
    let inputs = parsed(lines);
    let state = known(engine);
    let mut fired = 0;
    let mut tried = state.clone();
    for input in &inputs {
        fired += engine
            .apply(&mut tried, input, &Options::default())
            .effects
            .len();
    }
    assert_eq!(fired, inputs.len() / 10, "one in ten fires");
    bencher
        .counter(ItemsCount::new(inputs.len()))
        .with_inputs(|| state.clone())
        .bench_local_values(|mut state| {
            for input in &inputs {
                divan::black_box(engine.apply(&mut state, input, &Options::default()));
            }
            state
        });
}

#[divan::bench]
fn a_parse_events(bencher: Bencher<'_, '_>) {
    parse(bencher, &events(20));
}

#[divan::bench]
fn apply_spread(bencher: Bencher<'_, '_>) {
    apply(bencher, &world(20), &events(20));
}

#[divan::bench]
fn apply_crowded(bencher: Bencher<'_, '_>) {
    apply(bencher, &world(1), &events(1));
}

#[divan::bench]
fn a_parse_records(bencher: Bencher<'_, '_>) {
    parse(bencher, &snapshots());
}

#[divan::bench]
fn apply_records(bencher: Bencher<'_, '_>) {
    apply(bencher, &world(20), &snapshots());
}
