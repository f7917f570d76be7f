//! The binaries of this workspace, built in the profile of the tests.

use std::path::PathBuf;
use std::process::Command;

/// The path of a binary, built now where it is not up to date. The command is that of xtask's step "binaries" and must
/// stay like it: with other features, it would build much anew, and replace a binary that other tests have started.
pub(crate) fn binary(package: &str) -> PathBuf {
    // …/target/PROFILE/deps/this-test
    let deps = std::env::current_exe().unwrap();
    let directory = deps.ancestors().nth(2).unwrap().to_path_buf();
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--workspace", "--bins"]);
    if directory.ends_with("release") {
        cargo.arg("--release");
    }
    assert!(
        cargo.status().unwrap().success(),
        "the binaries do not build"
    );
    directory.join(package)
}
