//! Names and paths.

use crate::span::Span;

/// A name as written, backticks removed.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// Where it stands, backticks included.
    pub span: Span,
    /// The name; empty where one is missing.
    pub text: String,
}

impl Name {
    /// The name that should stand at `offset` and does not.
    pub fn missing(offset: u32) -> Self {
        Self {
            span: Span::empty(offset),
            text: String::new(),
        }
    }

    /// Whether no name was written.
    pub fn is_missing(&self) -> bool {
        self.text.is_empty()
    }
}

/// Names joined by dots, with no space between: `deal.contact.name`.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// Where it stands.
    pub span: Span,
    /// At least one; the last one is missing after a trailing dot (`deal.`).
    pub names: Vec<Name>,
}

impl Path {
    /// The path as text, as it would be written without backticks.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (i, name) in self.names.iter().enumerate() {
            if i > 0 {
                out.push('.');
            }
            out.push_str(&name.text);
        }
        out
    }

    /// The path's only name, if it has just one.
    pub fn single(&self) -> Option<&Name> {
        match self.names.as_slice() {
            [name] => Some(name),
            _ => None,
        }
    }

    /// Whether a name is missing in it.
    pub fn is_missing(&self) -> bool {
        self.names.iter().any(Name::is_missing)
    }
}
