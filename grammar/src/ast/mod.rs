//! The typed syntax tree.
//!
//! The tree says what was written, not what it means: names are unresolved, numbers are checked for their form only.
//! A place where something is missing holds an explicit `Missing` node of no width, so that later phases and the
//! language server work on broken files; [`File::errors`] says what is wrong.

mod action;
mod clause;
mod expr;
mod item;
mod literal;
mod name;
mod pattern;
mod test;

pub use action::*;
pub use clause::*;
pub use expr::*;
pub use item::*;
pub use literal::*;
pub use name::*;
pub use pattern::*;
pub use test::*;

use crate::span::Span;

/// One parsed source file.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct File {
    /// The declarations, in source order. What could not be read at all is an [`ItemKind::Bad`].
    pub items: Vec<Item>,
    /// Every comment, in source order, doc comments included.
    pub comments: Vec<Comment>,
    /// What is wrong with the text, in source order.
    pub errors: Vec<SyntaxError>,
    /// INVARIANT (unclosed): true when a block of the file is not closed, or when nothing of the file could be read at all;
    /// then nothing of the file may be compiled.
    pub unclosed: bool,
}

/// A comment, with its slashes removed.
#[derive(Clone, Debug, PartialEq)]
pub struct Comment {
    /// Where it stands, slashes included, the newline not.
    pub span: Span,
    /// Whether it is a `///` doc comment.
    pub doc: bool,
}

/// The doc comment of a declaration: its `///` lines joined, without the slashes and one leading space each.
#[derive(Clone, Debug, PartialEq)]
pub struct Doc {
    /// From the first slash to the end of the last line.
    pub span: Span,
    /// Markdown.
    pub text: String,
}

/// Something that is wrong with the text of a file. Words for people; no rule names.
#[derive(Clone, Debug, PartialEq)]
pub struct SyntaxError {
    /// Where it went wrong.
    pub span: Span,
    /// What is wrong: lower case, no final period.
    pub message: String,
    /// A second place that belongs to it (the bracket that is not closed), with its label.
    pub related: Option<(Span, String)>,
    /// What to do next.
    pub help: Option<String>,
}
