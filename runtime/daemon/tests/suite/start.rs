//! A35: flows that are started by hand.

use std::process::{Command, Output};

use serde_json::json;

use crate::support::{Place, event, inputs, post, request};

const FLOWS: &str = r#"
entity ticket { severity: int? }
event ticket.opened for ticket { severity: int }
flow Care for ticket {
    once
    do log(text: "cared for")
}
flow Later for ticket {
    when severity >= 3
    do {
        wait 10m
        log(text: "later")
    }
}
flow Sweep { do log(text: "swept") }
trigger Alert for ticket { on ticket.opened do log(text: "alert") }
"#;

const JSON: (&str, &str) = ("content-type", "application/json");
const MANIFEST: &str = "[daemon]\nstore = \"../store\"\n";

async fn trigd(place: &Place, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trigd"));
    command.arg("start").args(args).arg(place.project());
    // the daemon runs on this thread meanwhile
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

fn shown(output: &Output) -> String {
    let out = String::from_utf8_lossy(&output.stdout);
    let err = String::from_utf8_lossy(&output.stderr);
    format!("{} {out}{err}", output.status.code().unwrap())
}

#[tokio::test]
async fn a35_a_flow_is_started_by_hand_for_a_record() {
    let place = Place::new(FLOWS);
    place.manifest(MANIFEST);
    let daemon = place.start().await;
    let severe = event("1", "record.created", "7", json!({"severity": 5}));
    let mild = event("2", "record.created", "8", json!({"severity": 1}));
    post(&daemon, &[severe, mild]).await;
    let seven = ["--for", "ticket/7", "--connector", "desk"];
    let eight = ["--for", "ticket/8", "--connector", "desk"];
    let nine = ["--for", "ticket/9", "--connector", "desk"];
    let mut all = Vec::new();
    for (flow, subject) in [
        ("Care", &seven[..]),
        ("Care", &seven),
        ("Care", &nine),
        ("Later", &seven),
        ("Later", &eight),
        ("Lator", &seven),
        ("Alert", &seven),
        ("Care", &[]),
        ("Sweep", &[]),
        ("Sweep", &seven),
        ("Care", &["--for", "ticket/7", "--workspace", "other"]),
    ] {
        let args = [&[flow][..], subject].concat();
        all.push(shown(&trigd(&place, &args).await));
    }
    insta::assert_snapshot!(all.join(""), @r#"
        0 started Care for ticket/7
        1 not started Care for ticket/7: once Care: used up for ever (main.trig:5)
        1 not started Care for ticket/9: nothing is known of ticket/9@desk
        0 started Later for ticket/7: runs, waits until 2025-06-15T15:16:40Z
        1 not started Later for ticket/8: when severity >= 3 (main.trig:9)   ticket.severity = 1
        1 not started Lator for ticket/7: no flow `Lator` is declared
        1 not started Alert for ticket/7: no flow `Alert` is declared
        1 not started Care: `Care` starts for a `ticket`: say for which one
        0 started Sweep
        1 not started Sweep for ticket/7: `Sweep` has no subject, and cannot start for ticket/7@desk
        2 trigd: Care for ticket/7 was not taken: there is no workspace `other`; there is `acme`
        "#);

    // what a store says is enough, and a scheme goes without saying
    let from_store = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trigd"));
        command.args(["start", "Sweep"]).args(args);
        command.arg(place.store().dir());
        tokio::task::spawn_blocking(move || command.output().unwrap())
    };
    let short = daemon.address.to_string();
    for args in [&[][..], &["--to", &short]] {
        let started = from_store(args).await.unwrap();
        assert_eq!(shown(&started), "0 started Sweep\n");
    }

    // in whose name
    let user = Command::new("id").arg("-un").output().unwrap().stdout;
    let user = String::from_utf8(user).unwrap();
    let logged = inputs(place.store().dir());
    let start = logged.iter().find(|input| input["via"] == "start").unwrap();
    let arrival = &start["arrivals"][0];
    assert_eq!(arrival["by"], json!({"kind": "user", "name": user.trim()}));
    assert_eq!(arrival["what"]["start"]["flow"], "Care");
    assert_eq!(arrival["what"]["start"]["subject"]["id"], "7");
    daemon.stop().await.unwrap();

    // nobody is there, and a flow that ran once has done so for ever
    let nobody = trigd(&place, &["Care", "--to", "http://127.0.0.1:1"]).await;
    assert_eq!(nobody.status.code(), Some(2), "{}", shown(&nobody));
    let daemon = place.start().await;
    let again = trigd(&place, &[&["Care"][..], &seven].concat()).await;
    assert_eq!(again.status.code(), Some(1), "{}", shown(&again));
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn an_entity_may_be_named_without_its_catalogue() {
    let text =
        "use kommo\nuse activecampaign\nflow Care for lead { do log(text: \"cared for\") }\n";
    let place = Place::new(text);
    place.manifest(&format!(
        "{MANIFEST}[connectors.hq]\nkind = \"kommo\"\n[connectors.mails]\nkind = \"activecampaign\"\n"
    ));
    let daemon = place.start().await;
    let mut lead = event("1", "record.created", "7", json!({}));
    lead["subject"] = "kommo.lead/7".into();
    lead["source"] = "hq".into();
    post(&daemon, &[lead]).await;
    for name in ["lead/7", "kommo.lead/7"] {
        let started = trigd(&place, &["Care", "--for", name]).await;
        assert_eq!(shown(&started), format!("0 started Care for {name}\n"));
    }
    // nobody has it
    let started = trigd(&place, &["Care", "--for", "leed/7"]).await;
    assert_eq!(started.status.code(), Some(2), "{}", shown(&started));
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn who_may_not_post_events_may_not_start_flows() {
    let place = Place::new(FLOWS);
    std::fs::write(place.project().join("token"), "t0ken\n").unwrap();
    place.manifest("[daemon]\nstore = \"../store\"\ntoken = { file = \"token\" }\n");
    let daemon = place.start().await;
    let path = "/v1/acme/flows/Sweep/start?wait=applied";
    let without = request(&daemon, "POST", path, &[JSON], "{}").await;
    assert_eq!(without.status, 401);
    let wrong = ("authorization", "Bearer token");
    let wrong = request(&daemon, "POST", path, &[JSON, wrong], "{}").await;
    assert_eq!(wrong.status, 401);
    assert!(inputs(place.store().dir()).is_empty());
    // the command finds it where the daemon does
    let known = trigd(&place, &["Sweep"]).await;
    assert_eq!(shown(&known), "0 started Sweep\n");
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn a_request_that_makes_no_sense_is_refused_before_the_log() {
    let place = Place::new(FLOWS);
    place.manifest("[connectors.one]\nkind = \"http\"\n[connectors.two]\nkind = \"http\"\n");
    let daemon = place.start().await;
    let path = "/v1/acme/flows/Care/start";
    let mut all = Vec::new();
    for body in [
        "nonsense",
        "{\"fro\": {}}",
        "{\"for\": {\"entity\": \"ticket\"}}",
        "{\"for\": {\"entity\": \"ticket\", \"id\": \"7\"}}",
        "{\"for\": {\"entity\": \"ticket\", \"id\": \"\", \"connector\": \"one\"}}",
        "{\"by\": \"\\u0007\"}",
    ] {
        let answer = request(&daemon, "POST", path, &[JSON], body).await;
        all.push(format!("{} {}", answer.status, answer.body["error"]));
    }
    insta::assert_snapshot!(all.join("\n"), @r#"
        400 "this address takes {\"for\": {\"entity\": \"…\", \"connector\": \"…\", \"id\": \"…\"}, \"by\": \"…\"}: expected ident at line 1 column 2"
        400 "this address takes {\"for\": {\"entity\": \"…\", \"connector\": \"…\", \"id\": \"…\"}, \"by\": \"…\"}: unknown field `fro`, expected `for` or `by` at line 1 column 6"
        400 "this address takes {\"for\": {\"entity\": \"…\", \"connector\": \"…\", \"id\": \"…\"}, \"by\": \"…\"}: missing field `id` at line 1 column 28"
        422 "of which connector the `ticket` is has to be said (`connector`, `--connector`): `crm` or `one` or `two`"
        422 "`id` is empty"
        422 "`by` has characters that cannot be shown"
        "#);
    // as a web page could
    let plain = ("content-type", "text/plain");
    for headers in [&[][..], &[plain]] {
        let answer = request(&daemon, "POST", path, headers, "{}").await;
        assert_eq!(answer.status, 415);
    }
    let get = request(&daemon, "GET", "/v1/acme/flows/Care/start", &[], "").await;
    assert_eq!(get.status, 405);
    assert!(inputs(place.store().dir()).is_empty());
    daemon.stop().await.unwrap();
}
