//! What must hold at the event: `by`, the stage of a trigger, `when`.

use trig_grammar::Span;
use trig_ir::{Guard, GuardKind, Test};

use super::clauses::Clauses;
use super::cx::{Cx, Env};
use super::home::Home;
use super::pattern::Shape;
use crate::rules;

impl Cx<'_> {
    /// Lowers the guards, in the order in which they are tested. What they show to be there, `env` knows then.
    pub(super) fn guards(
        &mut self,
        env: &mut Env,
        c: &Clauses<'_>,
        shapes: &[Option<Shape>],
        home: Option<&Home>,
        name: Span,
    ) -> Vec<Guard> {
        let mut guards = Vec::new();
        if let Some((names, span)) = c.by {
            self.refuse_by(span, shapes.iter().flatten());
            let by = self.actors(names);
            guards.push(self.guard(GuardKind::By, span, Test::By(by)));
        }
        guards.extend(
            home.and_then(|home| self.home_guard(home, env.subject, c.backwards.is_some(), name)),
        );
        if let Some((expr, span)) = c.when {
            let when = self.condition(env, expr);
            env.present.learn(self.model, &when, true);
            guards.push(self.guard(GuardKind::When, span, Test::Expr(when)));
        }
        guards
    }

    /// What the clock starts, nobody has caused.
    pub(super) fn refuse_by<'s>(
        &mut self,
        span: Span,
        mut shapes: impl Iterator<Item = &'s Shape>,
    ) {
        if shapes.any(Shape::is_of_the_clock) {
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                span,
                "`by` asks who caused the event, and the clock is nobody",
                "leave it out, or write it at the other starts: `on EVENT { by user }`",
            ));
        }
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
