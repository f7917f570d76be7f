//! Stored values under the types of the active revision: it may be a later one than that which stored them.

use std::borrow::Cow;

use rust_decimal::Decimal;
use smol_str::SmolStr;
use trig_ir::{Type, Value};

use super::{decode, set};
use crate::Engine;

/// A stored value as the type has it. What was unreadable is tried again; what the type does not have reads as `empty`.
pub(crate) fn read_as<'a>(
    engine: &Engine,
    ty: &Type,
    value: &'a Value,
    connector: &SmolStr,
) -> Cow<'a, Value> {
    if let Value::Raw(json) = value {
        let json = serde_json::from_str(json).unwrap_or_default();
        return Cow::Owned(decode(engine, ty, &json, connector).unwrap_or(Value::Empty));
    }
    if let Some(moved) = engine.index().moved() {
        let own = moved.own_value(engine.ir(), ty, value);
        return Cow::Owned(coerce(engine, ty, own).unwrap_or(Value::Empty));
    }
    if fits(engine, ty, value) {
        return Cow::Borrowed(value);
    }
    Cow::Owned(coerce(engine, ty, value.clone()).unwrap_or(Value::Empty))
}

/// A value of the engine's revision, as it is stored: names that have moved since are the new ones.
pub(crate) fn stored_as(engine: &Engine, ty: Option<&Type>, value: Value) -> Value {
    match engine.index().moved() {
        Some(moved) => moved.value(engine.ir(), ty, &value),
        None => value,
    }
}

/// Whether a value is one of the type.
fn fits(engine: &Engine, ty: &Type, value: &Value) -> bool {
    match (ty, value) {
        (_, Value::Empty) | (Type::Any, _) => true,
        (Type::Bool, Value::Bool(_))
        | (Type::Int, Value::Int(_))
        | (Type::Decimal, Value::Decimal(_))
        | (Type::Money, Value::Money(_))
        | (Type::Text | Type::Url | Type::Receiver, Value::Text(_))
        | (Type::User, Value::User(_))
        | (Type::Tag, Value::Tag(_))
        | (Type::Date, Value::Date(_))
        | (Type::Time, Value::Time(_))
        | (Type::DateTime, Value::DateTime(_))
        | (Type::Duration, Value::Duration(_))
        | (Type::Weekday, Value::Weekday(_)) => true,
        (Type::Enum(id), Value::Variant(name)) => engine
            .ir()
            .enums
            .get(id.index())
            .is_some_and(|decl| decl.variants.iter().any(|v| v.name == *name)),
        (Type::Entity(id), Value::Record(key)) => {
            let decl = engine.ir().entities.get(id.index());
            decl.is_some_and(|decl| decl.name == key.entity)
        }
        (Type::Stage(entity), Value::Stage(name)) => {
            let pipeline = engine.index().stage(name).map(|(pipeline, _)| pipeline);
            let pipeline = pipeline.and_then(|id| engine.ir().pipelines.get(id.index()));
            pipeline.is_some_and(|pipeline| pipeline.entity == *entity)
        }
        (Type::StageOf(of), Value::Stage(name)) => {
            engine.index().stage(name).is_some_and(|(p, _)| p == *of)
        }
        (Type::List(of), Value::List(items)) => items.iter().all(|item| fits(engine, of, item)),
        (Type::Set(of), Value::Set(items)) => items.iter().all(|item| fits(engine, of, item)),
        _ => false,
    }
}

/// A value made one of the type, where nothing is lost by it. `None`: it cannot be.
pub(crate) fn coerce(engine: &Engine, ty: &Type, value: Value) -> Option<Value> {
    if fits(engine, ty, &value) {
        return Some(value);
    }
    Some(match (ty, value) {
        (Type::Decimal, Value::Int(n)) => Value::Decimal(Decimal::from(n)),
        (Type::Int, Value::Decimal(d)) if d.fract().is_zero() => Value::Int(i64::try_from(d).ok()?),
        (Type::Tag, Value::Text(text) | Value::User(text)) => Value::Tag(text.trim().into()),
        (Type::User, Value::Text(text)) => Value::User(text),
        (Type::Text | Type::Url | Type::Receiver, Value::Tag(text) | Value::User(text)) => {
            Value::Text(text)
        }
        (Type::List(of), Value::List(items)) => Value::List(each(engine, of, items)),
        (Type::List(of), Value::Set(items)) => Value::List(each(engine, of, items)),
        (Type::Set(of), Value::List(items)) => Value::Set(set(each(engine, of, items))),
        (Type::Set(of), Value::Set(items)) => Value::Set(set(each(engine, of, items))),
        _ => return None,
    })
}

/// The elements that are, or can be made, of the type.
fn each(engine: &Engine, of: &Type, items: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let items = items.into_iter();
    items.filter_map(|item| coerce(engine, of, item)).collect()
}
