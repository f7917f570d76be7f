//! Tools that do not come with Rust.

use std::path::Path;
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

/// Where Python 3 with its time zones is missing, installs it, if this is a Debian and may be changed. Tests compare local
/// clocks with it.
pub(crate) fn ensure_python() -> Outcome {
    let there = || {
        Step::program("python3", &["-c", "import zoneinfo"])
            .succeeds_within(Duration::from_secs(60))
    };
    if there() {
        return Outcome::default();
    }
    if Path::new("/usr/bin/apt-get").exists() {
        eprintln!("\n`python3` is missing and will be installed");
        let update = Step::program("apt-get", &["update"]).run();
        let args = ["install", "-y", "--no-install-recommends", "python3"];
        let install = Step::program("apt-get", &args)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .run();
        if there() {
            return Outcome::default();
        }
        return update.then(install).then(Outcome::failed());
    }
    eprintln!("\n`python3`, 3.9 or newer with its module `zoneinfo`, is missing: install it");
    Outcome::failed()
}
