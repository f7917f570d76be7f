//! `wait`, `wait until`, `stop this`.

use trig_grammar::{Span, ast};
use trig_ir::{ActionKind, GuardKind, Otherwise, Test, Type, Until};

use super::action::{Around, Within};
use super::cx::{Cx, Env};
use super::literal;
use crate::rules;

impl Cx<'_> {
    pub(super) fn wait(
        &mut self,
        env: &Env,
        span: Span,
        duration: &ast::Expr,
        around: Around<'_>,
    ) -> Option<ActionKind> {
        let duration = self.value(env, duration, &Type::Duration);
        self.not_in_each(span, "wait", around)?;
        Some(ActionKind::Wait(duration))
    }

    pub(super) fn wait_until(
        &mut self,
        env: &Env,
        span: Span,
        condition: &ast::Expr,
        within: Option<&ast::Within>,
        around: Around<'_>,
    ) -> Option<ActionKind> {
        let test = self.condition(env, condition);
        let within = match within {
            Some(node) => Some(self.wait_within(node)?),
            None => None,
        };
        self.not_in_each(span, "wait", around)?;
        Some(ActionKind::WaitUntil(Until {
            loc: self.loc(span),
            test: self.guard(GuardKind::Until, condition.span, Test::Expr(test)),
            within,
        }))
    }

    /// `within D else continue|stop`
    fn wait_within(&mut self, node: &ast::Within) -> Option<trig_ir::Within> {
        let duration = match literal::duration(&node.duration) {
            Ok(duration) => duration,
            Err(message) => {
                let span = node.duration.span;
                self.report(rules::invalid_literal::problem(self.path, span, message));
                return None;
            }
        };
        let otherwise = match node.otherwise.as_ref().map(|n| (n, n.text.as_str())) {
            Some((_, "continue")) => Otherwise::Continue,
            Some((_, "stop")) => Otherwise::Drop,
            Some((_, "")) => return None,
            Some((name, other)) => {
                self.report(rules::unknown_name::word(
                    self.path,
                    name.span,
                    "what a `wait until` does when its time is over",
                    other,
                    &["continue", "stop"],
                ));
                return None;
            }
            None => {
                self.report(rules::missing_clause::no_else(self.path, node.span));
                return None;
            }
        };
        Some(trig_ir::Within {
            duration,
            otherwise,
        })
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
        self.report(rules::misplaced_clause::with_help(
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
