//! Exit codes: the table in `docs/ci.md`, row by row.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::common::{GOOD, MANIFEST, bad, good, run, tree};

/// The rows of the page's table: exit code, and when.
fn table() -> Vec<(i32, String)> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/ci.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, section) = page.split_once("\n## Exit codes\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let code = cells.next()?.parse().ok()?;
        Some((code, cells.next()?.to_owned()))
    });
    rows.collect()
}

/// The exit codes of all that a row speaks of.
fn happen(row: &str) -> Vec<i32> {
    let codes = |dir: &Path, lines: &[&[&str]]| lines.iter().map(|args| run(dir, args).0).collect();
    match row {
        "nothing stands in the way" => codes(
            good().path(),
            &[
                &["check"],
                &["test"],
                &["fmt", "--check"],
                &["build", "-o", "-"],
            ],
        ),
        "`check` found errors" => codes(bad().path(), &[&["check"]]),
        "`check --deny-warnings` found warnings" => {
            let warned = GOOD.replace("do move to Won", "do log(text: \"{name}\")");
            let dir = tree(&[("trig.toml", MANIFEST), ("main.trig", &warned)]);
            assert_eq!(run(dir.path(), &["check"]).0, 0);
            codes(dir.path(), &[&["check", "--deny-warnings"]])
        }
        "a test failed, or `--min-coverage` was not reached" => {
            let failing = "test \"wrong\" { expect fired Welcome once }\n";
            let dir = tree(&[
                ("trig.toml", MANIFEST),
                ("main.trig", GOOD),
                ("tests.trig", failing),
            ]);
            let mut all: Vec<i32> = codes(dir.path(), &[&["test"]]);
            all.extend(codes(good().path(), &[&["test", "--min-coverage", "90"]]));
            all
        }
        "`fmt --check` would change a file" => {
            let dir = tree(&[("trig.toml", MANIFEST), ("main.trig", "use   kommo\n")]);
            codes(dir.path(), &[&["fmt", "--check"]])
        }
        "the command was not understood, or its path names no project" => codes(
            good().path(),
            &[&["check", "--no-such-option"], &["check", "nowhere"]],
        ),
        "a file could not be read or written" => {
            let dir = good();
            let mut all: Vec<i32> = codes(dir.path(), &[&["build", "-o", "no/such/place"]]);
            // a link to nowhere: whatever the user may read
            fs::create_dir(dir.path().join("x")).unwrap();
            #[cfg(unix)]
            {
                std::os::unix::fs::symlink("nowhere", dir.path().join("x/link.trig")).unwrap();
                all.extend(codes(dir.path(), &[&["check"], &["test"]]));
            }
            all
        }
        "a filter of `test` selects no test" => codes(good().path(), &[&["test", "nothing"]]),
        "the project does not compile: `build`, `doc`, `graph`, `next`, `test`" => codes(
            bad().path(),
            &[
                &["build", "-o", "-"],
                &["doc"],
                &["graph"],
                &["next"],
                &["test"],
            ],
        ),
        other => unreachable!("nothing brings this about: {other}"),
    }
}

#[test]
fn exit_codes_are_what_the_page_says() {
    let table = table();
    assert!(table.len() >= 8, "{table:?}");
    for (code, row) in &table {
        for ended in happen(row) {
            assert_eq!(ended, *code, "{row}");
        }
    }
    let codes: BTreeSet<i32> = table.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, BTreeSet::from([0, 1, 2]));
}
