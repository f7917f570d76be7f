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

use std::borrow::Cow;

/// Parses one source file.
///
/// Any text gives a tree. What cannot be read is a `Bad` node, what is missing is a `Missing` node of no width, and
/// [`ast::File::errors`] says what is wrong, in source order. A broken clause costs that clause, a broken item that item.
///
/// Brackets nest 64 deep at most; a file with deeper ones gives one error and no items. So do texts of 4 GiB and more.
pub fn parse(text: &str) -> ast::File {
    build::file(text)
}

/// The text with the line ends that the language means, `\n`: what a text in `"""` says is the same however the file was
/// checked out.
pub fn unix_line_ends(text: &str) -> Cow<'_, str> {
    if !text.contains("\r\n") {
        return Cow::Borrowed(text);
    }
    let mut lines = text.split('\n').peekable();
    let mut out = String::with_capacity(text.len());
    while let Some(line) = lines.next() {
        if lines.peek().is_some() {
            out.push_str(line.trim_end_matches('\r'));
            out.push('\n');
        } else {
            out.push_str(line);
        }
    }
    Cow::Owned(out)
}
