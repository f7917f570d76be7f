//! What a note, task or message belongs to.

use serde_json::{Map, Value as Json};

use super::{contact, lead};
use crate::fields::{Put, reference};

/// The field and the entity that a kind of element stands for. Kinds are numbers, in newer groups words.
fn known(kind: &str) -> Option<(&'static str, &'static str)> {
    match kind {
        "1" | "contact" | "contacts" => Some(("contact", contact::CONTACT)),
        "2" | "lead" | "leads" => Some(("lead", lead::ENTITY)),
        "3" | "company" | "companies" => Some(("company", contact::COMPANY)),
        _ => None,
    }
}

/// Writes the reference to what `kind` and `id` name, and returns it. Nothing for what the catalogue has not.
pub(super) fn put<'a>(
    fields: &mut Map<String, Json>,
    kind: Option<&str>,
    id: Option<&'a str>,
) -> Option<(&'static str, &'a str)> {
    let (field, entity) = known(kind?)?;
    let id = id?;
    fields.put(field, Some(reference(id)));
    Some((entity, id))
}
