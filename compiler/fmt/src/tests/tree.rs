//! What a text says: its tree without places, the clauses of each trigger in their order, and its comments.

use trig_grammar::ast::{Clause, ClauseKind, File, Item, ItemKind};

/// The order of clauses, written down a second time: by their first words.
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
    items(&mut file.items, text);
    without_spans(&format!("{:?}", file.items))
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

fn items(items_: &mut [Item], text: &str) {
    for item in items_ {
        match &mut item.kind {
            ItemKind::Trigger(trigger) => clauses(&mut trigger.clauses, text),
            ItemKind::Flow(flow) => clauses(&mut flow.clauses, text),
            ItemKind::Template(template) => items(&mut template.items, text),
            ItemKind::Pipeline(pipeline) => {
                for stage in &mut pipeline.stages {
                    items(&mut stage.items, text);
                }
                items(&mut pipeline.others, text);
            }
            _ => {}
        }
    }
}

fn clauses(all: &mut [Clause], text: &str) {
    for clause in &mut *all {
        if let ClauseKind::On { clauses: own, .. } = &mut clause.kind {
            clauses(own, text);
        }
    }
    all.sort_by_key(|clause| {
        let written = &text[clause.span.range()];
        let end = written.find(|c: char| !c.is_ascii_lowercase());
        let word = &written[..end.unwrap_or(written.len())];
        ORDER.iter().position(|&other| other == word).unwrap()
    });
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
