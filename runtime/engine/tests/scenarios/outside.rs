//! Webhooks, flows started by hand, what events say of records, and what comes first.

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use trig_engine::*;
use trig_ir::*;

use crate::support::*;

const PAID: EventId = EventId(4);

fn path(text: &str) -> WebhookValue {
    WebhookValue::At(text.split('.').map(SmolStr::new).collect())
}

fn find(entity: EntityId, field: &str, value: WebhookValue) -> WebhookValue {
    WebhookValue::Find {
        entity,
        field: field.into(),
        value: Box::new(value),
    }
}

/// The world, with two events that are read from the webhook `stripe`.
fn hooked() -> Ir {
    let mut ir = world();
    let needed = |name: &str, ty: Type| Field {
        optional: false,
        ..field(name, ty)
    };
    let amount = WebhookValue::Minor(
        Box::new(path("body.amount")),
        Box::new(path("body.currency")),
    );
    let webhook = |fields: Vec<(&str, WebhookValue)>| Webhook {
        source: "stripe".into(),
        id: Some(vec!["id".into()]),
        fields: fields.into_iter().map(|(n, v)| (n.into(), v)).collect(),
    };
    ir.events.push(Event {
        name: "stripe.paid".into(),
        fields: vec![
            needed("amount", Type::Money),
            field("kind", Type::Text),
            needed("lead", Type::Entity(LEAD)),
            field("live", Type::Bool),
        ],
        webhook: Some(webhook(vec![
            ("amount", amount),
            ("kind", WebhookValue::Const(Value::Text("paid".into()))),
            ("lead", find(LEAD, "id", path("metadata.lead"))),
            ("live", path("live")),
        ])),
        updates: Vec::new(),
    });
    ir.events.push(Event {
        name: "stripe.person".into(),
        fields: vec![
            needed("contact", Type::Entity(CONTACT)),
            field("first", Type::Text),
            field("tag", Type::Tag),
            field("title", Type::Text),
        ],
        webhook: Some(webhook(vec![
            ("contact", find(CONTACT, "name", path("person.name"))),
            ("first", path("person.tags.0")),
            ("tag", path("person.tags.1")),
            ("title", path("person.title")),
        ])),
        updates: vec![
            Update {
                record: "contact".into(),
                field: "tags".into(),
                op: SetOp::Add,
                value: "tag".into(),
            },
            Update {
                record: "contact".into(),
                field: "name".into(),
                op: SetOp::Assign,
                value: "title".into(),
            },
        ],
    });
    ir
}

fn body(world: &mut World, body: Json) {
    world.arrive(Arrival {
        source: "stripe".into(),
        by: Actor {
            kind: ActorKind::Api,
            name: None,
        },
        ..arrival(Happening::Webhook { body })
    });
}

fn paid() -> Trigger {
    let said = vec![load(event("amount")), text(" "), load(event("live"))];
    Trigger {
        actions: vec![log_expr(Expr::Concat(said))],
        ..trigger(
            "Paid",
            vec![start(EventKind::Event(PAID), "stripe.paid", "lead")],
        )
    }
}

#[test]
fn bodies_become_the_events_that_they_fit() {
    let mut world = World::new(engine_with(hooked(), vec![paid()]));
    world.created("7", json!({"name": "n"}));
    world.story.clear();
    let good = |id: Json| {
        json!({
            "id": id, "live": true, "metadata": {"lead": 7},
            "body": {"amount": 1250, "currency": "jpy"},
        })
    };
    body(&mut world, good(json!("evt_1")));
    body(&mut world, good(json!("evt_1")));
    body(&mut world, good(json!(2)));
    // an id that is none is no id
    body(&mut world, good(json!({})));
    // an optional field that cannot be read is told, a needed one makes it another event
    let mut odd = good(json!("3"));
    odd["live"] = json!("perhaps");
    odd["body"] = json!({"amount": "99", "currency": "EUR"});
    body(&mut world, odd);
    let mut bad = good(json!("4"));
    bad["body"]["currency"] = json!("dollars");
    body(&mut world, bad);
    let mut nobody = good(json!("5"));
    nobody["metadata"]["lead"] = json!("8");
    body(&mut world, nobody);
    world.arrive(arrival(Happening::Webhook { body: json!([]) }));
    assert_snapshot!(world.story);
}

#[test]
fn the_same_native_id_of_two_connectors_is_found_by_the_least_key() {
    let mut world = World::new(engine_with(hooked(), vec![paid()]));
    for source in ["zoho", "kommo"] {
        world.arrive(Arrival {
            source: source.into(),
            ..record(RecordOp::Created, "crm.lead", "7", json!({}))
        });
    }
    body(
        &mut world,
        json!({"metadata": {"lead": "7"}, "body": {"amount": 1, "currency": "EUR"}}),
    );
    assert_eq!(world.count("fired Paid for crm.lead/7@kommo"), 1);
}

#[test]
fn what_an_event_says_of_a_record_is_stored_before_anything_answers_it() {
    let gained = Trigger {
        subject: Some(CONTACT),
        guards: vec![by(&[ActorKind::Api])],
        ..trigger(
            "Gained",
            vec![start(
                EventKind::Gained(CONTACT, "tags".into()),
                "contact.tags gains",
                "record",
            )],
        )
    };
    let answers = Trigger {
        subject: Some(CONTACT),
        actions: vec![log_expr(Expr::Concat(vec![
            load(subject("tags")),
            text(" of "),
            load(subject("name")),
        ]))],
        ..trigger(
            "Answers",
            vec![start(
                EventKind::Event(EventId(5)),
                "stripe.person",
                "contact",
            )],
        )
    };
    let mut world = World::new(engine_with(hooked(), vec![gained, answers]));
    world.trace = true;
    world.contact("c", json!({"name": "Ada"}));
    let person =
        |tags: Json, title: Json| json!({"person": {"name": "Ada", "tags": tags, "title": title}});
    // tags were not known: they count as empty
    body(&mut world, person(json!(["x", "VIP"]), json!(null)));
    // nothing new
    body(&mut world, person(json!(["x", "vip"]), json!("Ada")));
    body(&mut world, person(json!([]), json!("Countess")));
    assert_snapshot!(world.story);
}

fn flow() -> Trigger {
    Trigger {
        flow: true,
        ..trigger(
            "Onboard",
            vec![start(
                EventKind::Started("Onboard".into()),
                "start Onboard",
                "record",
            )],
        )
    }
}

#[test]
fn a_flow_is_started_by_hand() {
    let by_hand = |flow: &str, subject: Option<RecordKey>| {
        arrival(Happening::Start {
            flow: flow.into(),
            subject,
        })
    };
    let no_subject = Trigger {
        flow: true,
        subject: None,
        ..trigger(
            "Sweep",
            vec![Start {
                subject: None,
                ..start(EventKind::Started("Sweep".into()), "start Sweep", "")
            }],
        )
    };
    let by_user = Trigger {
        guards: vec![by(&[ActorKind::User])],
        ..flow()
    };
    let plain = trigger("Plain", vec![on_ping()]);
    let mut world = traced(vec![by_user, no_subject, plain]);
    world.created("1", json!({}));
    world.contact("1", json!({}));
    world.story.clear();
    let bare = RecordKey {
        entity: "lead".into(),
        ..lead("1")
    };
    let contact = RecordKey {
        entity: "crm.contact".into(),
        ..lead("1")
    };
    world.arrive(by_hand("Onboard", Some(bare)));
    world.arrive(Arrival {
        by: Actor {
            kind: ActorKind::Api,
            name: None,
        },
        ..by_hand("Onboard", Some(lead("1")))
    });
    world.arrive(by_hand("Onboard", Some(lead("2"))));
    world.arrive(by_hand("Onboard", Some(contact)));
    world.arrive(by_hand("Onboard", None));
    world.arrive(by_hand("Sweep", None));
    world.arrive(by_hand("Sweep", Some(lead("1"))));
    world.arrive(by_hand("Plain", Some(lead("1"))));
    world.arrive(by_hand("Nothing", None));
    assert_snapshot!(world.story);
}

fn first(mut start: Start, period: Option<Period>) -> Start {
    start.pattern.first = Some(First {
        key: vec![event("lead")],
        period,
    });
    start
}

#[test]
fn the_first_of_a_day_is_counted_before_guards() {
    let hello = compare(CompareOp::Eq, load(candidate("text")), text("hello"));
    let mut on = first(
        filtered(on_message(), "first message", hello),
        Some(Period::Day),
    );
    on.guards = vec![by(&[ActorKind::User])];
    let guarded = Trigger {
        guards: vec![when("score > 2", more_than(subject("score"), 2))],
        ..trigger("First", vec![on])
    };
    let mut world = traced(vec![guarded]);
    world.created("1", json!({"score": 1}));
    world.created("2", json!({"score": 3}));
    world.story.clear();
    world.message("2", "not this one");
    world.arrive(Arrival {
        by: Actor {
            kind: ActorKind::Api,
            name: None,
        },
        ..arrival(Happening::Event {
            ty: "crm.message".into(),
            subject: None,
            data: fields(json!({"lead": 2, "text": "hello"})),
        })
    });
    world.message("2", "hello").message("2", "hello");
    // the guard does not hold for the first, and the second is not the first, though it would
    world
        .message("1", "hello")
        .updated("1", json!({"score": 9}));
    world.message("1", "hello");
    world.through_json = true;
    // at midnight in Berlin another day begins: 11:00 and 13 hours
    world
        .later(Millis(Millis::HOUR.0 * 13 - 1))
        .message("1", "hello");
    world.later(Millis(1)).message("1", "hello");
    assert_snapshot!(world.story);
}

#[test]
fn the_first_ever_is_one() {
    let mut world = run(vec![trigger("Ever", vec![first(on_message(), None)])]);
    for _ in 0..5 {
        world
            .message("1", "x")
            .later(Millis::DAY.times(400).unwrap_or_default());
    }
    assert_eq!(world.count("fired Ever"), 1);
}

#[test]
fn a_breaker_pauses_what_such_changes_start() {
    let mut ir = world();
    let breaker = |name: &str, of, over| Breaker {
        name: name.into(),
        loc: loc(9),
        of,
        over,
        window: Millis::HOUR,
        pause: Millis(Millis::MINUTE.0 * 30),
    };
    ir.breakers = vec![
        breaker("Fields", BreakerOf::AnyField, 2),
        breaker("Tags", BreakerOf::Field("tags".into()), 1),
    ];
    let gains = start(EventKind::Gained(LEAD, "tags".into()), "gains", "record");
    let mut world = World::new(engine_with(
        ir,
        vec![
            trigger("Score", vec![on_change("score")]),
            trigger("Gains", vec![gains]),
            trigger("Ping", vec![on_ping()]),
        ],
    ));
    world.created("1", json!({"score": 0, "tags": [], "name": "n"}));
    world.through_json = true;
    world.updated("1", json!({"score": 1, "tags": ["a", "b"]}));
    world.updated("1", json!({"score": 2, "tags": ["a"]}));
    world.updated("1", json!({"score": 3, "tags": ["a", "b"]}));
    world.ping("1");
    // closed after half an hour; but those of the hour still count, and it opens again
    world.later(Millis(Millis::MINUTE.0 * 30));
    world.updated("1", json!({"score": 4}));
    world.later(Millis::HOUR);
    world.updated("1", json!({"score": 5, "tags": []}));
    world.updated("1", json!({"tags": ["c"]}));
    assert_snapshot!(world.story);
}

#[test]
fn a_breaker_counts_no_value_given_at_creation() {
    let mut ir = world();
    ir.breakers = vec![Breaker {
        name: "Scores".into(),
        loc: loc(9),
        of: BreakerOf::Field("score".into()),
        over: 1,
        window: Millis::HOUR,
        pause: Millis::HOUR,
    }];
    let mut listens = on_change("score");
    listens.pattern.or_created = true;
    let mut world = World::new(engine_with(ir, vec![trigger("Score", vec![listens])]));
    world.created("1", json!({"score": 1}));
    world.created("2", json!({"score": 1}));
    world.updated("1", json!({"score": 2}));
    // whoever listens to creations hears of them, and the breaker has seen one change
    assert_eq!(world.count("Score.0 called"), 3);
    world.updated("1", json!({"score": 3}));
    assert_eq!(world.count("Score.0 called"), 3);
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|b| json!(b)),
        any::<i64>().prop_map(|n| json!(n)),
        any::<f64>().prop_map(|n| json!(n)),
        Just(json!("9".repeat(400))),
        Just(json!("1e-400")),
        Just(json!("\u{0}")),
        Just(json!("eur")),
        ".{0,6}".prop_map(|t| json!(t)),
    ];
    leaf.prop_recursive(6, 40, 4, |inner| {
        let name = prop_oneof![
            Just("body"),
            Just("metadata"),
            Just("amount"),
            Just("currency"),
            Just("lead"),
            Just("person"),
            Just("tags"),
            Just("name"),
            Just("id"),
            Just("live"),
            Just("0"),
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(|items| json!(items)),
            proptest::collection::btree_map(name.prop_map(str::to_owned), inner, 0..6)
                .prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    // a parser lets 128 levels through
    fn no_body_makes_it_panic(json in any_json(), depth in 0usize..110) {
        let mut world = World::new(engine_with(hooked(), vec![paid()]));
        world.created("7", json!({"name": "n"}));
        body(&mut world, json.clone());
        body(&mut world, json!({
            "id": json, "live": json, "metadata": {"lead": 7},
            "body": {"amount": json, "currency": "EUR"}, "person": {"name": json, "tags": [json, json]},
        }));
        let mut deep = json;
        for _ in 0..depth {
            deep = Json::Array(vec![deep]);
        }
        body(&mut world, json!({"metadata": deep}));
        prop_assert_eq!(world.state.position(), 4);
    }
}
