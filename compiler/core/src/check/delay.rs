//! `after`, with what must hold meanwhile and what cancels it.

use trig_grammar::ast;
use trig_ir::{After, GuardKind, Test, Value};

use super::cx::{Cx, Env};
use super::pattern::Shape;
use crate::rules;

impl Cx<'_> {
    pub(super) fn after(
        &mut self,
        env: &Env,
        clause: &ast::Clause,
        shapes: &[Option<Shape>],
    ) -> Option<After> {
        let ast::ClauseKind::After {
            duration,
            holds,
            unless,
        } = &clause.kind
        else {
            return None;
        };
        let duration = match self.constant(duration) {
            Ok(Some((Value::Duration(d), _))) => d,
            Err((span, message)) => {
                self.report(rules::invalid_literal::problem(self.path, span, message));
                return None;
            }
            _ => {
                if duration.kind != ast::ExprKind::Missing {
                    self.report(rules::misplaced_clause::with_help(
                        self.path,
                        duration.span,
                        "after `after` stands a duration",
                        "write `after 10m`",
                    ));
                }
                return None;
            }
        };
        let holds = holds.as_ref().map(|expr| {
            let mut env = env.clone();
            env.event = None;
            env.old = false;
            let test = self.condition(&env, expr);
            self.guard(GuardKind::While, expr.span, Test::Expr(test))
        });
        let mut cancels = Vec::new();
        for pattern in unless {
            cancels.extend(self.cancel(env, pattern, shapes));
        }
        Some(After {
            loc: self.loc(clause.span),
            duration,
            holds,
            unless: cancels,
        })
    }
}
