use crate::support::{Place, TICKETS, event, fired, opened, post};
use serde_json::json;

#[tokio::test]
async fn cooldowns_and_what_waits_survive() {
    let place = Place::new(TICKETS);
    let daemon = place.start().await;
    assert_eq!(fired(&post(&daemon, &[opened("1", "7")]).await), ["Alert"]);
    daemon.stop().await.unwrap();

    place.clock.advance(60_000);
    let daemon = place.start().await;
    let status = daemon.status(&"acme".into()).await.unwrap();
    assert_eq!(status.pending, 1);
    let again = post(&daemon, &[opened("2", "7")]).await;
    assert_eq!(fired(&again), [""; 0], "the cooldown of an hour still runs");
    daemon.stop().await.unwrap();

    // past the ten minutes, while nothing ran
    place.clock.advance(600_000);
    let daemon = place.start().await;
    // asking wakes the writer, whose clock does not move by itself
    daemon.status(&"acme".into()).await.unwrap();
    let status = daemon.status(&"acme".into()).await.unwrap();
    assert_eq!(status.pending, 0, "{status:?}");
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn what_was_cancelled_stays_cancelled() {
    let place = Place::new(TICKETS);
    let daemon = place.start().await;
    post(&daemon, &[opened("1", "7"), opened("2", "8")]).await;
    post(&daemon, &[event("3", "ticket.closed", "7", json!({}))]).await;
    let before = daemon.status(&"acme".into()).await.unwrap();
    assert_eq!(before.pending, 1);
    daemon.stop().await.unwrap();

    let daemon = place.start().await;
    let after = daemon.status(&"acme".into()).await.unwrap();
    assert_eq!(after.pending, 1);
    assert_eq!(after.revision, before.revision);
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn a_store_that_is_open_is_refused() {
    let place = Place::new(TICKETS);
    let daemon = place.start().await;
    let second = place.try_start(place.options()).await;
    let reason = second.err().map(|e| e.to_string()).unwrap_or_default();
    assert!(reason.contains("already open"), "{reason}");
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn a_broken_project_runs_on_the_revision_of_the_store() {
    let place = Place::new(TICKETS);
    let daemon = place.start().await;
    daemon.stop().await.unwrap();
    place.write("main.trig", "trigger Broken {");
    let daemon = place.start().await;
    assert_eq!(fired(&post(&daemon, &[opened("1", "7")]).await), ["Alert"]);
    daemon.stop().await.unwrap();
}
