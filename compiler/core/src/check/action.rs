//! What triggers and flows do: one action after the other.

use trig_grammar::ast;
use trig_ir::{Action, ActionKind};

use super::cx::{Cx, Env};
use super::home::Home;
use super::pattern::Shape;
use super::present::Present;
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
    /// Lowers a block, and says what is known to be there behind it.
    pub(super) fn actions(
        &mut self,
        env: &Env,
        block: &ast::Block,
        around: Around<'_>,
    ) -> (Vec<Action>, Present) {
        let mut env = env.clone();
        let mut actions: Vec<Action> = Vec::new();
        let mut said = false;
        for node in &block.actions {
            if !said && node.kind != ast::ActionKind::Bad && actions.last().is_some_and(ends) {
                self.report(rules::unreachable_action::problem(self.path, node.span));
                said = true;
            }
            if let Some(kind) = self.action(&mut env, node, around) {
                actions.push(Action {
                    loc: self.loc(node.span),
                    kind,
                });
            }
        }
        (actions, env.present)
    }

    /// Lowers an action. What is known to be there behind it, `env` knows then.
    fn action(
        &mut self,
        env: &mut Env,
        node: &ast::Action,
        around: Around<'_>,
    ) -> Option<ActionKind> {
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
