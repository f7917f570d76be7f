//! Text to syntax tree. Knows no meaning.
//!
//! [`parse`] is total: any text gives a tree, and what is wrong with the text stands in [`ast::File::errors`].

pub mod ast;
pub mod span;

pub use span::Span;
