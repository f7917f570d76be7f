//! Notes, and the calls among them.

use serde_json::{Map, Value as Json};
use trig_engine::Arrival;

use super::element;
use super::item::Item;
use crate::WireError;
use crate::fields::{Put, reference, text};

/// `leads[note]`, `contacts[note]`, `companies[note]`: the note stands in `[note]`.
pub(super) fn read(item: &Item<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let note = item.branch.branch("note").unwrap_or(item.branch);
    let id = note
        .text("id")
        .filter(|id| !id.is_empty())
        .ok_or_else(|| item.missing("note][id"))?;
    // the type is beside its own members in some bodies
    let kind = note
        .text("note_type")
        .or(note.text("type"))
        .unwrap_or_default();
    let words = note.text("text").unwrap_or_default();

    let mut data = Map::new();
    let group = match item.group {
        "leads" => "2",
        "companies" => "3",
        _ => "1",
    };
    let element = note.text("element_type").unwrap_or(group);
    let subject = element::put(&mut data, Some(element), note.text("element_id"));
    let ty = match kind {
        "10" => "crm.call.incoming",
        "11" => "crm.call.outgoing",
        _ => "crm.note.added",
    };
    if ty == "crm.note.added" {
        data.put("text", Some(text(words)));
        data.put("kind", Some(text(kind)));
        data.put("author", note.text("created_by").map(reference));
    } else {
        call(words, &mut data);
    }
    let by = note.text("created_by").map(super::item::user);
    item.report_of(id, note, by.unwrap_or_else(|| item.by()))
        .event(out, ty, subject, data);
    Ok(())
}

/// A call's text is JSON: `{"PHONE":"…","DURATION":"5","LINK":"…"}`. What cannot be read of it is left out.
fn call(words: &str, data: &mut Map<String, Json>) {
    let Ok(Json::Object(call)) = serde_json::from_str::<Json>(words) else {
        return;
    };
    for (member, field) in [
        ("PHONE", "phone"),
        ("DURATION", "seconds"),
        ("LINK", "recording"),
    ] {
        let value = match call.get(member) {
            Some(Json::String(value)) => Some(text(value)),
            Some(Json::Number(value)) => Some(Json::Number(value.clone())),
            _ => None,
        };
        data.put(field, value);
    }
}
