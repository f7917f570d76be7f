//! `file-unreadable`: a file or directory that cannot be read

use smol_str::SmolStr;
use trig_compiler::rules::Rule;
use trig_compiler::{Diagnostic, Severity};

pub(crate) const RULE: Rule = Rule {
    name: "file-unreadable",
    level: Severity::Error,
    summary: "a file or directory that cannot be read",
    explain: include_str!("file_unreadable.md"),
};

/// `file` cannot be read because of `reason`.
pub(crate) fn unreadable(file: &SmolStr, reason: &str) -> Diagnostic {
    super::of_file(
        RULE.name,
        format!("`{file}` cannot be read: {reason}"),
        file,
        0,
    )
}
