//! Order, chains, and their bounds.

use insta::assert_snapshot;
use serde_json::json;
use trig_ir::*;

use crate::support::*;

#[test]
fn priority_then_name_and_what_is_caused_queues_behind() {
    let emits = |name: &str, priority, n| Trigger {
        priority,
        actions: vec![log(name), emit_ping(n)],
        ..trigger(name, vec![on_message()])
    };
    let on_n = |name: &str| Trigger {
        again: true,
        actions: vec![log_expr(Expr::Concat(vec![text(name), load(event("n"))]))],
        ..trigger(name, vec![on_ping()])
    };
    let mut world = traced(vec![
        emits("Zed", 5, 1),
        emits("Beta", 0, 3),
        emits("Alpha", 0, 2),
        on_n("Second"),
        on_n("First"),
    ]);
    world.message("1", "go");
    assert_snapshot!(world.story);
}

#[test]
fn a_trigger_fires_once_a_cascade_for_a_subject() {
    let echo = |again| Trigger {
        again,
        actions: vec![log("ping"), emit_ping(1)],
        ..trigger("Echo", vec![on_ping(), on_message()])
    };
    let mut world = traced(vec![echo(false)]);
    world.message("1", "go").message("1", "go");
    assert_snapshot!(world.story);

    // with `again`, the chain is cut
    let mut world = run(vec![echo(true)]);
    world.message("1", "go");
    assert_eq!(world.count("fired Echo"), 33);
    assert_eq!(world.count("cut: a chain of more than 32 events"), 1);
}

#[test]
fn two_orders_of_a_lead_are_two_firings() {
    let with_order = Start {
        finer: vec![event("order")],
        ..on_message()
    };
    let waits = Trigger {
        after: Some(after(Millis::HOUR)),
        ..trigger("PerOrder", vec![with_order])
    };
    let mut world = traced(vec![waits]);
    for order in ["o1", "o2", "o1"] {
        world.event(
            "crm.message",
            json!({"lead": 1, "order": order, "text": "x"}),
        );
    }
    world.later(Millis::HOUR).tick();
    assert_snapshot!(world.story);
}

#[test]
fn an_input_causes_at_most_so_many_firings() {
    // each ping of a chain of depth 14 doubles
    let double = Trigger {
        again: true,
        actions: vec![emit_ping(1), emit_ping(2)],
        ..trigger("Double", vec![on_ping()])
    };
    let mut world = run(vec![double]);
    world.ping("1");
    assert_eq!(world.count("fired Double"), 10_000);
    assert_eq!(world.count("cut: more than 10000 firings of one input"), 1);
    // and the next input is a new one
    world.story.clear();
    world.message("1", "hi");
    assert_eq!(world.count("cut"), 0);
}

#[test]
fn what_has_happened_when_firings_are_cut_still_cancels() {
    // ping n causes the pings 2n and 2n + 1: they fire in the order of n, and more than 20000 are told of
    let n = || load(event("n"));
    let twice = || Expr::Arith(ArithOp::Mul, Box::new(n()), Box::new(int(2)));
    let emit = |n: Expr| {
        act(ActionKind::Emit {
            event: PING,
            args: vec![("lead".into(), load(subject(""))), ("n".into(), n)],
        })
    };
    let odd = Expr::Arith(ArithOp::Add, Box::new(twice()), Box::new(int(1)));
    let double = Trigger {
        again: true,
        actions: vec![set("score", SetOp::Assign, n()), emit(twice()), emit(odd)],
        ..trigger("Double", vec![on_ping()])
    };
    let mut last = cancel(EventKind::Event(PING), "ping(n: 20001)", "lead");
    let is_last = compare(CompareOp::Eq, load(candidate("n")), int(20_001));
    last.pattern.filter = Some(is_last);
    let few = Expr::Not(Box::new(more_than(subject("score"), 9_999)));
    let waits = |name: &str, after| Trigger {
        after: Some(after),
        ..trigger(name, vec![on_message()])
    };
    let mut world = run(vec![
        double,
        waits(
            "Unless",
            After {
                unless: vec![last],
                ..after(Millis::HOUR)
            },
        ),
        waits(
            "While",
            After {
                holds: Some(guard(GuardKind::While, "score <= 9999", few)),
                ..after(Millis::HOUR)
            },
        ),
    ]);
    world.updated("1", json!({"score": 0})).message("1", "x");
    world.event("crm.ping", json!({"lead": 1, "n": 1}));
    assert_eq!(world.count("fired Double"), 10_000);
    assert_eq!(world.count("cut: more than 10000 firings of one input"), 1);
    assert_eq!(
        world.count("cancelled Unless for crm.lead/1: unless `ping(n: 20001)`"),
        1
    );
    assert_eq!(world.count("cancelled While for crm.lead/1: While"), 1);
}

#[test]
fn timers_run_by_due_priority_trigger_subject() {
    let waits = |name: &str, priority, ms| Trigger {
        priority,
        after: Some(after(ms)),
        ..trigger(name, vec![on_message()])
    };
    let mut world = run(vec![
        waits("B", 0, Millis::HOUR),
        waits("A", 0, Millis::HOUR),
        waits("High", 9, Millis::HOUR),
        waits("Soon", 0, Millis::MINUTE),
    ]);
    world.message("2", "x").message("1", "x");
    world.later(Millis::DAY).tick();
    assert_snapshot!(world.story);
}

#[test]
fn what_waited_runs_at_its_own_time_before_the_input() {
    let waits = Trigger {
        after: Some(after(Millis::HOUR)),
        actions: vec![
            log_expr(Expr::Concat(vec![Expr::Call(Function::Now, vec![])])),
            emit_ping(1),
        ],
        ..trigger("Waits", vec![on_message()])
    };
    let next = Trigger {
        after: Some(after(Millis::HOUR)),
        actions: vec![log_expr(Expr::Call(Function::Now, vec![]))],
        ..trigger("Next", vec![on_ping()])
    };
    let mut world = traced(vec![waits, next, trigger("Last", vec![on_moved()])]);
    world
        .created("1", json!({"stage": "Sales.New"}))
        .message("1", "x");
    world
        .later(Millis::DAY)
        .updated("1", json!({"stage": "Sales.Won"}));
    assert_snapshot!(world.story);
}

#[test]
fn what_one_event_has_armed_is_not_armed_again_by_what_it_causes() {
    let starts = || {
        vec![
            start(EventKind::Created(LEAD), "lead created", "record"),
            start(EventKind::Entered(LEAD), "lead enters", "record"),
        ]
    };
    let waits = |name: &str| Trigger {
        mode: Mode::Parallel,
        after: Some(after(Millis::HOUR)),
        ..trigger(name, starts())
    };
    let mut world = traced(vec![
        waits("Once"),
        Trigger {
            again: true,
            ..waits("Again")
        },
        Trigger {
            // the last event of a debounce counts
            debounce: Some(debounce(minutes(5), minutes(9))),
            ..waits("Rests")
        },
    ]);
    world.through_json = true;
    world.created("1", json!({"stage": "Sales.New"}));
    assert_eq!(world.count("not fired Once for crm.lead/1: Repeated"), 1);
    // another event is another cascade
    world.updated("1", json!({"stage": "Sales.Contacted"}));
    world.later(hours(2)).tick();
    world.later(hours(2)).tick();
    assert_eq!(world.count("fired Once"), 3);
    assert_eq!(world.count("    fired Once"), 2);
    assert_eq!(world.count("    fired Again"), 3);
    assert_eq!(world.count("    fired Rests"), 1);
    assert_eq!(world.count("armed Rests for crm.lead/1, debounce"), 3);
}
