//! What lies between the event and the firing: delays, windows, and how often.

use trig_grammar::ast;
use trig_ir::{After, Debounce, Guard, GuardKind, Limit, Mode, Otherwise, Start, Test, Until};

use super::attribute::only_schedules;
use super::clauses::Clauses;
use super::cx::{Cx, Env};
use super::pattern::Shape;
use super::present::{Present, Since};
use crate::rules;

/// What lies between the event and the firing.
pub(super) struct Pacing {
    pub(super) debounce: Option<Debounce>,
    pub(super) until: Option<Until>,
    pub(super) after: Option<After>,
    pub(super) during: Option<Guard>,
    pub(super) mode: Mode,
    pub(super) limits: Vec<Limit>,
}

impl Cx<'_> {
    /// Lowers the pacing, in the order in which it passes. `env` is that behind `for each`, and then that of the body;
    /// `starts` have delays of their own; `name` is the trigger's.
    pub(super) fn pacing(
        &mut self,
        env: &mut Env,
        c: &Clauses<'_>,
        shapes: &[Option<Shape>],
        starts: &[Start],
        name: &str,
    ) -> Pacing {
        let debounce = c.debounce.and_then(|(clause, _)| {
            env.present.time_passes(Since::Delay("debounce"));
            let debounce = self.debounce(env, clause, shapes);
            let holds = debounce.as_ref().and_then(|d| d.holds.as_ref());
            self.learn_guard(&mut env.present, holds);
            debounce
        });
        let until = c.until.and_then(|(clause, span)| match &clause.kind {
            ast::ClauseKind::Until { condition, within } => {
                env.present.time_passes(Since::Until);
                let until = self.until(env, span, condition, within.as_ref(), "drop");
                if !self.learn_until(&mut env.present, &until) {
                    env.present.time_passes(Since::InVain);
                }
                Some(until)
            }
            _ => None,
        });
        let after = c.after.and_then(|(clause, _)| {
            let mut delayed = env.clone();
            delayed.present.time_passes(Since::Delay("after"));
            self.after(&delayed, clause, shapes, false)
        });
        let limits = self.limits(env, c, name);
        let queues = limits.iter().any(|limit| limit.wait);
        let own = starts.iter().map(|start| start.after.as_ref());
        let delays = own.map(|own| own.or(after.as_ref()));
        let delayed = delays.map(|delay| self.delayed(&env.present, delay, queues));
        if let Some(present) = delayed.reduce(|a, b| a.meet(&b)) {
            env.present = present;
        }
        Pacing {
            debounce,
            until,
            after,
            during: self.during(env, c),
            mode: self.mode(c),
            limits,
        }
    }

    /// What is known to be there once a delay is over, and (`queues`) the firing has had its turn.
    fn delayed(&self, present: &Present, after: Option<&After>, queues: bool) -> Present {
        let mut present = present.clone();
        if after.is_some() {
            present.time_passes(Since::Delay("after"));
        }
        if queues {
            present.time_passes(Since::Queue);
        }
        // `while` goes on in the queue
        self.learn_guard(&mut present, after.and_then(|after| after.holds.as_ref()));
        present
    }

    fn learn_guard(&self, present: &mut Present, guard: Option<&Guard>) {
        if let Some(Guard {
            test: Test::Expr(test),
            ..
        }) = guard
        {
            present.learn(self.model, test, true);
        }
    }

    /// What a wait has waited for. `false`: nothing, because it may go on without.
    pub(super) fn learn_until(&self, present: &mut Present, until: &Until) -> bool {
        let certain = until
            .within
            .is_none_or(|within| within.otherwise == Otherwise::Drop);
        if certain {
            self.learn_guard(present, Some(&until.test));
        }
        certain
    }

    fn mode(&mut self, c: &Clauses<'_>) -> Mode {
        let Some((name, _)) = c.mode else {
            return Mode::Single;
        };
        match name.text.as_str() {
            "" | "single" => Mode::Single,
            "restart" => Mode::Restart,
            "parallel" => Mode::Parallel,
            word => {
                self.report(rules::unknown_name::word(
                    self.path,
                    name.span,
                    "a mode",
                    word,
                    &["single", "restart", "parallel"],
                ));
                Mode::Single
            }
        }
    }

    fn during(&mut self, env: &Env, c: &Clauses<'_>) -> Option<Guard> {
        let (expr, span) = c.during?;
        let env = env.later("during");
        let test = self.condition(&env, expr);
        if !env.lenient && !only_schedules(&test) {
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                expr.span,
                "`during` asks whether schedules are open, and nothing else",
                "ask of the record with `when`, or with `while` after a delay",
            ));
        }
        Some(self.guard(GuardKind::During, span, Test::Expr(test)))
    }
}
