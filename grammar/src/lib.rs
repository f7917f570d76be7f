//! Text to syntax tree. Knows no meaning.
//!
//! [`parse`] is total: any text gives a tree, and what is wrong with the text stands in [`ast::File::errors`].

pub mod ast;
mod build;
mod error;
mod parser;
mod scan;
pub mod span;
mod words;

pub use span::Span;

/// Parses one source file.
///
/// Any text gives a tree. What cannot be read is a `Bad` node, what is missing is a `Missing` node of no width, and
/// [`ast::File::errors`] says what is wrong, in source order. A broken clause costs that clause, a broken item that item.
///
/// Brackets nest 64 deep at most; a file with deeper ones gives one error and no items. So do texts of 4 GiB and more.
pub fn parse(text: &str) -> ast::File {
    build::file(text)
}
