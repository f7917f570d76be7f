use std::collections::BTreeSet;

use serde_json::json;

use crate::support::{Place, TICKETS, event, fired, inputs, opened, post, request};

const JSON: (&str, &str) = ("content-type", "application/cloudevents+json");

#[tokio::test]
async fn what_is_acknowledged_is_in_the_log() {
    let place = Place::new(TICKETS);
    let daemon = place.start().await;
    let body = opened("1", "7").to_string();
    let answer = request(&daemon, "POST", "/v1/acme/events", &[JSON], body).await;
    assert_eq!(answer.status, 202);
    assert_eq!(answer.body, json!({"position": 2, "events": 1}));
    // the daemon still runs: what can be read now is what a crash would leave
    let logged = inputs(place.store().dir());
    assert_eq!(logged.len(), 1);
    assert_eq!(logged[0]["arrivals"][0]["id"], "1");
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn who_waits_hears_what_fired() {
    let place = Place::new(TICKETS);
    let daemon = place.start().await;
    let answer = post(&daemon, &[opened("1", "7"), opened("2", "8")]).await;
    assert_eq!(fired(&answer), ["Alert", "Alert"]);
    let again = post(&daemon, &[opened("1", "7")]).await;
    assert_eq!(fired(&again), [""; 0]);
    assert_eq!(again.body["applied"]["duplicates"], 1);
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn who_waits_hears_what_was_only_kept() {
    let place = Place::new(TICKETS);
    let daemon = place.start().await;
    let answer = post(
        &daemon,
        &[
            event("1", "ticket.opend", "7", json!({})),
            event("2", "desk.ticket.opened", "7", json!({})),
            event("3", "invoice.paid", "7", json!({})),
            event("4", "ticket.closed", "7", json!({"mood": "bad"})),
            event("5", "ticket.opened", "7", json!({"severity": "much"})),
        ],
    )
    .await;
    assert_eq!(answer.status, 200);
    let kept = serde_json::to_string_pretty(&answer.body["applied"]["kept"]).unwrap();
    insta::assert_snapshot!(kept);
    let well = post(&daemon, &[opened("6", "8")]).await;
    assert_eq!(well.body["applied"].get("kept"), None);
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn requests_that_cannot_be_taken_are_answered_with_the_reason() {
    let place = Place::new(TICKETS);
    place.manifest("[daemon]\nmax_body = \"2 KB\"\n[connectors.kommo]\nkind = \"kommo\"\n");
    let daemon = place.start().await;
    let form = ("content-type", "application/x-www-form-urlencoded");
    let large = vec![b' '; 4_000];
    let mut shown = Vec::new();
    for (method, path, headers, body) in [
        ("POST", "/v1/acme/events", vec![JSON], b"{".to_vec()),
        (
            "POST",
            "/v1/acme/events",
            vec![JSON],
            b"{\"id\": 1}".to_vec(),
        ),
        ("POST", "/v1/acme/events", vec![JSON], Vec::new()),
        (
            "POST",
            "/v1/acme/events",
            vec![("content-type", "text/csv")],
            b"a,b".to_vec(),
        ),
        (
            "POST",
            "/v1/acme/events?wait=ever",
            vec![JSON],
            b"{}".to_vec(),
        ),
        ("POST", "/v1/acme/events", vec![JSON], large),
        ("POST", "/v1/other/events", vec![JSON], b"{}".to_vec()),
        ("GET", "/v1/acme/events", vec![], Vec::new()),
        ("POST", "/v1/acme/status", vec![], Vec::new()),
        ("POST", "/hooks/acme/komo/-", vec![form], b"a=b".to_vec()),
        ("POST", "/hooks/other/kommo/-", vec![form], b"a=b".to_vec()),
        ("GET", "/", vec![], Vec::new()),
    ] {
        let answer = request(&daemon, method, path, &headers, body).await;
        shown.push(format!(
            "{method} {path}: {} {}",
            answer.status, answer.body
        ));
    }
    insta::assert_snapshot!(shown.join("\n"));
    assert_eq!(
        inputs(place.store().dir()).len(),
        0,
        "nothing of it was kept"
    );
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn a_body_of_unknown_length_is_bounded_too() {
    use http_body_util::{BodyExt, StreamBody};
    let place = Place::new(TICKETS);
    place.manifest("[daemon]\nmax_body = \"2 KB\"\n");
    let daemon = place.start().await;
    let chunks = (0..100).map(|_| {
        Ok::<_, std::io::Error>(hyper::body::Frame::data(bytes::Bytes::from(vec![
            b' ';
            100
        ])))
    });
    let body = StreamBody::new(Chunks(chunks.collect::<Vec<_>>().into_iter()));
    let request = hyper::Request::post(format!("http://{}/v1/acme/events", daemon.address))
        .header("content-type", "application/json")
        .body(body.boxed_unsync())
        .unwrap();
    let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
        .build_http();
    let answer = client.request(request).await.unwrap();
    assert_eq!(answer.status(), 413);
    daemon.stop().await.unwrap();
}

struct Chunks<I>(I);

impl<I: Iterator + Unpin> futures_core::Stream for Chunks<I> {
    type Item = I::Item;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<I::Item>> {
        std::task::Poll::Ready(self.0.next())
    }
}

#[tokio::test]
async fn a_wrong_secret_and_a_wrong_connector_look_the_same() {
    let place = Place::new(TICKETS);
    std::fs::write(place.project().join("secret"), "s3cret\n").unwrap();
    place.manifest("[connectors.crm]\nkind = \"kommo\"\nsecret = { file = \"secret\" }\n");
    let daemon = place.start().await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let mut answers = Vec::new();
    for path in ["crm/wrong", "nothing/s3cret", "crm/-"] {
        let path = format!("/hooks/acme/{path}");
        answers.push(request(&daemon, "POST", &path, &form, "a=b").await);
    }
    assert_eq!(answers[0].status, 404);
    assert!(answers.iter().all(|a| *a == answers[0]), "{answers:?}");
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn a_thousand_posts_at_once_are_all_acknowledged_and_all_in_the_log() {
    let place = Place::new(TICKETS);
    let daemon = place.start().await;
    let address = daemon.address;
    let client = trigd::outbox::client();
    let posts: Vec<_> = (0..1_000)
        .map(|n| {
            let client = client.clone();
            tokio::spawn(async move {
                let body = opened(&n.to_string(), &n.to_string()).to_string();
                let request = hyper::Request::post(format!("http://{address}/v1/acme/events"))
                    .header(JSON.0, JSON.1)
                    .body(http_body_util::Full::from(body))
                    .unwrap();
                client.request(request).await.unwrap().status().as_u16()
            })
        })
        .collect();
    for post in posts {
        assert_eq!(post.await.unwrap(), 202);
    }
    let ids: BTreeSet<String> = inputs(place.store().dir())
        .iter()
        .map(|input| input["arrivals"][0]["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids, (0..1_000).map(|n| n.to_string()).collect());
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn the_status_says_what_waits() {
    let place = Place::new(TICKETS);
    let daemon = place.start().await;
    post(&daemon, &[opened("1", "7")]).await;
    let answer = request(&daemon, "GET", "/v1/acme/status", &[], "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["workspace"], "acme");
    assert_eq!(answer.body["pending"], 1);
    assert_eq!(answer.body["reload"], json!(null));
    let health = request(&daemon, "GET", "/healthz", &[], "").await;
    assert_eq!((health.status, health.body), (200, json!({"status": "ok"})));
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn with_a_token_only_its_bearer_is_let_in() {
    let place = Place::new(TICKETS);
    std::fs::write(place.project().join("token"), "t0ken\n").unwrap();
    place.manifest("[daemon]\ntoken = { file = \"token\" }\n");
    let daemon = place.start().await;
    let without = request(&daemon, "GET", "/v1/acme/status", &[], "").await;
    assert_eq!(without.status, 401);
    let bearer = ("authorization", "Bearer t0ken");
    let with = request(&daemon, "GET", "/v1/acme/status", &[bearer], "").await;
    assert_eq!(with.status, 200);
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn a_hook_is_understood_by_its_connectors_kind() {
    let text = "use kommo\ntrigger Greet for lead { on lead created  do log(text: \"hello\") }";
    let place = Place::new(text);
    place.manifest("[connectors.hq]\nkind = \"kommo\"\n");
    let daemon = place.start().await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = "leads[add][0][id]=5&leads[add][0][status_id]=1&leads[add][0][pipeline_id]=2\
                &leads[add][0][last_modified]=1750000000&account[id]=1&account[subdomain]=acme";
    let path = "/hooks/acme/hq/-?wait=applied";
    let answer = request(&daemon, "POST", path, &form, body).await;
    assert_eq!(fired(&answer), ["Greet"]);
    let wrong = [("content-type", "application/json")];
    let answer = request(&daemon, "POST", path, &wrong, "{}").await;
    assert_eq!(answer.status, 415, "{answer:?}");
    daemon.stop().await.unwrap();
}
