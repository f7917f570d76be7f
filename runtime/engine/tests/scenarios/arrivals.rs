//! Arrivals: dedupe, snapshots, derived events, what cannot be read.

use insta::assert_snapshot;
use serde_json::json;
use trig_engine::*;
use trig_ir::*;

use crate::support::*;

/// One trigger for every kind of event of a lead, so that a trace shows them all.
fn watchers() -> Vec<Trigger> {
    vec![
        trigger("Message", vec![on_message()]),
        trigger("Moved", vec![on_moved()]),
    ]
}

#[test]
fn the_same_event_twice_is_one() {
    let mut world = run(watchers());
    let message = |source: &str| Arrival {
        id: Some("m1".into()),
        source: source.into(),
        ..arrival(Happening::Event {
            ty: "crm.message".into(),
            subject: None,
            data: fields(json!({"lead": 5, "text": "hi"})),
        })
    };
    world.arrive(message("crm"));
    world.later(Millis::DAY).arrive(message("crm"));
    world.arrive(message("other"));
    // remembered for 30 days
    world
        .later(Millis::DAY.times(29).unwrap())
        .arrive(message("crm"));
    assert_snapshot!(world.story);
}

#[test]
fn a_creation_and_changes() {
    let mut world = traced(watchers());
    world.created(
        "5",
        json!({"stage": {"pipeline": 100, "stage": 1}, "amount": "10", "tags": ["b", "A"]}),
    );
    world.updated(
        "5",
        json!({
            "stage": {"pipeline": 100, "stage": 2}, "amount": 12.5, "score": 3, "name": "silent",
            "tags": "a, C",
        }),
    );
    // the same again, and a second creation, are no change
    world.updated("5", json!({"amount": "12.50", "tags": ["c", " A "]}));
    world.created("5", json!({"score": 4}));
    world.updated("5", json!({"amount": null, "score": ""}));
    assert_snapshot!(world.story);
}

#[test]
fn a_first_snapshot_raises_what_it_states_and_no_more() {
    let mut world = traced(watchers());
    world.updated("1", json!({"stage": "Sales.Contacted", "score": 1}));
    let stated = |id: &str, old, changed: &[&str]| {
        arrival(Happening::Record {
            op: RecordOp::Updated,
            entity: "crm.lead".into(),
            id: id.into(),
            fields: fields(json!({"stage": "Sales.Contacted", "score": 1})),
            old: fields(old),
            changed: changed.iter().map(SmolStr::new).collect(),
            clock: None,
        })
    };
    world.arrive(stated(
        "2",
        json!({"stage": {"pipeline": null, "stage": "1"}}),
        &[],
    ));
    // stated without its value before: that one is not known
    world.arrive(stated("3", json!({}), &["score"]));
    // of a record that is known, what stands here decides
    world.arrive(stated("3", json!({"score": 7}), &["score"]));
    assert_snapshot!(world.story);
}

#[test]
fn a_change_without_its_value_makes_the_field_unknown() {
    let mut world = traced(vec![trigger("Score", vec![on_change("score")])]);
    world.updated("1", json!({"score": 1}));
    world.arrive(arrival(Happening::Record {
        op: RecordOp::Updated,
        entity: "crm.lead".into(),
        id: "1".into(),
        fields: Default::default(),
        old: Default::default(),
        changed: vec!["score".into()],
        clock: None,
    }));
    assert_eq!(world.value("1", "score"), None);
    assert_snapshot!(world.story);
}

#[test]
fn an_older_snapshot_only_fills_what_is_not_known() {
    let mut world = traced(watchers());
    let at = |clock, values| {
        let mut arrival = record(RecordOp::Updated, "crm.lead", "1", values);
        if let Happening::Record { clock: c, .. } = &mut arrival.what {
            *c = Some(clock);
        }
        arrival
    };
    world.arrive(at(10, json!({"stage": "Sales.Contacted"})));
    world.arrive(at(9, json!({"stage": "Sales.New", "score": 1})));
    world.arrive(at(11, json!({"stage": "Sales.Proposal"})));
    assert_eq!(world.value("1", "score"), Some(Value::Int(1)));
    assert_snapshot!(world.story);
}

#[test]
fn an_older_snapshot_does_not_fill_what_is_known_under_the_name_of_the_field() {
    let with = |native: Option<&str>| {
        let mut ir = world();
        for field in &mut ir.entities[0].fields {
            if field.name == "score" {
                field.native_id = native.map(Into::into);
            }
        }
        engine_with(ir, watchers())
    };
    let at = |clock, values, changed: &[&str]| {
        let mut arrival = record(RecordOp::Updated, "crm.lead", "1", values);
        if let Happening::Record {
            clock: c,
            changed: all,
            ..
        } = &mut arrival.what
        {
            *c = Some(clock);
            all.extend(changed.iter().map(SmolStr::new));
        }
        arrival
    };
    let mut world = World::new(with(None));
    world.arrive(at(10, json!({"score": 3}), &[]));
    world.reload(with(Some("55")));
    world.arrive(at(9, json!({"#55": 1}), &[]));
    assert_eq!(world.value("1", "score"), Some(Value::Int(3)));
    // a newer one that says no more than that it has changed leaves it not known
    world.arrive(at(11, json!({}), &["#55"]));
    assert_eq!(world.value("1", "score"), None);
}

#[test]
fn what_cannot_be_read_is_kept_and_told() {
    let mut world = run(watchers());
    world.updated("1", json!({
        "amount": "a lot", "source": "fax", "stage": 142, "score": 1.5, "#99": {"x": 1}, "#77": "8",
        "contacts": [1, {"x": 2}],
    }));
    world.event("crm.nonsense", json!({}));
    world.event(
        "crm.message",
        json!({"lead": "1", "text": "", "mood": "bad", "aura": 1}),
    );
    world.arrive(record(
        RecordOp::Created,
        "crm.ticket",
        "1",
        json!({"a": 1}),
    ));
    assert_eq!(world.value("1", "budget"), Some(Value::Int(8)));
    assert_eq!(
        world.value("1", "#99"),
        Some(Value::Raw("{\"x\":1}".into()))
    );
    assert_eq!(world.value("1", "amount"), Some(Value::Empty));
    assert_snapshot!(world.story);
}

#[test]
fn an_envelope_names_the_subject() {
    let mut world = run(watchers());
    world.arrive(arrival(Happening::Event {
        ty: "crm.message".into(),
        subject: Some(("lead".into(), "9".into())),
        data: fields(json!({"text": "hi"})),
    }));
    assert_eq!(world.count("fired Message for crm.lead/9"), 1);
}

#[test]
fn a_deletion_ends_what_waits_and_raises_its_event() {
    let waits = Trigger {
        after: Some(after(Millis::HOUR)),
        ..trigger("Waits", vec![on_message()])
    };
    let farewell = Trigger {
        actions: vec![log_expr(Expr::Concat(vec![
            text("bye "),
            load(subject("score")),
        ]))],
        ..trigger(
            "Farewell",
            vec![start(EventKind::Deleted(LEAD), "lead deleted", "record")],
        )
    };
    let later = Trigger {
        name: "Later".into(),
        after: Some(after(Millis::MINUTE)),
        ..farewell.clone()
    };
    let mut world = traced(vec![
        waits,
        farewell,
        later,
        trigger("Message", vec![on_message()]),
    ]);
    world.updated("1", json!({"score": 3}));
    world.message("1", "hi").deleted("1").deleted("1");
    world.later(Millis::MINUTE).message("1", "anyone there?");
    // a snapshot brings it back
    world.updated("1", json!({"score": 4})).message("1", "hi");
    assert_snapshot!(world.story);
}

#[test]
fn an_echo_of_our_own_write_is_no_event() {
    let mover = Trigger {
        actions: vec![move_to("Sales.Contacted"), move_to("Sales.Proposal")],
        ..trigger("Mover", vec![on_message()])
    };
    let mut world = traced(vec![mover, trigger("Moved", vec![on_moved()])]);
    world
        .created("1", json!({"stage": "Sales.New"}))
        .message("1", "hi");
    // under way: what it was, and each value on the way, is older than what stands here
    world.updated("1", json!({"stage": "Sales.New"}));
    world.updated("1", json!({"stage": "Sales.Contacted"}));
    world.updated("1", json!({"stage": "Sales.Proposal"}));
    let keys: Vec<_> = world
        .state
        .outbox()
        .map(|e| (e.key.clone(), e.what.clone()))
        .collect();
    for (key, what) in keys {
        if matches!(what, EffectKind::Write { .. }) {
            world.apply(InputKind::Result(EffectResult {
                key,
                outcome: Outcome::Done,
                attempts: 1,
                detail: "ok".into(),
            }));
        }
    }
    // confirmed: a late echo is no event, the same by hand later is one
    world.updated("1", json!({"stage": "Sales.Contacted"}));
    world.updated("1", json!({"stage": "Sales.Lost"}));
    world
        .later(Millis::HOUR)
        .updated("1", json!({"stage": "Sales.Contacted"}));
    assert_snapshot!(world.story);
}

#[test]
fn an_echo_that_comes_after_another_report_is_what_stands_there() {
    let mover = Trigger {
        actions: vec![move_to("Sales.Proposal")],
        ..trigger("Mover", vec![on_message()])
    };
    let mut world = run(vec![mover, trigger("Moved", vec![on_moved()])]);
    world.created("1", json!({"stage": "Sales.New"}));
    world.message("1", "hi");
    // somebody moves it by hand; then our write arrives there
    world.updated("1", json!({"stage": "Sales.Contacted"}));
    let fired = world.count("fired Moved");
    world.updated("1", json!({"stage": "Sales.Proposal"}));
    assert_eq!(world.count("fired Moved"), fired);
    assert_eq!(
        world.value("1", "stage"),
        Some(Value::Stage(stage_name("Sales.Proposal")))
    );
}

#[test]
fn what_we_wrote_is_news_again_once_it_was_something_else() {
    let tagger = Trigger {
        actions: vec![set("score", SetOp::Assign, int(7))],
        ..trigger("Tagger", vec![on_message()])
    };
    let mut world = run(vec![tagger, trigger("Scored", vec![on_change("score")])]);
    world
        .created("1", json!({"stage": "Sales.New", "score": 1}))
        .message("1", "hi");
    let keys: Vec<_> = world.state.outbox().map(|e| e.key.clone()).collect();
    for key in keys {
        world.apply(InputKind::Result(EffectResult {
            key,
            outcome: Outcome::Done,
            attempts: 1,
            detail: "ok".into(),
        }));
    }
    let fired = world.count("fired Scored");
    world.updated("1", json!({"score": 7}));
    assert_eq!(world.count("fired Scored"), fired, "the echo is no event");
    world.updated("1", json!({"score": 2}));
    world.updated("1", json!({"score": 7}));
    assert_eq!(world.count("fired Scored"), fired + 2);
}

#[test]
fn a_record_that_was_only_written_here_is_still_created() {
    let early = Trigger {
        actions: vec![set("score", SetOp::Assign, int(1))],
        ..trigger("Early", vec![on_message()])
    };
    let created = trigger(
        "Created",
        vec![start(EventKind::Created(LEAD), "created", "record")],
    );
    let mut world = run(vec![early, created]);
    world
        .message("1", "x")
        .created("1", json!({"stage": "Sales.New"}));
    world.created("1", json!({"stage": "Sales.New"}));
    assert_eq!(world.count("fired Created"), 1);
    assert_eq!(world.value("1", "score"), Some(Value::Int(1)));
}

#[test]
fn expressions_can_be_asked_of_a_state() {
    let mut world = run(vec![]);
    world.updated("1", json!({"score": 2, "contact": "c"}));
    let bound = [Value::Record(lead("1"))];
    let ask = |path| {
        let expr = load(place(Root::Binder(0), path));
        world.engine.evaluate(&world.state, &expr, &bound)
    };
    assert_eq!(ask("score"), Ok(Value::Int(2)));
    assert_eq!(ask("id"), Ok(Value::Text("1".into())));
    assert_eq!(ask("contact.name"), Err("item.contact.name".to_owned()));
}

/// A CRM knows a kind of records that an account made for itself by a number, whatever the project calls it.
#[test]
fn a_record_comes_under_the_native_id_of_its_entity() {
    let mut ir = world();
    for entity in ir.entities.iter_mut().filter(|e| e.name == "crm.lead") {
        entity.native_id = Some("1220".into());
    }
    let mut world = World::new(engine_with(
        ir,
        vec![trigger("Message", vec![on_message()])],
    ));
    world.arrive(record(
        RecordOp::Created,
        "bitrix24.#1220",
        "5",
        json!({"score": 3}),
    ));
    assert_eq!(world.value("5", "score"), Some(Value::Int(3)));
    world.arrive(arrival(Happening::Event {
        ty: "crm.message".into(),
        subject: Some(("bitrix24.#1220".into(), "5".into())),
        data: fields(json!({"text": "hi"})),
    }));
    assert_eq!(world.count("fired Message"), 1, "{}", world.story);
    // another number is nobody's
    world.arrive(record(
        RecordOp::Created,
        "bitrix24.#1221",
        "6",
        json!({"score": 3}),
    ));
    assert_eq!(world.count("no entity `bitrix24.#1221` is declared"), 1);
}

#[test]
fn a_creation_that_was_overtaken_is_told_once() {
    let on = |kind, name: &str| trigger(name, vec![start(kind, name, "record")]);
    let mut scored = on_change("score");
    scored.pattern.or_created = true;
    let all = || {
        vec![
            on(EventKind::Created(LEAD), "Created"),
            on(EventKind::Entered(LEAD), "Entered"),
            trigger("Scored", vec![scored.clone()]),
        ]
    };
    let mut world = run(all());
    world.through_json = true;
    world.updated("1", json!({"stage": "Sales.New", "score": 5}));
    assert_eq!(world.count("fired"), 0);
    world.created(
        "1",
        json!({"stage": "Sales.New", "score": 4, "name": "Ada"}),
    );
    // an update overtook it: what that said stands
    assert_eq!(world.value("1", "score"), Some(Value::Int(5)));
    assert_eq!(world.value("1", "name"), Some(Value::Text("Ada".into())));
    for name in ["Created", "Entered", "Scored"] {
        assert_eq!(
            world.count(&format!("fired {name} for crm.lead/1")),
            1,
            "{name}"
        );
    }
    world.created("1", json!({"stage": "Sales.New"}));
    assert_eq!(world.count("fired Created"), 1);
    // what was told since is not told again
    let mut world = run(all());
    world.through_json = true;
    world.updated("1", json!({"stage": "Sales.New", "score": 5}));
    world.updated("1", json!({"stage": "Sales.Contacted"}));
    world.created("1", json!({"stage": "Sales.New", "score": 5}));
    assert_eq!(world.count("fired Created for crm.lead/1"), 1);
    assert_eq!(world.count("fired Entered for crm.lead/1"), 1);
    assert_eq!(world.count("fired Scored for crm.lead/1"), 1);
    // one that is older by the source's own clock only fills, too; one that is newer says more
    let clocked = |op, clock, values| {
        let mut arrival = record(op, "crm.lead", "1", values);
        if let Happening::Record { clock: of, .. } = &mut arrival.what {
            *of = Some(clock);
        }
        arrival
    };
    for (clock, score) in [(1, 5), (2, 4)] {
        let mut world = run(all());
        world.arrive(clocked(RecordOp::Updated, 2, json!({"score": 5})));
        world.arrive(clocked(RecordOp::Created, clock, json!({"score": 4})));
        assert_eq!(world.count("fired Created"), 1);
        assert_eq!(world.count("fired Scored"), 1);
        assert_eq!(world.value("1", "score"), Some(Value::Int(score)));
    }
    // what was deleted and is created anew is told as any
    world
        .deleted("1")
        .created("1", json!({"stage": "Sales.New"}));
    assert_eq!(world.count("fired Created"), 2);
}

#[test]
fn references_say_where_they_lead() {
    let says = Trigger {
        subject: None,
        actions: vec![log_expr(load(event("lead")))],
        ..trigger(
            "Says",
            vec![Start {
                subject: None,
                ..start(EventKind::Event(PING), "ping", "lead")
            }],
        )
    };
    let mut world = run(vec![says]);
    for lead in [
        json!("55"),
        json!("crm.lead/55"),
        json!("crm.lead/55@crm"),
        json!("crm.lead/ann@x.org"),
        json!("a/b"),
        json!({"id": "crm.lead/5"}),
        json!({"id": 5, "connector": "crm"}),
        json!("crm.contact/55"),
        json!("crm.lead/"),
        json!({"id": 5, "connector": "nowhere"}),
        json!("crm.lead/5@nowhere"),
    ] {
        world.event("crm.ping", json!({"lead": lead}));
    }
    assert_snapshot!(world.story);
}
