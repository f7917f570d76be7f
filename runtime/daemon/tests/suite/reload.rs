use std::time::Duration;

use serde_json::json;
use trigd::watch::Watcher;

use crate::receiver::Receiver;
use crate::support::{Place, TICKETS, advance, event, fired, how_is, opened, post, request, soon};

#[tokio::test]
async fn an_edit_takes_effect_between_two_inputs() {
    let place = Place::new(TICKETS);
    let mut daemon = place.start().await;
    assert_eq!(fired(&post(&daemon, &[opened("1", "1")]).await), ["Alert"]);
    let before = how_is(&daemon).await;
    place.write("main.trig", &TICKETS.replace(">= 3", ">= 9"));
    daemon.reload(&place.project()).await;
    let after = how_is(&daemon).await;
    assert_ne!(before.revision, after.revision);
    assert_eq!(after.pending, 1, "what waits is kept");
    assert_eq!(fired(&post(&daemon, &[opened("2", "2")]).await), [""; 0]);
    daemon.stop().await.unwrap();

    let daemon = place.start().await;
    let restarted = how_is(&daemon).await;
    assert_eq!(restarted.revision, after.revision);
    daemon.stop().await.unwrap();
}

/// Stages with what stands in two of them.
fn stages(waiting: &str, tested: &str) -> String {
    format!(
        r#"
entity ticket {{ stage: stage  severity: int? }}
event ticket.opened for ticket {{ severity: int }}
pipeline Desk for ticket {{
    stage New initial
    stage Waiting {{ {waiting} }}
    stage Tested {{ {tested} }}
    stage Done success
}}
"#
    )
}

/// B4: triggers are copied and moved to other stages. What waits goes with one that is moved; from then on it takes what
/// lies before its new stage.
#[tokio::test]
async fn b4_a_trigger_that_is_moved_to_another_stage_keeps_what_waits() {
    let nag = r#"trigger Nag { on ticket.opened after 10m do webhook.post(to: "crm") }"#;
    let mut receiver = Receiver::start(200).await;
    let place = Place::with_receiver(&stages(nag, ""), &receiver.url());
    let mut daemon = place.start().await;
    let created = |id: &str, ticket: &str, stage: &str| {
        let data = json!({"stage": format!("Desk.{stage}")});
        event(id, "record.created", ticket, data)
    };
    let events = [
        created("1", "7", "New"),
        created("2", "8", "Waiting"),
        created("3", "9", "Tested"),
        opened("4", "7"),
        opened("5", "8"),
    ];
    post(&daemon, &events).await;
    assert_eq!(how_is(&daemon).await.pending, 1, "that before `Waiting`");

    place.write("main.trig", &stages("", nag));
    daemon.reload(&place.project()).await;
    assert_eq!(how_is(&daemon).await.pending, 1, "it is kept");
    post(&daemon, &[opened("6", "8"), opened("7", "9")]).await;
    assert_eq!(
        how_is(&daemon).await.pending,
        2,
        "that before `Tested`, too"
    );

    advance(&daemon, &place, 600_000).await;
    let mut nagged = Vec::new();
    for _ in 0..2 {
        let (_, body) = receiver.next().await;
        nagged.push(body["subject"]["id"].clone());
    }
    nagged.sort_by_key(ToString::to_string);
    assert_eq!(nagged, ["7", "8"]);
    assert_eq!(how_is(&daemon).await.pending, 0);
    daemon.stop().await.unwrap();
    assert!(receiver.got.try_recv().is_err(), "nothing happened twice");
}

#[tokio::test]
async fn a_broken_edit_leaves_what_runs_and_is_shown() {
    let place = Place::new(TICKETS);
    let mut daemon = place.start().await;
    let before = how_is(&daemon).await;
    place.write(
        "main.trig",
        &TICKETS.replace("severity >= 3", "sevrity >= 3"),
    );
    daemon.reload(&place.project()).await;
    let after = how_is(&daemon).await;
    assert_eq!(before.revision, after.revision);
    let status = request(&daemon, "GET", "/v1/acme/status", &[], "").await;
    assert!(
        status.body["reload"].to_string().contains("sevrity"),
        "{status:?}"
    );
    assert_eq!(fired(&post(&daemon, &[opened("1", "1")]).await), ["Alert"]);

    place.write("main.trig", TICKETS);
    daemon.reload(&place.project()).await;
    let status = request(&daemon, "GET", "/v1/acme/status", &[], "").await;
    assert!(status.body["reload"].is_null(), "{status:?}");
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn an_edit_without_meaning_changes_nothing() {
    let place = Place::new(TICKETS);
    let mut daemon = place.start().await;
    let before = how_is(&daemon).await;
    place.write("main.trig", TICKETS);
    daemon.reload(&place.project()).await;
    assert_eq!(how_is(&daemon).await, before);
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn saved_new_and_deleted_files_are_noticed() {
    let place = Place::new(TICKETS);
    let mut watcher = Watcher::new(&[place.project()], Duration::from_millis(20)).unwrap();
    place.write("main.trig", "// saved\n");
    assert_eq!(soon(watcher.changed()).await, Some(place.project()));
    place.write("other.trig", "// new\n");
    assert_eq!(soon(watcher.changed()).await, Some(place.project()));
    std::fs::remove_file(place.project().join("other.trig")).unwrap();
    assert_eq!(soon(watcher.changed()).await, Some(place.project()));
    std::fs::create_dir(place.project().join("sales")).unwrap();
    assert_eq!(soon(watcher.changed()).await, Some(place.project()));
}
