//! Literals: from their form to their value.

use smol_str::SmolStr;
use trig_grammar::{Span, ast};
use trig_ir::{Date, Decimal, Millis, Money, Time, Type, Value, normalize};

/// The names of the weekdays, Monday first.
pub(crate) const WEEKDAYS: &[&str] = &["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The months, for people.
const MONTHS: &[&str] = &[
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The number of a weekday, Monday = 1.
pub(crate) fn weekday(name: &str) -> Option<u8> {
    (1..)
        .zip(WEEKDAYS)
        .find(|(_, w)| **w == name)
        .map(|(i, _)| i)
}

/// The duration that was written.
pub(crate) fn duration(lit: &ast::DurationLit) -> Result<Millis, String> {
    let mut total = Millis::default();
    for (amount, unit) in &lit.parts {
        let unit = match unit {
            ast::DurationUnit::Second => Millis::SECOND,
            ast::DurationUnit::Minute => Millis::MINUTE,
            ast::DurationUnit::Hour => Millis::HOUR,
            ast::DurationUnit::Day => Millis::DAY,
            ast::DurationUnit::Week => Millis::WEEK,
        };
        let part = unit
            .times(i64::from(*amount))
            .ok_or("the duration is too long")?;
        total = total + part;
    }
    if total > Millis(Millis::DAY.0 * 36_525) {
        return Err("the duration is longer than a hundred years".to_owned());
    }
    Ok(total)
}

/// The time of day that was written.
pub(crate) fn time(lit: &ast::TimeLit) -> Result<Time, String> {
    let (hour, minute) = (i8::try_from(lit.hour), i8::try_from(lit.minute));
    match (hour, minute) {
        (Ok(hour), Ok(minute)) => Time::new(hour, minute, 0, 0)
            .map_err(|_| format!("there is no time {:02}:{:02}", lit.hour, lit.minute)),
        _ => Err(format!(
            "there is no time {:02}:{:02}",
            lit.hour, lit.minute
        )),
    }
}

/// The day that was written.
pub(crate) fn date(lit: &ast::DateLit) -> Result<Date, String> {
    let no_such_day = || {
        format!(
            "there is no day {:04}-{:02}-{:02}",
            lit.year, lit.month, lit.day
        )
    };
    let (Ok(year), Ok(month), Ok(day)) = (
        i16::try_from(lit.year),
        i8::try_from(lit.month),
        i8::try_from(lit.day),
    ) else {
        return Err(no_such_day());
    };
    Date::new(year, month, day).map_err(|_| no_such_day())
}

/// The day of the year that was written: month and day.
pub(crate) fn month_day(lit: &ast::MonthDayLit) -> Result<(u8, u8), String> {
    // of a leap year: 29 February exists, though not in every year
    match Date::new(
        2024,
        i8::try_from(lit.month).unwrap_or(0),
        i8::try_from(lit.day).unwrap_or(0),
    ) {
        Ok(_) => Ok((lit.month, lit.day)),
        Err(_) => {
            let month = lit
                .month
                .checked_sub(1)
                .and_then(|m| MONTHS.get(usize::from(m)));
            Err(format!(
                "{} has no day {}",
                month.unwrap_or(&"the year"),
                lit.day
            ))
        }
    }
}

/// The weekdays from one to the other, round the end of the week where need be.
pub(crate) fn weekday_range(low: u8, high: u8) -> Vec<u8> {
    let mut days = vec![low];
    let mut day = low;
    while day != high && days.len() < WEEKDAYS.len() {
        day = day % 7 + 1;
        days.push(day);
    }
    days
}

/// The zone that a text names, or the text.
pub(crate) fn zone(text: &ast::TextLit) -> Result<SmolStr, String> {
    let name = text.plain().unwrap_or_default();
    match trig_ir::zone(&name) {
        Some(_) => Ok(name.into()),
        None => Err(name),
    }
}

/// The number that was written.
pub(crate) fn number(lit: &ast::Number) -> Result<Value, String> {
    if lit.is_int() {
        return lit
            .text
            .parse()
            .map(Value::Int)
            .map_err(|_| "the number is too large".to_owned());
    }
    decimal(lit).map(Value::Decimal)
}

/// The number that was written, as a decimal.
pub(crate) fn decimal(lit: &ast::Number) -> Result<Decimal, String> {
    Decimal::from_str_exact(&lit.text).map_err(|_| "the number has too many digits".to_owned())
}

/// The amount that was written.
pub(crate) fn money(amount: &ast::Number, currency: &ast::Name) -> Result<Value, String> {
    let code = &currency.text;
    if code.len() != 3 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(format!(
            "`{code}` is no currency: write three capitals, such as `USD`"
        ));
    }
    if iso_currency::Currency::from_code(code).is_none() {
        return Err(format!("`{code}` is no currency of ISO 4217"));
    }
    Ok(Value::Money(Money {
        currency: code.as_str().into(),
        amount: decimal(amount)?,
    }))
}

/// The value with the other sign, of what has one.
pub(crate) fn negative(value: Value) -> Option<Value> {
    Some(match value {
        Value::Int(n) => Value::Int(n.checked_neg()?),
        Value::Decimal(n) => Value::Decimal(-n),
        Value::Money(money) => Value::Money(Money {
            amount: -money.amount,
            ..money
        }),
        Value::Duration(Millis(ms)) => Value::Duration(Millis(ms.checked_neg()?)),
        _ => return None,
    })
}

/// What a literal of type `of` is where `wanted` is asked for: a whole number stands for a decimal, a text for a tag or an
/// address. `Err`: it is of another type, and which.
pub(crate) fn fitted(value: Value, of: Type, wanted: &Type) -> Result<Value, Type> {
    match (value, wanted) {
        (Value::Int(n), Type::Decimal) => Ok(Value::Decimal(n.into())),
        (Value::Text(text), Type::Tag) => Ok(Value::Tag(normalize(text.trim()))),
        (value, Type::Url | Type::Receiver) if of == Type::Text => Ok(value),
        (value, wanted) if of == *wanted || *wanted == Type::Any => Ok(value),
        _ => Err(of),
    }
}

/// Whether no value lies between two, both included.
pub(crate) fn is_reversed(low: &Value, high: &Value) -> bool {
    match (low, high) {
        (Value::Int(a), Value::Int(b)) => a > b,
        (Value::Int(a), Value::Decimal(b)) => Decimal::from(*a) > *b,
        (Value::Decimal(a), Value::Int(b)) => *a > Decimal::from(*b),
        (Value::Decimal(a), Value::Decimal(b)) => a > b,
        (Value::Money(a), Value::Money(b)) => a.currency == b.currency && a.amount > b.amount,
        (Value::Date(a), Value::Date(b)) => a > b,
        (Value::Time(a), Value::Time(b)) => a > b,
        (Value::DateTime(a), Value::DateTime(b)) => a > b,
        (Value::Duration(a), Value::Duration(b)) => a > b,
        _ => false,
    }
}

/// A literal's value and type, if the expression is one that needs no names. `Err`: it is one that does not exist.
pub(crate) fn constant(expr: &ast::Expr) -> Result<Option<(Value, Type)>, (Span, String)> {
    let at = |message| (expr.span, message);
    Ok(Some(match &expr.kind {
        ast::ExprKind::Bool(b) => (Value::Bool(*b), Type::Bool),
        ast::ExprKind::Number(n) => {
            let value = number(n).map_err(at)?;
            let ty = if n.is_int() { Type::Int } else { Type::Decimal };
            (value, ty)
        }
        ast::ExprKind::Percent(n) => {
            let fraction = decimal(n)
                .map_err(at)?
                .checked_div(Decimal::ONE_HUNDRED)
                .unwrap_or_default();
            (Value::Decimal(fraction), Type::Decimal)
        }
        ast::ExprKind::Money(n, currency) => (money(n, currency).map_err(at)?, Type::Money),
        ast::ExprKind::Text(text) => match text.plain() {
            Some(plain) if plain.is_empty() => (Value::Empty, Type::Text),
            Some(plain) => (Value::Text(normalize(&plain)), Type::Text),
            None => return Ok(None),
        },
        ast::ExprKind::User(text) => match text.plain() {
            Some(plain) => (Value::User(normalize(&plain)), Type::User),
            None => return Ok(None),
        },
        ast::ExprKind::Duration(d) => (Value::Duration(duration(d).map_err(at)?), Type::Duration),
        ast::ExprKind::Unary(ast::UnaryOp::Neg, inner) => match constant(inner)? {
            Some((value, ty)) => match negative(value) {
                Some(value) => (value, ty),
                None => return Ok(None),
            },
            None => return Ok(None),
        },
        ast::ExprKind::Time(t) => (Value::Time(time(t).map_err(at)?), Type::Time),
        ast::ExprKind::Date(d) => (Value::Date(date(d).map_err(at)?), Type::Date),
        _ => return Ok(None),
    }))
}
