//! Reading the members of a form's group, and writing fields.

use std::collections::HashSet;

use serde_json::{Map, Value as Json, json};

use crate::form::{Branch, Node};

/// A group that is being read: remembers what was looked at, so that the rest can be passed on under its own name.
pub(crate) struct Reader<'a> {
    branch: &'a Branch,
    seen: HashSet<&'static str>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(branch: &'a Branch) -> Self {
        Self {
            branch,
            seen: HashSet::new(),
        }
    }

    pub(crate) fn node(&mut self, name: &'static str) -> Option<&'a Node> {
        self.seen.insert(name);
        self.branch.get(name)
    }

    /// The value called `name`; `Some("")` where it is there and empty.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<&'a str> {
        self.node(name).and_then(Node::text)
    }

    /// The value as text, `null` where it is empty.
    pub(crate) fn value(&mut self, name: &'static str) -> Option<Json> {
        self.text(name).map(text)
    }

    /// The value as the id of something else, `null` where it is empty or 0.
    pub(crate) fn reference(&mut self, name: &'static str) -> Option<Json> {
        self.text(name).map(reference)
    }

    /// The value as an instant, from seconds since 1970. Absent where it is no such thing.
    pub(crate) fn instant(&mut self, name: &'static str) -> Option<Json> {
        self.text(name).and_then(instant)
    }

    /// The value as a truth value.
    pub(crate) fn flag(&mut self, name: &'static str) -> Option<Json> {
        self.text(name)
            .map(|value| Json::Bool(!matches!(value, "" | "0")))
    }

    /// These are known and say nothing that is wanted.
    pub(crate) fn skip(&mut self, names: &[&'static str]) {
        self.seen.extend(names);
    }

    /// What was not looked at, as it is.
    pub(crate) fn rest(&self, into: &mut Map<String, Json>) {
        for (name, node) in self.branch.iter() {
            // fields of the catalogue win, so that no name is said twice
            if !self.seen.contains(name) && !into.contains_key(name) {
                into.insert(name.to_owned(), node.json());
            }
        }
    }
}

/// Adds a field where there is a value.
pub(crate) trait Put {
    fn put(&mut self, name: &str, value: Option<Json>);
}

impl Put for Map<String, Json> {
    fn put(&mut self, name: &str, value: Option<Json>) {
        if let Some(value) = value {
            self.insert(name.to_owned(), value);
        }
    }
}

pub(crate) fn text(value: &str) -> Json {
    if value.is_empty() {
        Json::Null
    } else {
        Json::String(value.to_owned())
    }
}

pub(crate) fn reference(id: &str) -> Json {
    if is_nobody(id) {
        Json::Null
    } else {
        Json::String(id.to_owned())
    }
}

/// Whether an id says that there is nobody.
pub(crate) fn is_nobody(id: &str) -> bool {
    matches!(id, "" | "0")
}

/// A stage by native ids.
pub(crate) fn stage(pipeline: Option<&str>, stage: &str) -> Json {
    json!({ "pipeline": pipeline.map_or(Json::Null, reference), "stage": reference(stage) })
}

/// Seconds since 1970.
pub(crate) fn seconds(value: &str) -> Option<i64> {
    value.parse().ok()
}

/// RFC 3339 from seconds since 1970; `null` where there is none.
pub(crate) fn instant(value: &str) -> Option<Json> {
    if is_nobody(value) {
        return Some(Json::Null);
    }
    let instant = jiff::Timestamp::from_second(seconds(value)?).ok()?;
    Some(Json::String(instant.to_string()))
}
