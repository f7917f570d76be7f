//! Values on their way out, in JSON.

use serde_json::{Value as Json, json};
use trig_ir::{Millis, Type, Value, weekday_name};

use crate::Engine;
use crate::decode::stored_as;
use crate::eval::money_text;

/// A value in plain JSON: amounts as `{"amount": "12.00", "currency": "USD"}`, decimals as text, days, times and
/// instants in ISO 8601 (instants in UTC), durations as ISO 8601 seconds, stages as `Pipeline.Stage`, records by
/// entity, connector and id.
pub(crate) fn plain(value: &Value) -> Json {
    match value {
        Value::Empty | Value::Raw(_) => Json::Null,
        Value::Bool(b) => Json::Bool(*b),
        Value::Int(n) => json!(n),
        Value::Decimal(d) => Json::String(d.normalize().to_string()),
        Value::Money(money) => json!({
            "amount": money_text(money),
            "currency": money.currency.as_str(),
        }),
        Value::Text(text) | Value::Tag(text) | Value::User(text) | Value::Variant(text) => {
            Json::String(text.to_string())
        }
        Value::Date(date) => Json::String(date.to_string()),
        Value::Time(time) => Json::String(time.to_string()),
        Value::DateTime(at) => Json::String(match at.to_jiff() {
            Some(at) => at.to_string(),
            None => at.to_string(),
        }),
        Value::Duration(Millis(ms)) => {
            let sign = if *ms < 0 { "-" } else { "" };
            let ms = ms.unsigned_abs();
            let part = match ms % 1000 {
                0 => String::new(),
                part => format!(".{part:03}"),
            };
            Json::String(format!("{sign}PT{}{part}S", ms / 1000))
        }
        Value::Weekday(day) => Json::String(weekday_name(*day).to_owned()),
        Value::Stage(stage) => Json::String(stage.to_string()),
        Value::Record(key) => json!({
            "entity": key.entity.as_str(),
            "connector": key.connector.as_str(),
            "id": key.id.as_str(),
        }),
        Value::List(items) => Json::Array(items.iter().map(plain).collect()),
        Value::Set(items) => Json::Array(items.iter().map(plain).collect()),
    }
}

/// A value as the CRM knows it: stages and variants by native id where they have one, else by what they are called now.
pub(crate) fn native(engine: &Engine, ty: &Type, value: &Value) -> Json {
    match (ty, value) {
        (_, Value::Stage(name)) => {
            let place = engine.index().stage(name);
            let pipeline = place.and_then(|(id, _)| engine.ir().pipelines.get(id.index()));
            let stage = place.and_then(|(_, nth)| pipeline?.stages.get(nth));
            let pipeline = pipeline.and_then(|p| p.native_id.as_ref());
            let stage = stage.and_then(|s| s.native_id.as_ref());
            let now = stored_as(engine, None, value.clone());
            let now = match &now {
                Value::Stage(now) => now,
                _ => name,
            };
            json!({
                "pipeline": pipeline.unwrap_or(&now.pipeline).as_str(),
                "stage": stage.unwrap_or(&now.stage).as_str(),
            })
        }
        (Type::Enum(id), Value::Variant(name)) => {
            let decl = engine.ir().enums.get(id.index());
            let variant = decl.and_then(|decl| decl.variants.iter().find(|v| v.name == *name));
            let native = variant.and_then(|variant| variant.native_id.as_ref());
            match native {
                Some(native) => Json::String(native.to_string()),
                None => plain(&stored_as(engine, Some(ty), value.clone())),
            }
        }
        (Type::List(of) | Type::Set(of), Value::List(items)) => {
            Json::Array(items.iter().map(|item| native(engine, of, item)).collect())
        }
        (Type::List(of) | Type::Set(of), Value::Set(items)) => {
            Json::Array(items.iter().map(|item| native(engine, of, item)).collect())
        }
        _ => plain(value),
    }
}
