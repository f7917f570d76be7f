//! What triggers and flows do: one action after the other.

use trig_grammar::ast;
use trig_ir::{Action, ActionKind, Expr, Root};

use super::cx::{Cx, Env};
use super::home::Home;
use super::operator::present_places;
use super::pattern::Shape;
use crate::rules;

/// What actions stand in.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    /// The stage in which it stands.
    pub(super) home: Option<&'a Home>,
    /// Whether its moves may go to an earlier stage.
    pub(super) backwards: bool,
    /// Of its starts.
    pub(super) shapes: &'a [Option<Shape>],
    /// Among which other actions.
    pub(super) within: Within,
}

/// Among which other actions an action stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// Right in the body.
    Body,
    /// In an `if`.
    If,
    /// In a `for each`, and whatever stands in that.
    Each,
}

impl Cx<'_> {
    pub(super) fn actions(
        &mut self,
        env: &Env,
        block: &ast::Block,
        around: Around<'_>,
    ) -> Vec<Action> {
        let mut env = env.clone();
        let mut actions: Vec<Action> = Vec::new();
        let mut said = false;
        for node in &block.actions {
            if !said && node.kind != ast::ActionKind::Bad && actions.last().is_some_and(ends) {
                self.report(rules::unreachable_action::problem(self.path, node.span));
                said = true;
            }
            if let Some(kind) = self.action(&env, node, around) {
                let action = Action {
                    loc: self.loc(node.span),
                    kind,
                };
                learn(&action, &mut env);
                actions.push(action);
            }
        }
        actions
    }

    fn action(&mut self, env: &Env, node: &ast::Action, around: Around<'_>) -> Option<ActionKind> {
        use ast::ActionKind as K;
        match &node.kind {
            K::Move {
                what,
                to,
                as_user,
                backwards,
                across,
            } => {
                let (record, entity) = self.moved_record(env, what.as_ref(), node.span)?;
                let to = self.move_target(to, entity, around.home)?;
                let as_user = match as_user {
                    Some(expr) => Some(self.user(expr)?),
                    None => None,
                };
                Some(ActionKind::Move {
                    record,
                    to,
                    backwards: *backwards || around.backwards,
                    across: *across,
                    as_user,
                })
            }
            K::Set { field, op, value } => self.set(env, field, *op, value),
            K::Emit { event, args } => self.emit(env, event, args),
            K::Call(call) => self.call_action(env, call),
            K::Create { entity, args } => self.create(env, entity, args),
            K::Start { flow, subject } => self.start_flow(env, flow, subject.as_ref()),
            K::Stop { flow: Some(flow) } => self.stop_flow(env, flow),
            K::Stop { flow: None } => self.stop_this(node.span, around),
            K::Wait(duration) => self.wait(env, node.span, duration, around),
            K::WaitUntil { condition, within } => {
                self.wait_until(env, node.span, condition, within.as_ref(), around)
            }
            K::If {
                cond,
                then,
                otherwise,
            } => Some(self.branch(env, cond, then, otherwise.as_ref(), around)),
            K::ForEach { each, body } => self.each_action(env, each, body, around),
            K::Goal { name, was, reached } => {
                self.goal(env, node.span, name, was.as_ref(), reached, around)
            }
            K::Bad => None,
        }
    }
}

/// Whether nothing after an action is ever done.
pub(super) fn ends(action: &Action) -> bool {
    match &action.kind {
        ActionKind::Stop { flow: None } => true,
        ActionKind::If {
            then, otherwise, ..
        } => then.last().is_some_and(ends) && otherwise.last().is_some_and(ends),
        _ => false,
    }
}

/// Whether time passes in an action.
fn waits(action: &Action) -> bool {
    match &action.kind {
        ActionKind::Wait(_) | ActionKind::WaitUntil(_) | ActionKind::Goal { .. } => true,
        ActionKind::If {
            then, otherwise, ..
        } => then.iter().chain(otherwise).any(waits),
        _ => false,
    }
}

/// What is known to be there once an action is done: less where time has passed, more where it has tested something.
fn learn(action: &Action, env: &mut Env) {
    if waits(action) {
        // INVARIANT (waits forget): what a guard has shown of a record may have changed; an event stays what it was
        env.present
            .retain(|p| p.root == Root::Event && p.path.len() == 1);
    }
    match &action.kind {
        ActionKind::WaitUntil(until) => {
            let goes_on = until
                .within
                .is_none_or(|w| w.otherwise == trig_ir::Otherwise::Drop);
            if let (true, trig_ir::Test::Expr(test)) = (goes_on, &until.test.test) {
                present_places(test, &mut env.present);
            }
        }
        ActionKind::If {
            test,
            then,
            otherwise,
            ..
        } => {
            if then.last().is_some_and(ends) && !otherwise.iter().any(waits) {
                present_unless(test, env);
            }
            if otherwise.last().is_some_and(ends) && !then.iter().any(waits) {
                present_places(test, &mut env.present);
            }
        }
        _ => {}
    }
}

/// What is known to be there where a test does not hold.
pub(super) fn present_unless(test: &Expr, env: &mut Env) {
    match test {
        Expr::Or(all) => {
            for e in all {
                present_unless(e, env);
            }
        }
        Expr::Not(inner) => present_places(inner, &mut env.present),
        Expr::IsEmpty(e) => {
            if let Expr::Load(place) = &**e {
                env.present.push(place.clone());
            }
        }
        _ => {}
    }
}
