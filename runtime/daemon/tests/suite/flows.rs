//! Bodies that wait, over edits and restarts.

use std::process::Command;

use serde_json::json;
use trig_ir::Millis;

use crate::receiver::Receiver;
use crate::support::{Place, advance, event, fired, how_is, opened, post, soon};

const MINUTE: i64 = Millis::MINUTE.0;
const HOUR: i64 = Millis::HOUR.0;

/// A body that runs for an hour, and a firing that waits for a while; both say which version they are of.
fn project(version: &str, delay: &str) -> String {
    format!(
        r#"
entity ticket {{ severity: int? }}
event ticket.opened for ticket {{ severity: int }}
event ticket.closed for ticket {{ }}
trigger Care for ticket {{
    on ticket.opened
    do {{
        webhook.post(to: "crm", says: "begins {version}")
        wait 1h
        webhook.post(to: "crm", says: "ends {version}")
    }}
}}
trigger Nag for ticket {{
    on    ticket.opened
    after {delay} unless ticket.closed
    do    webhook.post(to: "crm", says: "nags {version}")
}}
"#
    )
}

async fn says(receiver: &mut Receiver) -> String {
    let (_, body) = receiver.next().await;
    let of = body["subject"]["id"].as_str().unwrap().to_owned();
    format!("{of} {}", body["args"]["says"].as_str().unwrap())
}

/// A33: an edit takes effect while it runs, and nothing under way is lost: what has begun finishes on the revision under
/// which it began, what has not follows the new one.
#[tokio::test]
async fn a33_an_edit_takes_effect_and_nothing_under_way_is_lost() {
    let mut receiver = Receiver::start(200).await;
    let place = Place::with_receiver(&project("v1", "10m"), &receiver.url());
    let mut daemon = place.start().await;
    post(&daemon, &[opened("1", "7")]).await;
    assert_eq!(says(&mut receiver).await, "7 begins v1");

    place.write("main.trig", &project("v2", "20m"));
    daemon.reload(&place.project()).await;
    post(&daemon, &[opened("2", "8")]).await;
    assert_eq!(says(&mut receiver).await, "8 begins v2");
    let status = how_is(&daemon).await;
    assert_eq!(status.pending, 4, "nothing was lost: {status:?}");

    // the ten minutes of the first version have become twenty
    advance(&daemon, &place, 10 * MINUTE).await;
    advance(&daemon, &place, 10 * MINUTE).await;
    let mut both = [says(&mut receiver).await, says(&mut receiver).await];
    both.sort();
    assert_eq!(both, ["7 nags v2", "8 nags v2"]);

    // a further edit, and bodies of two earlier revisions run
    place.write("main.trig", &project("v3", "30m"));
    daemon.reload(&place.project()).await;
    post(&daemon, &[opened("3", "9")]).await;
    assert_eq!(says(&mut receiver).await, "9 begins v3");
    soon(daemon.pending.none()).await;
    daemon.stop().await.unwrap();

    // also over a restart
    let daemon = place.start().await;
    advance(&daemon, &place, 30 * MINUTE).await;
    assert_eq!(says(&mut receiver).await, "9 nags v3");
    advance(&daemon, &place, 10 * MINUTE).await;
    let mut both = [says(&mut receiver).await, says(&mut receiver).await];
    both.sort();
    assert_eq!(both, ["7 ends v1", "8 ends v2"]);
    advance(&daemon, &place, 20 * MINUTE).await;
    assert_eq!(says(&mut receiver).await, "9 ends v3");
    let status = how_is(&daemon).await;
    assert_eq!(status.pending, 0, "{status:?}");
    daemon.stop().await.unwrap();
    assert!(receiver.got.try_recv().is_err(), "nothing happened twice");
}

#[tokio::test]
async fn a_flow_goes_on_over_restarts_until_its_goal() {
    let text = r#"
entity ticket { severity: int? }
event ticket.opened for ticket { severity: int }
event ticket.closed for ticket { }
flow Care for ticket {
    do {
        wait 1h
        webhook.post(to: "crm", says: "one hour")
        wait until ticket.severity == 1 within 1d else stop
        webhook.post(to: "crm", says: "calm")
        wait 1h
        webhook.post(to: "crm", says: "never said")
        goal Closed on ticket.closed
        webhook.post(to: "crm", says: "closed")
    }
}
trigger Begin for ticket { on ticket.opened do start Care }
"#;
    let mut receiver = Receiver::start(200).await;
    let place = Place::with_receiver(text, &receiver.url());
    let daemon = place.start().await;
    post(
        &daemon,
        &[event("0", "record.created", "7", json!({"severity": 5}))],
    )
    .await;
    let answer = post(&daemon, &[opened("1", "7")]).await;
    assert_eq!(fired(&answer), ["Begin", "Care"]);
    daemon.stop().await.unwrap();

    let daemon = place.start().await;
    advance(&daemon, &place, HOUR).await;
    assert_eq!(says(&mut receiver).await, "7 one hour");
    daemon.stop().await.unwrap();

    let daemon = place.start().await;
    let calm = event("2", "record.updated", "7", json!({"severity": 1}));
    post(&daemon, &[calm]).await;
    assert_eq!(says(&mut receiver).await, "7 calm");
    daemon.stop().await.unwrap();

    // reached early, it jumps there
    let daemon = place.start().await;
    post(&daemon, &[event("3", "ticket.closed", "7", json!({}))]).await;
    assert_eq!(says(&mut receiver).await, "7 closed");
    let status = how_is(&daemon).await;
    assert_eq!(status.pending, 0, "{status:?}");
    daemon.stop().await.unwrap();
    assert!(receiver.got.try_recv().is_err());
}

#[tokio::test]
async fn the_state_shows_what_waits_what_runs_and_which_clocks_come() {
    let text = r#"
entity ticket { severity: int?  due: datetime? }
event ticket.opened for ticket { severity: int }
trigger Care for ticket { on ticket.opened do { log(text: "begin")  wait 1h  log(text: "end") } }
trigger Nag  for ticket { on ticket.opened after 10m do log(text: "nag") }
trigger Calm for ticket { on ticket.opened until severity == 1 within 2h else drop do log(text: "calm") }
trigger Soon for ticket { on 1h before ticket.due do log(text: "soon") }
trigger Morning { on every day at 09:00 do log(text: "good morning") }
"#;
    let place = Place::new(text);
    place.manifest("zone = \"UTC\"\n");
    let daemon = place.start().await;
    let data = json!({"severity": 5, "due": "2025-06-20T12:00:00Z"});
    post(
        &daemon,
        &[event("1", "record.created", "7", data), opened("2", "7")],
    )
    .await;
    daemon.stop().await.unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_trigd"))
        .arg("state")
        .arg(place.store().dir())
        .output()
        .unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    // the first line has hashes
    let lines: Vec<&str> = shown.lines().skip(1).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
        waits     Nag  ticket/7@desk  after, until 2025-06-15T15:16:40Z  since 2025-06-15T15:06:40Z
        runs      Care  ticket/7@desk  waits; wakes 2025-06-15T16:06:40Z  since 2025-06-15T15:06:40Z
        waits     Calm  ticket/7@desk  until it holds; wakes 2025-06-15T17:06:40Z  since 2025-06-15T15:06:40Z
        clock     Morning  every day at 09:00  at 2025-06-16T09:00:00Z
        clock     Soon  ticket/7@desk  1h before ticket.due  at 2025-06-20T11:00:00Z
        "#);
}
