//! Talks: conversations.

use serde_json::Map;
use trig_engine::{Arrival, RecordOp};

use super::item::{Item, Snapshot};
use super::{contact, element};
use crate::WireError;
use crate::fields::{Put, Reader, reference};

/// `talk[add|update]`
pub(super) fn read(item: &Item<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let id = item.required("talk_id")?;
    let mut talk = Reader::new(item.branch);
    let mut fields = Map::new();
    let with = talk.text("contact_id");
    fields.put("contact", with.map(reference));
    fields.put("channel", talk.value("origin"));
    let open = talk.text("is_in_work");
    fields.put("open", talk.flag("is_in_work"));
    fields.put("read", talk.flag("is_read"));
    fields.put("created", talk.instant("created_at"));
    let (kind, of) = (talk.text("entity_type"), talk.text("entity_id"));
    element::put(&mut fields, kind, of);
    talk.skip(&["talk_id", "chat_id", "updated_at", "rate", "account_id"]);
    talk.rest(&mut fields);

    let event = match (item.action, open) {
        ("add", _) => Some("crm.conversation.started"),
        (_, Some("0")) => Some("crm.conversation.closed"),
        _ => None,
    };
    let report = item.report(id);
    let mut data = Map::new();
    data.put("conversation", Some(reference(id)));
    for name in ["contact", "lead", "channel"] {
        data.put(name, fields.get(name).cloned());
    }
    let op = if item.action == "add" {
        RecordOp::Created
    } else {
        RecordOp::Updated
    };
    report.record(
        out,
        Snapshot {
            op,
            entity: "crm.conversation",
            id,
            fields,
            old: Map::new(),
            clock: item.clock(),
        },
    );
    if let Some(ty) = event {
        report.event(out, ty, with.map(|id| (contact::CONTACT, id)), data);
    }
    Ok(())
}
