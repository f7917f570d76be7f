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

/// A program of the system that tests need.
struct Needed {
    /// What is missing, as people call it.
    name: &'static str,
    /// Debian's package.
    package: &'static str,
    /// What succeeds if it is there.
    program: &'static str,
    args: &'static [&'static str],
}

/// Python 3 with its time zones: tests compare local clocks with it.
pub(crate) fn ensure_python() -> Outcome {
    ensure_package(&Needed {
        name: "`python3`, 3.9 or newer with its module `zoneinfo`,",
        package: "python3",
        program: "python3",
        args: &["-c", "import zoneinfo"],
    })
}

/// Z3: tests compare what is decided about guards with it.
pub(crate) fn ensure_z3() -> Outcome {
    ensure_package(&Needed {
        name: "`z3`",
        package: "z3",
        program: "z3",
        args: &["--version"],
    })
}

/// Installs what is missing, if this is a Debian and may be changed.
fn ensure_package(needed: &Needed) -> Outcome {
    let there =
        || Step::program(needed.program, needed.args).succeeds_within(Duration::from_secs(60));
    if there() {
        return Outcome::default();
    }
    if Path::new("/usr/bin/apt-get").exists() {
        eprintln!("\n{} is missing and will be installed", needed.name);
        let update = Step::program("apt-get", &["update"]).run();
        let args = ["install", "-y", "--no-install-recommends", needed.package];
        let install = Step::program("apt-get", &args)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .run();
        if there() {
            return Outcome::default();
        }
        return update.then(install).then(Outcome::failed());
    }
    eprintln!("\n{} is missing: install it", needed.name);
    Outcome::failed()
}
