//! TOML to tables, with the errors of TOML itself.

use toml::de::{DeTable, DeValue};
use trig_grammar::Span;

use super::rules::syntax;
use super::section::span_in;
use crate::Diagnostic;

/// How many errors are reported: after so many the rest are consequences.
const MAX_ERRORS: usize = 10;

/// Parses `text`, as far as it goes.
pub(super) fn parse(text: &str) -> (DeTable<'_>, Vec<Diagnostic>) {
    // offsets are 32 bits wide
    if u32::try_from(text.len()).is_err() {
        let error = syntax::broken("the manifest is larger than 4 GB", Span::empty(0));
        return (DeTable::new(), vec![error]);
    }
    let (root, errors) = DeTable::parse_recoverable(text);
    let root = root.into_inner();
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    let mut last_line = None;
    for error in errors {
        let range = error.span().unwrap_or(text.len()..text.len());
        let span = span_in(text, range);
        let line = line_of(text, span);
        // a second error of one line is a consequence of the first
        if last_line == Some(line) || diagnostics.len() >= MAX_ERRORS {
            continue;
        }
        last_line = Some(line);
        diagnostics.push(if error.message() == "duplicate key" {
            let key = text.get(span.range()).unwrap_or_default();
            let name = key.trim_matches(['"', '\'']);
            let first = first_place(text, &root, name, span).or_else(|| first_header(text, span));
            syntax::duplicate(name, span, first)
        } else {
            syntax::broken(error.message(), span)
        });
    }
    (root, diagnostics)
}

fn line_of(text: &str, span: Span) -> usize {
    let before = text.get(..span.start as usize).unwrap_or_default();
    before.bytes().filter(|b| *b == b'\n').count()
}

/// The first line that is the same header as the one at `again`: recovery keeps the second table only.
fn first_header(text: &str, again: Span) -> Option<Span> {
    let before = text.get(..again.start as usize)?;
    let start = before.rfind('\n').map_or(0, |i| i + 1);
    let header = text.get(start..)?.lines().next()?.trim();
    let mut at = 0;
    for line in before.get(..start)?.split_inclusive('\n') {
        if line.trim() == header {
            return Some(span_in(text, at..at + line.trim_end().len()));
        }
        at += line.len();
    }
    None
}

/// The last place before `again` at which `name` is a key.
fn first_place(text: &str, table: &DeTable<'_>, name: &str, again: Span) -> Option<Span> {
    let mut best: Option<Span> = None;
    for (key, value) in table {
        let span = span_in(text, key.span());
        let mut candidates = Vec::new();
        if key.get_ref() == name && span.end <= again.start {
            candidates.push(span);
        }
        if let DeValue::Table(inner) = value.get_ref() {
            candidates.extend(first_place(text, inner, name, again));
        }
        best = best.into_iter().chain(candidates).max();
    }
    best
}
