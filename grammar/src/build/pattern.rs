//! Patterns of events.

use super::literal::{date_at, datetime_at, month_day_at};
use super::name::{missing_path, name_at};
use super::operator::comparison_op;
use super::{Builder, Kids, Node, kids, take};
use crate::ast::{
    Expr, ExprKind, Filter, Filters, Key, MonthAnchor, Name, Offset, OffsetDistance, Path, Pattern,
    PatternKind, PatternTail, Period, Recurrence, RecurrenceKind, TimeLit, ValuePattern,
    ValuePatternKind,
};
use crate::parser::Rule;
use crate::span::Span;

impl Builder<'_> {
    /// The next pattern; `after` is the word before it.
    pub(super) fn req_pattern(&mut self, kids: &mut Kids<'_>, after: &str, end: u32) -> Pattern {
        if let Some(node) = kids.next_if(is_pattern) {
            return self.pattern(node);
        }
        let offset = self.hole(kids, Rule::missing_pattern, end);
        self.expected_name("an event", after, offset);
        Pattern {
            span: Span::empty(offset),
            kind: PatternKind::Missing,
        }
    }

    /// The patterns that follow, until something else does.
    pub(super) fn patterns(&mut self, kids: &mut Kids<'_>, after: &str, end: u32) -> Vec<Pattern> {
        let mut patterns = vec![self.req_pattern(kids, after, end)];
        while kids
            .peek()
            .is_some_and(|k| is_pattern(k) || k.as_rule() == Rule::missing_pattern)
        {
            patterns.push(self.req_pattern(kids, "`,`", end));
        }
        patterns
    }

    fn pattern(&mut self, node: Node<'_>) -> Pattern {
        let span = self.span(&node);
        let kind = match node.as_rule() {
            Rule::every => PatternKind::Every(self.every(node)),
            Rule::on_date => self.on_date(node),
            Rule::first => self.first(node),
            Rule::offset => PatternKind::Offset(self.offset(node)),
            _ => self.path_pattern(node),
        };
        Pattern { span, kind }
    }

    fn path_pattern(&mut self, node: Node<'_>) -> PatternKind {
        let span = self.span(&node);
        let mut inner = kids(node);
        let path = self.req_path(&mut inner, "an event", "`on`", span.end);
        let tail = match inner.next() {
            None => PatternTail::None,
            Some(node) if node.as_rule() == Rule::args => PatternTail::Filter(self.filters(node)),
            Some(node) => self.tail(node),
        };
        let filters = take(&mut inner, Rule::args).map(|node| Filters {
            span: self.span(&node),
            all: self.filters(node),
        });
        PatternKind::Path {
            path,
            tail,
            filters,
        }
    }

    fn filters(&mut self, node: Node<'_>) -> Vec<Filter> {
        self.args(node)
            .into_iter()
            .map(|arg| match arg.name {
                Some(name) => Filter::Named {
                    span: arg.span,
                    name,
                    value: arg.value,
                },
                None => Filter::Expr(arg.value),
            })
            .collect()
    }

    fn tail(&mut self, node: Node<'_>) -> PatternTail {
        let end = self.end(&node);
        let rule = node.as_rule();
        let mut inner = kids(node);
        match rule {
            Rule::created => PatternTail::Created {
                within: inner
                    .peek()
                    .is_some()
                    .then(|| self.req_path(&mut inner, "a stage name", "`created in`", end)),
            },
            Rule::moved => {
                let (from, to, _) = self.ends(inner, "a stage name", "moved");
                PatternTail::Moved { from, to }
            }
            Rule::changed => {
                let (from, to, or_created) = self.ends(inner, "a value", "changed");
                PatternTail::Changed {
                    from,
                    to,
                    or_created,
                }
            }
            Rule::enters => PatternTail::Enters(self.req_path(
                &mut inner,
                "a stage or pipeline name",
                "`enters`",
                end,
            )),
            Rule::leaves => {
                PatternTail::Leaves(self.req_path(&mut inner, "a stage name", "`leaves`", end))
            }
            Rule::gains => PatternTail::Gains(self.req_expr(&mut inner, "a value", "`gains`", end)),
            Rule::loses => PatternTail::Loses(self.req_expr(&mut inner, "a value", "`loses`", end)),
            Rule::rises => PatternTail::RisesAbove(self.crossing(inner, "rises", "above", end)),
            Rule::falls => PatternTail::FallsBelow(self.crossing(inner, "falls", "below", end)),
            _ => PatternTail::Deleted,
        }
    }

    fn crossing(&mut self, mut inner: Kids<'_>, word: &str, then: &str, end: u32) -> Expr {
        let said = inner
            .next_if(|k| matches!(k.as_rule(), Rule::above | Rule::below))
            .is_some();
        if !said {
            let start = inner.peek().map_or(end, |k| self.start(k));
            self.errors.at(
                Span::empty(start),
                format!("expected `{then}` after `{word}`"),
            );
        }
        let after = format!("`{word} {then}`");
        let offset = inner.peek().map_or(end, |k| self.start(k));
        if !said && self.errors.explains(offset) && super::at(&mut inner, Rule::missing_expr) {
            return Expr {
                span: Span::empty(offset),
                kind: ExprKind::Missing,
            };
        }
        self.req_expr(&mut inner, "a value", &after, end)
    }

    /// `from P`, `to P` and `or created`, in any order.
    fn ends(
        &mut self,
        inner: Kids<'_>,
        what: &str,
        word: &str,
    ) -> (Option<ValuePattern>, Option<ValuePattern>, bool) {
        let (mut from, mut to, mut or_created) = (None, None, false);
        for node in inner {
            let span = self.span(&node);
            let (slot, name) = match node.as_rule() {
                Rule::from => (&mut from, "from"),
                Rule::to => (&mut to, "to"),
                _ => {
                    self.mark_once(&mut or_created, "or", span.start);
                    continue;
                }
            };
            let after = format!("`{word} {name}`");
            let value = self.value_pattern(kids(node), what, &after, span.end);
            self.set_once(slot, value, name, span.start);
        }
        (from, to, or_created)
    }

    fn value_pattern(
        &mut self,
        mut inner: Kids<'_>,
        what: &str,
        after: &str,
        end: u32,
    ) -> ValuePattern {
        let Some(node) = take(&mut inner, Rule::value_pattern) else {
            let value = self.req_expr(&mut inner, what, after, end);
            return ValuePattern {
                span: value.span,
                kind: ValuePatternKind::Value(value),
            };
        };
        let span = self.span(&node);
        let mut inner = kids(node);
        let kind = if take(&mut inner, Rule::any_value).is_some() {
            ValuePatternKind::Any
        } else if let Some(op) = take(&mut inner, Rule::comparison) {
            let word = format!("`{}`", op.as_str());
            let value = self.req_expr(&mut inner, "a value", &word, span.end);
            ValuePatternKind::Compare(comparison_op(op.as_str()), value)
        } else {
            ValuePatternKind::Value(self.req_expr(&mut inner, what, after, span.end))
        };
        ValuePattern { span, kind }
    }

    fn on_date(&mut self, node: Node<'_>) -> PatternKind {
        let span = self.span(&node);
        let (date, time) = self.date_time(&mut kids(node), "`date`", span.end);
        PatternKind::Date { date, time }
    }

    /// The next date, perhaps with a time of day.
    pub(super) fn date_time(
        &mut self,
        kids: &mut Kids<'_>,
        after: &str,
        end: u32,
    ) -> (crate::ast::DateLit, Option<TimeLit>) {
        if let Some(node) = take(kids, Rule::datetime) {
            let (date, time) = datetime_at(node.as_str(), self.span(&node));
            return (date, Some(time));
        }
        if let Some(node) = take(kids, Rule::date) {
            return (date_at(node.as_str(), self.start(&node)), None);
        }
        let offset = self.hole(kids, Rule::missing_literal, end);
        self.errors
            .expected("a date such as `2026-12-31`", after, offset);
        (date_at("", offset), None)
    }

    fn first(&mut self, node: Node<'_>) -> PatternKind {
        let span = self.span(&node);
        let mut inner = kids(node);
        let event = Box::new(self.req_pattern(&mut inner, "`first`", span.end));
        let (mut per, mut each) = (None, None);
        for node in inner {
            self.per_each(node, &mut per, &mut each);
        }
        PatternKind::First {
            event,
            per,
            each: each.flatten(),
        }
    }

    /// `per KEY` or `each PERIOD`, each once.
    pub(super) fn per_each(
        &mut self,
        node: Node<'_>,
        per: &mut Option<Key>,
        each: &mut Option<Option<Period>>,
    ) {
        let start = self.start(&node);
        if node.as_rule() == Rule::each_period {
            let period = self.each_period(node);
            self.set_once(each, period, "each", start);
        } else {
            let key = self.per(node);
            self.set_once(per, key, "per", start);
        }
    }

    /// `each PERIOD`.
    pub(super) fn each_period(&mut self, node: Node<'_>) -> Option<Period> {
        let end = self.end(&node);
        let mut inner = kids(node);
        match take(&mut inner, Rule::period).map(|n| n.as_str()) {
            Some("day") => Some(Period::Day),
            Some("week") => Some(Period::Week),
            Some("month") => Some(Period::Month),
            Some(_) => Some(Period::Year),
            None => {
                self.errors
                    .expected("`day`, `week`, `month` or `year`", "`each`", end);
                None
            }
        }
    }

    fn every(&mut self, node: Node<'_>) -> Recurrence {
        let span = self.span(&node);
        let mut kind = RecurrenceKind::Missing;
        let mut at = None;
        for node in kids(node) {
            match node.as_rule() {
                Rule::duration => kind = RecurrenceKind::Interval(self.duration(&node)),
                Rule::every_day => kind = RecurrenceKind::Day,
                Rule::every_week => {
                    let end = self.end(&node);
                    kind = RecurrenceKind::Week(self.days(&mut kids(node), end));
                }
                Rule::every_month => kind = RecurrenceKind::Month(self.month_anchor(node)),
                Rule::every_year => {
                    let day = kids(node).next();
                    kind =
                        RecurrenceKind::Year(day.map(|d| month_day_at(d.as_str(), self.span(&d))));
                }
                _ => at = self.at_time(node),
            }
        }
        if kind == RecurrenceKind::Missing {
            let offset = span.start + "every".len() as u32;
            self.errors.expected(
                "`day`, `week`, `month`, `year` or a duration",
                "`every`",
                offset,
            );
            let word = self.errors.last_word().to_lowercase();
            let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
            if let Some(day) = days.iter().find(|day| word.starts_with(**day)) {
                self.errors
                    .add_help(format!("write `every week on {day} at 09:00`"));
            } else if ["hour", "minute"].iter().any(|unit| word.starts_with(unit)) {
                self.errors
                    .add_help("write how long it is from one to the next: `every 1h`".to_owned());
            }
        }
        Recurrence { span, kind, at }
    }

    fn month_anchor(&mut self, node: Node<'_>) -> MonthAnchor {
        let end = self.end(&node);
        let Some(node) = kids(node).next() else {
            self.errors.help(
                Span::empty(end),
                "expected a day after `every month`",
                "write `on day 1`, `on last day` or `on last fri`",
            );
            return MonthAnchor::Missing;
        };
        let mut inner = kids(node);
        if take(&mut inner, Rule::last_day).is_some() {
            return MonthAnchor::LastDay;
        }
        if let Some(ordinal) = take(&mut inner, Rule::ordinal) {
            let ordinal = name_at(ordinal.as_str(), self.start(&ordinal));
            let after = format!("`{}`", ordinal.text);
            let day = self.req_name(&mut inner, "a weekday such as `mon`", &after, end);
            return MonthAnchor::Weekday(ordinal, day);
        }
        MonthAnchor::Day(self.req_number(&mut inner, "`day`", end))
    }

    /// Weekdays: names and ranges of names, until something else comes.
    pub(super) fn days(&mut self, kids: &mut Kids<'_>, end: u32) -> Vec<Expr> {
        let mut days = Vec::new();
        while let Some(node) =
            kids.next_if(|k| matches!(k.as_rule(), Rule::day_range | Rule::missing_name))
        {
            if node.as_rule() == Rule::missing_name {
                let offset = self.start(&node);
                self.expected_name("a weekday", "`,`", offset);
                continue;
            }
            days.push(self.day_range(node, end));
        }
        days
    }

    fn day_range(&mut self, node: Node<'_>, end: u32) -> Expr {
        let span = self.span(&node);
        let mut inner = kids(node);
        let first = day(self.req_name(&mut inner, "a weekday", "`on`", end));
        if inner.peek().is_none() {
            return first;
        }
        let last = day(self.req_name(&mut inner, "a weekday", "`..`", span.end));
        Expr {
            span,
            kind: ExprKind::Range(Box::new(first), Box::new(last)),
        }
    }

    fn offset(&mut self, node: Node<'_>) -> Offset {
        let span = self.span(&node);
        let (mut distance, mut word) = (OffsetDistance::DayOf, "`day of`");
        let mut field = missing_path(span.end);
        let (mut yearly, mut at) = (false, None);
        for node in kids(node) {
            match node.as_rule() {
                Rule::before => {
                    let end = self.end(&node);
                    distance =
                        OffsetDistance::Before(self.req_duration(&mut kids(node), "`on`", end));
                    word = "`before`";
                }
                Rule::after_date => {
                    let end = self.end(&node);
                    distance =
                        OffsetDistance::After(self.req_duration(&mut kids(node), "`on`", end));
                    word = "`after`";
                }
                Rule::path => field = self.path(&node),
                Rule::missing_path => {
                    field = missing_path(self.start(&node));
                    self.expected_name("a date field", word, field.span.start);
                }
                Rule::yearly => yearly = true,
                Rule::at => at = self.at_time(node),
                _ => {}
            }
        }
        Offset {
            span,
            distance,
            field,
            yearly,
            at,
        }
    }
}

fn is_pattern(node: &Node<'_>) -> bool {
    matches!(
        node.as_rule(),
        Rule::path_pattern | Rule::every | Rule::on_date | Rule::first | Rule::offset
    )
}

/// A weekday as an expression.
fn day(name: Name) -> Expr {
    let span = name.span;
    let kind = if name.is_missing() {
        ExprKind::Missing
    } else {
        ExprKind::Path(Path {
            span,
            names: vec![name],
        })
    };
    Expr { span, kind }
}
