//! Short ways to write triggers.

use trig_ir::*;

use super::*;

pub(crate) fn place(root: Root, path: &str) -> Place {
    Place {
        root,
        path: path
            .split('.')
            .filter(|p| !p.is_empty())
            .map(SmolStr::new)
            .collect(),
    }
}

pub(crate) fn subject(path: &str) -> Place {
    place(Root::Subject, path)
}

pub(crate) fn event(path: &str) -> Place {
    place(Root::Event, path)
}

pub(crate) fn candidate(path: &str) -> Place {
    place(Root::Candidate, path)
}

pub(crate) fn load(place: Place) -> Expr {
    Expr::Load(place)
}

pub(crate) fn int(n: i64) -> Expr {
    Expr::Const(Value::Int(n))
}

pub(crate) fn text(t: &str) -> Expr {
    Expr::Const(Value::Text(t.into()))
}

pub(crate) fn tag(t: &str) -> Expr {
    Expr::Const(Value::Tag(t.into()))
}

pub(crate) fn eur(amount: &str) -> Value {
    Value::Money(Money {
        currency: "EUR".into(),
        amount: amount.parse().unwrap(),
    })
}

pub(crate) fn stage_name(name: &str) -> StageName {
    let (pipeline, stage) = name.split_once('.').unwrap();
    StageName {
        pipeline: pipeline.into(),
        stage: stage.into(),
    }
}

pub(crate) fn compare(op: CompareOp, a: Expr, b: Expr) -> Expr {
    Expr::Compare(op, Box::new(a), Box::new(b))
}

pub(crate) fn more_than(place: Place, n: i64) -> Expr {
    compare(CompareOp::Gt, load(place), int(n))
}

pub(crate) fn in_stage(place: Place, stages: &[&str]) -> Expr {
    let stages = stages.iter().map(|s| stage_name(s)).collect();
    Expr::InStages(Box::new(load(place)), stages)
}

pub(crate) fn guard(kind: GuardKind, text: &str, test: Expr) -> Guard {
    Guard {
        kind,
        loc: loc(2),
        test: Test::Expr(test),
        text: text.into(),
    }
}

pub(crate) fn when(text: &str, test: Expr) -> Guard {
    guard(GuardKind::When, text, test)
}

pub(crate) fn by(kinds: &[ActorKind]) -> Guard {
    Guard {
        kind: GuardKind::By,
        loc: loc(2),
        test: Test::By(kinds.to_vec()),
        text: "by".into(),
    }
}

pub(crate) fn pattern(kind: EventKind, text: &str) -> Pattern {
    Pattern {
        event: kind,
        or_created: false,
        filter: None,
        first: None,
        text: text.into(),
    }
}

pub(crate) fn start(kind: EventKind, text: &str, subject: &str) -> Start {
    Start {
        loc: loc(1),
        pattern: pattern(kind, text),
        clock: None,
        subject: Some(event(subject)),
        finer: Vec::new(),
        guards: Vec::new(),
        after: None,
    }
}

pub(crate) fn on_message() -> Start {
    start(EventKind::Event(MESSAGE), "message", "lead")
}

pub(crate) fn on_ping() -> Start {
    start(EventKind::Event(PING), "ping", "lead")
}

pub(crate) fn on_change(field: &str) -> Start {
    let text = format!("lead.{field} changed");
    start(EventKind::Changed(LEAD, field.into()), &text, "record")
}

pub(crate) fn on_moved() -> Start {
    start(EventKind::Moved(LEAD), "lead moved", "record")
}

pub(crate) fn filtered(mut start: Start, text: &str, filter: Expr) -> Start {
    start.pattern.text = text.into();
    start.pattern.filter = Some(filter);
    start
}

/// A trigger for leads that logs its name.
pub(crate) fn trigger(name: &str, starts: Vec<Start>) -> Trigger {
    Trigger {
        name: name.into(),
        was: None,
        flow: false,
        label: name.into(),
        loc: loc(1),
        home: None,
        priority: 0,
        disabled: false,
        again: false,
        zone: "Europe/Berlin".into(),
        subject: Some(LEAD),
        starts,
        each: None,
        guards: Vec::new(),
        debounce: None,
        until: None,
        after: None,
        during: None,
        mode: Mode::Single,
        missed: None,
        limits: Vec::new(),
        actions: vec![log(name)],
    }
}

pub(crate) fn after(ms: Millis) -> After {
    After {
        loc: loc(3),
        duration: ms,
        holds: None,
        unless: Vec::new(),
    }
}

pub(crate) fn cancel(kind: EventKind, text: &str, subject: &str) -> Cancel {
    Cancel {
        pattern: pattern(kind, text),
        by: Vec::new(),
        subject: Some(candidate(subject)),
        finer: Vec::new(),
    }
}

pub(crate) fn cooldown(name: &str, window: Millis, key: &[Place]) -> Limit {
    Limit {
        loc: loc(4),
        name: name.into(),
        kind: LimitKind::Cooldown,
        count: 1,
        window: LimitWindow::Sliding(window),
        key: key.to_vec(),
        wait: false,
    }
}

/// Waits until something holds.
pub(crate) fn until(text: &str, test: Expr) -> Until {
    Until {
        loc: loc(6),
        test: Guard {
            loc: loc(7),
            ..guard(GuardKind::Until, text, test)
        },
        within: None,
    }
}

pub(crate) fn within(duration: Millis, otherwise: Otherwise) -> Option<Within> {
    Some(Within {
        duration,
        otherwise,
    })
}

pub(crate) fn debounce(duration: Millis, up_to: Millis) -> Debounce {
    Debounce {
        loc: loc(8),
        duration,
        up_to,
        holds: None,
        unless: Vec::new(),
    }
}

pub(crate) fn open() -> Expr {
    Expr::Open(ScheduleId(0))
}

pub(crate) fn minutes(n: i64) -> Millis {
    Millis(Millis::MINUTE.0 * n)
}

pub(crate) fn hours(n: i64) -> Millis {
    Millis(Millis::HOUR.0 * n)
}

pub(crate) fn wait(duration: Millis) -> Action {
    act(ActionKind::Wait(Expr::Const(Value::Duration(duration))))
}

pub(crate) fn wait_until(until: Until) -> Action {
    act(ActionKind::WaitUntil(until))
}

pub(crate) fn goal_on(name: &str, cancel: Cancel) -> Action {
    act(ActionKind::Goal {
        name: name.into(),
        was: None,
        reached: Reached::On(Box::new(cancel)),
    })
}

pub(crate) fn goal_when(name: &str, text: &str, test: Expr) -> Action {
    act(ActionKind::Goal {
        name: name.into(),
        was: None,
        reached: Reached::When(guard(GuardKind::Goal, text, test)),
    })
}

pub(crate) fn start_flow(flow: &str) -> Action {
    act(ActionKind::Start {
        flow: flow.into(),
        subject: Some(subject("")),
    })
}

pub(crate) fn stop_flow(flow: &str) -> Action {
    act(ActionKind::Stop {
        flow: Some(flow.into()),
    })
}

/// A flow for leads.
pub(crate) fn flow(name: &str, actions: Vec<Action>) -> Trigger {
    Trigger {
        flow: true,
        actions,
        ..trigger(
            name,
            vec![start(EventKind::Started(name.into()), "started", "record")],
        )
    }
}

pub(crate) fn act(kind: ActionKind) -> Action {
    Action { loc: loc(5), kind }
}

pub(crate) fn log(what: &str) -> Action {
    log_expr(text(what))
}

pub(crate) fn log_expr(what: Expr) -> Action {
    act(ActionKind::Call {
        action: LOG,
        args: vec![("text".into(), what)],
    })
}

pub(crate) fn set(field: &str, op: SetOp, value: Expr) -> Action {
    act(ActionKind::Set {
        record: subject(""),
        field: field.into(),
        op,
        value,
    })
}

pub(crate) fn move_to(stage: &str) -> Action {
    act(ActionKind::Move {
        record: subject(""),
        to: stage_name(stage),
        backwards: false,
        across: false,
        as_user: None,
    })
}

pub(crate) fn emit_ping(n: i64) -> Action {
    act(ActionKind::Emit {
        event: PING,
        args: vec![("lead".into(), load(subject(""))), ("n".into(), int(n))],
    })
}
