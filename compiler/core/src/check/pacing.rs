//! What lies between the event and the firing: delays, windows, and how often.

use trig_grammar::ast;
use trig_ir::{After, Debounce, Guard, GuardKind, Limit, Mode, Test, Until};

use super::attribute::only_schedules;
use super::clauses::Clauses;
use super::cx::{Cx, Env};
use super::pattern::Shape;
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
    /// Lowers the pacing. `env` is that behind `for each`; `name` is the trigger's.
    pub(super) fn pacing(
        &mut self,
        env: &Env,
        c: &Clauses<'_>,
        shapes: &[Option<Shape>],
        name: &str,
    ) -> Pacing {
        Pacing {
            debounce: c
                .debounce
                .and_then(|(clause, _)| self.debounce(env, clause, shapes)),
            until: c.until.and_then(|(clause, span)| match &clause.kind {
                ast::ClauseKind::Until { condition, within } => {
                    Some(self.until(env, span, condition, within.as_ref(), "drop"))
                }
                _ => None,
            }),
            after: c
                .after
                .and_then(|(clause, _)| self.after(env, clause, shapes, false)),
            during: self.during(env, c),
            mode: self.mode(c),
            limits: self.limits(env, c, name),
        }
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
            self.report(rules::misplaced_clause::with_help(
                self.path,
                expr.span,
                "`during` asks whether schedules are open, and nothing else",
                "ask of the record with `when`, or with `while` after a delay",
            ));
        }
        Some(self.guard(GuardKind::During, span, Test::Expr(test)))
    }
}
