//! `until`: a firing that waits for something.

use trig_grammar::{Span, ast};
use trig_ir::{GuardKind, Otherwise, Test, Until, Within};

use super::cx::{Cx, Env};
use crate::rules;

impl Cx<'_> {
    /// Lowers a wait. `end` is the word by which it ends without going on: `drop` in a clause, `stop` among actions.
    pub(super) fn until(
        &mut self,
        env: &Env,
        span: Span,
        condition: &ast::Expr,
        within: Option<&ast::Within>,
        end: &str,
    ) -> Until {
        let test = self.condition(&env.later("until"), condition);
        Until {
            loc: self.loc(span),
            test: self.guard(GuardKind::Until, condition.span, Test::Expr(test)),
            within: within.and_then(|within| self.within_time(within, end)),
        }
    }

    fn within_time(&mut self, node: &ast::Within, end: &str) -> Option<Within> {
        let duration = self.some_duration(
            &node.duration,
            "within",
            "write for how long it waits: `within 1d`",
        );
        let Some(name) = &node.otherwise else {
            if duration.is_some() {
                let written = self.source(node.span);
                self.report(rules::missing_clause::otherwise(
                    self.path, node.span, &written, end,
                ));
            }
            return None;
        };
        let otherwise = match name.text.as_str() {
            "" => return None,
            "continue" => Otherwise::Continue,
            word if word == end => Otherwise::Drop,
            word => {
                self.report(rules::unknown_name::word(
                    self.path,
                    name.span,
                    "a way to end a wait",
                    word,
                    &[end, "continue"],
                ));
                return None;
            }
        };
        Some(Within {
            duration: duration?,
            otherwise,
        })
    }
}
