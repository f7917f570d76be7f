//! The account's own fields: `custom_fields[n][id|name|code|values]`.

use serde_json::{Map, Value as Json};

use crate::fields::{Reader, instant, text};
use crate::form::{Branch, Node};

/// Fields with a code have a name in the catalogue, too.
pub(super) type Codes = [(&'static str, &'static str)];

/// The tracking fields of leads.
pub(super) const TRACKING: &Codes = &[
    ("UTM_SOURCE", "utm.source"),
    ("UTM_MEDIUM", "utm.medium"),
    ("UTM_CAMPAIGN", "utm.campaign"),
    ("UTM_TERM", "utm.term"),
    ("UTM_CONTENT", "utm.content"),
    ("UTM_REFERRER", "utm.referrer"),
];

/// Writes the account's own fields under `#ID`, and those with a code under their name in the catalogue.
///
/// Kommo leaves out what is empty. In a `whole` snapshot the fields with a code that are not there are therefore empty;
/// which others there are only the account knows.
pub(super) fn read(
    item: &mut Reader<'_>,
    codes: &Codes,
    whole: bool,
    fields: &mut Map<String, Json>,
) {
    if whole {
        for (_, name) in codes {
            fields.insert((*name).to_owned(), Json::Null);
        }
    }
    let Some(list) = item.node("custom_fields").and_then(Node::branch) else {
        return;
    };
    for field in list.list().into_iter().filter_map(Node::branch) {
        let (value, first) = value(field);
        let code = field.text("code").unwrap_or_default();
        if let Some((_, name)) = codes.iter().find(|(known, _)| *known == code) {
            fields.insert((*name).to_owned(), first);
        }
        if let Some(id) = field.text("id") {
            fields.insert(format!("#{id}"), value);
        }
    }
}

/// The value of a field, and the first of its values.
fn value(field: &Branch) -> (Json, Json) {
    let values = match field.get("values") {
        Some(Node::Branch(values)) => values,
        Some(Node::Leaf(value)) => return (text(value), text(value)),
        None => return (Json::Null, Json::Null),
    };
    // a radio button has one value without a number
    if let Some(value) = values.get("value") {
        return (one(value), one(value));
    }
    let mut values: Vec<Json> = values
        .list()
        .into_iter()
        .map(|value| match value {
            Node::Branch(branch) => branch.get("value").map_or_else(|| branch.json(), one),
            // a value without a name is a date, in seconds
            Node::Leaf(seconds) => instant(seconds).unwrap_or_else(|| text(seconds)),
        })
        .collect();
    let first = values.first().cloned().unwrap_or(Json::Null);
    if values.len() == 1 {
        (values.pop().unwrap_or(Json::Null), first)
    } else {
        (Json::Array(values), first)
    }
}

fn one(value: &Node) -> Json {
    match value {
        Node::Leaf(value) => text(value),
        Node::Branch(branch) => branch.json(),
    }
}

/// The names of `tags[n][name]`. Kommo leaves out an empty list.
pub(super) fn tags(item: &mut Reader<'_>, whole: bool) -> Option<Json> {
    match item.node("tags") {
        Some(tags) => Some(
            tags.branch()
                .map(Branch::list)
                .unwrap_or_default()
                .into_iter()
                .filter_map(|tag| match tag {
                    Node::Branch(tag) => tag.text("name"),
                    Node::Leaf(name) => Some(name.as_str()),
                })
                .filter(|name| !name.is_empty())
                .collect(),
        ),
        None => whole.then(|| Json::Array(Vec::new())),
    }
}
