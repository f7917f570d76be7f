//! Texts for people, and values that are text.

use jiff::tz::TimeZone;
use trig_ir::{SmolStr, Value, weekday_name};

use super::money_text;

/// The text of a value that is one.
pub(super) fn of(value: &Value) -> Option<&SmolStr> {
    match value {
        Value::Text(text) | Value::Tag(text) | Value::User(text) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// A value inside a text: an instant as `YYYY-MM-DD HH:MM` on the local clock, a stage by its own name, a record by its
/// id; `empty` prints nothing.
pub(crate) fn shown(value: &Value, zone: &TimeZone) -> String {
    match value {
        Value::Empty | Value::Raw(_) => String::new(),
        Value::Text(text) | Value::Tag(text) | Value::User(text) | Value::Variant(text) => {
            text.to_string()
        }
        Value::Decimal(d) => d.normalize().to_string(),
        Value::Money(money) => format!("{} {}", money_text(money), money.currency),
        Value::DateTime(t) => match t.to_jiff() {
            Some(t) => t
                .to_zoned(zone.clone())
                .strftime("%Y-%m-%d %H:%M")
                .to_string(),
            None => String::new(),
        },
        Value::Weekday(day) => weekday_name(*day).to_owned(),
        Value::Stage(stage) => stage.stage.to_string(),
        Value::Record(key) => key.id.to_string(),
        Value::List(items) => joined(items.iter(), zone),
        Value::Set(items) => joined(items.iter(), zone),
        Value::Bool(_) | Value::Int(_) | Value::Date(_) | Value::Time(_) | Value::Duration(_) => {
            value.to_string()
        }
    }
}

fn joined<'a>(items: impl Iterator<Item = &'a Value>, zone: &TimeZone) -> String {
    let items: Vec<String> = items.map(|item| shown(item, zone)).collect();
    items.join(", ")
}
