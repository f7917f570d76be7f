//! Values inside texts, in a form of their own: `{deal.amount:,.2}`, `{deal.close_date:%d.%m.%Y}`.

use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;
use rust_decimal::{Decimal, RoundingStrategy};
use trig_ir::{Format, Value, normalize};

use super::{Out, money_text, shown};

/// More than that no number here has.
const MOST_DECIMALS: u32 = 28;

/// A value as the format has it; one for which it is not made is printed as ever.
pub(super) fn formatted<'a>(out: Out<'a>, format: &Format, zone: &TimeZone) -> Out<'a> {
    if out.value.is_empty() {
        return out;
    }
    let text = match format {
        Format::Number { group, decimals } => number(&out.value, *group, *decimals),
        Format::Moment(format) => match moment(&out.value, format, zone) {
            Some(Ok(text)) => Some(text),
            Some(Err(_)) => {
                return Out::failed(format!("`{format}` cannot be printed of {}", out.value));
            }
            None => None,
        },
    };
    let text = text.unwrap_or_else(|| shown(&out.value, zone));
    let text = normalize(&text);
    Out::of(if text.is_empty() {
        Value::Empty
    } else {
        Value::Text(text)
    })
}

fn number(value: &Value, group: bool, decimals: Option<u8>) -> Option<String> {
    let digits = |n: Decimal| match decimals {
        Some(decimals) => fixed(n, decimals),
        None => n.normalize().to_string(),
    };
    let (number, currency) = match value {
        Value::Int(n) => (digits((*n).into()), None),
        Value::Decimal(d) => (digits(*d), None),
        Value::Money(money) => {
            let number = match decimals {
                Some(decimals) => fixed(money.amount, decimals),
                None => money_text(money),
            };
            (number, Some(&money.currency))
        }
        _ => return None,
    };
    let number = if group { grouped(&number) } else { number };
    Some(match currency {
        Some(currency) => format!("{number} {currency}"),
        None => number,
    })
}

/// Rounded half to even, with so many decimals.
fn fixed(n: Decimal, decimals: u8) -> String {
    let decimals = u32::from(decimals);
    let kept = decimals.min(MOST_DECIMALS);
    let rounded = n.round_dp_with_strategy(kept, RoundingStrategy::MidpointNearestEven);
    // printed digit by digit: a large number has no room for more decimals
    let mut text = rounded.to_string();
    let there = text.split_once('.').map_or(0, |(_, part)| part.len());
    let wanted = usize::try_from(decimals).unwrap_or(usize::MAX);
    if there < wanted {
        if there == 0 {
            text.push('.');
        }
        text.extend(std::iter::repeat_n('0', wanted - there));
    }
    text
}

/// With a comma between thousands.
fn grouped(number: &str) -> String {
    let (sign, rest) = match number.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", number),
    };
    let (whole, part) = rest.split_once('.').unwrap_or((rest, ""));
    let mut text = sign.to_owned();
    for (nth, digit) in whole.chars().enumerate() {
        if nth > 0 && (whole.len() - nth) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if !part.is_empty() {
        text.push('.');
        text.push_str(part);
    }
    text
}

/// `None`: the value is no moment.
fn moment(value: &Value, format: &str, zone: &TimeZone) -> Option<Result<String, jiff::Error>> {
    let parts = match value {
        Value::Date(date) => BrokenDownTime::from(*date),
        Value::Time(time) => BrokenDownTime::from(*time),
        Value::DateTime(at) => BrokenDownTime::from(&at.to_jiff()?.to_zoned(zone.clone())),
        _ => return None,
    };
    Some(parts.to_string(format))
}

#[cfg(test)]
mod tests {
    use trig_ir::{Money, Timestamp};

    use super::*;

    fn shown_as(value: Value, format: Format) -> String {
        let zone = jiff::tz::TimeZoneDatabase::bundled()
            .get("Europe/Berlin")
            .unwrap();
        let out = formatted(Out::of(value), &format, &zone);
        match out.failed {
            Some(reason) => format!("! {reason}"),
            None => out.value.to_string(),
        }
    }

    #[test]
    fn numbers() {
        let number = |value, group, decimals| shown_as(value, Format::Number { group, decimals });
        let money = |amount: &str| {
            Value::Money(Money {
                currency: "EUR".into(),
                amount: amount.parse().unwrap(),
            })
        };
        let decimal = |d: &str| Value::Decimal(d.parse().unwrap());
        assert_eq!(number(Value::Int(-1_234_567), true, None), "\"-1,234,567\"");
        assert_eq!(number(Value::Int(123), true, Some(2)), "\"123.00\"");
        assert_eq!(number(decimal("0.125"), false, Some(2)), "\"0.12\"");
        assert_eq!(number(decimal("1000.50"), true, None), "\"1,000.5\"");
        assert_eq!(number(money("12345.6"), true, None), "\"12,345.60 EUR\"");
        assert_eq!(number(money("12345.65"), true, Some(0)), "\"12,346 EUR\"");
        assert_eq!(number(Value::Empty, true, Some(2)), "empty");
        let most = number(Value::Decimal(Decimal::MAX), true, Some(255));
        assert!(
            most.starts_with("\"79,228,162,514,264,337,593,543,950,335.000"),
            "{most}"
        );
        // not made for it
        assert_eq!(number(Value::Text("x".into()), true, Some(2)), "\"x\"");
    }

    #[test]
    fn moments() {
        let moment = |value, format: &str| shown_as(value, Format::Moment(format.into()));
        let day = Value::Date(jiff::civil::Date::constant(2026, 3, 2));
        let time = Value::Time(jiff::civil::Time::constant(9, 5, 0, 0));
        // 2026-03-02T10:00:00Z
        let at = Value::DateTime(Timestamp(1_772_445_600_000));
        assert_eq!(moment(day.clone(), "%d.%m.%Y"), "\"02.03.2026\"");
        assert_eq!(moment(time, "%H:%M"), "\"09:05\"");
        assert_eq!(moment(at, "%A %H:%M %Z"), "\"Monday 11:00 CET\"");
        assert_eq!(
            moment(day.clone(), "%H"),
            "! `%H` cannot be printed of 2026-03-02"
        );
        assert_eq!(moment(day, "%"), "! `%` cannot be printed of 2026-03-02");
    }
}
