//! What the clock starts: recurrences, one-shots, offsets from date fields, and what becomes of missed ones.

use trig_grammar::{Span, ast};
use trig_ir::{
    Clock, Distance, EntityId, EventKind, Millis, Missed, Offset, Recurrence, SmolStr, Start, Time,
    Type,
};

use super::cx::Cx;
use super::literal;
use super::pattern::Shape;
use crate::rules;

/// What to write where a recurrence without a time of day is given none.
const DAILY: &str = "every day at 09:00";

impl Cx<'_> {
    /// When the events of a start happen; `None` where they are no matter of the clock, or where that is wrong, which
    /// has been said.
    pub(super) fn clock(&mut self, pattern: &ast::Pattern, shape: &Shape) -> Option<Clock> {
        match &pattern.kind {
            ast::PatternKind::Every(node) => self.recurrence(node).map(Clock::Every),
            ast::PatternKind::Date { date, time } => self.one_shot(pattern.span, date, time),
            ast::PatternKind::Offset(node) => match &shape.event {
                EventKind::Due(entity, field) => {
                    self.offset(node, *entity, field).map(Clock::Offset)
                }
                _ => None,
            },
            ast::PatternKind::Missing
            | ast::PatternKind::Path { .. }
            | ast::PatternKind::First { .. } => None,
        }
    }

    fn recurrence(&mut self, node: &ast::Recurrence) -> Option<Recurrence> {
        use ast::RecurrenceKind as K;
        if let K::Interval(lit) = &node.kind {
            let interval = self.interval(lit);
            if let Some(at) = &node.at {
                self.report(rules::misplaced_clause::RULE.with_help(
                    self.path,
                    at.span,
                    "an interval is counted from midnight, so it has no time of day of its own",
                    "leave `at` out, or write `every day at …`",
                ));
            }
            return interval.map(Recurrence::Interval);
        }
        // each part is looked at before any of them ends it
        let at = self.recurs_at(node);
        match &node.kind {
            K::Interval(_) | K::Missing => None,
            K::Day => Some(Recurrence::Day(at?)),
            K::Week(days) => {
                let days = self.weekdays(days, node.span)?;
                Some(Recurrence::Week(days, at?))
            }
            K::Month(anchor) => self.month(anchor, at),
            K::Year(day) => {
                let Some(day) = day else {
                    self.report(rules::missing_clause::RULE.with_help(
                        self.path,
                        node.span,
                        "`every year` does not say on which day",
                        "write `every year on 1 mar at 09:00`",
                    ));
                    return None;
                };
                let (month, day) = self.month_day(day)?;
                let at = at?;
                Some(Recurrence::Year { month, day, at })
            }
        }
    }

    /// The time of day of a recurrence. One that is left out would be midnight, which nobody means.
    fn recurs_at(&mut self, node: &ast::Recurrence) -> Option<Time> {
        if let Some(at) = &node.at {
            return self.time(at);
        }
        // of one that does not even say on which day, that is said
        let whole = match &node.kind {
            ast::RecurrenceKind::Week(days) => !days.is_empty(),
            ast::RecurrenceKind::Month(anchor) => *anchor != ast::MonthAnchor::Missing,
            ast::RecurrenceKind::Year(day) => day.is_some(),
            ast::RecurrenceKind::Day => true,
            ast::RecurrenceKind::Interval(_) | ast::RecurrenceKind::Missing => false,
        };
        if whole && !self.ends_with_at(node.span) {
            let written = self.source(node.span);
            self.report(rules::missing_clause::RULE.with_help(
                self.path,
                node.span,
                format!("`{written}` does not say at what time"),
                format!("write `{written} at 09:00`"),
            ));
        }
        None
    }

    /// Whether a piece of source ends with an `at` that no time follows, which has been said.
    fn ends_with_at(&self, span: Span) -> bool {
        self.source(span).ends_with(" at")
    }

    fn interval(&mut self, lit: &ast::DurationLit) -> Option<Millis> {
        let interval = self.duration(lit, "write how often it comes: `every 15m`")?;
        let (message, help) = if interval < Millis::MINUTE {
            (
                format!("`every {interval}` is too often"),
                "the shortest interval is `every 1m`".to_owned(),
            )
        } else if interval == Millis::DAY {
            (
                "a whole day is no interval within the day".to_owned(),
                format!("say at what time: `{DAILY}`"),
            )
        } else if interval > Millis::DAY {
            (
                format!(
                    "`every {interval}` is longer than a day, and intervals are counted anew from each midnight"
                ),
                format!(
                    "write `{DAILY}`, `every week on mon at 09:00` or `every month on day 1 at 09:00`"
                ),
            )
        } else {
            return Some(interval);
        };
        self.report(rules::invalid_literal::RULE.with_help(self.path, lit.span, message, help));
        None
    }

    /// Weekdays, sorted; `None` where there is none.
    fn weekdays(&mut self, nodes: &[ast::Expr], span: Span) -> Option<Vec<u8>> {
        if nodes.is_empty() {
            let written = self.source(span);
            // `every week on` without a day has been said
            if !written.starts_with("every week on") {
                self.report(rules::missing_clause::RULE.with_help(
                    self.path,
                    span,
                    "`every week` does not say on which days",
                    "write `every week on mon at 09:00`, or `on mon, thu` or `on mon..fri`",
                ));
            }
            return None;
        }
        let mut days = Vec::new();
        for node in nodes {
            match &node.kind {
                ast::ExprKind::Range(low, high) => {
                    let (low, high) = (self.weekday(low), self.weekday(high));
                    // `sat..mon` goes round the end of the week
                    if let (Some(low), Some(high)) = (low, high) {
                        days.extend(literal::weekday_range(low, high));
                    }
                }
                _ => days.extend(self.weekday(node)),
            }
        }
        days.sort_unstable();
        days.dedup();
        (!days.is_empty()).then_some(days)
    }

    fn weekday(&mut self, node: &ast::Expr) -> Option<u8> {
        match &node.kind {
            ast::ExprKind::Path(path) => self.weekday_name(path.single()?),
            _ => None,
        }
    }

    fn weekday_name(&mut self, name: &ast::Name) -> Option<u8> {
        let day = literal::weekday(&name.text);
        if day.is_none() && !name.is_missing() {
            self.report(rules::unknown_name::weekday(
                self.path, name.span, &name.text,
            ));
        }
        day
    }

    fn month(&mut self, anchor: &ast::MonthAnchor, at: Option<Time>) -> Option<Recurrence> {
        match anchor {
            ast::MonthAnchor::Missing => None,
            ast::MonthAnchor::LastDay => Some(Recurrence::MonthEnd(at?)),
            ast::MonthAnchor::Day(number) => {
                // a number that is missing has no width, and has been said
                if number.span.start == number.span.end {
                    return None;
                }
                match number.text.parse::<u8>() {
                    Ok(day @ 1..=31) => Some(Recurrence::MonthDay(day, at?)),
                    _ => {
                        self.report(rules::invalid_literal::RULE.with_help(
                            self.path,
                            number.span,
                            format!("no month has a day {}", number.text),
                            "days go from 1 to 31; for the last one, write `last day`",
                        ));
                        None
                    }
                }
            }
            ast::MonthAnchor::Weekday(ordinal, weekday) => {
                let weekday = self.weekday_name(weekday)?;
                let nth = match ordinal.text.as_str() {
                    "first" => 1,
                    "second" => 2,
                    "third" => 3,
                    "fourth" => 4,
                    _ => -1,
                };
                let at = at?;
                Some(Recurrence::MonthWeekday { nth, weekday, at })
            }
        }
    }

    fn month_day(&mut self, lit: &ast::MonthDayLit) -> Option<(u8, u8)> {
        let day = literal::month_day(lit);
        self.existing(lit.span, day)
    }

    fn one_shot(
        &mut self,
        span: Span,
        date: &ast::DateLit,
        time: &Option<ast::TimeLit>,
    ) -> Option<Clock> {
        // a date that is missing has no width, and has been said
        if date.span.start == date.span.end {
            return None;
        }
        let day = self.existing(date.span, literal::date(date));
        let Some(time) = time else {
            let written = self.source(span);
            self.report(rules::missing_clause::RULE.with_help(
                self.path,
                span,
                format!("`{written}` does not say at what time"),
                format!("write `{written} 09:00`"),
            ));
            return None;
        };
        let time = self.time(time);
        Some(Clock::Once(day?, time?))
    }

    fn offset(&mut self, node: &ast::Offset, entity: EntityId, field: &SmolStr) -> Option<Offset> {
        let path = node.field.text();
        let ty = self.model.entity(entity)?.field(field)?.ty.clone();
        let at = match &node.at {
            Some(at) => Some(self.time(at)?),
            None => None,
        };
        let distance = self.distance(node)?;
        let by_day = ty == Type::Date || at.is_some() || node.yearly;
        let distance = match (distance, by_day) {
            (Distance::Span(span), true) => {
                let why = if node.yearly {
                    "`yearly` goes by the day".to_owned()
                } else if at.is_some() {
                    "`at` says the time of day".to_owned()
                } else {
                    format!("`{path}` is a day without a time")
                };
                let days = (span.0.abs() / Millis::DAY.0).max(1);
                let word = if span.0 < 0 { "before" } else { "after" };
                let yearly = if node.yearly { " yearly" } else { "" };
                self.report(rules::invalid_literal::RULE.with_help(
                    self.path,
                    node.span,
                    format!("{why}, so the distance is counted in whole days"),
                    format!("write `{days}d {word} {path}{yearly} at 09:00`"),
                ));
                return None;
            }
            (Distance::Days(days), false) => {
                // `day of` a moment is nothing but its day
                if matches!(node.distance, ast::OffsetDistance::DayOf) {
                    self.no_time_of_day(node);
                    return None;
                }
                Distance::Span(Millis::DAY.times(i64::from(days))?)
            }
            (distance, _) => distance,
        };
        if by_day && at.is_none() {
            self.no_time_of_day(node);
            return None;
        }
        Some(Offset {
            entity,
            field: field.clone(),
            distance,
            yearly: node.yearly,
            at,
        })
    }

    fn no_time_of_day(&mut self, node: &ast::Offset) {
        if self.ends_with_at(node.span) {
            return;
        }
        let written = self.source(node.span);
        self.report(rules::missing_clause::RULE.with_help(
            self.path,
            node.span,
            format!("`{written}` does not say at what time"),
            format!("write `{written} at 09:00`"),
        ));
    }

    /// How far it is: in days, where nothing but days and weeks is written.
    fn distance(&mut self, node: &ast::Offset) -> Option<Distance> {
        let (lit, sign) = match &node.distance {
            ast::OffsetDistance::DayOf => return Some(Distance::Days(0)),
            ast::OffsetDistance::Before(lit) => (lit, -1),
            ast::OffsetDistance::After(lit) => (lit, 1),
        };
        let path = node.field.text();
        let instead = format!("for the day itself, write `day of {path} at 09:00`");
        let duration = self.duration(lit, &instead)?;
        let whole = lit
            .parts
            .iter()
            .all(|(_, unit)| matches!(unit, ast::DurationUnit::Day | ast::DurationUnit::Week));
        if !whole {
            return Some(Distance::Span(duration.times(sign)?));
        }
        let days = i32::try_from(duration.0 / Millis::DAY.0).ok()?;
        Some(Distance::Days(if sign < 0 { -days } else { days }))
    }

    /// `missed run | skip | within D`
    pub(super) fn missed(
        &mut self,
        policy: &ast::MissedPolicy,
        span: Span,
        starts: &[Start],
    ) -> Option<Missed> {
        let missed = match policy {
            ast::MissedPolicy::Missing => return None,
            ast::MissedPolicy::Run => Missed::Run,
            ast::MissedPolicy::Skip => Missed::Skip,
            ast::MissedPolicy::Within(expr) => Missed::Within(self.some_duration(
                expr,
                "within",
                "write how late it may run: `missed within 2h`; to run nothing late, write `missed skip`",
            )?),
        };
        if !starts.is_empty() && starts.iter().all(|s| s.clock.is_none()) {
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                span,
                "`missed` is about times that were slept through, and the clock starts nothing here",
                "leave it out: an event is never missed",
            ));
        }
        Some(missed)
    }
}
