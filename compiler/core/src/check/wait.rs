//! `wait`, `wait until`, `stop this`.

use trig_grammar::{Span, ast};
use trig_ir::{ActionKind, Expr, Millis, Type, Value};

use super::action::{Around, Within};
use super::cx::{Cx, Env};
use super::present::Since;
use crate::rules;

impl Cx<'_> {
    pub(super) fn wait(
        &mut self,
        env: &mut Env,
        span: Span,
        duration: &ast::Expr,
        around: Around<'_>,
    ) -> Option<ActionKind> {
        let written = duration.span;
        let duration = self.value(env, duration, &Type::Duration);
        let constant = match &duration {
            Expr::Const(Value::Duration(duration)) => Some(*duration),
            Expr::Neg(inner) => match &**inner {
                Expr::Const(Value::Duration(_)) => Some(Millis::default()),
                _ => None,
            },
            _ => None,
        };
        if constant.is_some_and(|duration| duration <= Millis::default()) {
            self.report(rules::invalid_literal::RULE.with_help(
                self.path,
                written,
                "nothing waits for no time, or back into the past",
                "leave `wait` out, or write for how long: `wait 5m`",
            ));
        }
        env.present.time_passes(Since::Wait);
        self.not_in_each(span, "wait", around)?;
        Some(ActionKind::Wait(duration))
    }

    pub(super) fn wait_until(
        &mut self,
        env: &mut Env,
        span: Span,
        condition: &ast::Expr,
        within: Option<&ast::Within>,
        around: Around<'_>,
    ) -> Option<ActionKind> {
        env.present.time_passes(Since::Wait);
        let until = self.until(env, span, condition, within, "stop");
        self.learn_until(&mut env.present, &until);
        self.not_in_each(span, "wait", around)?;
        Some(ActionKind::WaitUntil(until))
    }

    pub(super) fn stop_this(&mut self, span: Span, around: Around<'_>) -> Option<ActionKind> {
        self.not_in_each(span, "stop this", around)?;
        Some(ActionKind::Stop { flow: None })
    }

    /// Nothing inside a `for each` waits or ends the whole body; says so.
    fn not_in_each(&mut self, span: Span, what: &str, around: Around<'_>) -> Option<()> {
        if around.within != Within::Each {
            return Some(());
        }
        self.report(rules::misplaced_clause::RULE.with_help(
            self.path,
            span,
            format!(
                "`{what}` cannot stand in a `for each`: it does its actions for all records at once"
            ),
            "start a flow for each of them: `start FLOW for RECORD`",
        ));
        None
    }
}
