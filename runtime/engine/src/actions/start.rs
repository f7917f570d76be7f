//! `start`: lets a flow begin.

use smol_str::SmolStr;
use trig_ir::{EventKind, Place, Value};

use super::Done;
use super::ctx::Ctx;
use crate::eval::Unknown;
use crate::state::Fields;

pub(super) fn perform(
    ctx: Ctx<'_>,
    flow: &SmolStr,
    subject: Option<&Place>,
) -> Result<Done, Unknown> {
    let mut fields = Fields::default();
    let mut text = format!("started {flow}");
    if let Some(place) = subject {
        let Some(key) = ctx.eval().record_at(place)? else {
            let written = ctx.scope.written(place);
            return Ok(Done::NoOp(format!("`{written}` is empty")));
        };
        text = format!("{text} for {key}");
        fields.set(SmolStr::new_static("record"), Value::Record(key));
    }
    Ok(Done::Emit {
        kind: EventKind::Started(flow.clone()),
        fields,
        text,
    })
}
