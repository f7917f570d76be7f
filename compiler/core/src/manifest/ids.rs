//! `[ids]`: native ids by Trig path, written `"Sales.New" = …`, `Sales.New = …` or under `[ids.Sales]`.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;

use smol_str::SmolStr;
use toml::de::DeValue;

use super::Keyed;
use super::rules::{syntax, value};
use super::section::{Entry, Section, join};
use crate::Diagnostic;

/// A path has an entity and a field, or a pipeline and a stage; what is deeper is no path.
const MAX_DEPTH: usize = 4;

type Ids = BTreeMap<SmolStr, Keyed<SmolStr>>;

pub(super) fn read(root: &Section<'_>, out: &mut Vec<Diagnostic>) -> Ids {
    let mut ids = Ids::new();
    if let Some(section) = root.section("ids", out) {
        below(&section, "", 0, &mut ids, out);
    }
    ids
}

fn below(
    section: &Section<'_>,
    path: &str,
    depth: usize,
    ids: &mut Ids,
    out: &mut Vec<Diagnostic>,
) {
    for entry in section.entries() {
        let path = join(path, entry.name);
        if !is_path(&path) {
            out.push(
                value::wrong(format!("`{path}` is no path of names"), entry.key).help(
                    "write what the id belongs to, as in `\"Sales.New\"` or `\"lead.budget\"`",
                ),
            );
        } else if let (DeValue::Table(_), true) = (entry.value, depth < MAX_DEPTH) {
            if let Some(inner) = entry.section(out) {
                below(&inner, &path, depth + 1, ids, out);
            }
        } else if let Some(id) = native_id(&entry, out) {
            insert(path, id, &entry, ids, out);
        }
    }
}

fn insert(path: String, id: SmolStr, entry: &Entry<'_>, ids: &mut Ids, out: &mut Vec<Diagnostic>) {
    let keyed = Keyed {
        value: id,
        key: entry.key,
        span: entry.span,
    };
    match ids.entry(path.into()) {
        Slot::Vacant(slot) => {
            slot.insert(keyed);
        }
        // `"a.b" = 1` and `a.b = 1` differ for TOML, and not for us
        Slot::Occupied(slot) => {
            let (first, again) = if slot.get().key.start < keyed.key.start {
                (slot.get().key, keyed.key)
            } else {
                (keyed.key, slot.get().key)
            };
            out.push(syntax::duplicate(slot.key(), again, Some(first)));
        }
    }
}

/// The id as text: systems number their records, or name them.
fn native_id(entry: &Entry<'_>, out: &mut Vec<Diagnostic>) -> Option<SmolStr> {
    match entry.value {
        DeValue::Integer(_) => Some(entry.integer(out)?.value.to_string().into()),
        DeValue::String(_) => Some(SmolStr::new(entry.text(out)?.value)),
        _ => entry.wrong_type("text or a whole number", out),
    }
}

fn is_path(path: &str) -> bool {
    path.split('.').all(|name| {
        let mut chars = name.chars();
        chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
            && chars.all(|c| c.is_alphanumeric() || c == '_')
    })
}
