//! The clauses of triggers and flows.

use super::name::{missing_path, name_at};
use super::{Builder, Kids, Node, at, kids, take};
use crate::ast::{
    Clause, ClauseKind, CooldownRef, Expr, ExprKind, ForClause, ForEach, LimitWindow, MissedPolicy,
    Name, Pattern, Within,
};
use crate::parser::Rule;
use crate::span::Span;
use crate::words::ACTORS;

/// What may follow `after` and `debounce`.
#[derive(Default)]
struct Cancels {
    up_to: Option<crate::ast::DurationLit>,
    holds: Option<Expr>,
    unless: Vec<Pattern>,
}

impl Builder<'_> {
    /// The clauses between the braces of a trigger, a flow or a start.
    pub(super) fn body(&mut self, node: Node<'_>, clauses: &mut Vec<Clause>) {
        let span = self.span(&node);
        let mut inner = kids(node);
        while let Some(node) = inner.next_if(|k| k.as_rule() != Rule::missing_close) {
            let clause = self.clause(node, clauses.last());
            clauses.push(clause);
        }
        self.close(&mut inner, span);
    }

    /// A clause from its node; `last` is the one before it.
    pub(super) fn clause(&mut self, node: Node<'_>, last: Option<&Clause>) -> Clause {
        let span = self.span(&node);
        let end = span.end;
        let rule = node.as_rule();
        let text = node.as_str();
        if rule == Rule::bad_clause {
            self.bad_clause(span, text, last);
            return Clause {
                span,
                kind: ClauseKind::Bad,
            };
        }
        let mut inner = kids(node);
        let inner = &mut inner;
        let kind = match rule {
            Rule::on_clause => {
                let pattern = self.req_pattern(inner, "`on`", end);
                let mut clauses = Vec::new();
                if let Some(node) = inner.next() {
                    self.body(node, &mut clauses);
                }
                ClauseKind::On { pattern, clauses }
            }
            Rule::for_clause => ClauseKind::For(self.for_clause(inner, end)),
            Rule::by_clause => ClauseKind::By(self.by(inner, end)),
            Rule::when_clause => {
                ClauseKind::When(self.req_expr(inner, "a condition", "`when`", end))
            }
            Rule::during_clause => {
                ClauseKind::During(self.req_expr(inner, "a schedule", "`during`", end))
            }
            Rule::until_clause => {
                let (condition, within) = self.until(inner, end);
                ClauseKind::Until { condition, within }
            }
            Rule::debounce_clause => {
                let duration = self.req_duration(inner, "`debounce`", end);
                let cancels = self.cancels(inner);
                ClauseKind::Debounce {
                    duration,
                    up_to: cancels.up_to,
                    holds: cancels.holds,
                    unless: cancels.unless,
                }
            }
            Rule::after_clause => {
                let duration = self.req_expr(inner, "a duration such as `10m`", "`after`", end);
                let cancels = self.cancels(inner);
                ClauseKind::After {
                    duration,
                    holds: cancels.holds,
                    unless: cancels.unless,
                }
            }
            Rule::mode_clause => ClauseKind::Mode(self.req_name(
                inner,
                "`single`, `restart` or `parallel`",
                "`mode`",
                end,
            )),
            Rule::once_clause => {
                let (mut per, mut each) = (None, None);
                for node in inner {
                    self.per_each(node, &mut per, &mut each);
                }
                ClauseKind::Once {
                    per,
                    each: each.flatten(),
                }
            }
            Rule::cooldown_clause => {
                let what = self.cooldown_ref(inner, end);
                let per = inner.next().map(|node| self.per(node));
                ClauseKind::Cooldown { what, per }
            }
            Rule::limit_clause => self.limit(inner, end),
            Rule::missed_clause => ClauseKind::Missed(self.missed(inner, end)),
            Rule::zone_clause => ClauseKind::Zone(self.zone(inner, end)),
            Rule::priority_clause => {
                ClauseKind::Priority(self.req_expr(inner, "a number", "`priority`", end))
            }
            Rule::flag_clause => match text {
                "disabled" => ClauseKind::Disabled,
                "backwards" => ClauseKind::Backwards,
                _ => ClauseKind::Again,
            },
            Rule::as_clause => ClauseKind::As(self.as_user(inner, end)),
            Rule::was_clause => ClauseKind::Was(self.req_path(inner, "the old name", "`was`", end)),
            Rule::allow_clause => self.allow(inner, span),
            Rule::do_clause => ClauseKind::Do(self.do_block(inner, end)),
            _ => ClauseKind::Bad,
        };
        Clause { span, kind }
    }

    fn for_clause(&mut self, inner: &mut Kids<'_>, end: u32) -> ForClause {
        if let Some(node) = take(inner, Rule::for_each) {
            return ForClause::Each(self.for_each(node));
        }
        let entity = self.req_path(inner, "an entity", "`for`", end);
        let via = inner
            .peek()
            .is_some()
            .then(|| self.req_path(inner, "a path", "`via`", end));
        ForClause::Subject { entity, via }
    }

    /// `each BINDER [of PATH] [where EXPR]`.
    pub(super) fn for_each(&mut self, node: Node<'_>) -> ForEach {
        let span = self.span(&node);
        let mut inner = kids(node);
        let entity = self.req_path(&mut inner, "a name", "`for each`", span.end);
        let binder = entity.names.last().cloned();
        let (mut source, mut filter) = (None, None);
        for node in inner {
            let end = self.end(&node);
            match node.as_rule() {
                Rule::of => {
                    source =
                        Some(self.req_path(&mut kids(node), "what to go through", "`of`", end));
                }
                _ => {
                    filter = Some(self.req_expr(&mut kids(node), "a condition", "`where`", end));
                }
            }
        }
        ForEach {
            span,
            binder: binder.unwrap_or_else(|| Name::missing(span.end)),
            entity,
            source,
            filter,
        }
    }

    fn by(&mut self, inner: &mut Kids<'_>, end: u32) -> Vec<Name> {
        let mut names = vec![self.req_name(inner, ACTORS, "`by`", end)];
        while inner.peek().is_some() {
            names.push(self.req_name(inner, ACTORS, "`,`", end));
            // Whatever else stands there is no name; it must not be looked at for ever.
            if !inner
                .peek()
                .is_some_and(|k| matches!(k.as_rule(), Rule::name | Rule::missing_name))
            {
                break;
            }
        }
        names
    }

    /// `EXPR [within D else …]`.
    pub(super) fn until(&mut self, inner: &mut Kids<'_>, end: u32) -> (Expr, Option<Within>) {
        let condition = self.req_expr(inner, "a condition", "`until`", end);
        let within = take(inner, Rule::within).map(|node| self.within(node));
        (condition, within)
    }

    fn within(&mut self, node: Node<'_>) -> Within {
        let span = self.span(&node);
        let mut inner = kids(node);
        let duration = self.req_expr(&mut inner, "a duration such as `2d`", "`within`", span.end);
        let otherwise = inner.peek().is_some().then(|| {
            self.req_name(
                &mut inner,
                "`drop`, `continue` or `stop`",
                "`else`",
                span.end,
            )
        });
        Within {
            span,
            duration,
            otherwise,
        }
    }

    fn cancels(&mut self, inner: &mut Kids<'_>) -> Cancels {
        let mut cancels = Cancels::default();
        for node in inner {
            let Span { start, end } = self.span(&node);
            match node.as_rule() {
                Rule::up_to => {
                    let most = self.req_duration(&mut kids(node), "`up to`", end);
                    self.set_once(&mut cancels.up_to, most, "up to", start);
                }
                Rule::while_part => {
                    let twice = cancels.holds.is_some();
                    let holds = self.req_expr(&mut kids(node), "a condition", "`while`", end);
                    self.set_once(&mut cancels.holds, holds, "while", start);
                    if twice {
                        self.errors.add_help("join the two with `and`".to_owned());
                    }
                }
                _ => cancels
                    .unless
                    .extend(self.patterns(&mut kids(node), "`unless`", end)),
            }
        }
        cancels
    }

    fn cooldown_ref(&mut self, inner: &mut Kids<'_>, end: u32) -> CooldownRef {
        let value = self.req_expr(
            inner,
            "a duration such as `1d` or the name of a cooldown",
            "`cooldown`",
            end,
        );
        match value.kind {
            ExprKind::Path(path) => CooldownRef::Shared(path),
            _ => CooldownRef::Duration(value),
        }
    }

    fn limit(&mut self, inner: &mut Kids<'_>, end: u32) -> ClauseKind {
        let count = self.req_number(inner, "`limit`", end);
        let (mut per, mut window, mut wait) = (None, None, false);
        for node in inner {
            let Span { start, end } = self.span(&node);
            let (word, found) = match node.as_rule() {
                Rule::in_window => (
                    "in",
                    LimitWindow::In(self.req_duration(&mut kids(node), "`in`", end)),
                ),
                Rule::each_period => (
                    "each",
                    self.each_period(node)
                        .map_or(LimitWindow::Missing, LimitWindow::Each),
                ),
                Rule::per => {
                    let key = self.per(node);
                    self.set_once(&mut per, key, "per", start);
                    continue;
                }
                _ => {
                    self.mark_once(&mut wait, "else", start);
                    continue;
                }
            };
            if window.replace(found).is_some() {
                self.errors.help(
                    Span::new(start, start + word.len() as u32),
                    "the time in which this limit counts is given twice",
                    "write either `in 1d` (sliding) or `each day` (by the calendar)",
                );
            }
        }
        let window = window.unwrap_or(LimitWindow::Missing);
        if window == LimitWindow::Missing && !self.errors.explains(end) {
            self.errors.help(
                Span::empty(end),
                "expected the time in which this limit counts",
                "write `limit 3 in 1d` (sliding) or `limit 3 each day` (by the calendar)",
            );
        }
        ClauseKind::Limit {
            count,
            window,
            per,
            wait,
        }
    }

    fn missed(&mut self, inner: &mut Kids<'_>, end: u32) -> MissedPolicy {
        let Some(node) = inner.next() else {
            self.errors
                .expected("`run`, `skip` or `within` and a duration", "`missed`", end);
            return MissedPolicy::Missing;
        };
        match node.as_rule() {
            Rule::missed_run => MissedPolicy::Run,
            Rule::missed_skip => MissedPolicy::Skip,
            _ => {
                let within = self.within(node);
                if let Some(name) = within.otherwise {
                    self.errors.at(name.span, "`missed within` takes no `else`");
                }
                MissedPolicy::Within(within.duration)
            }
        }
    }

    /// The text after `zone`.
    pub(super) fn zone(&mut self, inner: &mut Kids<'_>, end: u32) -> crate::ast::TextLit {
        self.req_string(
            inner,
            "a time zone such as `\"Europe/Berlin\"`",
            "`zone`",
            end,
        )
    }

    /// What follows `as`.
    pub(super) fn as_user(&mut self, inner: &mut Kids<'_>, end: u32) -> Expr {
        let who = self.req_expr(inner, "`user` and an address", "`as`", end);
        if let ExprKind::Path(path) = &who.kind
            && path.single().is_some_and(|name| name.text == "user")
        {
            self.errors.expected(
                "an address such as `\"anna@acme.com\"`",
                "`user`",
                who.span.end,
            );
            return Expr {
                kind: ExprKind::Missing,
                ..who
            };
        }
        who
    }

    fn allow(&mut self, inner: &mut Kids<'_>, span: Span) -> ClauseKind {
        let rule = match take(inner, Rule::rule_name) {
            Some(node) => name_at(node.as_str(), self.start(&node)),
            None => {
                let offset = inner.next().map_or(span.end, |node| self.start(&node));
                self.errors
                    .expected("the name of a rule", "`allow(`", offset);
                Name::missing(offset)
            }
        };
        let reason = inner
            .peek()
            .is_some_and(|k| matches!(k.as_rule(), Rule::string | Rule::missing_literal))
            .then(|| self.req_string(inner, "a reason between quotes", "`,`", span.end));
        self.junk(inner, "`)`");
        if at(inner, Rule::missing_close) {
            // The bracket, not the word before it, is what is open.
            let open = self.bracket_after(span);
            self.close(inner, open);
        }
        ClauseKind::Allow { rule, reason }
    }

    /// The first `(` of a node.
    fn bracket_after(&self, span: Span) -> Span {
        let text = self.text.get(span.range()).unwrap_or_default();
        let at = span.start + text.find('(').unwrap_or(0) as u32;
        Span::new(at, span.end)
    }

    /// `for PATH` where only one entity can stand.
    pub(super) fn for_one(&mut self, node: Node<'_>) -> crate::ast::Path {
        let end = self.end(&node);
        let mut inner = kids(node);
        if inner.peek().is_none() {
            return missing_path(end);
        }
        self.req_path(&mut inner, "an entity", "`for`", end)
    }
}
