//! `set`: writes a field.

use std::borrow::Cow;

use smol_str::SmolStr;
use trig_ir::{ArithOp, Expr, Place, SetOp, Type, Value};

use super::Done;
use super::ctx::Ctx;
use crate::Engine;
use crate::decode::coerce;
use crate::eval::{Members, Unknown, compute, elements, same};

pub(super) fn perform(
    ctx: Ctx<'_>,
    record: &Place,
    field: &SmolStr,
    op: SetOp,
    value: &Expr,
) -> Result<Done, Unknown> {
    let Some(key) = ctx.eval().record_at(record)? else {
        return Ok(Done::NoOp(format!(
            "`{}` is empty",
            ctx.scope.written(record)
        )));
    };
    if ctx.scope.records.gone(&key) {
        return Ok(Done::NoOp(format!("{key} is gone")));
    }
    let engine = ctx.scope.engine;
    let index = engine.index();
    let entity = index.entity_id(&key.entity);
    let at = entity.and_then(|entity| Some((entity, index.field(entity, field)?)));
    let decl = at.and_then(|(entity, at)| {
        let decl = engine.ir().entities.get(entity.index())?;
        decl.fields.get(at)
    });
    let (Some((entity, at)), Some(decl)) = (at, decl) else {
        return Ok(Done::NoOp(format!(
            "`{}` has no field `{field}`",
            key.entity
        )));
    };
    let out = ctx.eval().value(value)?;
    if let Some(reason) = out.failed {
        return Ok(Done::NoOp(format!("`{field}` is not written: {reason}")));
    }
    let there = ctx.scope.field(&key, field);
    let new = match op {
        SetOp::Assign => Ok(out.value.into_owned()),
        SetOp::Add | SetOp::Remove => {
            let Some(there) = there.as_deref() else {
                return Err(Unknown {
                    field: format!("{}.{field}", ctx.scope.written(record)),
                });
            };
            combined(op, &decl.ty, there, &out.value)
        }
    };
    let new = new.and_then(|new| typed(engine, &decl.ty, new));
    let new = match new {
        Ok(new) => new,
        Err(reason) => return Ok(Done::NoOp(format!("`{field}` is not written: {reason}"))),
    };
    if there.as_deref().is_some_and(|there| same(there, &new)) {
        return Ok(Done::NoOp(format!("`{field}` is {new} already")));
    }
    Ok(Done::Write {
        text: format!("set {field} of {key} to {new}"),
        record: key,
        entity,
        field: at,
        from: there.map(Cow::into_owned),
        to: new,
        as_user: None,
    })
}

/// The value as one of the field's type.
pub(crate) fn typed(engine: &Engine, ty: &Type, value: Value) -> Result<Value, String> {
    if matches!(value, Value::Empty | Value::Raw(_)) {
        return Ok(Value::Empty);
    }
    let shown = value.to_string();
    coerce(engine, ty, value).ok_or_else(|| format!("{shown} does not fit it"))
}

/// `+=` and `-=`. A collection gets or loses elements; a number, an amount or a duration is counted on, from nothing
/// where it is empty.
pub(crate) fn combined(
    op: SetOp,
    ty: &Type,
    there: &Value,
    value: &Value,
) -> Result<Value, String> {
    if ty.element().is_some() {
        if op != SetOp::Add {
            let gone = Members::of(value);
            let kept = elements(there).filter(|element| !gone.has(element));
            return Ok(Value::List(kept.cloned().collect()));
        }
        let mut all: Vec<Value> = elements(there).cloned().collect();
        let mut members = Members::of(there);
        for element in elements(value) {
            if matches!(ty, Type::List(_)) {
                all.push(element.clone());
            } else if !members.has(element) {
                members.add(element);
                all.push(element.clone());
            }
        }
        return Ok(Value::List(all));
    }
    let arith = match op {
        SetOp::Remove => ArithOp::Sub,
        _ => ArithOp::Add,
    };
    if there.is_empty() && !value.is_empty() {
        // `value - value` is the nothing of its kind and currency
        let nothing = compute(ArithOp::Sub, value, value)?;
        return compute(arith, &nothing, value);
    }
    compute(arith, there, value)
}
