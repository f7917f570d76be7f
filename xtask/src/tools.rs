//! Tools that do not come with Rust.

use std::time::Duration;

use crate::step::{Outcome, Step};

/// Installs `cargo NAME` where it is missing.
pub(crate) fn ensure(name: &str) -> Outcome {
    if Step::cargo(&[name, "--version"]).succeeds_within(Duration::from_secs(60)) {
        return Outcome::default();
    }
    eprintln!(
        "\n`cargo {name}` is missing and will be installed: this takes minutes, and happens once"
    );
    // the tool's build is no part of this one's target directory
    Step::cargo(&["install", "--locked", &format!("cargo-{name}")])
        .without("CARGO_TARGET_DIR")
        .run()
}
