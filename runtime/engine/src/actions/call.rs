//! A declared action, carried out by a connector.

use serde_json::Map;
use smol_str::SmolStr;
use trig_ir::{ActionId, Expr};

use super::Done;
use super::ctx::Ctx;
use crate::decode::{coerce, stored_as};
use crate::eval::Unknown;
use crate::json::plain;
use crate::state::Fields;

pub(super) fn perform(
    ctx: Ctx<'_>,
    action: ActionId,
    args: &[(SmolStr, Expr)],
) -> Result<Done, Unknown> {
    let engine = ctx.scope.engine;
    let Some(decl) = engine.ir().actions.get(action.index()) else {
        return Ok(Done::NoOp("the action is not declared".to_owned()));
    };
    let mut values = Map::new();
    let mut given = Fields::default();
    let mut missing = None;
    for (name, arg) in args {
        // all of them are looked at: one that is not known weighs more than one that is empty
        let out = ctx.eval().value(arg)?;
        let param = decl.params.iter().find(|param| param.name == *name);
        let needed = param.is_some_and(|param| !param.optional);
        if needed && out.value.is_empty() {
            let reason = out.failed.unwrap_or_else(|| "it is empty".to_owned());
            missing = missing.or(Some(format!("`{name}` has no value: {reason}")));
            continue;
        }
        let value = out.value.into_owned();
        let typed = param.and_then(|param| coerce(engine, &param.ty, value.clone()));
        let value = typed.unwrap_or(value);
        let sent = stored_as(engine, param.map(|param| &param.ty), value.clone());
        values.insert(name.to_string(), plain(&sent));
        given.set(name.clone(), value);
    }
    if let Some(reason) = missing {
        return Ok(Done::NoOp(reason));
    }
    if let Some(reason) = super::when::refused(ctx.scope, decl, &given) {
        return Ok(Done::NoOp(reason));
    }
    Ok(Done::Call {
        action: decl.name.clone(),
        args: values,
        text: format!("called {}", decl.name),
    })
}
