//! Arithmetic: total and exact. What cannot be computed is `empty`, with a reason.

use std::borrow::Cow;

use jiff::civil::Date;
use jiff::{SignedDuration, Span};
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use trig_ir::{ArithOp, Expr, Millis, Money, Timestamp, Value};

use super::Out;
use super::functions::days_between;

/// The result of a computation, or why there is none.
pub(crate) type Computed = Result<Value, String>;

/// How many digits the minor unit of a currency has. One that has no minor unit, as gold, counts as having two.
pub(crate) fn minor_digits(currency: &str) -> u32 {
    let known = iso_currency::Currency::from_code(currency);
    let digits = known.and_then(|currency| currency.exponent());
    digits.map_or(2, u32::from)
}

/// An amount rounded half to even to the minor unit of its currency.
fn rounded(money: &Money) -> Money {
    let digits = minor_digits(&money.currency);
    let amount = money
        .amount
        .round_dp_with_strategy(digits, RoundingStrategy::MidpointNearestEven);
    Money {
        currency: money.currency.clone(),
        amount,
    }
}

/// The amount with all digits of its minor unit: `12.00`. Digits beyond them stay.
pub(crate) fn money_text(money: &Money) -> String {
    let digits = minor_digits(&money.currency);
    let mut amount = money.amount.normalize();
    if amount.scale() < digits {
        amount.rescale(digits);
    }
    amount.to_string()
}

/// Rounds what an expression computed: once, at its top. What was only read stays as it is.
pub(super) fn settle<'a>(expr: &Expr, out: Out<'a>) -> Out<'a> {
    let computed = matches!(
        expr,
        Expr::Arith(..) | Expr::Neg(_) | Expr::If(..) | Expr::OrElse(..)
    );
    match out.value.as_ref() {
        Value::Money(money) if computed => Out::of(Value::Money(rounded(money))),
        _ => out,
    }
}

pub(super) fn arith<'a>(op: ArithOp, a: Out<'a>, b: Out<'a>) -> Out<'a> {
    // the first failure is the reason
    if let Some(reason) = a.failed.or(b.failed) {
        return Out::failed(reason);
    }
    match compute(op, &a.value, &b.value) {
        Ok(value) => Out {
            value: Cow::Owned(value),
            failed: None,
        },
        Err(reason) => Out::failed(reason),
    }
}

pub(super) fn negate(value: Out<'_>) -> Out<'_> {
    if value.failed.is_some() {
        return value;
    }
    let negated = match value.value.as_ref() {
        Value::Int(n) => n.checked_neg().map(Value::Int),
        Value::Decimal(d) => Some(Value::Decimal(-*d)),
        Value::Money(money) => Some(Value::Money(Money {
            currency: money.currency.clone(),
            amount: -money.amount,
        })),
        Value::Duration(d) => d.0.checked_neg().map(|ms| Value::Duration(Millis(ms))),
        _ => None,
    };
    match negated {
        Some(value) => Out::of(value),
        None => Out::failed(format!("`-` has no result for {}", value.value)),
    }
}

fn symbol(op: ArithOp) -> &'static str {
    match op {
        ArithOp::Add => "+",
        ArithOp::Sub => "-",
        ArithOp::Mul => "*",
        ArithOp::Div => "/",
    }
}

/// One operation.
pub(crate) fn compute(op: ArithOp, a: &Value, b: &Value) -> Computed {
    if a.is_empty() || b.is_empty() {
        return Err(format!("an operand of `{}` is empty", symbol(op)));
    }
    if op == ArithOp::Div && is_zero(b) {
        return Err("division by zero".to_owned());
    }
    let result = match (a, b) {
        (Value::Int(a), Value::Int(b)) => ints(op, *a, *b),
        (Value::Int(a), Value::Decimal(b)) => decimals(op, (*a).into(), *b).map(Value::Decimal),
        (Value::Decimal(a), Value::Int(b)) => decimals(op, *a, (*b).into()).map(Value::Decimal),
        (Value::Decimal(a), Value::Decimal(b)) => decimals(op, *a, *b).map(Value::Decimal),
        (Value::Money(a), Value::Money(b)) if a.currency != b.currency => {
            return Err(format!(
                "`{}` of {} and {}",
                symbol(op),
                a.currency,
                b.currency
            ));
        }
        (Value::Money(a), Value::Money(b)) => match op {
            ArithOp::Mul => {
                return mismatch(op, &Value::Money(a.clone()), &Value::Money(b.clone()));
            }
            ArithOp::Div => decimals(op, a.amount, b.amount).map(Value::Decimal),
            _ => money(a, decimals(op, a.amount, b.amount)),
        },
        (Value::Money(a), Value::Int(_) | Value::Decimal(_)) if scales(op) => {
            money(a, decimals(op, a.amount, factor(b)))
        }
        (Value::Int(_) | Value::Decimal(_), Value::Money(b)) if op == ArithOp::Mul => {
            money(b, decimals(op, factor(a), b.amount))
        }
        (Value::Duration(a), Value::Duration(b)) => match op {
            ArithOp::Add => a.0.checked_add(b.0).map(|ms| Value::Duration(Millis(ms))),
            ArithOp::Sub => a.0.checked_sub(b.0).map(|ms| Value::Duration(Millis(ms))),
            ArithOp::Div => decimals(op, a.0.into(), b.0.into()).map(Value::Decimal),
            ArithOp::Mul => None,
        },
        (Value::Duration(a), Value::Int(_) | Value::Decimal(_)) if scales(op) => {
            whole(decimals(op, a.0.into(), factor(b)))
        }
        (Value::Int(_) | Value::Decimal(_), Value::Duration(b)) if op == ArithOp::Mul => {
            whole(decimals(op, factor(a), b.0.into()))
        }
        (Value::DateTime(a), Value::Duration(b)) => match op {
            ArithOp::Add => a.0.checked_add(b.0),
            ArithOp::Sub => a.0.checked_sub(b.0),
            _ => None,
        }
        .and_then(instant),
        (Value::Duration(a), Value::DateTime(b)) if op == ArithOp::Add => {
            a.0.checked_add(b.0).and_then(instant)
        }
        (Value::DateTime(a), Value::DateTime(b)) if op == ArithOp::Sub => {
            a.0.checked_sub(b.0).map(|ms| Value::Duration(Millis(ms)))
        }
        (Value::Date(a), Value::Duration(b)) => match op {
            ArithOp::Add => shifted(*a, b.0),
            ArithOp::Sub => b.0.checked_neg().and_then(|ms| shifted(*a, ms)),
            _ => None,
        },
        (Value::Duration(a), Value::Date(b)) if op == ArithOp::Add => shifted(*b, a.0),
        (Value::Date(a), Value::Date(b)) if op == ArithOp::Sub => days_between(*b, *a)
            .and_then(|days| Millis::DAY.times(days))
            .map(Value::Duration),
        (Value::Time(a), Value::Duration(b)) if matches!(op, ArithOp::Add | ArithOp::Sub) => {
            let by = SignedDuration::from_millis(b.0);
            let moved = match op {
                ArithOp::Add => a.checked_add(by),
                _ => a.checked_sub(by),
            };
            moved.ok().map(Value::Time)
        }
        _ => return mismatch(op, a, b),
    };
    result.ok_or_else(|| format!("{a} {} {b} is out of range", symbol(op)))
}

fn mismatch(op: ArithOp, a: &Value, b: &Value) -> Computed {
    Err(format!("`{}` has no result for {a} and {b}", symbol(op)))
}

fn scales(op: ArithOp) -> bool {
    matches!(op, ArithOp::Mul | ArithOp::Div)
}

fn factor(value: &Value) -> Decimal {
    match value {
        Value::Int(n) => (*n).into(),
        Value::Decimal(d) => *d,
        _ => Decimal::ZERO,
    }
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Int(n) => *n == 0,
        Value::Decimal(d) => d.is_zero(),
        Value::Money(money) => money.amount.is_zero(),
        Value::Duration(d) => d.0 == 0,
        _ => false,
    }
}

/// A quotient of whole numbers is exact: `7 / 2` is 3.5.
fn ints(op: ArithOp, a: i64, b: i64) -> Option<Value> {
    match op {
        ArithOp::Add => a.checked_add(b).map(Value::Int),
        ArithOp::Sub => a.checked_sub(b).map(Value::Int),
        ArithOp::Mul => a.checked_mul(b).map(Value::Int),
        ArithOp::Div => decimals(op, a.into(), b.into()).map(Value::Decimal),
    }
}

fn decimals(op: ArithOp, a: Decimal, b: Decimal) -> Option<Decimal> {
    match op {
        ArithOp::Add => a.checked_add(b),
        ArithOp::Sub => a.checked_sub(b),
        ArithOp::Mul => a.checked_mul(b),
        ArithOp::Div => a.checked_div(b),
    }
}

fn money(of: &Money, amount: Option<Decimal>) -> Option<Value> {
    let currency = of.currency.clone();
    amount.map(|amount| Value::Money(Money { currency, amount }))
}

/// A duration in whole milliseconds.
fn whole(ms: Option<Decimal>) -> Option<Value> {
    let ms = ms?.round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven);
    ms.to_i64().map(|ms| Value::Duration(Millis(ms)))
}

/// An instant inside the calendar.
fn instant(ms: i64) -> Option<Value> {
    let at = Timestamp(ms);
    at.to_jiff().map(|_| Value::DateTime(at))
}

/// A day moved by whole days: a day has no hours.
fn shifted(day: Date, ms: i64) -> Option<Value> {
    if ms % Millis::DAY.0 != 0 {
        return None;
    }
    let days = Span::new().try_days(ms / Millis::DAY.0).ok()?;
    day.checked_add(days).ok().map(Value::Date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minor_units_are_those_of_the_currency() {
        for (code, digits) in [
            ("EUR", 2),
            ("JPY", 0),
            ("UGX", 0),
            ("KWD", 3),
            ("CLF", 4),
            ("UYW", 4),
            ("XAU", 2),
            ("???", 2),
        ] {
            assert_eq!(minor_digits(code), digits, "{code}");
        }
        let money = |amount| Money {
            currency: "CLF".into(),
            amount,
        };
        let half = compute(
            ArithOp::Div,
            &Value::Money(money(Decimal::new(12346, 4))),
            &Value::Int(2),
        );
        let Ok(Value::Money(half)) = half else {
            panic!("{half:?}");
        };
        assert_eq!(rounded(&half), money(Decimal::new(6173, 4)));
        assert_eq!(money_text(&money(Decimal::ONE)), "1.0000");
    }

    #[test]
    fn an_instant_outside_the_calendar_is_out_of_range() {
        let last = Value::DateTime(
            "9999-12-30T20:00:00Z"
                .parse::<jiff::Timestamp>()
                .unwrap()
                .into(),
        );
        let far = Value::Duration(Millis(i64::MAX / 2));
        let day = Value::Duration(Millis::DAY);
        for (op, a, b) in [
            (ArithOp::Add, &last, &day),
            (ArithOp::Add, &day, &last),
            (ArithOp::Add, &last, &far),
            (ArithOp::Sub, &last, &far),
        ] {
            let reason = compute(op, a, b).unwrap_err();
            assert!(reason.ends_with("is out of range"), "{reason}");
        }
        assert!(compute(ArithOp::Sub, &last, &day).is_ok());
    }
}
