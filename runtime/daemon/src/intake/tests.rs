//! Answers that depend on the writer, with the test in the writer's place.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt;
use hyper_util::service::TowerToHyperService;
use serde_json::{Value as Json, json};

use super::routes::{Door, router};
use crate::config::Config;
use crate::registry::{Registry, Site};
use crate::shard::{Accepted, Bounds, Queue, Refusal, Shard};

struct Fixture {
    router: Router,
    shard: Shard,
    queue: Queue,
}

fn fixture(bounds: Bounds) -> Fixture {
    let (shard, queue) = Shard::new(bounds);
    let registry = Registry::default();
    registry.put(Site {
        config: Config::new("acme"),
        hold: std::collections::BTreeSet::new(),
        entities: Vec::new(),
        feeds: Vec::new(),
        failed_reload: None,
    });
    let router = router(Door {
        registry,
        shard: shard.clone(),
        loopback: true,
    });
    Fixture {
        router,
        shard,
        queue,
    }
}

fn send(router: &Router) -> tokio::task::JoinHandle<Response> {
    let service = TowerToHyperService::new(router.clone());
    let event = json!({"specversion": "1.0", "id": "1", "source": "s", "type": "t"});
    let request = Request::post("/v1/acme/events")
        .header("content-type", "application/json")
        .body(Body::from(event.to_string()))
        .unwrap();
    tokio::spawn(async move {
        hyper::service::Service::call(&service, request)
            .await
            .unwrap()
    })
}

async fn shown(response: Response) -> (StatusCode, Json) {
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap())
}

/// What the writer is handed.
async fn handed(queue: &Queue) -> crate::shard::Intake {
    let receiver = queue.intake.clone();
    tokio::task::spawn_blocking(move || receiver.recv().unwrap())
        .await
        .unwrap()
}

#[tokio::test]
async fn nothing_is_acknowledged_before_the_writer_says_so() {
    let fixture = fixture(Bounds::default());
    let request = send(&fixture.router);
    let intake = handed(&fixture.queue).await;
    assert!(!request.is_finished());
    let accepted = Accepted {
        position: 9,
        events: 1,
        applied: None,
    };
    intake.reply.send(Ok(accepted)).unwrap();
    let (status, body) = shown(request.await.unwrap()).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    assert_eq!(body, json!({"position": 9, "events": 1}));
}

#[tokio::test]
async fn a_full_queue_answers_429() {
    let bounds = Bounds {
        queue_bodies: 1,
        ..Bounds::default()
    };
    let fixture = fixture(bounds);
    let first = send(&fixture.router);
    while fixture.queue.intake.is_empty() {
        tokio::task::yield_now().await;
    }
    let second = send(&fixture.router).await.unwrap();
    assert!(second.headers().contains_key("retry-after"));
    assert_eq!(shown(second).await.0, StatusCode::TOO_MANY_REQUESTS);
    assert!(!first.is_finished());
}

#[tokio::test]
async fn too_many_bytes_answer_429() {
    let bounds = Bounds {
        queue_bytes: 10,
        ..Bounds::default()
    };
    let fixture = fixture(bounds);
    let _first = send(&fixture.router);
    let waiting = handed(&fixture.queue).await;
    let second = send(&fixture.router).await.unwrap();
    assert_eq!(shown(second).await.0, StatusCode::TOO_MANY_REQUESTS);
    drop(waiting);
    // what left the queue made room
    let third = send(&fixture.router);
    handed(&fixture.queue).await;
    assert_eq!(
        third.await.unwrap().status(),
        StatusCode::SERVICE_UNAVAILABLE,
        "its line was closed without a word"
    );
}

#[tokio::test]
async fn the_writers_refusals_have_answers_of_their_own() {
    let mut statuses = Vec::new();
    for refusal in [
        Refusal::Full,
        Refusal::Stopped("why".into()),
        Refusal::Unknown,
    ] {
        let fixture = fixture(Bounds::default());
        let request = send(&fixture.router);
        let intake = handed(&fixture.queue).await;
        intake.reply.send(Err(refusal)).unwrap();
        statuses.push(request.await.unwrap().status().as_u16());
    }
    assert_eq!(statuses, [507, 503, 404]);
}

#[tokio::test]
async fn a_daemon_that_ends_takes_nothing_new() {
    let fixture = fixture(Bounds::default());
    fixture.shard.close_intake();
    let response = send(&fixture.router).await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_writer_that_is_gone_acknowledges_nothing() {
    let fixture = fixture(Bounds::default());
    let request = send(&fixture.router);
    drop(handed(&fixture.queue).await);
    let (status, _) = shown(request.await.unwrap()).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
}
