//! What a trigger or flow does, as a whole.

use trig_ir::Action;

use super::action::{Around, Within};
use super::clauses::Clauses;
use super::cx::{Cx, Env};
use super::trigger::Opening;
use crate::rules;

impl Cx<'_> {
    /// Lowers the body; without a `do`, a trigger in a stage moves there.
    pub(super) fn body(&mut self, env: &Env, c: &Clauses<'_>, o: &Opening<'_>) -> Vec<Action> {
        let (home, name) = (o.home, o.name);
        let backwards = c.backwards.is_some();
        if let (Some(span), None, false) = (c.backwards, home, self.bound.sample) {
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                span,
                "`backwards` says of a trigger in a stage that it also takes records from behind",
                "write it at the action: `move to STAGE backwards`",
            ));
        }
        let as_user = c.as_user.and_then(|(expr, _)| self.user(expr));
        let Some((block, span)) = c.body else {
            let Some(home) = home else {
                // a template that nothing applies may be meant for a stage
                if self.bound.sample || c.bad {
                    return Vec::new();
                }
                self.report(rules::missing_clause::no_action(
                    self.path, name.span, &name.text, o.flow,
                ));
                return Vec::new();
            };
            return vec![self.move_home(home, name.span, backwards, as_user)];
        };
        if let Some((_, span)) = c.as_user {
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                span,
                "`as` says in whose name a trigger without `do` moves its record",
                "write it at the action: `move to STAGE as user \"…\"`",
            ));
        }
        if block.actions.is_empty() {
            self.report(rules::missing_clause::no_action(
                self.path, span, &name.text, o.flow,
            ));
        }
        self.goal_names(block, &name.text);
        let around = Around {
            home,
            backwards,
            shapes: &o.shapes,
            within: Within::Body,
        };
        self.actions(env, block, around).0
    }
}
