//! # file-unreadable
//!
//! A file or directory of the project cannot be read: its permissions forbid it, it is a link that leads nowhere, or
//! it is no file at all.
//!
//! It is left out, and the others are checked without it.

use smol_str::SmolStr;
use trig_compiler::Diagnostic;

pub(crate) const NAME: &str = "file-unreadable";

/// `file` cannot be read because of `reason`.
pub(crate) fn unreadable(file: &SmolStr, reason: &str) -> Diagnostic {
    super::of_file(NAME, format!("`{file}` cannot be read: {reason}"), file, 0)
}
