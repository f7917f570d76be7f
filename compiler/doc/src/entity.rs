//! Entities with the fields that the project uses.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use trig_ir::{EntityId, Ir};

use crate::escape::{anchor, escape};
use crate::markdown;
use crate::outline::{FieldText, Outline};
use crate::trigger::link;
use crate::usage::{Use, usage};

pub(crate) fn section(outline: &Outline, ir: &Ir) -> String {
    // entities whose fields are used, and those that triggers or pipelines are for
    let mut used: BTreeMap<&str, BTreeMap<String, Use>> = BTreeMap::new();
    let subjects = ir.triggers.iter().filter_map(|t| t.subject);
    let mut ids: BTreeSet<EntityId> = subjects
        .chain(ir.pipelines.iter().map(|p| p.entity))
        .collect();
    let mut fields: BTreeMap<EntityId, BTreeMap<String, Use>> = BTreeMap::new();
    for ((entity, field), one) in usage(ir) {
        ids.insert(entity);
        fields.entry(entity).or_default().insert(field, one);
    }
    for id in ids {
        if let Some(entity) = ir.entities.get(id.index()) {
            used.insert(&entity.name, fields.remove(&id).unwrap_or_default());
        }
    }
    let mut out = String::new();
    for (name, fields) in used {
        let _ = writeln!(
            out,
            "<article id=\"{}\">\n<h3><span class=\"kind\">entity</span> {}</h3>",
            anchor("entity", name),
            escape(name)
        );
        if let Some(doc) = outline.entities.get(name) {
            out.push_str(&markdown::render(doc));
        }
        if fields.is_empty() {
            out.push_str("<p>No trigger uses a field of it.</p>\n");
        } else {
            out.push_str(
                "<table class=\"fields\">\n<tr><th>field</th><th>type</th><th>read by</th><th>written by</th></tr>\n",
            );
            for (field, one) in fields {
                row(&mut out, outline, name, &field, &one);
            }
            out.push_str("</table>\n");
        }
        out.push_str("</article>\n");
    }
    out
}

fn row(out: &mut String, outline: &Outline, entity: &str, field: &str, one: &Use) {
    let text = declared(outline, entity, field);
    let links = |names: &BTreeSet<String>| {
        let links: Vec<String> = names.iter().map(|name| link(outline, name)).collect();
        links.join(", ")
    };
    let _ = writeln!(
        out,
        "<tr><td><code>{}</code>{}</td><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
        escape(field),
        text.and_then(|t| t.doc.as_deref())
            .map(markdown::render)
            .unwrap_or_default(),
        text.map(|t| escape(&t.ty)).unwrap_or_default(),
        links(&one.read_by),
        links(&one.written_by),
    );
}

/// A field as it is declared: by its entity, or by an `extend`, which may use the entity's short name.
fn declared<'a>(outline: &'a Outline, entity: &str, field: &str) -> Option<&'a FieldText> {
    let short = entity.rsplit('.').next().unwrap_or(entity);
    [entity, short]
        .into_iter()
        .find_map(|name| outline.fields.get(&(name.to_owned(), field.to_owned())))
}
