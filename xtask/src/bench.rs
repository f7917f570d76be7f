//! `cargo xtask bench`: how fast it is.

use std::process::ExitCode;

use crate::step::Step;

/// Runs the benchmarks of all crates.
pub(crate) fn run() -> ExitCode {
    // by pattern: without one, the tests in the libraries would be run as benchmarks, too
    Step::cargo(&["bench", "--workspace", "--bench", "*"])
        .run()
        .into()
}
