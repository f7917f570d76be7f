//! Leads.

use serde_json::Map;
use trig_engine::{Arrival, RecordOp};

use super::custom_fields;
use super::item::{Item, Snapshot};
use crate::WireError;
use crate::fields::{Put, Reader, reference, stage};

pub(super) const ENTITY: &str = "kommo.lead";

/// `leads[add|update|delete|restore|status|responsible]`
pub(super) fn read(item: &Item<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let id = item.required("id")?;
    item.report(id).record(out, snapshot(item, id));
    Ok(())
}

/// `leads[mail_in|call_in|chat|site_visit]` of the Digital Pipeline: nothing but the lead and where it stands.
pub(super) fn read_visit(item: &Item<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let id = item.required("id")?;
    let ty = match item.action {
        "mail_in" => "crm.email.incoming",
        "call_in" => "crm.call.incoming",
        "site_visit" => "crm.page.visited",
        _ => "kommo.chat.received",
    };
    let report = item.report(id);
    report.record(out, snapshot(item, id));
    let mut data = Map::new();
    data.put("lead", Some(reference(id)));
    report.event(out, ty, Some((ENTITY, id)), data);
    Ok(())
}

fn snapshot<'a>(item: &Item<'a>, id: &'a str) -> Snapshot<'a> {
    let op = match item.action {
        "add" => RecordOp::Created,
        "delete" => RecordOp::Deleted,
        _ => RecordOp::Updated,
    };
    let clock = item.clock();
    // webhooks of the Digital Pipeline have only ids
    let whole = clock.is_some() && op != RecordOp::Deleted;

    let mut lead = Reader::new(item.branch);
    let mut fields = Map::new();
    fields.put("name", lead.value("name"));
    let pipeline = lead.text("pipeline_id");
    fields.put(
        "stage",
        lead.text("status_id").map(|id| stage(pipeline, id)),
    );
    fields.put("price", lead.value("price"));
    fields.put("owner", lead.reference("responsible_user_id"));
    fields.put("creator", lead.reference("created_user_id"));
    fields.put("tags", custom_fields::tags(&mut lead, whole));
    let created = lead.instant("created_at");
    fields.put("created", created.or_else(|| lead.instant("date_create")));
    custom_fields::read(&mut lead, custom_fields::TRACKING, whole, &mut fields);

    // Kommo goes on sending `old_status_id` with later reports of other changes: only the report of a move says that
    // the lead was moved, only that of a new user that it got one.
    let mut old = Map::new();
    let (old_status, old_pipeline) = (lead.text("old_status_id"), lead.text("old_pipeline_id"));
    let old_owner = lead.reference("old_responsible_user_id");
    match item.action {
        "status" => old.put("stage", old_status.map(|id| stage(old_pipeline, id))),
        "responsible" => old.put("owner", old_owner),
        _ => {}
    }
    lead.skip(&[
        "id",
        "last_modified",
        "updated_at",
        "date_create",
        "modified_user_id",
        "account_id",
    ]);
    lead.rest(&mut fields);
    Snapshot {
        op,
        entity: ENTITY,
        id,
        fields,
        old,
        clock,
    }
}
