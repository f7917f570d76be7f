//! Bookings of resources.

use serde_json::Map;
use trig_engine::{Arrival, RecordOp};

use super::hook::{Hook, Sighting};
use crate::WireError;
use crate::fields::{Put, reference};

/// `ONBOOKINGADD`, `ONBOOKINGUPDATE`, `ONBOOKINGDELETE`
pub(super) fn read(hook: &Hook<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let id = hook.required(&["ID"])?;
    let op = hook.op();
    hook.record(Sighting::of("bitrix24.booking", id, op), out);
    if op == RecordOp::Created {
        let mut data = Map::new();
        data.put("booking", Some(reference(id)));
        hook.event("bitrix24.resource.booked", "", None, data, out);
    }
    Ok(())
}
