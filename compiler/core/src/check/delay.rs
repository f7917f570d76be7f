//! `after` and `debounce`, with what must hold meanwhile and what cancels them.

use trig_grammar::ast;
use trig_ir::{After, Cancel, Debounce, Guard, GuardKind, Millis, Test};

use super::cx::{Cx, Env};
use super::pattern::Shape;
use crate::rules;

/// The longest that a `debounce` without `up to` waits, in multiples of its duration.
const UP_TO: i64 = 10;

impl Cx<'_> {
    /// The delay of a trigger, or (`own`) of one of its starts: that may be zero, where others wait.
    pub(super) fn after(
        &mut self,
        env: &Env,
        clause: &ast::Clause,
        shapes: &[Option<Shape>],
        own: bool,
    ) -> Option<After> {
        let ast::ClauseKind::After {
            duration,
            holds,
            unless,
        } = &clause.kind
        else {
            return None;
        };
        let lowered = self.constant_duration(duration, "after", "");
        if lowered == Some(Millis::default()) && !own {
            self.report(rules::invalid_literal::RULE.with_help(
                self.path,
                duration.span,
                "a duration of zero is none",
                "leave `after` out to fire at once",
            ));
        }
        let holds = self.holds(env, holds.as_ref());
        let unless = self.cancels(env, unless, shapes);
        Some(After {
            loc: self.loc(clause.span),
            duration: lowered?,
            holds,
            unless,
        })
    }

    pub(super) fn debounce(
        &mut self,
        env: &Env,
        clause: &ast::Clause,
        shapes: &[Option<Shape>],
    ) -> Option<Debounce> {
        let ast::ClauseKind::Debounce {
            duration: written,
            up_to,
            holds,
            unless,
        } = &clause.kind
        else {
            return None;
        };
        let duration = self.duration(
            written,
            "write for how long nothing may come: `debounce 5m`",
        );
        let most = up_to.as_ref().and_then(|lit| {
            self.duration(
                lit,
                "write for how long it waits at most: `debounce 5m up to 1h`",
            )
        });
        if let (Some(duration), Some(most), Some(lit)) = (duration, most, up_to)
            && most < duration
        {
            self.report(rules::invalid_literal::RULE.with_help(
                self.path,
                lit.span,
                format!("`up to {most}` ends before the first {duration} of rest are over"),
                "after `up to` stands the longer of the two",
            ));
        }
        let holds = self.holds(env, holds.as_ref());
        let unless = self.cancels(env, unless, shapes);
        let duration = duration?;
        Some(Debounce {
            loc: self.loc(clause.span),
            duration,
            up_to: most.unwrap_or_else(|| duration.times(UP_TO).unwrap_or(duration)),
            holds,
            unless,
        })
    }

    /// What must hold throughout.
    fn holds(&mut self, env: &Env, expr: Option<&ast::Expr>) -> Option<Guard> {
        let expr = expr?;
        let test = self.condition(&env.later("while"), expr);
        Some(self.guard(GuardKind::While, expr.span, Test::Expr(test)))
    }

    fn cancels(
        &mut self,
        env: &Env,
        unless: &[ast::Pattern],
        shapes: &[Option<Shape>],
    ) -> Vec<Cancel> {
        unless
            .iter()
            .filter_map(|pattern| self.cancel(env, pattern, shapes))
            .collect()
    }
}
