//! `empty-project`: a project without a `.trig` file

use smol_str::SmolStr;
use trig_compiler::rules::Rule;
use trig_compiler::{Diagnostic, MANIFEST_PATH, Severity};

pub(crate) const RULE: Rule = Rule {
    name: "empty-project",
    level: Severity::Error,
    summary: "a project without a `.trig` file",
    explain: include_str!("empty_project.md"),
};

/// There is no source file.
pub(crate) fn empty() -> Diagnostic {
    let file = SmolStr::new_static(MANIFEST_PATH);
    super::of_file(
        RULE.name,
        "the project has no `.trig` file".to_owned(),
        &file,
        0,
    )
    .help("create one in this directory or below it, under any name: `main.trig`")
}
