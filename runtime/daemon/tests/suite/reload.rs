use std::time::Duration;

use trigd::watch::Watcher;

use crate::support::{Place, TICKETS, fired, opened, post, request, soon};

#[tokio::test]
async fn an_edit_takes_effect_between_two_inputs() {
    let place = Place::new(TICKETS);
    let mut daemon = place.start().await;
    assert_eq!(fired(&post(&daemon, &[opened("1", "1")]).await), ["Alert"]);
    let before = daemon.status(&"acme".into()).await.unwrap();
    place.write("main.trig", &TICKETS.replace(">= 3", ">= 9"));
    daemon.reload(&place.project()).await;
    let after = daemon.status(&"acme".into()).await.unwrap();
    assert_ne!(before.revision, after.revision);
    assert_eq!(after.pending, 1, "what waits is kept");
    assert_eq!(fired(&post(&daemon, &[opened("2", "2")]).await), [""; 0]);
    daemon.stop().await.unwrap();

    let daemon = place.start().await;
    let restarted = daemon.status(&"acme".into()).await.unwrap();
    assert_eq!(restarted.revision, after.revision);
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn a_broken_edit_leaves_what_runs_and_is_shown() {
    let place = Place::new(TICKETS);
    let mut daemon = place.start().await;
    let before = daemon.status(&"acme".into()).await.unwrap();
    place.write(
        "main.trig",
        &TICKETS.replace("severity >= 3", "sevrity >= 3"),
    );
    daemon.reload(&place.project()).await;
    let after = daemon.status(&"acme".into()).await.unwrap();
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
    let before = daemon.status(&"acme".into()).await.unwrap();
    place.write("main.trig", TICKETS);
    daemon.reload(&place.project()).await;
    assert_eq!(daemon.status(&"acme".into()).await.unwrap(), before);
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
