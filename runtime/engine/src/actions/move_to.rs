//! `move`: refused moves are recorded and change nothing.

use smol_str::SmolStr;
use trig_ir::{Place, StageName, Value};

use super::Done;
use super::ctx::Ctx;
use crate::Engine;
use crate::eval::Unknown;

/// What the author allows a move.
#[derive(Clone, Copy)]
pub(super) struct Allowed {
    pub(super) backwards: bool,
    pub(super) across: bool,
}

pub(super) fn perform(
    ctx: Ctx<'_>,
    record: &Place,
    to: &StageName,
    allowed: Allowed,
    as_user: Option<&SmolStr>,
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
    let stage = entity.and_then(|entity| Some((entity, index.stage_field(entity)?)));
    let Some((entity, field)) = stage else {
        return Ok(Done::NoOp(format!("`{}` has no stages", key.entity)));
    };
    let Some(current) = ctx.scope.field(&key, &SmolStr::new_static("stage")) else {
        return Err(Unknown {
            field: format!("{}.stage", ctx.scope.written(record)),
        });
    };
    if let Some(reason) = refused(engine, &current, to, allowed) {
        return Ok(Done::NoOp(reason));
    }
    Ok(Done::Write {
        text: format!("moved {key} to {to}"),
        record: key,
        entity,
        field,
        from: Some(current.into_owned()),
        to: Value::Stage(to.clone()),
        as_user: as_user.cloned(),
    })
}

/// Why a move is refused, if it is.
fn refused(engine: &Engine, current: &Value, to: &StageName, allowed: Allowed) -> Option<String> {
    let index = engine.index();
    let Some((to_pipeline, to_nth)) = index.stage(to) else {
        return Some(format!("there is no stage `{to}`"));
    };
    // out of no stage, or one that is not declared, every way is forward
    let Value::Stage(from) = current else {
        return None;
    };
    if from == to {
        return Some(format!("it is in `{to}` already"));
    }
    let (from_pipeline, from_nth) = index.stage(from)?;
    let pipeline = engine.ir().pipelines.get(from_pipeline.index())?;
    let stage = pipeline.stages.get(from_nth)?;
    if stage.kind.is_final() && !allowed.backwards {
        return Some(format!(
            "`{from}` is final, and the move does not say `backwards`"
        ));
    }
    if from_pipeline != to_pipeline {
        let reason = format!("`{to}` is in another pipeline, and the move does not say `across`");
        return (!allowed.across).then_some(reason);
    }
    if to_nth < from_nth && !allowed.backwards {
        return Some(format!(
            "`{to}` comes before `{from}`, and the move does not say `backwards`"
        ));
    }
    None
}
