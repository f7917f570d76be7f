//! The manifest, `trig.toml`: what differs between installations.
//!
//! It is checked like a source file: every finding of one run is reported, with its place. After an error of TOML
//! itself only those errors are reported, because the rest of the file may have been misread.

mod connectors;
mod daemon;
mod duration;
mod http;
mod ids;
mod lints;
mod model;
mod project;
mod redact;
mod rules;
mod secret;
mod section;
mod size;
mod syntax;
#[cfg(test)]
mod tests;
mod url;

pub use model::*;
pub use redact::redact;
pub use url::WebUrl;

use crate::Diagnostic;
use crate::rules::Rule;
use section::Section;

/// This module's rules, by name.
pub const RULES: [Rule; 5] = [
    rules::missing::RULE,
    rules::missing_key::RULE,
    rules::syntax::RULE,
    rules::unknown_key::RULE,
    rules::value::RULE,
];

/// The tables of a manifest.
const TABLES: [&str; 6] = ["connectors", "daemon", "http", "ids", "lints", "project"];

/// Reads and checks the text of a `trig.toml`; `None` where there is no such file.
///
/// There always is a manifest: what is missing or wrong stands at its default, and in the diagnostics, which come in
/// the order of [`Diagnostic::sort_key`].
pub fn parse(text: Option<&str>) -> (Manifest, Vec<Diagnostic>) {
    let Some(text) = text else {
        return (Manifest::default(), vec![rules::missing::missing()]);
    };
    let (root, errors) = syntax::parse(text);
    let mut found = Vec::new();
    let manifest = read(&Section::root(text, &root), &mut found);
    // what was recovered from broken TOML still serves later phases, but nothing may be said about it
    let mut diagnostics = if errors.is_empty() { found } else { errors };
    diagnostics.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    (manifest, diagnostics)
}

fn read(root: &Section<'_>, out: &mut Vec<Diagnostic>) -> Manifest {
    root.only(&TABLES, out);
    Manifest {
        project: project::read(root, out),
        lints: lints::read(root, out),
        ids: ids::read(root, out),
        connectors: connectors::read(root, out),
        http: http::read(root, out),
        daemon: daemon::read(root, out),
    }
}
