//! Goals: what a body may jump to, and the events that tell of them.

use smol_str::SmolStr;
use trig_grammar::{Span, ast};
use trig_ir::{ActionKind, EventKind, Field, GuardKind, Reached, Test, Type};

use super::action::{Around, Within};
use super::cx::{Cx, Env, EventFields};
use super::pattern::Shape;
use super::present::Since;
use crate::model::{Decl, FlowSig, Lookup};
use crate::rules;

/// The events that tell of goals.
const REACHED: &str = "goal.reached";
const SKIPPED: &str = "goal.skipped";

impl Cx<'_> {
    pub(super) fn goal(
        &mut self,
        env: &mut Env,
        span: Span,
        name: &ast::Name,
        was: Option<&ast::Name>,
        reached: &ast::GoalReached,
        around: Around<'_>,
    ) -> Option<ActionKind> {
        // a flow comes here from wherever it waits
        env.present.time_passes(Since::Wait);
        let reached = match reached {
            ast::GoalReached::On(pattern) => {
                Reached::On(Box::new(self.cancel(env, pattern, around.shapes)?))
            }
            ast::GoalReached::When(expr) => {
                let test = self.condition(env, expr);
                Reached::When(self.guard(GuardKind::Goal, expr.span, Test::Expr(test)))
            }
            ast::GoalReached::Missing => return None,
        };
        if around.within != Within::Body {
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                span,
                "a goal stands at the top level of a body: a flow jumps there from wherever it waits",
                "write it before or after the braces",
            ));
            return None;
        }
        Some(ActionKind::Goal {
            name: name.text.as_str().into(),
            was: was.map(|w| w.text.as_str().into()),
            reached,
        })
    }

    /// Goals of one body have different names.
    pub(super) fn goal_names(&mut self, block: &ast::Block, owner: &str) {
        let mut seen: Vec<&str> = Vec::new();
        for action in &block.actions {
            if let ast::ActionKind::Goal { name, .. } = &action.kind
                && !name.is_missing()
            {
                if seen.contains(&name.text.as_str()) {
                    self.report(rules::duplicate_field::problem(
                        self.path,
                        name.span,
                        "goal",
                        &name.text,
                        &owner.into(),
                    ));
                }
                seen.push(&name.text);
            }
        }
    }

    /// Whether a path is one of the events that tell of goals.
    pub(super) fn is_goal_event(&self, path: &ast::Path) -> bool {
        let text = path.text();
        (text == REACHED || text == SKIPPED)
            && self.model.scope.lookup(self.catalogue, &text) == Lookup::Missing
    }

    /// `goal.reached(goal: Onboarding.Purchased)`: its subject is the flow's.
    pub(super) fn goal_shape(
        &mut self,
        path: &ast::Path,
        tail: &ast::PatternTail,
    ) -> Option<Shape> {
        let text = path.text();
        let filters = match tail {
            ast::PatternTail::Filter(filters) => filters.as_slice(),
            _ => &[],
        };
        let named = filters.iter().find_map(|f| match f {
            ast::Filter::Named { name, value, .. } if name.text == "goal" => Some(value),
            _ => None,
        });
        let Some(value) = named else {
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                path.span,
                format!("`{text}` tells of one goal; say which"),
                format!("write `{text}(goal: FLOW.GOAL)`"),
            ));
            return None;
        };
        let ast::ExprKind::Path(goal) = &value.kind else {
            if value.kind != ast::ExprKind::Missing {
                self.report(rules::misplaced_clause::RULE.with_help(
                    self.path,
                    value.span,
                    "a goal is named by its flow and itself",
                    format!("write `{text}(goal: FLOW.GOAL)`"),
                ));
            }
            return None;
        };
        let (flow, name) = self.goal_of(goal)?;
        let event = if text == REACHED {
            EventKind::GoalReached(flow.name.clone(), name)
        } else {
            EventKind::GoalSkipped(flow.name.clone(), name)
        };
        let record = flow.subject.map(|id| Field {
            name: "record".into(),
            ty: Type::Entity(id),
            optional: false,
            native_id: None,
            silent: false,
            was: None,
        });
        Some(Shape {
            event,
            fields: EventFields {
                what: format!("`{text}`"),
                fields: record.into_iter().collect(),
            },
            subjects: flow.subject.into_iter().collect(),
            derived: None,
        })
    }

    fn goal_of(&mut self, path: &ast::Path) -> Option<(FlowSig, SmolStr)> {
        if path.is_missing() {
            return None;
        }
        let Some((name, owner)) = path.names.split_last().filter(|(_, o)| !o.is_empty()) else {
            let goals: Vec<String> = self
                .model
                .flows
                .iter()
                .flat_map(|f| f.goals.iter().map(move |g| format!("{}.{g}", f.name)))
                .collect();
            let text = path.text();
            let meant = goals
                .iter()
                .find(|g| g.rsplit('.').next() == Some(text.as_str()));
            let help = match meant {
                Some(goal) => format!("write `{goal}`"),
                None => "write `FLOW.GOAL`".to_owned(),
            };
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                path.span,
                "a goal is named by its flow and itself",
                help,
            ));
            return None;
        };
        let span = owner.iter().map(|n| n.span).reduce(Span::to);
        let owner_path = ast::Path {
            span: span.unwrap_or(path.span),
            names: owner.to_vec(),
        };
        let flow = self.flow_sig(&owner_path)?;
        if name.is_missing() {
            return None;
        }
        if !flow.goals.iter().any(|g| *g == name.text) {
            let known: Vec<&str> = flow.goals.iter().map(SmolStr::as_str).collect();
            self.report(rules::unknown_name::goal(
                self.path, name.span, &name.text, &flow.name, &known,
            ));
            return None;
        }
        Some((flow, name.text.as_str().into()))
    }

    /// The flow that a path names.
    pub(super) fn flow_sig(&mut self, path: &ast::Path) -> Option<FlowSig> {
        let (_, i) = self.declaration(path, "a flow", Decl::flow)?;
        self.model.flows.get(i as usize).cloned()
    }
}

impl Shape {
    /// Whether it is an event that tells of a goal.
    pub(super) fn is_goal(&self) -> bool {
        matches!(
            self.event,
            EventKind::GoalReached(..) | EventKind::GoalSkipped(..)
        )
    }
}
