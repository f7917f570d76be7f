//! The built program, playing an inbox.

use std::process::Command;

use crate::support::{Place, TICKETS};

fn place() -> Place {
    let place = Place::new(TICKETS);
    let inbox = place.project().join("inbox");
    std::fs::create_dir(&inbox).unwrap();
    let event = |id: u32, kind: &str, ticket: u32, data: &str| {
        format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"desk","type":"ticket.{kind}","subject":"ticket/{ticket}","actor":"user:anna","data":{data}}}"#
        )
    };
    let many = [
        event(2, "opened", 7, r#"{"severity":4}"#),
        event(3, "opened", 8, r#"{"severity":1}"#),
        event(4, "closed", 8, "{}"),
    ];
    std::fs::write(
        inbox.join("01-opened.json"),
        event(1, "opened", 7, r#"{"severity":5}"#),
    )
    .unwrap();
    std::fs::write(inbox.join("02-more.ndjson"), many.join("\n")).unwrap();
    place
}

fn trigd(place: &Place, more: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_trigd"))
        .args(["run", "--listen", "127.0.0.1:0", "--exit", "--store"])
        .arg(place.store().dir())
        .args(more)
        .arg(place.project())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), steady(&text, place) + &errors)
}

/// The text with what differs from run to run taken out.
fn steady(text: &str, place: &Place) -> String {
    let store = place.store().dir().display().to_string();
    let project = place.project().display().to_string();
    let text = text.replace(&store, "STORE").replace(&project, "PROJECT");
    let word = |word: &str| {
        let hex = !word.is_empty() && word.bytes().all(|b| b.is_ascii_hexdigit());
        if word.starts_with("http://127.0.0.1:") {
            "ADDRESS".to_owned()
        } else if word.starts_with("20") && word.ends_with('Z') {
            "TIME".to_owned()
        } else if hex && word.len() == 16 {
            "REVISION".to_owned()
        } else if hex && word.len() == 32 {
            "KEY".to_owned()
        } else {
            word.to_owned()
        }
    };
    text.lines()
        .map(|line| {
            let words: Vec<String> = line.split(' ').map(word).collect();
            words.join(" ")
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Deliveries run beside what comes in: only lines about the same thing have an order.
fn without_deliveries(text: &str) -> String {
    text.lines()
        .filter(|line| !line.starts_with("sent") && !line.starts_with("sink got"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn an_inbox_is_played_and_shown() {
    let place = place();
    let (code, text) = trigd(&place, &["--play"]);
    assert_eq!(code, Some(0), "{text}");
    insta::assert_snapshot!(without_deliveries(&text));
    assert!(
        text.lines()
            .any(|l| l.starts_with("sink got")
                && l.contains("/crm  trig.webhook.post {\"severity\":5")),
        "{text}"
    );
    let (code, again) = trigd(&place, &["--play"]);
    assert_eq!(code, Some(0), "{again}");
    assert!(
        again.contains("the store has seen this inbox before"),
        "{again}"
    );
    let (_, fresh) = trigd(&place, &["--play", "--fresh"]);
    assert_eq!(without_deliveries(&fresh), without_deliveries(&text));
}

#[test]
fn each_line_of_json_is_an_object_that_says_what_it_is() {
    let (code, text) = trigd(&place(), &["--play", "--format", "json"]);
    assert_eq!(code, Some(0), "{text}");
    let mut kinds: Vec<String> = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|value| value["what"].as_str().unwrap().to_owned())
        .collect();
    kinds.sort();
    kinds.dedup();
    insta::assert_snapshot!(kinds.join(" "), @"active applied delivered ending listening played posting received sink");
}

#[test]
fn a_project_that_does_not_compile_ends_with_one() {
    let place = Place::new("trigger Broken for nothing { }");
    let (code, text) = trigd(&place, &[]);
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(text);
}

#[test]
fn a_restart_says_what_runs_and_each_note_once() {
    let place = Place::new(TICKETS);
    place.manifest("[daemon]\ntoken = { env = \"TRIG_NO_SUCH_VARIABLE\" }\n");
    let (first, second) = (trigd(&place, &[]), trigd(&place, &[]));
    assert_eq!((first.0, second.0), (Some(0), Some(0)));
    insta::assert_snapshot!(first.1 + "\n=====\n" + &second.1);
}

#[test]
fn a_store_inside_the_project_is_refused() {
    let place = Place::new(TICKETS);
    let inside = place.project().join("store");
    let output = Command::new(env!("CARGO_BIN_EXE_trigd"))
        .args(["run", "--exit", "--store"])
        .arg(&inside)
        .arg(place.project())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8(output.stderr).unwrap();
    insta::assert_snapshot!(steady(&errors, &place));
    assert!(!inside.exists());
}

#[test]
fn log_and_state_read_a_store() {
    let place = place();
    trigd(&place, &["--play"]);
    let run = |command: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_trigd"))
            .args([command, "--json"])
            .arg(place.store().dir())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect::<Vec<serde_json::Value>>()
    };
    let log = run("log");
    assert_eq!(log[0]["kind"], "revision");
    let events: usize = log
        .iter()
        .filter(|r| r["kind"] == "input")
        .map(|r| r["payload"]["arrivals"].as_array().unwrap().len())
        .sum();
    assert_eq!(events, 4);
    let state = run("state");
    assert_eq!(state[0]["workspace"], "acme");
    assert_eq!(state[0]["position"], log.len());
}
