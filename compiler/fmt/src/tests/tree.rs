//! What a text says: its tree without places, the clauses of each trigger in their order, and its comments.

use trig_grammar::ast::{Clause, ClauseKind, File, Item, ItemKind};

/// The order of clauses, written down a second time: by their first words. That of [`crate::order`] is checked by it.
const ORDER: [&str; 22] = [
    "for",
    "on",
    "by",
    "when",
    "debounce",
    "until",
    "after",
    "during",
    "mode",
    "once",
    "cooldown",
    "limit",
    "missed",
    "zone",
    "priority",
    "disabled",
    "backwards",
    "again",
    "as",
    "was",
    "allow",
    "do",
];

/// Panics unless the text has no errors.
pub(super) fn tree(text: &str) -> String {
    let mut file: File = trig_grammar::parse(text);
    assert!(file.errors.is_empty(), "{:?} in\n{text}", file.errors);
    bodies(&mut file.items, &mut |clauses| {
        clauses.sort_by_key(|c| place(c, text))
    });
    without_spans(&format!("{:?}", file.items))
}

/// Whether the clauses of every trigger stand in their order.
pub(super) fn in_order(text: &str) -> bool {
    let mut sorted = true;
    bodies(&mut trig_grammar::parse(text).items, &mut |clauses| {
        sorted &= clauses.is_sorted_by_key(|c| place(c, text));
    });
    sorted
}

/// Every comment, sorted: clauses take theirs along.
pub(super) fn comments(text: &str) -> Vec<String> {
    let mut comments: Vec<_> = trig_grammar::parse(text)
        .comments
        .iter()
        .map(|comment| text[comment.span.range()].trim_end().to_owned())
        .collect();
    comments.sort();
    comments
}

/// Calls `f` with the clauses of every trigger, flow and start.
fn bodies(items: &mut [Item], f: &mut impl FnMut(&mut [Clause])) {
    for item in items {
        match &mut item.kind {
            ItemKind::Trigger(trigger) => body(&mut trigger.clauses, f),
            ItemKind::Flow(flow) => body(&mut flow.clauses, f),
            ItemKind::Template(template) => bodies(&mut template.items, f),
            ItemKind::Pipeline(pipeline) => {
                for stage in &mut pipeline.stages {
                    bodies(&mut stage.items, f);
                }
                bodies(&mut pipeline.others, f);
            }
            _ => {}
        }
    }
}

fn body(all: &mut [Clause], f: &mut impl FnMut(&mut [Clause])) {
    for clause in &mut *all {
        if let ClauseKind::On { clauses: own, .. } = &mut clause.kind {
            body(own, f);
        }
    }
    f(all);
}

/// The place of a clause among the others, by its first word.
fn place(clause: &Clause, text: &str) -> usize {
    let written = &text[clause.span.range()];
    let end = written.find(|c: char| !c.is_ascii_lowercase());
    let word = &written[..end.unwrap_or(written.len())];
    ORDER.iter().position(|&other| other == word).unwrap()
}

fn without_spans(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("..") {
        let (before, after) = (&rest[..at], &rest[at + 2..]);
        out.push_str(before.trim_end_matches(|c: char| c.is_ascii_digit()));
        out.push_str("..");
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    out.push_str(rest);
    out
}
