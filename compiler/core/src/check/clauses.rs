//! The clauses of a trigger, sorted.

use trig_grammar::{Span, ast};

use super::cx::Cx;
use crate::rules;

/// A trigger's clauses, each at most once.
#[derive(Default)]
pub(super) struct Clauses<'a> {
    pub(super) starts: Vec<(&'a ast::Pattern, &'a [ast::Clause], Span)>,
    pub(super) subject: Option<(&'a ast::ForClause, Span)>,
    pub(super) each: Option<(&'a ast::ForEach, Span)>,
    pub(super) by: Option<(&'a [ast::Name], Span)>,
    pub(super) when: Option<(&'a ast::Expr, Span)>,
    pub(super) debounce: Option<(&'a ast::Clause, Span)>,
    pub(super) until: Option<(&'a ast::Clause, Span)>,
    pub(super) after: Option<(&'a ast::Clause, Span)>,
    pub(super) during: Option<(&'a ast::Expr, Span)>,
    pub(super) mode: Option<(&'a ast::Name, Span)>,
    pub(super) once: Option<(&'a ast::Clause, Span)>,
    pub(super) cooldown: Option<(&'a ast::CooldownRef, Option<&'a ast::Key>, Span)>,
    pub(super) limit: Option<(&'a ast::Clause, Span)>,
    pub(super) missed: Option<(&'a ast::MissedPolicy, Span)>,
    pub(super) zone: Option<(&'a ast::TextLit, Span)>,
    pub(super) priority: Option<(&'a ast::Expr, Span)>,
    pub(super) disabled: Option<Span>,
    pub(super) backwards: Option<Span>,
    pub(super) again: Option<Span>,
    pub(super) as_user: Option<(&'a ast::Expr, Span)>,
    pub(super) was: Option<(&'a ast::Path, Span)>,
    pub(super) body: Option<(&'a ast::Block, Span)>,
    /// Something was no clause, which has been said: it may have been any.
    pub(super) bad: bool,
}

impl Cx<'_> {
    /// Sorts clauses; says which stand twice.
    pub(super) fn clauses<'a>(&mut self, clauses: &'a [ast::Clause]) -> Clauses<'a> {
        use ast::ClauseKind as K;
        let mut c = Clauses::default();
        for clause in clauses {
            let span = clause.span;
            let twice = match &clause.kind {
                K::On { pattern, clauses } => {
                    c.starts.push((pattern, clauses, span));
                    None
                }
                K::For(ast::ForClause::Each(each)) => set(&mut c.each, (each, span), |x| x.1),
                K::For(node) => set(&mut c.subject, (node, span), |x| x.1),
                K::By(names) => set(&mut c.by, (names, span), |x| x.1),
                K::When(expr) => set(&mut c.when, (expr, span), |x| x.1),
                K::After { .. } => set(&mut c.after, (clause, span), |x| x.1),
                K::During(expr) => set(&mut c.during, (expr, span), |x| x.1),
                K::Cooldown { what, per } => {
                    set(&mut c.cooldown, (what, per.as_ref(), span), |x| x.2)
                }
                K::Zone(text) => set(&mut c.zone, (text, span), |x| x.1),
                K::Priority(expr) => set(&mut c.priority, (expr, span), |x| x.1),
                K::Disabled => set(&mut c.disabled, span, |x| *x),
                K::Backwards => set(&mut c.backwards, span, |x| *x),
                K::Again => set(&mut c.again, span, |x| *x),
                K::As(expr) => set(&mut c.as_user, (expr, span), |x| x.1),
                K::Do(block) => set(&mut c.body, (block, span), |x| x.1),
                K::Debounce { .. } => set(&mut c.debounce, (clause, span), |x| x.1),
                K::Until { .. } => set(&mut c.until, (clause, span), |x| x.1),
                K::Mode(name) => set(&mut c.mode, (name, span), |x| x.1),
                K::Once { .. } => set(&mut c.once, (clause, span), |x| x.1),
                K::Limit { .. } => set(&mut c.limit, (clause, span), |x| x.1),
                K::Missed(policy) => set(&mut c.missed, (policy, span), |x| x.1),
                K::Was(path) => set(&mut c.was, (path, span), |x| x.1),
                K::Allow { rule, reason } => {
                    self.allow(rule, reason.as_ref(), span);
                    None
                }
                K::Bad => {
                    c.bad = true;
                    None
                }
            };
            if let Some(first) = twice {
                self.report(rules::duplicate_clause::problem(
                    self.path,
                    span,
                    keyword(&clause.kind),
                    first,
                ));
            }
        }
        c
    }
}

/// Sets a clause; gives the place of the one that was there.
fn set<T>(slot: &mut Option<T>, value: T, span: impl Fn(&T) -> Span) -> Option<Span> {
    match slot {
        Some(first) => Some(span(first)),
        None => {
            *slot = Some(value);
            None
        }
    }
}

pub(super) fn keyword(kind: &ast::ClauseKind) -> &'static str {
    use ast::ClauseKind as K;
    match kind {
        K::On { .. } => "on",
        K::For(_) => "for",
        K::By(_) => "by",
        K::When(_) => "when",
        K::Debounce { .. } => "debounce",
        K::Until { .. } => "until",
        K::After { .. } => "after",
        K::During(_) => "during",
        K::Mode(_) => "mode",
        K::Once { .. } => "once",
        K::Cooldown { .. } => "cooldown",
        K::Limit { .. } => "limit",
        K::Missed(_) => "missed",
        K::Zone(_) => "zone",
        K::Priority(_) => "priority",
        K::Disabled => "disabled",
        K::Backwards => "backwards",
        K::Again => "again",
        K::As(_) => "as",
        K::Was(_) => "was",
        K::Allow { .. } => "allow",
        K::Do(_) => "do",
        K::Bad => "clause",
    }
}
