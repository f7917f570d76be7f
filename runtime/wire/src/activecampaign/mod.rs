//! ActiveCampaign's webhooks: one event in each body, named by `type`, with snapshots of what it is about.
//!
//! The snapshots come first, so that what answers the event sees them.

mod event;
mod hook;
mod snapshot;

use trig_engine::{Arrival, RecordOp};

use crate::WireError;
use crate::form::Branch;
use hook::Hook;

/// The arrivals that a body holds.
pub(crate) fn arrivals(connector: &str, tree: &Branch) -> Result<Vec<Arrival>, WireError> {
    let hook = Hook::new(connector, tree)?;
    let created = |ty: &[&str]| {
        if ty.contains(&hook.ty) {
            RecordOp::Created
        } else {
            RecordOp::Updated
        }
    };
    let mut out = Vec::new();
    snapshot::account(&hook, created(&["account_add"]), &mut out)?;
    // list 0: the contact was made without being put on a list
    let made = hook.ty == "subscribe" && tree.text("list") == Some("0");
    let op = if made {
        RecordOp::Created
    } else {
        RecordOp::Updated
    };
    snapshot::contact(&hook, op, &mut out)?;
    snapshot::deal(&hook, created(&["deal_add"]), &mut out)?;
    let op = created(&["deal_task_add", "contact_task_add"]);
    snapshot::task(&hook, op, &mut out)?;
    event::read(&hook, &mut out)?;
    Ok(out)
}
