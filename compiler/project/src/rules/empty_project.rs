//! # empty-project
//!
//! There is no `.trig` file in the project's directory or below it, so nothing would ever happen. Hidden directories,
//! `target`, and directories with a `trig.toml` of their own are not looked into.

use smol_str::SmolStr;
use trig_compiler::{Diagnostic, MANIFEST_PATH};

pub(crate) const NAME: &str = "empty-project";

/// There is no source file.
pub(crate) fn empty() -> Diagnostic {
    let file = SmolStr::new_static(MANIFEST_PATH);
    super::of_file(NAME, "the project has no `.trig` file".to_owned(), &file, 0)
        .help("create one in this directory or below it, under any name: `main.trig`")
}
