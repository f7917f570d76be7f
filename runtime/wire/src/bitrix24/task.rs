//! Tasks.

use serde_json::Map;
use trig_engine::{Arrival, RecordOp};

use super::hook::{Hook, Sighting, at};
use crate::WireError;
use crate::fields::{Put, reference};

const ENTITY: &str = "crm.task";

/// `ONTASKADD`, `ONTASKUPDATE`, `ONTASKDELETE`: the id, after or before.
pub(super) fn read(hook: &Hook<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let op = hook.op();
    let id = if op == RecordOp::Deleted {
        hook.required(&["FIELDS_BEFORE", "ID"])?
    } else {
        hook.required(&["FIELDS_AFTER", "ID"])?
    };
    hook.record(Sighting::of(ENTITY, id, op), out);
    Ok(())
}

/// `ONTASKCOMMENTADD`
pub(super) fn comment(hook: &Hook<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let task = hook.required(&["FIELDS_AFTER", "TASK_ID"])?;
    let value = |name| at(hook.data, &["FIELDS_AFTER", name]).map(reference);
    let mut data = Map::new();
    data.put("task", Some(reference(task)));
    data.put("comment", value("ID"));
    data.put("message", value("MESSAGE_ID"));
    hook.event("bitrix24.task.commented", "", None, data, out);
    Ok(())
}
