//! The pure functions of the language.

use trig_ir::{Date, Expr, Function, Millis, Timestamp, Value};

use super::{Eval, Evaluated, Out, compare, text};
use jiff::tz::TimeZone;

/// The local day of an instant.
fn local_day(at: Timestamp, zone: &TimeZone) -> Option<Date> {
    Some(at.to_jiff()?.to_zoned(zone.clone()).date())
}

fn day(value: &Value, zone: &TimeZone) -> Option<Date> {
    match value {
        Value::Date(date) => Some(*date),
        Value::DateTime(at) => local_day(*at, zone),
        _ => None,
    }
}

/// Calendar days from the first day to the second.
pub(super) fn days_between(from: Date, to: Date) -> Option<i64> {
    let span = to
        .to_zoned(TimeZone::UTC)
        .ok()?
        .timestamp()
        .as_millisecond()
        - from
            .to_zoned(TimeZone::UTC)
            .ok()?
            .timestamp()
            .as_millisecond();
    Some(span / Millis::DAY.0)
}

impl<'a> Eval<'a> {
    pub(super) fn call(&mut self, function: Function, args: &'a [Expr]) -> Evaluated<'a> {
        let mut values = Vec::with_capacity(args.len());
        for arg in args {
            values.push(self.value(arg)?.value);
        }
        let first = values.first().map(AsRef::as_ref).unwrap_or(&Value::Empty);
        let second = values.get(1).map(AsRef::as_ref).unwrap_or(&Value::Empty);
        let zone = self.scope.zone;
        Ok(match function {
            Function::Now => Out::of(Value::DateTime(self.scope.now)),
            Function::Today => match local_day(self.scope.now, zone) {
                Some(day) => Out::of(Value::Date(day)),
                None => Out::empty(),
            },
            Function::Lower => match text::of(first) {
                Some(text) => Out::of(Value::Text(text.to_lowercase().into())),
                None => Out::empty(),
            },
            Function::Length => Out::of(Value::Int(length(first))),
            Function::Currency => match first {
                Value::Money(money) => Out::of(Value::Text(money.currency.clone())),
                _ => Out::empty(),
            },
            Function::DaysBetween => {
                let days = day(first, zone).zip(day(second, zone));
                match days.and_then(|(from, to)| days_between(from, to)) {
                    Some(days) => Out::of(Value::Int(days)),
                    None => Out::failed(format!("there are no days between {first} and {second}")),
                }
            }
            Function::Min => extreme(&values, std::cmp::Ordering::Less),
            Function::Max => extreme(&values, std::cmp::Ordering::Greater),
        })
    }
}

/// Characters of a text, elements of a collection; nothing has the length 0.
fn length(value: &Value) -> i64 {
    let n = match text::of(value) {
        Some(text) => text.chars().count(),
        None => compare::elements(value).count(),
    };
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The least or greatest; a single collection stands for its elements.
fn extreme<'a>(values: &[std::borrow::Cow<'a, Value>], wanted: std::cmp::Ordering) -> Out<'a> {
    let all: Vec<&Value> = match values {
        [one] => compare::elements(one).collect(),
        several => several.iter().map(AsRef::as_ref).collect(),
    };
    let Some((first, rest)) = all.split_first() else {
        return Out::empty();
    };
    let mut best = *first;
    if best.is_empty() {
        return Out::failed("an operand is empty".to_owned());
    }
    for value in rest {
        match compare::order(value, best) {
            Some(order) if order == wanted => best = value,
            Some(_) => {}
            None => return Out::failed(format!("{best} and {value} have no order")),
        }
    }
    Out::of(best.clone())
}
