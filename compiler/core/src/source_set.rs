//! What a project is compiled from.

use smol_str::SmolStr;
use std::sync::Arc;

/// The texts of a project, as somebody read them from a disk, an editor or a test.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct SourceSet {
    /// The manifest's text, if there is one. Its path in diagnostics is `trig.toml`.
    pub manifest: Option<Arc<str>>,
    /// The `.trig` files: path relative to the project with `/`, text.
    pub files: Vec<(SmolStr, Arc<str>)>,
}

/// The path under which the manifest appears in diagnostics.
pub const MANIFEST_PATH: &str = "trig.toml";
