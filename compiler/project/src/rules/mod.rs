//! This crate's rules, one a file. A rule's doc comment is its page.

pub(crate) mod empty_project;
pub(crate) mod file_not_utf8;
pub(crate) mod file_too_large;
pub(crate) mod file_unreadable;

use smol_str::SmolStr;
use trig_compiler::Diagnostic;
use trig_grammar::Span;

/// An error about the whole of a file whose text is not at hand.
fn of_file(rule: &'static str, message: String, file: &SmolStr, offset: usize) -> Diagnostic {
    let offset = u32::try_from(offset).unwrap_or(u32::MAX);
    Diagnostic::error(rule, message, file, Span::empty(offset))
}
