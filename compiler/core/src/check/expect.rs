//! Tests: what they expect.

use trig_grammar::{Span, ast};
use trig_ir::{Expr, Function, REASONS, TestStepKind};

use super::cx::Cx;
use super::test::{Named, Reading};
use crate::model::Decl;
use crate::rules;

impl Cx<'_> {
    pub(super) fn expectation(
        &mut self,
        reading: &mut Reading,
        expectation: &ast::Expectation,
        span: Span,
    ) -> Option<TestStepKind> {
        if let ast::Expectation::Fired { negated: true, .. }
        | ast::Expectation::Called { negated: true, .. } = expectation
            && !reading.happened
        {
            self.report(rules::expect_nothing::too_early(self.path, span));
        }
        match expectation {
            ast::Expectation::Holds(expr) => {
                if expr.kind == ast::ExprKind::Missing {
                    return None;
                }
                let before = self.problems.len();
                let holds = self.condition(&reading.env, expr);
                if self.problems.len() == before && !reads_anything(&holds) {
                    self.report(rules::expect_nothing::constant(self.path, span));
                }
                Some(TestStepKind::Holds(holds))
            }
            ast::Expectation::Fired {
                negated,
                trigger,
                subject,
                times,
                because,
            } => {
                let subject = match subject {
                    Some(path) => Some((self.test_place(&reading.env, path)?, path.span)),
                    None => None,
                };
                let times = self.times(*negated, times.as_ref(), span)?;
                let because = match because {
                    Some(word) => Some(self.reason(*negated, word)?),
                    None => None,
                };
                if trigger.is_missing() {
                    return None;
                }
                let name: smol_str::SmolStr = trigger.text().into();
                reading.named.push(Named {
                    name: name.clone(),
                    span: trigger.span,
                    started: false,
                    subject: subject.as_ref().map(|((_, entity), span)| (*entity, *span)),
                });
                Some(TestStepKind::Fired {
                    negated: *negated,
                    trigger: name,
                    subject: subject.map(|((place, _), _)| place),
                    times,
                    because,
                })
            }
            ast::Expectation::Stopped {
                trigger,
                subject,
                because,
            } => {
                let subject = match subject {
                    Some(path) => Some((self.test_place(&reading.env, path)?, path.span)),
                    None => None,
                };
                let because = self.reason(true, because)?;
                if trigger.is_missing() {
                    return None;
                }
                let name: smol_str::SmolStr = trigger.text().into();
                reading.named.push(Named {
                    name: name.clone(),
                    span: trigger.span,
                    started: false,
                    subject: subject.as_ref().map(|((_, entity), span)| (*entity, *span)),
                });
                Some(TestStepKind::Stopped {
                    trigger: name,
                    subject: subject.map(|((place, _), _)| place),
                    because,
                })
            }
            ast::Expectation::Called {
                negated,
                call,
                times,
            } => {
                let times = self.times(*negated, times.as_ref(), span);
                let (full, action) = self.declaration(&call.callee, "an action", Decl::action)?;
                let sig = self.model.actions.get(action.index())?;
                let (mut params, open) = (sig.decl.params.clone(), sig.open);
                // what the action was asked for with may be `empty` where it needs a value: then it was not asked for
                params.iter_mut().for_each(|p| p.optional = true);
                let args = self.arguments(&reading.env, &full, &params, &call.args, open);
                Some(TestStepKind::Called {
                    negated: *negated,
                    action,
                    args,
                    times: times?,
                })
            }
        }
    }

    /// How often; `None` where that makes no sense, which has been said.
    fn times(
        &mut self,
        negated: bool,
        times: Option<&ast::Times>,
        span: Span,
    ) -> Option<Option<u32>> {
        let Some(times) = times else {
            return Some(None);
        };
        if negated {
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                span,
                "`not` and a number of times do not go together",
                "say how often it is expected, without `not`",
            ));
            return None;
        }
        match times {
            ast::Times::Once => Some(Some(1)),
            ast::Times::Exactly(number) => match number.text.parse::<u32>() {
                Ok(0) => {
                    self.report(rules::misplaced_clause::RULE.with_help(
                        self.path,
                        number.span,
                        "`0 times` is written with `not`",
                        "write `expect not …`",
                    ));
                    None
                }
                Ok(n) => Some(Some(n)),
                Err(_) => {
                    self.report(rules::invalid_literal::problem(
                        self.path,
                        number.span,
                        "how often is a whole number".to_owned(),
                    ));
                    None
                }
            },
        }
    }

    fn reason(&mut self, negated: bool, word: &ast::Name) -> Option<smol_str::SmolStr> {
        if word.is_missing() {
            return None;
        }
        if !negated {
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                word.span,
                "`because` says what kept a trigger from firing",
                "write `expect not fired …`, or, if it may have fired at other times, `expect stopped …`",
            ));
            return None;
        }
        if REASONS.contains(&word.text.as_str()) {
            return Some(word.text.as_str().into());
        }
        self.report(rules::unknown_name::word(
            self.path,
            word.span,
            "a reason not to fire",
            &word.text,
            REASONS,
        ));
        None
    }
}

/// Whether an expression looks at a record, the clock or a schedule: else it is the same at all times.
fn reads_anything(expr: &Expr) -> bool {
    let mut reads = matches!(
        expr,
        Expr::Load(_)
            | Expr::Condition(..)
            | Expr::Open(_)
            | Expr::NextOpen(_)
            | Expr::Call(Function::Now | Function::Today, _)
    );
    expr.for_each_child(&mut |child| reads |= reads_anything(child));
    reads
}
