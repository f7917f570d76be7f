//! Zone, priority, and in whose name a trigger acts.

use smol_str::SmolStr;
use trig_grammar::{Span, ast};
use trig_ir::{Expr, Guard, ScheduleId, Test, Value};

use super::clauses::Clauses;
use super::cx::Cx;
use super::literal;
use crate::rules;

impl Cx<'_> {
    /// The user that an expression names.
    pub(super) fn user(&mut self, expr: &ast::Expr) -> Option<SmolStr> {
        match self.constant(expr) {
            Ok(Some((Value::User(user), _))) => Some(user),
            _ => {
                if expr.kind != ast::ExprKind::Missing {
                    self.report(rules::misplaced_clause::RULE.with_help(
                        self.path,
                        expr.span,
                        "after `as` stands a user",
                        "write `as user \"anna@acme.com\"`",
                    ));
                }
                None
            }
        }
    }

    pub(super) fn priority(&mut self, expr: &ast::Expr) -> i32 {
        let value = match &expr.kind {
            ast::ExprKind::Unary(ast::UnaryOp::Neg, inner) => match self.constant(inner) {
                Ok(Some((Value::Int(n), _))) => Some(-n),
                _ => None,
            },
            _ => match self.constant(expr) {
                Ok(Some((Value::Int(n), _))) => Some(n),
                _ => None,
            },
        };
        match value.map(i32::try_from) {
            Some(Ok(n)) => n,
            _ => {
                self.report(rules::invalid_literal::problem(
                    self.path,
                    expr.span,
                    "a priority is a whole number of at most nine digits".to_owned(),
                ));
                0
            }
        }
    }

    pub(super) fn zone_of(&mut self, c: &Clauses<'_>) -> Option<SmolStr> {
        let (text, _) = c.zone?;
        match literal::zone(text) {
            Ok(zone) => Some(zone),
            Err(name) => {
                self.report(rules::unknown_zone::problem(self.path, text.span, &name));
                None
            }
        }
    }

    /// The zone of the one schedule in `during`, else the project's.
    pub(super) fn during_zone(&mut self, during: Option<&Guard>) -> SmolStr {
        let mut schedules = Vec::new();
        if let Some(Guard {
            test: Test::Expr(expr),
            ..
        }) = during
        {
            open_schedules(expr, &mut schedules);
        }
        let mut zones: Vec<SmolStr> = schedules
            .iter()
            .filter_map(|id| self.model.schedule(*id))
            .map(|s| s.zone.clone())
            .collect();
        zones.sort();
        zones.dedup();
        match (zones.as_slice(), during) {
            ([one], _) => one.clone(),
            ([a, b, ..], Some(guard)) => {
                let message =
                    format!("the schedules in `during` have different zones, `{a}` and `{b}`");
                let span = Span::new(guard.loc.start, guard.loc.end);
                self.report(rules::misplaced_clause::RULE.with_help(
                    self.path,
                    span,
                    message,
                    "say which one the trigger lives in: `zone \"…\"`",
                ));
                a.clone()
            }
            _ => self.model.project.zone.clone(),
        }
    }
}

fn open_schedules(expr: &Expr, out: &mut Vec<ScheduleId>) {
    match expr {
        Expr::Open(id) => out.push(*id),
        Expr::Not(inner) => open_schedules(inner, out),
        Expr::And(all) | Expr::Or(all) => {
            for e in all {
                open_schedules(e, out);
            }
        }
        _ => {}
    }
}

/// Whether an expression asks schedules alone, or conditions that look at no record.
pub(super) fn only_schedules(expr: &Expr) -> bool {
    match expr {
        Expr::Open(_) | Expr::Condition(_, None, _) => true,
        // what was wrong has been said
        Expr::Const(Value::Empty) => true,
        Expr::Not(inner) => only_schedules(inner),
        Expr::And(all) | Expr::Or(all) => all.iter().all(only_schedules),
        _ => false,
    }
}
