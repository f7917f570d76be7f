use smol_str::SmolStr;
use trig_log::{Class, Log, Record, RecordKind};
use trigd::daemon::StartError;
use trigd::shard::ReplayError;

use crate::support::{Place, TICKETS, how_is, opened, post, request};

/// A store in which one ticket was opened, and the revision that runs.
async fn used() -> (Place, SmolStr) {
    let place = Place::new(TICKETS);
    let daemon = place.start().await;
    post(&daemon, &[opened("1", "7")]).await;
    let revision = how_is(&daemon).await.revision;
    daemon.stop().await.unwrap();
    (place, revision.unwrap().0)
}

fn append(place: &Place, record: Record, digest: u64) {
    let (mut log, _) = Log::open(&place.store().log_dir(), trig_log::Options::default()).unwrap();
    log.append(Class::Internal, &[record], digest).unwrap();
}

fn tick(revision: SmolStr, semantics: u32) -> Record {
    Record {
        kind: RecordKind::Tick,
        time_ms: 1_750_000_000_000,
        workspace: "acme".into(),
        revision,
        semantics,
        body: Vec::new(),
    }
}

#[tokio::test]
async fn a_replay_that_differs_stops_the_workspace_and_says_where() {
    let (place, revision) = used().await;
    append(&place, tick(revision, trig_engine::SEMANTICS_VERSION), 42);
    let daemon = place.start().await;
    let status = how_is(&daemon).await;
    let reason = status.stopped.unwrap_or_default();
    assert!(reason.contains("position "), "{reason}");
    let answer = post(&daemon, &[opened("2", "8")]).await;
    assert_eq!(answer.status, 503, "{answer:?}");
    let health = request(&daemon, "GET", "/healthz", &[], "").await;
    assert_eq!(health.status, 200, "others would still run");
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn other_semantics_are_refused_by_name() {
    let (place, revision) = used().await;
    append(&place, tick(revision, 999), 0);
    let started = place.try_start(place.options()).await;
    assert!(matches!(
        started.err(),
        Some(StartError::Replay(ReplayError::Semantics {
            found: 999,
            ..
        }))
    ));
}

#[tokio::test]
async fn other_zone_rules_are_refused_by_name() {
    let (place, revision) = used().await;
    let revisions = place.store().revisions();
    let mut ir = revisions.get(&trig_ir::RevisionHash(revision)).unwrap();
    ir.versions.tzdata = "1999a".into();
    let other = ir.hash().unwrap();
    revisions.put(&other, &ir, &Default::default()).unwrap();
    append(&place, tick(other.0, trig_engine::SEMANTICS_VERSION), 0);
    let started = place.try_start(place.options()).await;
    let Some(StartError::Replay(error @ ReplayError::Versions { .. })) = started.err() else {
        panic!("a revision for other zone rules was replayed");
    };
    let now = trig_ir::Versions::current();
    let message = error.to_string();
    assert!(message.contains("tzdata 1999a"), "{message}");
    assert!(message.contains(&now.to_string()), "{message}");
}

#[tokio::test]
async fn a_revision_that_was_tampered_with_is_refused() {
    let (place, revision) = used().await;
    let path = place
        .store()
        .dir()
        .join("revisions")
        .join(format!("{revision}.json"));
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("\"Nag\"", "\"Nog\"")).unwrap();
    let started = place.try_start(place.options()).await;
    assert!(matches!(
        started.err(),
        Some(StartError::Replay(ReplayError::Revision { .. }))
    ));
}
