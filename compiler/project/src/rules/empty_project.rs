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

/// There is no source file, in a directory with a manifest or without one.
pub(crate) fn empty(has_manifest: bool) -> Diagnostic {
    let file = SmolStr::new_static(MANIFEST_PATH);
    super::of_file(
        RULE.name,
        "the project has no `.trig` file".to_owned(),
        &file,
        0,
    )
    .help(if has_manifest {
        "create one in this directory or below it, under any name: `main.trig`"
    } else {
        "is this the right directory? `trigc init` writes a project to begin with"
    })
}
