//! Kinds of CRM records: by number, by word.

use serde_json::{Map, Value as Json};
use smol_str::SmolStr;

use crate::fields::{Put, is_nobody, reference};

pub(super) const CONTACT: &str = "crm.contact";
pub(super) const COMPANY: &str = "crm.company";
pub(super) const LEAD: &str = "bitrix24.lead";
pub(super) const DEAL: &str = "bitrix24.deal";
pub(super) const QUOTE: &str = "bitrix24.quote";
const INVOICE: &str = "bitrix24.invoice";

/// The kinds that the catalogue has: number, word, entity.
const KNOWN: [(&str, &str, &str); 6] = [
    ("1", "LEAD", LEAD),
    ("2", "DEAL", DEAL),
    ("3", "CONTACT", CONTACT),
    ("4", "COMPANY", COMPANY),
    ("7", "QUOTE", QUOTE),
    ("31", "SMART_INVOICE", INVOICE),
];

fn known(kind: &str) -> Option<&'static str> {
    let found = KNOWN
        .iter()
        .find(|(number, word, _)| *number == kind || word.eq_ignore_ascii_case(kind));
    found.map(|(_, _, entity)| *entity)
}

/// The entity of a kind. What a smart process is called, the project knows: here it has its number.
pub(super) fn entity(kind: &str) -> SmolStr {
    match known(kind) {
        Some(entity) => SmolStr::new_static(entity),
        None => smol_str::format_smolstr!("bitrix24.#{kind}"),
    }
}

/// How a reference to an item is called: in the catalogue's own declarations, or among what is shared.
#[derive(Clone, Copy)]
pub(super) enum Among {
    Own,
    Shared,
}

/// Whether it is a kind of CRM record, those of smart processes included.
pub(super) fn is_item(entity: &str) -> bool {
    entity.contains('#') || KNOWN.iter().any(|(_, _, known)| *known == entity)
}

/// Writes the reference to what `kind` and `id` name. Nothing for smart processes: what the field is called, the project
/// decides.
pub(super) fn put(
    fields: &mut Map<String, Json>,
    among: Among,
    kind: Option<&str>,
    id: Option<&str>,
) {
    if let (Some(entity), Some(id)) = (kind.and_then(known), id.filter(|id| !is_nobody(id))) {
        put_entity(fields, among, entity, id);
    }
}

/// The same, where the entity is known.
pub(super) fn put_entity(fields: &mut Map<String, Json>, among: Among, entity: &str, id: &str) {
    if entity.contains('#') {
        return;
    }
    let bare = entity.rsplit('.').next().unwrap_or(entity);
    let name = match among {
        // contacts and companies belong to what is shared
        Among::Shared if entity.starts_with("bitrix24.") => entity,
        Among::Shared | Among::Own => bare,
    };
    fields.put(name, Some(reference(id)));
}
