//! CRM records, and what else is reported by its id alone.

use serde_json::Map;
use smol_str::SmolStr;
use trig_engine::{Arrival, RecordOp};

use super::element::{self, Among, COMPANY, CONTACT, DEAL, LEAD, QUOTE};
use super::hook::{Hook, Sighting, at};
use crate::WireError;
use crate::fields::stage;

/// The entity and what happens to it, for events that say `data[FIELDS][ID]` or `data[ID]`.
pub(super) fn kind(event: &str) -> Option<(&'static str, RecordOp)> {
    use RecordOp::{Created, Deleted, Updated};
    match event {
        "ONPAYMENTENTITYSAVED" => return Some(("bitrix24.payment", Updated)),
        "ONPAYMENTDELETED" => return Some(("bitrix24.payment", Deleted)),
        "ONORDERENTITYSAVED" | "ONSALEORDERSAVED" => return Some(("crm.order", Updated)),
        "ONORDERDELETED" => return Some(("crm.order", Deleted)),
        _ => {}
    }
    let rest = event.strip_prefix("ONCRM")?;
    let (name, op) = [("ADD", Created), ("UPDATE", Updated), ("DELETE", Deleted)]
        .into_iter()
        .find_map(|(end, op)| Some((rest.strip_suffix(end)?, op)))?;
    let entity = match name {
        "LEAD" => LEAD,
        "DEAL" => DEAL,
        "QUOTE" => QUOTE,
        "CONTACT" => CONTACT,
        "COMPANY" => COMPANY,
        "ACTIVITY" => "bitrix24.activity",
        "TIMELINECOMMENT" => "bitrix24.timeline_comment",
        _ => return None,
    };
    Some((entity, op))
}

/// A record that says its id alone.
pub(super) fn read(
    hook: &Hook<'_>,
    entity: &'static str,
    op: RecordOp,
    out: &mut Vec<Arrival>,
) -> Result<(), WireError> {
    let path: &[&str] = if hook.data.get("FIELDS").is_some() || hook.data.get("ID").is_none() {
        &["FIELDS", "ID"]
    } else {
        &["ID"]
    };
    let id = hook.required(path)?;
    seen(hook, SmolStr::new_static(entity), id, op, out);
    Ok(())
}

/// An item of a smart process; invoices are such items.
pub(super) fn dynamic(hook: &Hook<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let id = hook.required(&["FIELDS", "ID"])?;
    let kind = hook.required(&["FIELDS", "ENTITY_TYPE_ID"])?;
    seen(hook, element::entity(kind), id, hook.op(), out);
    Ok(())
}

/// The record, and for a change that nobody describes the event that something can read it back on.
fn seen(hook: &Hook<'_>, entity: SmolStr, id: &str, op: RecordOp, out: &mut Vec<Arrival>) {
    hook.record(Sighting::of(entity.clone(), id, op), out);
    if op == RecordOp::Updated && element::is_item(&entity) {
        let mut data = Map::new();
        element::put_entity(&mut data, Among::Own, &entity, id);
        let subject = (entity, SmolStr::new(id));
        hook.event_about("bitrix24.item.touched", subject, data, out);
    }
}

/// A deal in another pipeline: the one event that says where its record stands.
pub(super) fn moved(hook: &Hook<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let id = hook.required(&["FIELDS", "ID"])?;
    let value = |name| at(hook.data, &["FIELDS", name]);
    let mut fields = Map::new();
    let mut changed = Vec::new();
    if let Some(id) = value("STAGE_ID") {
        // the first pipeline is 0, which counts as none: its stages are those without a prefix
        fields.insert("stage".to_owned(), stage(value("CATEGORY_ID"), id));
        changed.push(SmolStr::new_static("stage"));
    }
    hook.record(
        Sighting {
            fields,
            changed,
            ..Sighting::of(DEAL, id, RecordOp::Updated)
        },
        out,
    );
    Ok(())
}

/// A document, with the item that it was made for.
pub(super) fn document(hook: &Hook<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let id = hook.required(&["FIELDS", "ID"])?;
    let value = |name| at(hook.data, &["FIELDS", name]);
    let mut fields = Map::new();
    let (kind, of) = (value("ENTITY_TYPE_ID"), value("ENTITY_ID"));
    element::put(&mut fields, Among::Own, kind, of);
    hook.record(
        Sighting {
            fields,
            ..Sighting::of("bitrix24.document", id, hook.op())
        },
        out,
    );
    Ok(())
}
