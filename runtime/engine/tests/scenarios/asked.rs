//! What expressions and actions ask: arguments of conditions, formats, consent; and what coverage tells.

use insta::assert_snapshot;
use serde_json::json;
use trig_engine::*;
use trig_ir::*;

use crate::support::*;

#[test]
fn a_condition_sees_its_record_and_its_arguments_only() {
    let mut ir = world();
    let binder = |slot| load(place(Root::Binder(slot), ""));
    // `Over(limit, tag) = score > limit and tags has tag`
    ir.conditions.push(Condition {
        name: "Over".into(),
        params: 2,
        body: Expr::And(vec![
            compare(CompareOp::Gt, load(subject("score")), binder(0)),
            Expr::Has(
                HasOp::One,
                Box::new(load(subject("tags"))),
                Box::new(binder(1)),
            ),
        ]),
        loc: loc(8),
    });
    let asks = |args| Expr::Condition(ConditionId(0), Some(subject("")), args);
    // the arguments are worked out where it is asked: here inside an `any` with the same number
    let nested = Expr::Any {
        slot: 0,
        source: Box::new(Expr::List(vec![int(100), int(2)])),
        filter: Box::new(Expr::And(vec![
            asks(vec![binder(0), tag("a")]),
            compare(CompareOp::Eq, binder(0), int(2)),
        ])),
    };
    let when_of = |name: &str, test| Trigger {
        guards: vec![when(name, test)],
        ..trigger(name, vec![on_ping()])
    };
    let mut world = World::new(engine_with(
        ir,
        vec![
            when_of("Plain", asks(vec![int(2), tag("A")])),
            when_of("High", asks(vec![int(3), tag("a")])),
            when_of("Event", asks(vec![load(event("n")), tag("a")])),
            when_of("Nested", nested),
            when_of("Unknown", asks(vec![int(1), load(subject("name"))])),
            when_of("Decided", asks(vec![int(9), load(subject("name"))])),
        ],
    ));
    world.trace = true;
    world.created("1", json!({"score": 3, "tags": ["a"]}));
    world.story.clear();
    world.event("crm.ping", json!({"lead": 1, "n": 1}));
    assert_snapshot!(world.story);
}

#[test]
fn texts_with_formats() {
    let format = |of, format| Expr::Format(Box::new(of), format);
    let number = Format::Number {
        group: true,
        decimals: Some(1),
    };
    let said = Expr::Concat(vec![
        format(load(subject("amount")), number.clone()),
        text(" / "),
        format(load(subject("score")), number),
        text(" / "),
        format(
            Expr::Call(Function::Now, Vec::new()),
            Format::Moment("%d.%m.%Y %H:%M".into()),
        ),
        text(" / "),
        format(
            Expr::Call(Function::Today, Vec::new()),
            Format::Moment("%A".into()),
        ),
    ]);
    let says = Trigger {
        actions: vec![log_expr(said)],
        ..trigger("Says", vec![on_ping()])
    };
    let mut world = run(vec![says]);
    world.created("1", json!({"score": null, "amount": "1234567.25"}));
    world.ping("1");
    assert_eq!(
        world.count(r#"{"text":"1,234,567.2 EUR /  / 02.03.2026 11:00 / Monday"}"#),
        1
    );
}

#[test]
fn an_action_may_ask_for_consent_when_it_is_done() {
    let mut ir = world();
    // `email.send(to: contact, list: tag?) … when list is empty or to.tags has list`
    let list = || load(candidate("list"));
    let field_of = |name: &str, ty: Type, optional| Field {
        optional,
        ..field(name, ty)
    };
    ir.actions.push(ActionDecl {
        name: "email.send".into(),
        params: vec![
            field_of("to", Type::Entity(CONTACT), false),
            field_of("list", Type::Tag, true),
        ],
        if_unknown: IfUnknown::Retry,
        emits: Vec::new(),
        when: Some(Expr::Or(vec![
            Expr::IsEmpty(Box::new(list())),
            Expr::Has(
                HasOp::One,
                Box::new(load(candidate("to.tags"))),
                Box::new(list()),
            ),
        ])),
    });
    let send = |list: Option<&str>| {
        let to = ("to".into(), load(subject("contact")));
        let list = list.map(|list| ("list".into(), text(list)));
        act(ActionKind::Call {
            action: ActionId(1),
            args: [to].into_iter().chain(list).collect(),
        })
    };
    let sends = Trigger {
        actions: vec![send(None), send(Some("news")), send(Some("other"))],
        ..trigger("Sends", vec![on_ping()])
    };
    let mut world = World::new(engine_with(ir, vec![sends]));
    world.created("1", json!({"contact": "c"}));
    world.story.clear();
    world.ping("1");
    world.contact("c", json!({"tags": ["News"]}));
    world.ping("1");
    assert_snapshot!(world.story);
}

#[test]
fn coverage_tells_what_each_test_said() {
    let hello = compare(CompareOp::Eq, load(candidate("text")), text("hello"));
    let mut on = filtered(on_message(), "message", hello);
    on.pattern.first = Some(First {
        key: vec![event("lead")],
        period: None,
    });
    let guards = vec![
        Guard {
            loc: loc(20),
            ..by(&[ActorKind::User])
        },
        Guard {
            loc: loc(21),
            ..guard(
                GuardKind::Stage,
                "stage",
                in_stage(subject("stage"), &["Sales.New"]),
            )
        },
        Guard {
            loc: loc(22),
            ..when("score > 2", more_than(subject("score"), 2))
        },
    ];
    let each = Some(ForEach {
        loc: loc(23),
        source: EachSource::Of(place(Root::Outer, "contacts")),
        filter: Some(Guard {
            loc: loc(24),
            ..guard(GuardKind::Where, "vip", load(subject("vip")))
        }),
    });
    let covered = Trigger {
        guards,
        each,
        subject: Some(CONTACT),
        ..trigger("Covered", vec![on])
    };
    let engine = engine(vec![covered]);
    let mut told = Vec::new();
    let mut plain = State::default();
    let mut state = State::default();
    let mut position = 0;
    let mut apply = |arrival: Arrival| {
        position += 1;
        let input = Input {
            position,
            at: Timestamp(T0),
            kind: InputKind::Arrival(arrival),
        };
        let options = |coverage| Options {
            trace: false,
            coverage,
        };
        let output = engine.apply(&mut state, &input, &options(true));
        told.push(format!("{position}"));
        let tested = |audit: &&Audit| matches!(audit, Audit::Tested { .. });
        told.extend(
            output
                .audit
                .iter()
                .filter(tested)
                .map(|a| format!("    {}", line(a))),
        );
        // asking changes nothing else
        let without = engine.apply(&mut plain, &input, &options(false));
        let rest = output.audit.iter().filter(|audit| !tested(audit));
        assert_eq!(rest.cloned().collect::<Vec<_>>(), without.audit);
        assert_eq!(output.effects, without.effects);
        assert_eq!(state, plain);
    };
    let message = |lead: u8, text: &str| {
        arrival(Happening::Event {
            ty: "crm.message".into(),
            subject: None,
            data: fields(json!({"lead": lead, "text": text})),
        })
    };
    for (id, vip) in [("a", true), ("b", false)] {
        apply(record(
            RecordOp::Created,
            "crm.contact",
            id,
            json!({"vip": vip}),
        ));
    }
    for (id, score) in [("1", 3), ("2", 0)] {
        let values = json!({"score": score, "stage": "Sales.New", "contacts": ["a", "b"]});
        apply(record(RecordOp::Created, "crm.lead", id, values));
    }
    apply(message(1, "bye"));
    apply(message(1, "hello"));
    apply(message(1, "hello"));
    apply(message(2, "hello"));
    assert_snapshot!(told.join("\n"));
}

#[test]
fn what_stands_behind_the_end_of_a_chain_still_cancels() {
    // each ping raises the next one; the 33rd, which starts nothing any more, cancels
    let n = || load(event("n"));
    let next = Expr::Arith(ArithOp::Add, Box::new(n()), Box::new(int(1)));
    let chain = Trigger {
        again: true,
        actions: vec![act(ActionKind::Emit {
            event: PING,
            args: vec![("lead".into(), load(subject(""))), ("n".into(), next)],
        })],
        ..trigger("Chain", vec![on_ping()])
    };
    let mut last = cancel(EventKind::Event(PING), "ping(n: 33)", "lead");
    last.pattern.filter = Some(compare(CompareOp::Eq, load(candidate("n")), int(33)));
    let waits = Trigger {
        after: Some(After {
            unless: vec![last],
            ..after(Millis::HOUR)
        }),
        ..trigger("Waits", vec![on_message()])
    };
    let mut world = run(vec![chain, waits]);
    world.message("1", "x");
    world.event("crm.ping", json!({"lead": 1, "n": 0}));
    assert_eq!(world.count("fired Chain"), 33);
    assert_eq!(world.count("cancelled Waits for crm.lead/1"), 1);
}
