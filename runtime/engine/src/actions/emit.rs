//! `emit`: raises an event of the project.

use smol_str::SmolStr;
use trig_ir::{EventId, EventKind, Expr, Value};

use super::Done;
use super::ctx::Ctx;
use crate::decode::{coerce, stored_as};
use crate::eval::Unknown;
use crate::state::Fields;

pub(super) fn perform(
    ctx: Ctx<'_>,
    event: EventId,
    args: &[(SmolStr, Expr)],
) -> Result<Done, Unknown> {
    let engine = ctx.scope.engine;
    let Some(decl) = engine.ir().events.get(event.index()) else {
        return Ok(Done::NoOp("the event is not declared".to_owned()));
    };
    let mut fields = Fields::default();
    for field in decl.fields.iter().filter(|field| field.optional) {
        let name = engine.index().name_now(&decl.name, &field.name);
        fields.set(name, Value::Empty);
    }
    for (name, arg) in args {
        let out = ctx.eval().value(arg)?;
        let field = decl.field(name);
        let needed = field.is_some_and(|field| !field.optional);
        if needed && out.value.is_empty() {
            let reason = out.failed.unwrap_or_else(|| "it is empty".to_owned());
            return Ok(Done::NoOp(format!("`{name}` has no value: {reason}")));
        }
        let value = out.value.into_owned();
        let typed = match field {
            Some(field) => coerce(engine, &field.ty, value).unwrap_or(Value::Empty),
            None => value,
        };
        let typed = stored_as(engine, field.map(|field| &field.ty), typed);
        fields.set(engine.index().name_now(&decl.name, name), typed);
    }
    Ok(Done::Emit {
        kind: EventKind::Event(event),
        fields,
        text: format!("emitted {}", decl.name),
    })
}
