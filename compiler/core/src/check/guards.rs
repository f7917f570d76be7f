//! What must hold at the event: `by`, the stage of a trigger, `when`.

use trig_grammar::Span;
use trig_ir::{Guard, GuardKind, Test};

use super::clauses::Clauses;
use super::cx::{Cx, Env};
use super::home::Home;
use super::operator::present_places;

impl Cx<'_> {
    /// Lowers the guards, in the order in which they are tested. What they show to be there, `env` knows then.
    pub(super) fn guards(
        &mut self,
        env: &mut Env,
        c: &Clauses<'_>,
        home: Option<&Home>,
        name: Span,
    ) -> Vec<Guard> {
        let mut guards = Vec::new();
        if let Some((names, span)) = c.by {
            let by = self.actors(names);
            guards.push(self.guard(GuardKind::By, span, Test::By(by)));
        }
        guards.extend(
            home.and_then(|home| self.home_guard(home, env.subject, c.backwards.is_some(), name)),
        );
        if let Some((expr, span)) = c.when {
            let when = self.condition(env, expr);
            present_places(&when, &mut env.present);
            guards.push(self.guard(GuardKind::When, span, Test::Expr(when)));
        }
        guards
    }

    pub(super) fn guard(&self, kind: GuardKind, span: Span, test: Test) -> Guard {
        Guard {
            kind,
            loc: self.loc(span),
            test,
            text: self.source(span),
        }
    }
}
