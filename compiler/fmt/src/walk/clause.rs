//! The clauses of triggers and flows.

use trig_grammar::Span;
use trig_grammar::ast::{
    Clause, ClauseKind, CooldownRef, DurationLit, Expr, ForClause, ForEach, LimitWindow,
    MissedPolicy, Pattern, Within,
};

use crate::plan::Plan;

impl Plan<'_> {
    /// The clauses of a declaration: of its head, and of its body, which ends where it does.
    pub(super) fn clauses(&mut self, clauses: &[Clause], span: Span) {
        let body = self.partner(self.last(span)).unwrap_or_default();
        let head = clauses.partition_point(|clause| self.first(clause.span) < body);
        for clause in clauses {
            self.clause(clause);
        }
        let (_, clauses) = clauses.split_at(head);
        for clause in clauses {
            self.member(clause.span);
        }
        self.sort(clauses);
    }

    fn clause(&mut self, clause: &Clause) {
        let Clause { span, kind } = clause;
        match kind {
            ClauseKind::On { pattern, clauses } => {
                self.pattern(pattern);
                if !clauses.is_empty() {
                    self.clauses(clauses, *span);
                }
            }
            ClauseKind::For(ForClause::Subject { entity: _, via: _ }) => {}
            ClauseKind::For(ForClause::Each(each)) => {
                self.unit(*span);
                self.for_each(each);
            }
            ClauseKind::When(expr)
            | ClauseKind::During(expr)
            | ClauseKind::Priority(expr)
            | ClauseKind::As(expr) => self.expr(expr),
            ClauseKind::Debounce {
                duration: DurationLit { .. },
                up_to: _,
                holds,
                unless,
            } => {
                self.unit(*span);
                self.cancels(holds.as_ref(), unless);
            }
            ClauseKind::Until { condition, within } => {
                self.unit(*span);
                self.expr(condition);
                self.within(within.as_ref());
            }
            ClauseKind::After {
                duration,
                holds,
                unless,
            } => {
                self.unit(*span);
                self.expr(duration);
                self.cancels(holds.as_ref(), unless);
            }
            ClauseKind::Cooldown { what, per: _ } => match what {
                CooldownRef::Duration(duration) => self.expr(duration),
                CooldownRef::Shared(_) => {}
            },
            ClauseKind::Limit {
                count: _,
                window: LimitWindow::In(_) | LimitWindow::Each(_) | LimitWindow::Missing,
                per: _,
                wait: _,
            }
            | ClauseKind::Missed(
                MissedPolicy::Run
                | MissedPolicy::Skip
                | MissedPolicy::Within(_)
                | MissedPolicy::Missing,
            )
            | ClauseKind::By(_)
            | ClauseKind::Mode(_)
            | ClauseKind::Once { per: _, each: _ }
            | ClauseKind::Zone(_)
            | ClauseKind::Disabled
            | ClauseKind::Backwards
            | ClauseKind::Again
            | ClauseKind::Was(_)
            | ClauseKind::Bad => {}
            ClauseKind::Allow { rule, reason: _ } => {
                // The name of a rule has hyphens; before it stands its parenthesis.
                let (first, last) = (self.first(rule.span), self.last(rule.span));
                for token in first.saturating_sub(1)..=last {
                    self.glue(token);
                }
            }
            ClauseKind::Do(block) => self.block(block),
        }
    }

    pub(super) fn for_each(&mut self, each: &ForEach) {
        let ForEach {
            span: _,
            binder: _,
            entity: _,
            source: _,
            filter,
        } = each;
        self.said("where", filter.as_ref());
    }

    pub(super) fn within(&mut self, within: Option<&Within>) {
        if let Some(within) = within {
            self.part(self.first(within.span), self.last(within.span), 1);
        }
    }

    fn cancels(&mut self, holds: Option<&Expr>, unless: &[Pattern]) {
        self.said("while", holds);
        self.unless(unless);
    }

    /// A keyword and its expression, which may have a line of their own.
    pub(super) fn said(&mut self, word: &str, expr: Option<&Expr>) {
        let Some(expr) = expr else { return };
        if let Some(keyword) = self.keyword(word, expr.span) {
            self.part(keyword, self.last(expr.span), 1);
        }
        self.expr(expr);
    }
}
