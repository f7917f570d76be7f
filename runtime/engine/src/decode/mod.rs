//! Values as they come over the wire, read by the types of the active revision.
//!
//! `null` and `""` are `empty` for every type. Numbers may come as text. Money is a number or a text of one, in the
//! project's currency, or `{"amount": …, "currency": …}`, `"12.50 EUR"`, `"12.50|EUR"`. Days and instants are Unix
//! seconds (number or text), RFC 3339, or `YYYY-MM-DD` with an optional time; what has no offset is UTC. A duration is
//! a number of seconds or ISO 8601. Enums come by name or native id. A stage is `{"pipeline": id or null, "stage": id}`
//! with native ids or names, or `"Pipeline.Stage"`, or the id or name of a stage that only one pipeline of the entity
//! has. A reference is a native id in the connector that sent it, `entity/id`, `entity/id@connector`, or
//! `{"connector": …, "id": …}`. Tags come as a list or as text with commas.

mod moment;
mod reference;
mod reread;
mod stage;

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde_json::Value as Json;
use smol_str::SmolStr;
use trig_ir::{EnumId, Money, Type, Value, fold_tag, normalize};

pub(crate) use reread::{coerce, read_as, stored_as};

use crate::Engine;

/// Why a value cannot be read.
pub(crate) type Reason = String;

/// Reads a value.
pub(crate) fn decode(
    engine: &Engine,
    ty: &Type,
    json: &Json,
    connector: &SmolStr,
) -> Result<Value, Reason> {
    if json.is_null() || json.as_str() == Some("") {
        return Ok(Value::Empty);
    }
    match ty {
        Type::Bool => bool(json).map(Value::Bool),
        Type::Int => int(json).map(Value::Int),
        Type::Decimal => decimal(json).map(Value::Decimal),
        Type::Money => money(engine, json).map(Value::Money),
        Type::Text | Type::Url | Type::Receiver => text(json, "text").map(Value::Text),
        Type::User => text(json, "user").map(Value::User),
        Type::Tag => tag(json).map(Value::Tag),
        Type::Date => moment::date(json).map(Value::Date),
        Type::Time => moment::time(json).map(Value::Time),
        Type::DateTime => moment::datetime(json).map(Value::DateTime),
        Type::Duration => moment::duration(json).map(Value::Duration),
        Type::Weekday => moment::weekday(json).map(Value::Weekday),
        Type::Enum(id) => variant(engine, *id, json),
        Type::Entity(id) => reference::read(engine, *id, json, connector).map(Value::Record),
        Type::Stage(entity) => stage::of_entity(engine, *entity, json),
        Type::StageOf(pipeline) => stage::of_pipeline(engine, *pipeline, json),
        Type::List(of) => {
            let items = elements(engine, of, json, connector)?;
            Ok(Value::List(items))
        }
        Type::Set(of) => {
            let items = elements(engine, of, json, connector)?;
            Ok(Value::Set(set(items)))
        }
        Type::Any => any(json),
    }
}

/// A set of values; of tags that fold alike, the first stays.
pub(crate) fn set(items: impl IntoIterator<Item = Value>) -> BTreeSet<Value> {
    let mut folded = BTreeSet::new();
    let mut set = BTreeSet::new();
    for item in items {
        if let Value::Tag(tag) = &item
            && !folded.insert(fold_tag(tag))
        {
            continue;
        }
        set.insert(item);
    }
    set
}

/// A value as it is quoted in a reason: short.
fn quoted(json: &Json) -> String {
    let text = json.to_string();
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("`{short}`")
}

fn not(json: &Json, what: &str) -> Reason {
    format!("{} is no {what}", quoted(json))
}

fn bool(json: &Json) -> Result<bool, Reason> {
    match json {
        Json::Bool(b) => return Ok(*b),
        Json::Number(n) => match n.as_i64() {
            Some(0) => return Ok(false),
            Some(1) => return Ok(true),
            _ => {}
        },
        Json::String(text) => match text.trim() {
            "true" | "True" | "TRUE" | "yes" | "Y" | "1" => return Ok(true),
            "false" | "False" | "FALSE" | "no" | "N" | "0" => return Ok(false),
            _ => {}
        },
        _ => {}
    }
    Err(not(json, "truth value"))
}

fn int(json: &Json) -> Result<i64, Reason> {
    if let Some(n) = json.as_i64() {
        return Ok(n);
    }
    let n = decimal(json).map_err(|_| not(json, "whole number"))?;
    if !n.fract().is_zero() {
        return Err(not(json, "whole number"));
    }
    i64::try_from(n).map_err(|_| format!("{} is out of range", quoted(json)))
}

/// The text of a number or of a text.
fn digits(json: &Json) -> Option<String> {
    match json {
        Json::Number(n) => Some(n.to_string()),
        Json::String(text) => Some(text.trim().to_owned()),
        _ => None,
    }
}

fn parse_decimal(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text)
        .ok()
        .or_else(|| Decimal::from_scientific(text).ok())
}

fn decimal(json: &Json) -> Result<Decimal, Reason> {
    let text = digits(json).ok_or_else(|| not(json, "number"))?;
    parse_decimal(&text).ok_or_else(|| not(json, "number of at most 28 digits"))
}

pub(crate) fn currency(code: &str) -> Option<SmolStr> {
    let code = code.trim();
    let valid = code.len() == 3 && code.bytes().all(|b| b.is_ascii_alphabetic());
    valid.then(|| code.to_ascii_uppercase().into())
}

fn money(engine: &Engine, json: &Json) -> Result<Money, Reason> {
    let no_amount = || not(json, "amount");
    if let Json::Object(object) = json {
        let amount = object.get("amount").ok_or_else(no_amount)?;
        let amount = decimal(amount).map_err(|_| no_amount())?;
        let currency = match object.get("currency") {
            None | Some(Json::Null) => project_currency(engine)?,
            Some(code) => code
                .as_str()
                .and_then(currency)
                .ok_or_else(|| format!("{} is no currency", quoted(code)))?,
        };
        return Ok(Money { currency, amount });
    }
    let text = digits(json).ok_or_else(no_amount)?;
    if let Some((amount, code)) = text.split_once(['|', ' ']) {
        let amount = parse_decimal(amount.trim()).ok_or_else(no_amount)?;
        let currency = currency(code).ok_or_else(no_amount)?;
        return Ok(Money { currency, amount });
    }
    let amount = parse_decimal(&text).ok_or_else(no_amount)?;
    let currency = project_currency(engine)?;
    Ok(Money { currency, amount })
}

fn project_currency(engine: &Engine) -> Result<SmolStr, Reason> {
    let currency = engine.ir().project.currency.clone();
    currency.ok_or_else(|| "the amount has no currency, and the project names none".to_owned())
}

fn text(json: &Json, what: &str) -> Result<SmolStr, Reason> {
    match json {
        Json::String(text) => Ok(normalize(text)),
        Json::Number(n) => Ok(n.to_string().into()),
        Json::Bool(b) => Ok(b.to_string().into()),
        _ => Err(not(json, what)),
    }
}

/// A tag, or an object with its name.
fn tag(json: &Json) -> Result<SmolStr, Reason> {
    let named = json.as_object().and_then(|object| object.get("name"));
    let tag = text(named.unwrap_or(json), "tag")?;
    Ok(tag.trim().into())
}

fn variant(engine: &Engine, id: EnumId, json: &Json) -> Result<Value, Reason> {
    let decl = engine.ir().enums.get(id.index());
    let decl = decl.ok_or_else(|| "its type is not declared".to_owned())?;
    let text = digits(json).ok_or_else(|| not(json, &decl.name))?;
    let named = decl.variants.iter().find(|v| v.name == text.as_str());
    let native = || {
        decl.variants
            .iter()
            .find(|v| v.native_id.as_deref() == Some(&text))
    };
    match named.or_else(native) {
        Some(variant) => Ok(Value::Variant(variant.name.clone())),
        None => Err(format!("{} is no value of `{}`", quoted(json), decl.name)),
    }
}

fn elements(
    engine: &Engine,
    of: &Type,
    json: &Json,
    connector: &SmolStr,
) -> Result<Vec<Value>, Reason> {
    let read = |item: &Json| decode(engine, of, item, connector);
    let items: Vec<Value> = match json {
        Json::Array(items) => items.iter().map(read).collect::<Result<_, _>>()?,
        Json::String(text) if *of == Type::Tag => text
            .split(',')
            .map(|tag| Value::Tag(normalize(tag.trim())))
            .collect(),
        single => vec![read(single)?],
    };
    Ok(items.into_iter().filter(|item| !item.is_empty()).collect())
}

fn any(json: &Json) -> Result<Value, Reason> {
    Ok(match json {
        Json::Null => Value::Empty,
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) => match n.as_i64() {
            Some(n) => Value::Int(n),
            None => Value::Decimal(decimal(json)?),
        },
        Json::String(text) => Value::Text(normalize(text)),
        Json::Array(items) => Value::List(items.iter().map(any).collect::<Result<_, _>>()?),
        Json::Object(_) => return Err(not(json, "single value")),
    })
}

#[cfg(test)]
mod tests;
