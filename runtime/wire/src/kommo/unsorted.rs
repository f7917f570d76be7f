//! Incoming leads that wait to be accepted.

use serde_json::{Map, Value as Json};
use trig_engine::Arrival;

use super::item::Item;
use crate::WireError;
use crate::fields::{Put, reference, text};
use crate::form::{Branch, Node};

/// `unsorted[add|update|delete]`
pub(super) fn read(item: &Item<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let uid = item.required("uid")?;
    let body = item.branch;
    let category = body.text("category");
    let mut data = Map::new();
    data.put("uid", Some(text(uid)));
    data.put("category", category.map(text));
    let report = item.report(uid);
    if item.action == "delete" {
        let ty = match body.text("action") {
            Some("accept") => "kommo.unsorted.accepted",
            Some("decline") => "kommo.unsorted.declined",
            _ => {
                report.event(out, "kommo.unsorted.delete", None, body.object());
                return Ok(());
            }
        };
        let leads = body.branch("accept_result").and_then(|r| r.branch("leads"));
        data.put("lead", leads.and_then(|l| l.text("0")).map(reference));
        report.event(out, ty, None, data);
        return Ok(());
    }

    let source = body.branch("source_data");
    let of = |name: &str| source.and_then(|s| s.text(name)).map(text);
    let page = source
        .and_then(|s| s.branch("origin"))
        .and_then(|o| o.text("referer"))
        .map(text);
    let mut form = Map::new();
    form.put("form", of("form_id"));
    form.put("form_name", of("form_name"));
    form.put("page", page);
    form.put("lead", linked(body, "leads"));
    form.put("contact", linked(body, "contacts"));

    data.put("source", body.text("source").map(text));
    data.put("pipeline", body.text("pipeline_id").map(reference));
    data.extend(form.clone());
    let ty = if item.action == "add" {
        "kommo.unsorted.added"
    } else {
        "kommo.unsorted.updated"
    };
    report.event(out, ty, None, data);
    if item.action == "add" && category == Some("forms") {
        report.event(out, "crm.form.submitted", None, form);
    }
    Ok(())
}

/// The first of `data[leads][n][id]`.
fn linked(body: &Branch, kind: &str) -> Option<Json> {
    let list = body.branch("data")?.branch(kind)?.list();
    let first = list.first().copied().and_then(Node::branch)?;
    first.text("id").map(reference)
}
