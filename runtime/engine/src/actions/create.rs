//! `create`: asks the CRM for a new record. It is known here once the CRM reports it.

use serde_json::Map;
use smol_str::SmolStr;
use trig_ir::{EntityId, Expr, RecordKey, Value};

use super::Done;
use super::ctx::Ctx;
use crate::decode::coerce;
use crate::eval::Unknown;
use crate::json::native;

pub(super) fn perform(
    ctx: Ctx<'_>,
    entity: EntityId,
    args: &[(SmolStr, Expr)],
) -> Result<Done, Unknown> {
    let engine = ctx.scope.engine;
    let Some(decl) = engine.ir().entities.get(entity.index()) else {
        return Ok(Done::NoOp("the entity is not declared".to_owned()));
    };
    let mut fields = Map::new();
    let mut missing = None;
    let mut near = Vec::new();
    for (name, arg) in args {
        // all of them are looked at: one that is not known weighs more than one that is empty
        let out = ctx.eval().value(arg)?;
        let at = engine.index().field(entity, name);
        let Some((at, field)) = at.and_then(|at| Some((at, decl.fields.get(at)?))) else {
            missing = missing.or(Some(format!("`{}` has no field `{name}`", decl.name)));
            continue;
        };
        if let Some(reason) = out.failed {
            missing = missing.or(Some(format!("`{name}` is not written: {reason}")));
            continue;
        }
        if out.value.is_empty() && !field.optional {
            missing = missing.or(Some(format!("`{name}` has no value: it is empty")));
            continue;
        }
        let value = out.value.into_owned();
        if let Value::Record(key) = &value {
            near.push(key.clone());
        }
        let shown = value.to_string();
        let Some(value) = coerce(engine, &field.ty, value) else {
            let reason = format!("`{name}` is not written: {shown} does not fit it");
            missing = missing.or(Some(reason));
            continue;
        };
        let wire = engine.index().stored_name(entity, at).unwrap_or(name);
        fields.insert(wire.to_string(), native(engine, &field.ty, &value));
    }
    if let Some(reason) = missing {
        return Ok(Done::NoOp(reason));
    }
    near.extend(ctx.scope.subject.cloned());
    near.extend(ctx.scope.outer.cloned());
    Ok(Done::Create {
        connector: connector(&decl.name, &near),
        entity: decl.name.clone(),
        fields,
        text: format!("created {}", decl.name),
    })
}

/// The installation in which a record is created: that of a record near it of the same catalogue, its own references
/// first; else the catalogue's name. An entity of the project is created where its subject is.
fn connector(entity: &str, near: &[RecordKey]) -> SmolStr {
    let catalogue = |name: &str| name.rsplit_once('.').map(|(of, _)| SmolStr::new(of));
    let Some(own) = catalogue(entity) else {
        return near
            .first()
            .map_or(SmolStr::default(), |key| key.connector.clone());
    };
    let same = near
        .iter()
        .find(|key| catalogue(&key.entity).as_ref() == Some(&own));
    same.map_or(own, |key| key.connector.clone())
}
