//! The binaries of this workspace, built in the profile of the tests.

use std::path::PathBuf;
use std::process::Command;

/// The path of a binary, built now where it is not up to date.
pub(crate) fn binary(package: &str) -> PathBuf {
    // …/target/PROFILE/deps/this-test
    let deps = std::env::current_exe().unwrap();
    let directory = deps.ancestors().nth(2).unwrap().to_path_buf();
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--package", package, "--bin", package]);
    if directory.ends_with("release") {
        cargo.arg("--release");
    }
    assert!(
        cargo.status().unwrap().success(),
        "`{package}` does not build"
    );
    directory.join(package)
}
