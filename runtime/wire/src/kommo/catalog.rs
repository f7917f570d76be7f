//! Elements of the account's own lists.

use serde_json::Map;
use trig_engine::{Arrival, RecordOp};

use super::custom_fields;
use super::item::{Item, Snapshot};
use crate::WireError;
use crate::fields::{Put, Reader};

/// `catalogs[add|update|delete]`
pub(super) fn read(item: &Item<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let id = item.required("id")?;
    let mut element = Reader::new(item.branch);
    let mut fields = Map::new();
    fields.put("name", element.value("name"));
    fields.put("catalog", element.reference("catalog_id"));
    let created = element.instant("created_at");
    fields.put(
        "created",
        created.or_else(|| element.instant("date_create")),
    );
    custom_fields::read(&mut element, &[], false, &mut fields);
    element.skip(&[
        "id",
        "type",
        "last_modified",
        "updated_at",
        "date_create",
        "created_by",
        "modified_by",
        "account_id",
    ]);
    element.rest(&mut fields);
    item.report(id).record(
        out,
        Snapshot {
            op: match item.action {
                "add" => RecordOp::Created,
                "delete" => RecordOp::Deleted,
                _ => RecordOp::Updated,
            },
            entity: "kommo.catalog_element",
            id,
            fields,
            old: Map::new(),
            clock: item.clock(),
        },
    );
    Ok(())
}
