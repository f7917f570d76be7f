//! Licences, sources and known vulnerabilities of what the project is built from.

use std::time::Duration;

use crate::step::{Outcome, Step};

/// Checks everything, or, where the database of vulnerabilities is out of reach, everything else.
pub(crate) fn run() -> Outcome {
    let fetched = Step::cargo(&["deny", "fetch", "db"]).succeeds_within(Duration::from_secs(120));
    if fetched {
        return Step::cargo(&["deny", "check"]).run();
    }
    eprintln!("\nNOT CHECKED: known vulnerabilities, because their database could not be fetched");
    Step::cargo(&["deny", "check", "bans", "licenses", "sources"]).run()
}
