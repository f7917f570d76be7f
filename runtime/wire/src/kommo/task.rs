//! Tasks.

use serde_json::{Map, Value as Json};
use trig_engine::{Arrival, RecordOp};

use super::element;
use super::item::{Item, Snapshot};
use crate::WireError;
use crate::fields::{Put, Reader, reference};
use crate::form::Node;

const ENTITY: &str = "crm.task";

/// `task[add|update|delete]`
pub(super) fn read(item: &Item<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let id = item.required("id")?;
    let mut task = Reader::new(item.branch);
    let mut fields = Map::new();
    let text = task.value("text");
    fields.put("text", text.clone());
    fields.put("kind", task.value("task_type"));
    fields.put("assignee", task.reference("responsible_user_id"));
    fields.put("due", task.instant("complete_before"));
    fields.put("done", task.flag("status"));
    let result = task.node("result");
    fields.put(
        "result",
        result
            .and_then(Node::branch)
            .and_then(|r| r.text("text"))
            .map(crate::fields::text),
    );
    fields.put("created", task.instant("created_at"));
    let (kind, of) = (task.text("element_type"), task.text("element_id"));
    element::put(&mut fields, kind, of);

    // `old_text` is there in every report
    let mut old = Map::new();
    old.put(
        "text",
        task.value("old_text")
            .filter(|before| text.as_ref() != Some(before)),
    );
    old.put("assignee", task.reference("old_responsible_user_id"));
    let completed = task.text("action_close") == Some("1");
    if completed {
        old.insert("done".to_owned(), Json::Bool(false));
    }
    // local times of the account, which come as seconds as well; the new user comes twice
    task.skip(&[
        "id",
        "date_create",
        "last_modified",
        "updated_at",
        "complete_till",
        "main_user",
        "created_user_id",
        "modified_by",
        "account_id",
    ]);
    task.rest(&mut fields);

    let report = item.report(id);
    let data = completed.then(|| {
        let mut data = Map::new();
        data.put("task", Some(reference(id)));
        element::put(&mut data, kind, of);
        for name in ["kind", "result"] {
            data.put(name, fields.get(name).cloned());
        }
        data
    });
    report.record(
        out,
        Snapshot {
            op: match item.action {
                "add" => RecordOp::Created,
                "delete" => RecordOp::Deleted,
                _ => RecordOp::Updated,
            },
            entity: ENTITY,
            id,
            fields,
            old,
            clock: item.clock(),
        },
    );
    if let Some(data) = data {
        report.event(out, "crm.task.completed", Some((ENTITY, id)), data);
    }
    Ok(())
}
