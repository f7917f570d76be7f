//! Syntax errors: collected in source order, in words for people, one for each thing that is wrong.

use crate::Span;
use crate::ast::SyntaxError;

/// The errors of one file.
pub(crate) struct Errors<'t> {
    text: &'t str,
    list: Vec<SyntaxError>,
}

impl<'t> Errors<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self {
            text,
            list: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, error: SyntaxError) {
        self.list.push(error);
    }

    /// An error of one place.
    pub(crate) fn at(&mut self, span: Span, message: impl Into<String>) {
        self.with_help(span, message, None);
    }

    /// An error of one place, with what to do next.
    pub(crate) fn help(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.with_help(span, message, Some(help.into()));
    }

    fn with_help(&mut self, span: Span, message: impl Into<String>, help: Option<String>) {
        self.push(SyntaxError {
            span,
            message: message.into(),
            related: None,
            help,
        });
    }

    /// `expected WHAT after AFTER`: at the word that stands there instead, or at `offset` if the line ends.
    pub(crate) fn expected(&mut self, what: &str, after: &str, offset: u32) {
        match self.found(offset) {
            Some(found) => {
                let word = self.slice(found);
                let message = format!("expected {what} after {after}, found `{word}`");
                self.at(found, message);
            }
            None => self.at(
                Span::empty(offset),
                format!("expected {what} after {after}"),
            ),
        }
    }

    /// The word at which the last error stands.
    pub(crate) fn last_word(&self) -> &'t str {
        self.list.last().map_or("", |last| self.slice(last.span))
    }

    /// Adds what to do next to the last error, if it says nothing yet.
    pub(crate) fn add_help(&mut self, help: String) {
        if let Some(last) = self.list.last_mut() {
            last.help.get_or_insert(help);
        }
    }

    /// Whether something that was noted already explains why nothing good stands at `offset`.
    pub(crate) fn explains(&self, offset: u32) -> bool {
        self.list.last().is_some_and(|last| {
            let (start, end) = (last.span.start, last.span.end);
            (start <= offset && offset < end) || (end <= offset && self.is_space(end, offset))
        })
    }

    /// The errors in source order, the same place named only once.
    pub(crate) fn finish(mut self) -> Vec<SyntaxError> {
        self.list.sort_by_key(|e| (e.span.start, e.span.end));
        self.list
            .dedup_by(|b, a| a.span == b.span && a.message == b.message);
        self.list
    }

    /// The word, number or sign after `offset`, on the same line and before any bracket that closes.
    fn found(&self, offset: u32) -> Option<Span> {
        let rest = self.text.get(offset as usize..)?;
        let token = rest.trim_start_matches([' ', '\t', '\r']);
        let start = rest.len() - token.len();
        if token.starts_with("//") || token.starts_with(['\n', '}', ')', ']']) {
            return None;
        }
        let length = word_length(token);
        (length > 0).then(|| {
            let start = offset + start as u32;
            Span::new(start, start + length as u32)
        })
    }

    fn slice(&self, span: Span) -> &'t str {
        self.text.get(span.range()).unwrap_or_default()
    }

    fn is_space(&self, start: u32, end: u32) -> bool {
        self.text
            .get(start as usize..end as usize)
            .is_some_and(|t| t.bytes().all(|b| b.is_ascii_whitespace()))
    }
}

/// The length of the word at the start of a text, or of its first character if that begins no word.
pub(crate) fn word_length(text: &str) -> usize {
    let word = text
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(text.len());
    match word {
        0 => text.chars().next().map_or(0, char::len_utf8),
        n => n,
    }
}
