//! Names and paths.

use super::{Builder, Kids, Node, kids, take};
use crate::ast::{Key, Name, Path};
use crate::parser::Rule;
use crate::span::Span;
use crate::words::{CLAUSE_PARTS, CLAUSES, RESERVED};

impl Builder<'_> {
    /// A name from a node that is nothing but one.
    pub(super) fn name(&self, node: &Node<'_>) -> Name {
        name_at(node.as_str(), self.start(node))
    }

    /// The next name; the words say what is expected after what.
    pub(super) fn req_name(
        &mut self,
        kids: &mut Kids<'_>,
        what: &str,
        after: &str,
        end: u32,
    ) -> Name {
        if let Some(node) = take(kids, Rule::name) {
            return self.name(&node);
        }
        let offset = self.hole(kids, Rule::missing_name, end);
        self.expected_name(what, after, offset);
        Name::missing(offset)
    }

    /// An error for a name or path that is missing; says so if a reserved word stands there.
    pub(super) fn expected_name(&mut self, what: &str, after: &str, offset: u32) {
        if !self.errors.expected(what, after, offset) {
            return;
        }
        let word = self.errors.last_word();
        if let Some(name) = word.strip_prefix('"').and_then(|w| w.strip_suffix('"')) {
            let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_');
            self.errors.add_help(match name {
                "" => "a name stands without quotes".to_owned(),
                name if plain => format!("a name stands without quotes: `{name}`"),
                _ => "a name stands without quotes; one that is no word, between backticks"
                    .to_owned(),
            });
        }
        if RESERVED.contains(&word) && !CLAUSES.contains(&word) && !CLAUSE_PARTS.contains(&word) {
            self.errors.add_help(format!(
                "`{word}` is a word of the language; write it in backticks where it is a name"
            ));
        }
    }

    /// A name from a node that is a name and its colon. One with dots (`utm.source:`) is a single name, as in backticks.
    pub(super) fn colon_name(&self, node: &Node<'_>) -> Name {
        let text = node.as_str().trim_end_matches(':').trim_end();
        let mut name = name_at(text, self.start(node));
        if name.text.contains('`') {
            name.text.retain(|c| c != '`');
        }
        name
    }

    /// A path from its node. A dot at its end gives an error and a name that is missing.
    pub(super) fn path(&mut self, node: &Node<'_>) -> Path {
        let span = self.span(node);
        let text = node.as_str();
        let mut names = Vec::with_capacity(text.bytes().filter(|&b| b == b'.').count() + 1);
        let mut at = span.start;
        let mut rest = text;
        loop {
            let length = match rest.strip_prefix('`') {
                Some(inner) => inner.find('`').map_or(rest.len(), |n| n + 2),
                None => rest.find('.').unwrap_or(rest.len()),
            };
            let (word, tail) = rest.split_at_checked(length).unwrap_or((rest, ""));
            if word.is_empty() {
                names.push(Name::missing(at));
                let before = text.trim_end_matches('.');
                self.errors.expected("a name", &format!("`{before}.`"), at);
            } else {
                names.push(name_at(word, at));
            }
            let Some(tail) = tail.strip_prefix('.') else {
                break;
            };
            at += length as u32 + 1;
            rest = tail;
        }
        Path { span, names }
    }

    /// The next path; the words say what is expected after what.
    pub(super) fn req_path(
        &mut self,
        kids: &mut Kids<'_>,
        what: &str,
        after: &str,
        end: u32,
    ) -> Path {
        if let Some(node) = take(kids, Rule::path) {
            return self.path(&node);
        }
        let offset = self.hole(kids, Rule::missing_path, end);
        self.expected_name(what, after, offset);
        missing_path(offset)
    }

    /// The paths that follow, until something else does.
    pub(super) fn paths(
        &mut self,
        kids: &mut Kids<'_>,
        what: &str,
        after: &str,
        end: u32,
    ) -> Vec<Path> {
        let mut paths = vec![self.req_path(kids, what, after, end)];
        while kids
            .peek()
            .is_some_and(|k| matches!(k.as_rule(), Rule::path | Rule::missing_path))
        {
            paths.push(self.req_path(kids, what, "`,`", end));
        }
        paths
    }

    /// `per KEY`: the path or the pair of paths.
    pub(super) fn per(&mut self, node: Node<'_>) -> Key {
        let span = self.span(&node);
        let mut inner = kids(node);
        let what = "what to count by, such as `contact`,";
        match inner.next_if(|k| matches!(k.as_rule(), Rule::key | Rule::key_one)) {
            Some(key) => {
                let span = self.span(&key);
                let mut inner = kids(key);
                let paths = self.paths(&mut inner, "a path", "`per`", span.end);
                self.close(&mut inner, span);
                Key { span, paths }
            }
            None => {
                self.errors.expected(what, "`per`", span.end);
                Key {
                    span: Span::empty(span.end),
                    paths: vec![missing_path(span.end)],
                }
            }
        }
    }
}

/// The path that should stand at `offset` and does not.
pub(super) fn missing_path(offset: u32) -> Path {
    Path {
        span: Span::empty(offset),
        names: vec![Name::missing(offset)],
    }
}

/// A name of which the text, backticks included, stands at `start`.
pub(super) fn name_at(text: &str, start: u32) -> Name {
    let bare = text
        .strip_prefix('`')
        .and_then(|t| t.strip_suffix('`'))
        .unwrap_or(text);
    Name {
        span: Span::new(start, start + text.len() as u32),
        text: bare.to_owned(),
    }
}
