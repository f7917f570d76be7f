//! Durations and times of day that clauses write.

use trig_grammar::ast;
use trig_ir::{Millis, Time, Value};

use super::cx::Cx;
use super::literal;
use crate::rules;

impl Cx<'_> {
    /// The duration that is written, at least a second. `None` where there is none, which has been said. `instead`
    /// says what to write where it is zero.
    pub(super) fn duration(&mut self, lit: &ast::DurationLit, instead: &str) -> Option<Millis> {
        let duration = self.duration_or_zero(lit)?;
        if duration == Millis::default() {
            self.report(rules::invalid_literal::RULE.with_help(
                self.path,
                lit.span,
                "a duration of zero is none",
                instead,
            ));
            return None;
        }
        Some(duration)
    }

    /// The duration that is written, zero included. `None` where there is none, which has been said.
    pub(super) fn duration_or_zero(&mut self, lit: &ast::DurationLit) -> Option<Millis> {
        if lit.parts.is_empty() {
            return None;
        }
        self.existing(lit.span, literal::duration(lit))
    }

    /// The duration that an expression after `word` is: a literal. `None` where it is none, which has been said.
    pub(super) fn constant_duration(
        &mut self,
        expr: &ast::Expr,
        word: &str,
        or: &str,
    ) -> Option<Millis> {
        match self.constant(expr) {
            Ok(Some((Value::Duration(duration), _))) => return Some(duration),
            Err((span, message)) => {
                self.report(rules::invalid_literal::problem(self.path, span, message));
            }
            _ if expr.kind == ast::ExprKind::Missing => {}
            _ => self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                expr.span,
                format!("after `{word}` stands a duration{or}"),
                format!("write `{word} 1d`"),
            )),
        }
        None
    }

    /// The same, at least a second; `instead` says what to write where it is zero.
    pub(super) fn some_duration(
        &mut self,
        expr: &ast::Expr,
        word: &str,
        instead: &str,
    ) -> Option<Millis> {
        let duration = self.constant_duration(expr, word, "")?;
        if duration == Millis::default() {
            self.report(rules::invalid_literal::RULE.with_help(
                self.path,
                expr.span,
                "a duration of zero is none",
                instead,
            ));
            return None;
        }
        Some(duration)
    }

    /// The time of day that is written.
    pub(super) fn time(&mut self, lit: &ast::TimeLit) -> Option<Time> {
        self.existing(lit.span, literal::time(lit))
    }

    /// A literal's value; says so where there is no such value.
    pub(super) fn existing<T>(
        &mut self,
        span: trig_grammar::Span,
        value: Result<T, String>,
    ) -> Option<T> {
        match value {
            Ok(value) => Some(value),
            Err(message) => {
                self.report(rules::invalid_literal::problem(self.path, span, message));
                None
            }
        }
    }
}
