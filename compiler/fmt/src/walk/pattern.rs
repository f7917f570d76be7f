//! Patterns of events.

use trig_grammar::Span;
use trig_grammar::ast::{
    Filter, Pattern, PatternKind, PatternTail, Recurrence, RecurrenceKind, ValuePattern,
    ValuePatternKind,
};

use crate::plan::Plan;

impl Plan<'_> {
    pub(super) fn pattern(&mut self, pattern: &Pattern) {
        match &pattern.kind {
            PatternKind::Missing | PatternKind::Date { .. } | PatternKind::Offset(_) => {}
            PatternKind::Path {
                path,
                tail,
                filters,
            } => {
                self.tail(path.span, tail);
                if let Some(filters) = filters {
                    let before = Span::new(path.span.start, filters.span.start);
                    self.filters(before, &filters.all);
                }
            }
            PatternKind::First {
                event,
                per: _,
                each: _,
            } => self.pattern(event),
            PatternKind::Every(Recurrence {
                span: _,
                kind,
                at: _,
            }) => match kind {
                RecurrenceKind::Week(days) => {
                    for day in days {
                        self.expr(day);
                    }
                }
                RecurrenceKind::Interval(_)
                | RecurrenceKind::Day
                | RecurrenceKind::Month(_)
                | RecurrenceKind::Year(_)
                | RecurrenceKind::Missing => {}
            },
        }
    }

    /// Filters; `before` is what ends before their bracket.
    fn filters(&mut self, before: Span, filters: &[Filter]) {
        let spans: Vec<Span> = filters
            .iter()
            .map(|filter| match filter {
                Filter::Named { span, .. } => *span,
                Filter::Expr(expr) => expr.span,
            })
            .collect();
        self.arguments(before, &spans);
        for filter in filters {
            match filter {
                Filter::Named { value, .. } | Filter::Expr(value) => self.expr(value),
            }
        }
    }

    fn tail(&mut self, path: Span, tail: &PatternTail) {
        match tail {
            PatternTail::None
            | PatternTail::Created { within: _ }
            | PatternTail::Enters(_)
            | PatternTail::Leaves(_)
            | PatternTail::Deleted => {}
            PatternTail::Filter(filters) => self.filters(path, filters),
            PatternTail::Moved { from, to }
            | PatternTail::Changed {
                from,
                to,
                or_created: _,
            } => {
                for ValuePattern { span: _, kind } in from.iter().chain(to) {
                    match kind {
                        ValuePatternKind::Any => {}
                        ValuePatternKind::Value(value) | ValuePatternKind::Compare(_, value) => {
                            self.expr(value);
                        }
                    }
                }
            }
            PatternTail::Gains(value)
            | PatternTail::Loses(value)
            | PatternTail::RisesAbove(value)
            | PatternTail::FallsBelow(value) => self.expr(value),
        }
    }

    /// The patterns after `unless`, which may be said several times.
    pub(super) fn unless(&mut self, patterns: &[Pattern]) {
        let together = |_: &Pattern, next: &Pattern| self.keyword(",", next.span).is_some();
        for one in patterns.chunk_by(together).collect::<Vec<_>>() {
            let spans: Vec<Span> = one.iter().map(|pattern| pattern.span).collect();
            if let (Some(head), Some(tail)) = (spans.first(), spans.last())
                && let Some(keyword) = self.keyword("unless", *head)
            {
                self.part(keyword, self.last(*tail), 1);
            }
            self.list(&spans);
        }
        for pattern in patterns {
            self.pattern(pattern);
        }
    }
}
