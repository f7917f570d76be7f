//! Actions.

use trig_grammar::ast::{Action, ActionKind, Block, GoalReached, MoveTarget};

use crate::plan::Plan;

impl Plan<'_> {
    pub(super) fn block(&mut self, block: &Block) {
        let Block {
            span: _,
            braces,
            actions,
        } = block;
        for action in actions {
            if *braces {
                self.member(action.span);
            }
            self.action(action);
        }
    }

    fn action(&mut self, action: &Action) {
        let Action { span, kind } = action;
        match kind {
            ActionKind::Move {
                what: _,
                to: MoveTarget::Stage(_) | MoveTarget::Here(_),
                as_user,
                backwards: _,
                across: _,
            } => {
                if let Some(user) = as_user {
                    self.expr(user);
                }
            }
            ActionKind::Set {
                field: _,
                op: _,
                value,
            } => self.expr(value),
            ActionKind::Create { entity: path, args } | ActionKind::Emit { event: path, args } => {
                self.args(path.span, args);
            }
            ActionKind::Start {
                flow: _,
                subject: _,
            }
            | ActionKind::Stop { flow: _ }
            | ActionKind::Bad => {}
            ActionKind::Call(call) => self.call(call),
            ActionKind::Wait(duration) => self.expr(duration),
            ActionKind::WaitUntil { condition, within } => {
                self.unit(*span);
                self.expr(condition);
                self.within(within.as_ref());
            }
            ActionKind::If { .. } => {
                let mut braces = Vec::new();
                self.choices(action, &mut braces);
                self.join(&braces);
            }
            ActionKind::ForEach { each, body } => {
                self.unit(each.span);
                self.for_each(each);
                self.block(body);
            }
            ActionKind::Goal {
                name: _,
                was: _,
                reached,
            } => match reached {
                GoalReached::On(pattern) => self.pattern(pattern),
                GoalReached::When(condition) => self.expr(condition),
                GoalReached::Missing => {}
            },
        }
    }

    /// `if … { } else if … { } else { }`: all blocks on one line, or none.
    fn choices(&mut self, action: &Action, braces: &mut Vec<usize>) {
        let ActionKind::If {
            cond,
            then,
            otherwise,
        } = &action.kind
        else {
            self.action(action);
            return;
        };
        self.expr(cond);
        braces.push(self.first(then.span));
        self.block(then);
        match otherwise {
            Some(block) if block.braces => {
                braces.push(self.first(block.span));
                self.block(block);
            }
            Some(block) => {
                for action in &block.actions {
                    self.choices(action, braces);
                }
            }
            None => {}
        }
    }
}
