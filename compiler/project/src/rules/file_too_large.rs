//! # file-too-large
//!
//! A file is larger than 8 MiB. Nobody writes such a file, so it most likely is none of the project's; where a program
//! writes it, let it write several.
//!
//! The file is left out, and the others are checked without it.

use smol_str::SmolStr;
use trig_compiler::Diagnostic;

use crate::MAX_FILE;

pub(crate) const NAME: &str = "file-too-large";

/// `file` is larger than is read.
pub(crate) fn too_large(file: &SmolStr) -> Diagnostic {
    let mib = MAX_FILE / (1024 * 1024);
    let message = format!("`{file}` is larger than {mib} MiB");
    super::of_file(NAME, message, file, 0)
        .help("split it: files of one project share their names, so nothing else has to change")
}
