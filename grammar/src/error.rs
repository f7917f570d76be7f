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

    /// `expected WHAT after AFTER`: at the word that stands there instead, or at `offset` if the line ends. Says nothing,
    /// and gives `false`, if the last error explains it.
    pub(crate) fn expected(&mut self, what: &str, after: &str, offset: u32) -> bool {
        if self.explains(offset) {
            return false;
        }
        match self.found(offset) {
            // One word is wrong once.
            Some(found) if self.list.last().is_some_and(|last| last.span == found) => return false,
            Some(found) => {
                let word = self.slice(found);
                let message = format!("expected {what} after {after}, found `{word}`");
                let help = if word.starts_with('\'') {
                    Some("a text stands between double quotes: `\"`".to_owned())
                } else if word.starts_with(['“', '”', '„', '«', '»', '‘', '’']) {
                    Some("a text stands between straight quotes: `\"`".to_owned())
                } else {
                    None
                };
                self.with_help(found, message, help);
            }
            None => self.at(
                Span::empty(offset),
                format!("expected {what} after {after}"),
            ),
        }
        true
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
            (start <= offset && offset < end) || (end <= offset && is_space(self.text, end, offset))
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
}

/// Whether only space stands between two offsets.
pub(crate) fn is_space(text: &str, start: u32, end: u32) -> bool {
    text.get(start as usize..end as usize)
        .is_some_and(|t| t.bytes().all(|b| b.is_ascii_whitespace()))
}

/// The length of the word, text or operator at the start of a text, or of its first character if it begins with none.
/// Of a word that is longer than any message should be, the first part.
pub(crate) fn word_length(text: &str) -> usize {
    let word = text
        .char_indices()
        .take(60)
        .take_while(|&(_, c)| c.is_alphanumeric() || c == '_')
        .last();
    if let Some((at, c)) = word {
        return at + c.len_utf8();
    }
    if let Some(body) = text.strip_prefix('"') {
        // A text is shown as a whole if it is short.
        if let Some(end) = body.find(['"', '\n', '\\']).filter(|&n| n <= 24)
            && body.as_bytes().get(end) == Some(&b'"')
        {
            return end + 2;
        }
    }
    let signs = text
        .bytes()
        .take_while(|b| b"=!<>&|+-*/.".contains(b))
        .count();
    if signs > 0 {
        return signs.min(2);
    }
    text.chars().next().map_or(0, char::len_utf8)
}
