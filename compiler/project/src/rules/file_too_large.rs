//! `file-too-large`: a file that nobody can have written

use smol_str::SmolStr;
use trig_compiler::rules::Rule;
use trig_compiler::{Diagnostic, Severity};

use crate::MAX_FILE;

pub(crate) const RULE: Rule = Rule {
    name: "file-too-large",
    level: Severity::Error,
    summary: "a file that nobody can have written",
    explain: include_str!("file_too_large.md"),
};

/// `file` is larger than is read.
pub(crate) fn too_large(file: &SmolStr) -> Diagnostic {
    let mib = MAX_FILE / (1024 * 1024);
    let message = format!("`{file}` is larger than {mib} MiB");
    super::of_file(RULE.name, message, file, 0)
        .help("split it: files of one project share their names, so nothing else has to change")
}
