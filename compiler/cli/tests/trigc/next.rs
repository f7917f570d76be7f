//! `trigc next`: when the clock starts triggers.

use crate::common::{self, MANIFEST, drawn, tree};

const MAIN: &str = "use kommo
extend lead { meeting: datetime? }
trigger Daily { on every day at 10:00 do log(text: \"x\") }
trigger Night { on every day at 02:30 do log(text: \"x\") }
trigger Tokyo { on every month on last fri at 18:00 zone \"Asia/Tokyo\" do log(text: \"x\") }
trigger Gone { on date 2026-01-01 09:00 disabled do log(text: \"x\") }
trigger Often { on every 30m do log(text: \"x\") }
trigger Remind for lead { on 2h before lead.meeting do log(text: \"x\") }
trigger Created for lead { on lead created do log(text: \"x\") }
";

fn run(args: &[&str]) -> String {
    let dir = tree(&[("trig.toml", MANIFEST), ("main.trig", MAIN)]);
    let args: Vec<&str> = ["next"].iter().chain(args).copied().collect();
    drawn(common::run(dir.path(), &args))
}

#[test]
fn all_that_the_clock_starts() {
    insta::assert_snapshot!(run(&["--from", "2026-03-27 12:00", "-n", "3"]));
}

#[test]
fn clocks_that_go_back() {
    insta::assert_snapshot!(run(&[
        "Night",
        "--from",
        "2026-10-24T00:00+02:00",
        "--count",
        "3"
    ]));
    insta::assert_snapshot!(run(&[
        "Often",
        "--from",
        "2026-10-25 01:40",
        "--count",
        "5"
    ]));
}

#[test]
fn for_programs() {
    let args = [
        "Daily",
        "--from",
        "2026-03-28 00:00",
        "-n",
        "2",
        "--format",
        "json",
    ];
    insta::assert_snapshot!(run(&args));
}

#[test]
fn a_path_and_a_trigger() {
    let dir = tree(&[("shop/trig.toml", MANIFEST), ("shop/main.trig", MAIN)]);
    let run = |words: &[&str]| {
        let args: Vec<&str> = ["next"].iter().chain(words).copied().collect();
        let from = ["--from", "2026-03-27 12:00", "-n", "1"];
        common::run(dir.path(), &[&args[..], &from].concat())
    };
    let all = run(&["shop"]);
    assert_eq!(all.0, 0, "{}", all.2);
    assert_eq!(run(&["shop/main.trig"]), all);
    assert_eq!(run(&[]), all);
    assert_eq!(run(&["--project", "shop"]), all);
    let one = run(&["shop", "Daily"]);
    assert!(one.1.starts_with("Daily  every day at 10:00") && one.1.lines().count() == 2);
    assert_eq!(run(&["Daily"]), one);
    assert_eq!(run(&["--project", "shop", "Daily"]), one);
    let (code, _, err) = run(&["shpo"]);
    assert_eq!(code, 2);
    assert!(err.contains("no trigger `shpo`, and no such path"), "{err}");
    let (code, _, err) = run(&["./shpo"]);
    assert_eq!(
        (code, err.as_str()),
        (2, "error: `./shpo` does not exist\n")
    );
}

#[test]
fn what_cannot_be_said() {
    let wrong: [&[&str]; 4] = [
        &["Dayly"],
        &["Created"],
        &["--from", "tomorrow"],
        &["--count", "0"],
    ];
    insta::assert_snapshot!(wrong.map(run).join("\n"));
}
