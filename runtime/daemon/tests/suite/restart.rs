use serde_json::json;

use crate::support::{Place, TICKETS, event, fired, how_is, opened, post, request, settled, soon};

#[tokio::test]
async fn cooldowns_and_what_waits_survive() {
    let place = Place::new(TICKETS);
    let daemon = place.start().await;
    assert_eq!(fired(&post(&daemon, &[opened("1", "7")]).await), ["Alert"]);
    daemon.stop().await.unwrap();

    place.clock.advance(60_000);
    let daemon = place.start().await;
    let status = how_is(&daemon).await;
    assert_eq!(status.pending, 1);
    let again = post(&daemon, &[opened("2", "7")]).await;
    assert_eq!(fired(&again), [""; 0], "the cooldown of an hour still runs");
    daemon.stop().await.unwrap();

    // past the ten minutes, while nothing ran
    place.clock.advance(600_000);
    let daemon = place.start().await;
    settled(&daemon, &place).await;
    let status = how_is(&daemon).await;
    assert_eq!(status.pending, 0, "{status:?}");
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn what_was_cancelled_stays_cancelled() {
    let place = Place::new(TICKETS);
    let daemon = place.start().await;
    post(&daemon, &[opened("1", "7"), opened("2", "8")]).await;
    post(&daemon, &[event("3", "ticket.closed", "7", json!({}))]).await;
    let before = how_is(&daemon).await;
    assert_eq!(before.pending, 1);
    daemon.stop().await.unwrap();

    let daemon = place.start().await;
    let after = how_is(&daemon).await;
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
async fn a_fresh_start_beside_a_daemon_that_runs_removes_nothing() {
    let place = Place::new(TICKETS);
    let daemon = place.start().await;
    assert_eq!(fired(&post(&daemon, &[opened("1", "7")]).await), ["Alert"]);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_trigd"))
        .args(["run", "--listen", "127.0.0.1:0", "--exit", "--fresh"])
        .arg("--store")
        .arg(place.store().dir())
        .arg(place.project())
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains("already open"), "{errors}");
    assert_eq!(fired(&post(&daemon, &[opened("2", "8")]).await), ["Alert"]);
    daemon.stop().await.unwrap();
    let daemon = place.start().await;
    assert_eq!(how_is(&daemon).await.pending, 2);
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

#[tokio::test]
async fn a_broken_manifest_opens_no_door_and_ends_no_effect() {
    let place = Place::new(TICKETS);
    let token = place.project().join("token");
    std::fs::write(&token, "hush").unwrap();
    let manifest = "[daemon]\ntoken = { file = \"token\" }\n";
    place.manifest(manifest);
    let daemon = place.start().await;
    daemon.stop().await.unwrap();

    place.manifest("[daemon]\ntoken = { fil = \"token\" }\n");
    let mut daemon = place.start().await;
    let status = request(&daemon, "GET", "/v1/acme/status", &[], "").await;
    assert_eq!(status.status, 401, "{status:?}");
    let known = ("authorization", "Bearer hush");
    let status = request(&daemon, "GET", "/v1/acme/status", &[known], "").await;
    assert_eq!(status.status, 200, "{status:?}");
    assert!(!status.body["reload"].is_null());

    // nobody takes the effect now, and it waits until the project says for good who does
    let body = serde_json::to_vec(&[opened("1", "7")]).unwrap();
    let kind = ("content-type", "application/cloudevents-batch+json");
    let path = "/v1/acme/events?wait=applied";
    assert_eq!(
        fired(&request(&daemon, "POST", path, &[known, kind], body).await),
        ["Alert"]
    );
    soon(daemon.pending.none()).await;
    assert_eq!(how_is(&daemon).await.outbox, 1);
    place.manifest(manifest);
    daemon.reload(&place.project()).await;
    let taken = async {
        while how_is(&daemon).await.outbox > 0 {
            tokio::task::yield_now().await;
        }
    };
    soon(taken).await;
    daemon.stop().await.unwrap();
}
