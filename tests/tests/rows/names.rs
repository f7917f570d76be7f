//! Which triggers and flows name a row in their doc comment.

use std::collections::BTreeMap;

use trig_compiler::SourceSet;
use trig_grammar::ast::{Doc, Item, ItemKind};

/// Whether a text names a row: as a word, so that `B1` is not in `B17`.
pub(crate) fn says(text: &str, row: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| word == row)
}

/// The triggers and flows of which the doc comment names a row. Of what a template makes, the template's counts, too;
/// triggers of a template that have names are there by their part behind the point.
pub(crate) fn triggers_that_say(sources: &SourceSet, row: &str) -> Vec<String> {
    let files: Vec<_> = sources
        .files
        .iter()
        .map(|(_, text)| trig_grammar::parse(text))
        .collect();
    let mut items = Vec::new();
    for file in &files {
        nested(&file.items, &mut items);
    }
    let templates: BTreeMap<&str, &Item> = items
        .iter()
        .filter_map(|item| match &item.kind {
            ItemKind::Template(template) => Some((template.name.text.as_str(), *item)),
            _ => None,
        })
        .collect();
    let mut out = Vec::new();
    for item in &items {
        let name = match &item.kind {
            ItemKind::Trigger(trigger) => trigger.name.as_ref(),
            ItemKind::Flow(flow) => Some(&flow.name),
            ItemKind::Apply(apply) => Some(&apply.name),
            _ => None,
        };
        let of_template = match &item.kind {
            ItemKind::Apply(apply) => templates.get(apply.template.text().as_str()),
            _ => None,
        };
        let says = |doc: &Option<Doc>| doc.as_ref().is_some_and(|d| says(&d.text, row));
        if let Some(name) = name
            && (says(&item.doc) || of_template.is_some_and(|t| says(&t.doc)))
        {
            out.push(name.text.clone());
        }
    }
    out.sort();
    out
}

/// The items of a file and of its stages. What stands in a template is there by what is applied.
fn nested<'a>(items: &'a [Item], out: &mut Vec<&'a Item>) {
    for item in items {
        out.push(item);
        if let ItemKind::Pipeline(pipeline) = &item.kind {
            nested(&pipeline.others, out);
            for stage in &pipeline.stages {
                nested(&stage.items, out);
            }
        }
    }
}
