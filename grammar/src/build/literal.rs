//! Literals.

use super::{Builder, Kids, Node, kids, take};
use crate::ast::{
    DateLit, DurationLit, DurationUnit, ExprKind, MonthDayLit, Name, Number, TextLit, TimeLit,
};
use crate::parser::Rule;
use crate::span::Span;

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

impl Builder<'_> {
    /// An expression that is one literal; `None` for nodes of other kinds.
    pub(super) fn literal(&mut self, node: &Node<'_>) -> Option<ExprKind> {
        let span = self.span(node);
        let text = node.as_str();
        Some(match node.as_rule() {
            Rule::number => ExprKind::Number(number_at(text, span.start)),
            Rule::percent => ExprKind::Percent(number_at(text.trim_end_matches('%'), span.start)),
            Rule::money => {
                let digits = text.split(' ').next().unwrap_or(text);
                let currency = text.get(text.len().saturating_sub(3)..).unwrap_or_default();
                ExprKind::Money(
                    number_at(digits, span.start),
                    Name {
                        span: Span::new(span.end - currency.len() as u32, span.end),
                        text: currency.to_owned(),
                    },
                )
            }
            Rule::string => ExprKind::Text(self.string(node)),
            Rule::duration => ExprKind::Duration(self.duration(node)),
            Rule::time => ExprKind::Time(time_at(text, span.start)),
            Rule::date => ExprKind::Date(date_at(text, span.start)),
            Rule::datetime => {
                let (date, time) = datetime_at(text, span);
                ExprKind::DateTime(date, time)
            }
            Rule::month_day => ExprKind::MonthDay(month_day_at(text, span)),
            Rule::constant => match text {
                "true" => ExprKind::Bool(true),
                "false" => ExprKind::Bool(false),
                _ => ExprKind::Empty,
            },
            _ => return None,
        })
    }

    /// A duration from its node.
    pub(super) fn duration(&mut self, node: &Node<'_>) -> DurationLit {
        let span = self.span(node);
        let text = node.as_str();
        let Some((number, unit)) = text.split_once(' ') else {
            return DurationLit {
                span,
                parts: parts_of(text),
            };
        };
        let unit = unit.trim_start().get(..1).unwrap_or_default();
        let meant = format!("{number}{unit}");
        self.errors.help(
            span,
            "the unit of a duration is one letter, right behind the number",
            format!("write `{meant}`"),
        );
        DurationLit {
            span,
            parts: parts_of(&meant),
        }
    }

    /// The next duration; the words say what is expected after what.
    pub(super) fn req_duration(
        &mut self,
        kids: &mut Kids<'_>,
        after: &str,
        end: u32,
    ) -> DurationLit {
        if let Some(node) = take(kids, Rule::duration) {
            return self.duration(&node);
        }
        let offset = self.hole(kids, Rule::missing_literal, end);
        self.errors
            .expected("a duration such as `10m`", after, offset);
        DurationLit {
            span: Span::empty(offset),
            parts: Vec::new(),
        }
    }

    /// The next number; the words say what is expected after what.
    pub(super) fn req_number(&mut self, kids: &mut Kids<'_>, after: &str, end: u32) -> Number {
        if let Some(node) = take(kids, Rule::number) {
            return number_at(node.as_str(), self.start(&node));
        }
        let offset = self.hole(kids, Rule::missing_literal, end);
        self.errors.expected("a number", after, offset);
        Number {
            span: Span::empty(offset),
            text: "0".to_owned(),
        }
    }

    /// The next text; the words say what is expected after what.
    pub(super) fn req_string(
        &mut self,
        kids: &mut Kids<'_>,
        what: &str,
        after: &str,
        end: u32,
    ) -> TextLit {
        if let Some(node) = take(kids, Rule::string) {
            return self.string(&node);
        }
        let offset = self.hole(kids, Rule::missing_literal, end);
        self.errors.expected(what, after, offset);
        TextLit {
            span: Span::empty(offset),
            parts: Vec::new(),
        }
    }

    /// A time of day from its node.
    pub(super) fn time(&self, node: &Node<'_>) -> TimeLit {
        time_at(node.as_str(), self.start(node))
    }

    /// `at TIME`.
    pub(super) fn at_time(&mut self, node: Node<'_>) -> Option<TimeLit> {
        let end = self.end(&node);
        let mut inner = kids(node);
        if let Some(time) = take(&mut inner, Rule::time) {
            return Some(self.time(&time));
        }
        self.errors
            .expected("a time of day such as `09:00`", "`at`", end);
        if let Some(time) = meant_time(self.errors.last_word()) {
            self.errors.add_help(format!("write `{time}`"));
        }
        None
    }
}

/// The time that `9`, `9am` or `12pm` means.
fn meant_time(word: &str) -> Option<String> {
    let lower = word.to_ascii_lowercase();
    let digits = lower.bytes().take_while(u8::is_ascii_digit).count();
    let (hour, half) = lower.split_at_checked(digits)?;
    let hour: u32 = hour.parse().ok()?;
    let hour = match half {
        "" if hour < 24 => hour,
        "am" if (1..=12).contains(&hour) => hour % 12,
        "pm" if (1..=12).contains(&hour) => hour % 12 + 12,
        _ => return None,
    };
    Some(format!("{hour:02}:00"))
}

/// A number of which the text stands at `start`.
pub(super) fn number_at(text: &str, start: u32) -> Number {
    Number {
        span: Span::new(start, start + text.len() as u32),
        text: text.chars().filter(|&c| c != '_').collect(),
    }
}

/// A date and time of which the text is `text`.
pub(super) fn datetime_at(text: &str, span: Span) -> (DateLit, TimeLit) {
    let (date, time) = text.split_once(' ').unwrap_or((text, ""));
    let time = time.trim_start();
    (
        date_at(date, span.start),
        time_at(time, span.end - time.len() as u32),
    )
}

fn time_at(text: &str, start: u32) -> TimeLit {
    let (hour, minute) = text.split_once(':').unwrap_or((text, ""));
    TimeLit {
        span: Span::new(start, start + text.len() as u32),
        hour: hour.parse().unwrap_or(99),
        minute: minute.parse().unwrap_or(99),
    }
}

/// A date of which the text stands at `start`.
pub(super) fn date_at(text: &str, start: u32) -> DateLit {
    let mut parts = text.split('-');
    let mut next = || parts.next().unwrap_or_default();
    DateLit {
        span: Span::new(start, start + text.len() as u32),
        year: next().parse().unwrap_or(9999),
        month: next().parse().unwrap_or(99),
        day: next().parse().unwrap_or(99),
    }
}

/// A day of the year of which the text is `text`.
pub(super) fn month_day_at(text: &str, span: Span) -> MonthDayLit {
    let (day, month) = text.split_once(' ').unwrap_or((text, ""));
    let month = MONTHS.iter().position(|&m| m == month.trim_start());
    MonthDayLit {
        span,
        day: day.parse().unwrap_or(99),
        month: month.map_or(1, |n| n as u8 + 1),
    }
}

/// The parts of a duration such as `1h30m`.
fn parts_of(text: &str) -> Vec<(u32, DurationUnit)> {
    let mut parts = Vec::new();
    let mut amount: u32 = 0;
    for byte in text.bytes() {
        let unit = match byte {
            b'0'..=b'9' => {
                amount = amount
                    .saturating_mul(10)
                    .saturating_add(u32::from(byte - b'0'));
                continue;
            }
            b's' => DurationUnit::Second,
            b'm' => DurationUnit::Minute,
            b'h' => DurationUnit::Hour,
            b'd' => DurationUnit::Day,
            b'w' => DurationUnit::Week,
            _ => continue,
        };
        parts.push((amount, unit));
        amount = 0;
    }
    parts
}
