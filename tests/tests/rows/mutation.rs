//! Nothing that an example's triggers say can be left out without a test of the example failing.
//!
//! Each part of each trigger and flow is taken out by itself (`cut`), and the example's tests are run on what remains;
//! where none fails, no test shows what the part is for. `cargo nextest run mutation::kommo` tries one example.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::cut::{Cut, cuts};
use crate::project::Project;

/// Fails with a list of the parts of an example that no test of it misses.
fn check(example: &str) {
    let project = Project::example(example);
    assert_eq!(project.failures().collect::<Vec<_>>(), [""; 0]);
    let tried: Vec<(String, bool)> = project
        .triggers()
        .flat_map(cuts)
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|cut| {
            let Cut { clause, text, .. } = &cut;
            let place = project.place(cut.loc);
            let line = format!("{example} {} {clause} {text} ({place})", cut.trigger.name);
            (line, project.fails_with(cut.trigger))
        })
        .collect();
    // a part that is written once is one, though it stands for several starts
    let mut parts: BTreeMap<String, bool> = BTreeMap::new();
    for (line, fails) in tried {
        *parts.entry(line).or_default() |= fails;
    }
    assert!(!parts.is_empty());
    let survivors: Vec<&str> = parts
        .iter()
        .filter(|(_, fails)| !**fails)
        .map(|(line, _)| line.as_str())
        .collect();
    assert!(
        survivors.is_empty(),
        "no test misses these {} of {} parts:\n{}",
        survivors.len(),
        parts.len(),
        survivors.join("\n")
    );
}

#[test]
fn bitrix24() {
    check("bitrix24");
}

#[test]
fn kommo() {
    check("kommo");
}

#[test]
fn activecampaign() {
    check("activecampaign");
}

#[test]
fn omni() {
    check("omni");
}
