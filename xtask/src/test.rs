//! `cargo xtask test`: everything that has to hold, in one command.

use std::process::ExitCode;

use crate::step::{Outcome, Step};
use crate::{deny, tools};

/// Runs every step, whether those before failed or not; the exit code is the first failure's. The tests come last, so
/// that the last line says how they went.
pub(crate) fn run() -> ExitCode {
    let mut outcome = tools::ensure("nextest")
        .then(tools::ensure("deny"))
        .then(tools::ensure_python())
        .then(tools::ensure_z3());
    let mut failed: Vec<&str> = Vec::new();
    if !outcome.is_ok() {
        failed.push("tools");
    }
    let steps: [(&str, &dyn Fn() -> Outcome); 6] = [
        ("format", &|| {
            Step::cargo(&["fmt", "--all", "--check"]).run()
        }),
        ("lints", &|| {
            let args = [
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ];
            Step::cargo(&args).run()
        }),
        ("dependencies", &deny::run),
        ("documentation", &|| {
            Step::cargo(&["doc", "--no-deps", "--workspace"])
                .env("RUSTDOCFLAGS", "-D warnings")
                .run()
        }),
        ("documentation's examples", &|| {
            Step::cargo(&["test", "--doc", "--workspace"]).run()
        }),
        // as `tests/tests/support/binary.rs` does, which must stay like it: then it finds all of it done
        ("binaries", &|| {
            Step::cargo(&["build", "--workspace", "--bins"]).run()
        }),
    ];
    for (name, step) in steps {
        let result = step();
        if !result.is_ok() {
            failed.push(name);
        }
        outcome = outcome.then(result);
    }
    if !failed.is_empty() {
        eprintln!(
            "\nFAILED before the tests, which are run all the same: {}",
            failed.join(", ")
        );
    }
    let tests = Step::cargo(&["nextest", "run", "--workspace"]).run_last();
    outcome.then(tests).into()
}
