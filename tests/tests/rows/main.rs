//! Every row of the three systems is an automation of an example, with tests that show it firing and not firing.
//!
//! For each row: a trigger or flow names it in its doc comment; each of these fires in a test that has the row in its
//! title, and in one it does not; the tests of the project decide each of its guards either way; and without it, a test
//! of the row in which it fires fails.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod cut;
mod mutation;
mod names;
mod project;

use std::path::Path;

use project::Project;

/// A system: the example that shows it, the letter of its rows, and how many there are.
const SYSTEMS: [(&str, char, u32); 3] = [
    ("bitrix24", 'B', 28),
    ("kommo", 'K', 30),
    ("activecampaign", 'A', 35),
];

/// Where a row is shown that is no trigger.
enum Shown {
    /// By a test of the system's example, of this title.
    Example(&'static str),
    /// By a test of this workspace: its file, and its name.
    Rust(&'static str, &'static str),
}

/// The rows that are no triggers, or more than that, with what each says, and a test that shows it.
const NO_TRIGGERS: [(&str, Shown); 7] = [
    // triggers are copied to other stages
    ("B4", Shown::Example("B4: each copy for its own stage")),
    // … and moved there
    (
        "B4",
        Shown::Rust(
            "runtime/daemon/tests/suite/reload.rs",
            "b4_a_trigger_that_is_moved_to_another_stage_keeps_what_waits",
        ),
    ),
    // they do not wait for a stage's other automation
    (
        "B5",
        Shown::Example(
            "B5: a trigger does not wait for the stage's other automation, which goes on",
        ),
    ),
    // what can be started
    ("A32", Shown::Example("A32: it does it all")),
    // an edit takes effect while it runs, and nothing under way is lost
    (
        "A33",
        Shown::Rust(
            "runtime/daemon/tests/suite/flows.rs",
            "a33_an_edit_takes_effect_and_nothing_under_way_is_lost",
        ),
    ),
    // a contact is put into an automation by hand
    ("A35", Shown::Example("A35: by hand, into an automation")),
    (
        "A35",
        Shown::Rust(
            "runtime/daemon/tests/suite/start.rs",
            "a35_a_flow_is_started_by_hand_for_a_record",
        ),
    ),
];

fn rows(system: &str) -> Vec<String> {
    let (_, letter, count) = SYSTEMS.into_iter().find(|s| s.0 == system).unwrap();
    (1..=count).map(|n| format!("{letter}{n}")).collect()
}

fn shown_otherwise(row: &str) -> impl Iterator<Item = &'static Shown> {
    NO_TRIGGERS
        .iter()
        .filter(move |(id, _)| *id == row)
        .map(|(_, shown)| shown)
}

/// Checks all rows of a system against its example.
fn check(system: &str) {
    let project = Project::example(system);
    let rows = rows(system);
    let mut gaps: Vec<String> = project.failures().collect();
    for row in &rows {
        // what shows a row that is no trigger may be triggers all the same: then they count as any other's
        if shown_otherwise(row).next().is_none() || project.has_triggers(row) {
            gaps.extend(project.gaps(row));
        }
        for shown in shown_otherwise(row) {
            if let Shown::Example(title) = shown
                && !project.has_test(title)
            {
                gaps.push(format!("{row}: there is no test `{title}`"));
            }
        }
    }
    let letter = rows[0].chars().next().unwrap();
    for (row, title) in project.strangers(letter, &rows) {
        gaps.push(format!("{row}: no such row, but there is a test `{title}`"));
    }
    assert!(gaps.is_empty(), "{system}:\n{}", gaps.join("\n"));
}

#[test]
fn rows_of_bitrix24() {
    check("bitrix24");
}

#[test]
fn rows_of_kommo() {
    check("kommo");
}

#[test]
fn rows_of_activecampaign() {
    check("activecampaign");
}

#[test]
fn one_project_over_all_three() {
    let project = Project::example("omni");
    let mut gaps: Vec<String> = project.failures().collect();
    gaps.extend(project.gaps("X10"));
    assert!(gaps.is_empty(), "{}", gaps.join("\n"));
}

#[test]
fn tests_of_this_workspace_that_show_rows() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    for (row, shown) in &NO_TRIGGERS {
        assert!(
            SYSTEMS.iter().any(|s| rows(s.0).iter().any(|r| r == row)),
            "{row}: no such row"
        );
        if let Shown::Rust(file, name) = shown {
            let text = std::fs::read_to_string(root.join(file));
            let text = text.unwrap_or_else(|e| panic!("{row}: {file}: {e}"));
            let lines: Vec<&str> = text.lines().map(str::trim).collect();
            let test = format!("fn {name}()");
            assert!(
                lines
                    .windows(2)
                    .any(|w| w[0].starts_with("#[") && w[1].contains(&test)),
                "{row}: there is no test `{name}` in {file}"
            );
        }
    }
}

/// The rows that say themselves what is missing.
const GAPS: &str = r#"use kommo
/// K2: no test of it.
trigger Untested for lead { on lead created  when tags has "a"  do set tags += "b" }
/// K3: fires, and never does not; nobody looks at what it does.
trigger Unseen for lead { on lead.owner changed  do log(text: "x") }
/// K4: fires in another row's test.
trigger Elsewhere for lead { on lead.source changed  do log(text: "y") }
/// K5: all is there, but one side of `by`. K10 is another row.
trigger Well for lead { on lead deleted  by user  do emit gone(lead: lead) }
event gone { lead: lead? }

test "K3: it fires" {
    given lead l(owner: user "anna")
    set l.owner = user "ben" by user
    set l.source = "fair" by user
    expect l.source == "fair"
}
test "K4: it does not" {
    given lead l(owner: user "anna")
    set l.owner = empty by user
    expect not fired Elsewhere
}
test "K5: gone" {
    given lead l(owner: user "anna")
    given lead m(owner: user "anna")
    delete l
    expect fired Well once
}
test "K5: by a program" {
    given lead l(owner: user "anna")
    set l.owner = user "ben" by api
    expect not fired Well
}
"#;

#[test]
fn a_gap_is_named() {
    let project = Project::of_text(GAPS);
    let gaps: Vec<String> = (1..=5)
        .flat_map(|n| project.gaps(&format!("K{n}")))
        .collect();
    insta::assert_snapshot!(gaps.join("\n"), @r"
    K1: no trigger or flow names it in its doc comment
    K1: no test has it in its title
    K2: no test has it in its title
    K3: without `Unseen`, each test that has it in its title and fires it passes all the same
    K3: no test that has it in its title shows `Unseen` not firing
    K4: `Elsewhere` fires in no test that has it in its title
    K5: `Well`: no test has seen `by` not hold (by user, main.trig:9)
    ");
}
