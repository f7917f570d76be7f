//! Bodies.

use trig_ir::*;

use super::Maker;
use crate::model::{CONTACT, DEAL, NOTE, stage_name};

fn load(root: Root, field: &str) -> Expr {
    Expr::Load(Place::field(root, field))
}

fn int(n: i64) -> Expr {
    Expr::Const(Value::Int(n))
}

impl Maker<'_> {
    fn action(&mut self, kind: ActionKind) -> Action {
        Action {
            loc: self.loc(),
            kind,
        }
    }

    pub(super) fn body(&mut self, trigger: &Trigger, long: bool) -> Vec<Action> {
        let mut body = Vec::new();
        let waits = long || self.dice.percent(20);
        for _ in 0..self.dice.between(1, if waits { 5 } else { 3 }) {
            let kind = match self.dice.below(12) {
                0..3 if waits => self.pause(trigger),
                3 if waits && trigger.subject.is_some() => self.goal(trigger, body.len()),
                4 if trigger.subject.is_some() => self.choice(trigger, waits),
                5 => self.for_each(trigger),
                _ => Some(self.simple(trigger)),
            };
            if let Some(kind) = kind {
                let action = self.action(kind);
                body.push(action);
            }
        }
        body
    }

    fn pause(&mut self, trigger: &Trigger) -> Option<ActionKind> {
        Some(match self.dice.below(3) {
            0 => ActionKind::WaitUntil(self.until_clause(trigger, GuardKind::Until)),
            _ => {
                let zero = self.dice.percent(20);
                let duration = if zero { Millis(0) } else { self.duration() };
                ActionKind::Wait(Expr::Const(Value::Duration(duration)))
            }
        })
    }

    fn goal(&mut self, trigger: &Trigger, n: usize) -> Option<ActionKind> {
        let reached = match self.dice.percent(60) {
            true => Reached::On(Box::new(self.cancel(trigger.subject, &trigger.starts))),
            false => {
                let sight = self.live_sight(trigger);
                Reached::When(self.guard(GuardKind::Goal, &sight))
            }
        };
        Some(ActionKind::Goal {
            name: format!("Goal{n}").into(),
            was: None,
            reached,
        })
    }

    fn choice(&mut self, trigger: &Trigger, waits: bool) -> Option<ActionKind> {
        let sight = self.live_sight(trigger);
        let test = self.condition(&sight);
        let branch = |maker: &mut Self| {
            let kind = match maker.dice.percent(if waits { 30 } else { 0 }) {
                true => maker.pause(trigger)?,
                false => maker.simple(trigger),
            };
            let first = maker.action(kind);
            let then = maker.simple(trigger);
            Some(vec![first, maker.action(then)])
        };
        Some(ActionKind::If {
            test,
            text: "if".into(),
            then: branch(self)?,
            otherwise: branch(self)?,
        })
    }

    fn for_each(&mut self, trigger: &Trigger) -> Option<ActionKind> {
        if trigger.subject != Some(DEAL) {
            return None;
        }
        self.binders += 1;
        let slot = self.binders;
        let binder = Root::Binder(slot);
        let filter = self.dice.percent(60).then(|| Guard {
            kind: GuardKind::Where,
            loc: self.loc(),
            test: Test::Expr(Expr::Compare(
                CompareOp::Gt,
                Box::new(load(binder, "score")),
                Box::new(int(self.dice.between(0, 8))),
            )),
            text: "where".into(),
        });
        let kind = match self.dice.percent(50) {
            true => self.call(Expr::Load(Place::root(binder)), load(binder, "name")),
            false => self.set(Place::root(binder)),
        };
        let body = vec![self.action(kind)];
        Some(ActionKind::ForEach {
            each: ForEach {
                loc: self.loc(),
                source: EachSource::Of(Place::field(Root::Subject, "contacts")),
                filter,
            },
            slot,
            body,
        })
    }

    fn call(&mut self, to: Expr, name: Expr) -> ActionKind {
        let hello = Expr::Const(Value::Text("hello ".into()));
        ActionKind::Call {
            action: ActionId(0),
            args: vec![
                ("n".into(), int(self.dice.between(0, 9))),
                ("text".into(), Expr::Concat(vec![hello, name])),
                ("to".into(), to),
            ],
        }
    }

    /// A write of something that no snapshot says.
    fn set(&mut self, record: Place) -> ActionKind {
        let value = int(self.dice.between(100, 103));
        let root = record.root;
        let (field, op, value) = match self.dice.below(6) {
            0 => ("score", SetOp::Assign, value),
            1 => ("score", SetOp::Add, int(100)),
            2 => ("score", SetOp::Remove, int(200)),
            3 => {
                let sum = Expr::Arith(ArithOp::Add, Box::new(load(root, "score")), Box::new(value));
                ("score", SetOp::Assign, sum)
            }
            4 => ("tags", SetOp::Add, Expr::Const(Value::Tag("auto".into()))),
            _ => {
                let tag = self.dice.pick(&["auto", "vip", "New"]);
                ("tags", SetOp::Remove, Expr::Const(Value::Tag(tag.into())))
            }
        };
        ActionKind::Set {
            record,
            field: field.into(),
            op,
            value,
        }
    }

    /// An action that does not wait.
    fn simple(&mut self, trigger: &Trigger) -> ActionKind {
        let me = Place::root(Root::Subject);
        let hello = || Expr::Const(Value::Text("you".into()));
        let Some(subject) = trigger.subject else {
            return self.call(Expr::Const(Value::Empty), hello());
        };
        match (subject, self.dice.below(14)) {
            (_, 0..3) => self.set(me),
            (DEAL, 3..5) => ActionKind::Move {
                record: me,
                to: stage_name(self.dice.below(6)),
                backwards: self.dice.percent(30),
                across: self.dice.percent(40),
                as_user: None,
            },
            (DEAL, 5) => {
                let at = self
                    .begin
                    .plus(Millis(self.dice.between(-20, 200) * 37 * Millis::MINUTE.0));
                ActionKind::Set {
                    record: me,
                    field: "meet".into(),
                    op: SetOp::Assign,
                    value: Expr::Const(Value::DateTime(at)),
                }
            }
            (_, 6 | 7) => {
                let field = if subject == DEAL { "deal" } else { "contact" };
                ActionKind::Emit {
                    event: NOTE,
                    args: vec![
                        (field.into(), Expr::Load(me)),
                        ("n".into(), int(self.dice.between(0, 9))),
                    ],
                }
            }
            (_, 8) => ActionKind::Create {
                entity: DEAL,
                args: vec![("name".into(), load(Root::Subject, "name"))],
            },
            (_, 9..12) if !trigger.flow && !self.flows.is_empty() => {
                let (flow, of) = self.flows[0].clone();
                let record = match (of == subject, of) {
                    (true, _) => me,
                    (false, CONTACT) => Place::field(Root::Subject, "contact"),
                    _ => return self.call(Expr::Load(me), hello()),
                };
                if self.dice.percent(55) && of == subject {
                    return ActionKind::Stop { flow: Some(flow) };
                }
                ActionKind::Start {
                    flow,
                    subject: Some(record),
                }
            }
            (_, 12) if self.dice.percent(30) => ActionKind::Stop { flow: None },
            _ => self.call(Expr::Load(me), load(Root::Subject, "name")),
        }
    }
}
