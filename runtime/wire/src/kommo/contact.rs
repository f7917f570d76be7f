//! Contacts and companies, which come in one group.

use serde_json::{Map, Value as Json};
use trig_engine::{Arrival, RecordOp};

use super::custom_fields::{self, Codes};
use super::item::{Item, Snapshot};
use crate::WireError;
use crate::fields::{Put, Reader};
use crate::form::{Branch, Node};

pub(super) const CONTACT: &str = "crm.contact";
pub(super) const COMPANY: &str = "crm.company";

const CONTACT_CODES: &Codes = &[
    ("EMAIL", "email"),
    ("PHONE", "phone"),
    ("POSITION", "position"),
];
const COMPANY_CODES: &Codes = &[("EMAIL", "email"), ("PHONE", "phone")];

/// `contacts[add|update|delete|restore]`
pub(super) fn read(item: &Item<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let id = item.required("id")?;
    let op = match item.action {
        "add" => RecordOp::Created,
        "delete" => RecordOp::Deleted,
        _ => RecordOp::Updated,
    };
    let clock = item.clock();
    let whole = clock.is_some() && op != RecordOp::Deleted;

    let mut contact = Reader::new(item.branch);
    let is_company = match contact.text("type") {
        Some(kind) => kind == "company",
        None => item.group == "companies",
    };
    let mut fields = Map::new();
    for name in ["name", "first_name", "last_name"] {
        fields.put(name, contact.value(name));
    }
    fields.put("owner", contact.reference("responsible_user_id"));
    // no report of a company with tags was ever seen: none may mean that they are not sent
    fields.put(
        "tags",
        custom_fields::tags(&mut contact, whole && !is_company),
    );
    let created = contact.instant("created_at");
    fields.put(
        "created",
        created.or_else(|| contact.instant("date_create")),
    );
    fields.put(
        "leads",
        contact
            .node("linked_leads_id")
            .and_then(Node::branch)
            .map(keys),
    );
    if !is_company {
        fields.put("company", contact.reference("linked_company_id"));
        fields.put("organization", contact.value("company_name"));
    }
    let codes = if is_company {
        COMPANY_CODES
    } else {
        CONTACT_CODES
    };
    custom_fields::read(&mut contact, codes, whole, &mut fields);

    let mut old = Map::new();
    old.put("owner", contact.reference("old_responsible_user_id"));
    contact.skip(&[
        "id",
        "last_modified",
        "updated_at",
        "date_create",
        "created_user_id",
        "modified_user_id",
        "account_id",
    ]);
    contact.rest(&mut fields);
    item.report(id).record(
        out,
        Snapshot {
            op,
            entity: if is_company { COMPANY } else { CONTACT },
            id,
            fields,
            old,
            clock,
        },
    );
    Ok(())
}

/// `linked_leads_id` has the ids as names.
fn keys(map: &Branch) -> Json {
    map.iter().map(|(id, _)| id).collect()
}
