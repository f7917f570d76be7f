use std::sync::atomic::Ordering;

use serde_json::{Value as Json, json};

use crate::receiver::Receiver;
use crate::support::{Place, TICKETS, event, how_is, opened, post, soon};

#[tokio::test]
async fn an_effect_is_posted_with_its_key_and_ends() {
    let mut receiver = Receiver::start(200).await;
    let place = Place::with_receiver(TICKETS, &receiver.url());
    let mut daemon = place.start().await;
    post(&daemon, &[opened("1", "7")]).await;
    let (key, body) = receiver.next().await;
    assert_eq!(body["key"], key.as_str());
    assert_eq!(body["workspace"], "acme");
    assert_eq!(body["trigger"], "Alert");
    assert_eq!(body["action"], "trig.webhook.post");
    assert_eq!(body["subject"]["id"], "7");
    assert_eq!(body["args"]["severity"], 5);
    soon(daemon.pending.none()).await;
    assert_eq!(how_is(&daemon).await.outbox, 0);
    daemon.stop().await.unwrap();
}

/// The examples of `docs/operations.md`, in their order.
#[tokio::test]
async fn a_receiver_gets_what_the_page_says() {
    let text = r#"
use kommo
trigger OutOfHours for lead {
    on message.incoming
    do {
        message.send(to: event.contact, text: "Thank you! We answer from Monday 09:00.")
        set tags += "asked"
    }
}
"#;
    let mut receiver = Receiver::start(200).await;
    let place = Place::new(text);
    let url = receiver.url();
    place.manifest(&format!(
        "[connectors.kommo]\nkind = \"kommo\"\ndeliver = \"{url}\"\n"
    ));
    let daemon = place.start().await;
    let mut lead = event(
        "1",
        "record.created",
        "",
        json!({"contacts": ["3"], "tags": ["school"]}),
    );
    let data = json!({"lead": "7", "contact": "3", "text": "how much?"});
    let mut message = event("2", "crm.message.incoming", "", data);
    for (event, subject) in [(&mut lead, "kommo.lead/7"), (&mut message, "crm.contact/3")] {
        event["source"] = "kommo".into();
        event["subject"] = subject.into();
    }
    post(&daemon, &[lead, message]).await;

    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, section) = page.split_once("\n## What a receiver gets\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let examples = section.split("```json\n").skip(1);
    let mut compared = 0;
    for example in examples.filter_map(|block| block.split("```").next()) {
        let mut example: Json = serde_json::from_str(example).unwrap();
        let (key, got) = receiver.next().await;
        assert_eq!(got["key"], key.as_str());
        // these two are of that moment
        for member in ["key", "at"] {
            let there = example[member].as_str().map(str::len);
            assert_eq!(there, got[member].as_str().map(str::len), "{member}: {got}");
            example[member] = got[member].clone();
        }
        assert_eq!(got, example);
        compared += 1;
    }
    assert_eq!(compared, 2);
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn an_effect_is_tried_again_under_the_same_key_also_after_a_restart() {
    let mut receiver = Receiver::start(503).await;
    let place = Place::with_receiver(TICKETS, &receiver.url());
    let daemon = place.start().await;
    post(&daemon, &[opened("1", "7")]).await;
    let (first, _) = receiver.next().await;
    let (second, _) = receiver.next().await;
    assert_eq!(first, second);
    daemon.stop().await.unwrap();
    while receiver.got.try_recv().is_ok() {}

    receiver.status.store(200, Ordering::SeqCst);
    let mut daemon = place.start().await;
    let (third, _) = receiver.next().await;
    assert_eq!(first, third);
    soon(daemon.pending.none()).await;
    daemon.stop().await.unwrap();
    let daemon = place.start().await;
    assert_eq!(how_is(&daemon).await.outbox, 0);
    assert!(receiver.got.try_recv().is_err(), "it has ended");
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn a_refusal_for_good_is_not_tried_again() {
    let mut receiver = Receiver::start(410).await;
    let place = Place::with_receiver(TICKETS, &receiver.url());
    let mut daemon = place.start().await;
    post(&daemon, &[opened("1", "7")]).await;
    receiver.next().await;
    soon(daemon.pending.none()).await;
    assert_eq!(how_is(&daemon).await.outbox, 0);
    assert!(receiver.got.try_recv().is_err());
    daemon.stop().await.unwrap();
    let results: Vec<Json> = trig_log::read(&place.store().log_dir())
        .unwrap()
        .map(|e| e.unwrap().record)
        .filter(|r| r.kind == trig_log::RecordKind::Result)
        .map(|r| serde_json::from_slice(&r.body).unwrap())
        .collect();
    let failed = results.iter().filter(|r| r["outcome"] == "failed");
    let details: Vec<_> = failed.map(|r| r["detail"].as_str().unwrap()).collect();
    assert_eq!(details, ["410 Gone"]);
}

#[tokio::test]
async fn effects_of_one_subject_leave_in_order() {
    let mut receiver = Receiver::start(200).await;
    let text = TICKETS.replace("    cooldown 1h per ticket\n", "");
    let place = Place::with_receiver(&text, &receiver.url());
    let mut daemon = place.start().await;
    let events: Vec<Json> = (0..30)
        .map(|n| {
            event(
                &n.to_string(),
                "ticket.opened",
                "7",
                serde_json::json!({"severity": n + 3}),
            )
        })
        .collect();
    post(&daemon, &events).await;
    let mut got = Vec::new();
    for _ in 0..30 {
        got.push(
            receiver.next().await.1["args"]["severity"]
                .as_i64()
                .unwrap(),
        );
    }
    assert_eq!(got, (3..33).collect::<Vec<_>>());
    soon(daemon.pending.none()).await;
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn what_nobody_takes_is_undelivered_and_says_why() {
    let place = Place::new(TICKETS);
    let mut daemon = place.start().await;
    post(&daemon, &[opened("1", "7")]).await;
    soon(daemon.pending.none()).await;
    daemon.stop().await.unwrap();
    let details: Vec<String> = trig_log::read(&place.store().log_dir())
        .unwrap()
        .map(|e| e.unwrap().record)
        .filter(|r| r.kind == trig_log::RecordKind::Result)
        .map(|r| serde_json::from_slice::<Json>(&r.body).unwrap())
        .map(|r| {
            format!(
                "{}: {}",
                r["outcome"].as_str().unwrap(),
                r["detail"].as_str().unwrap()
            )
        })
        .collect();
    insta::assert_snapshot!(
        details.join("\n"),
        @"undelivered: connector `crm` has no `url` in trig.toml, so nothing is sent to it"
    );
}

const UNSURE: &str = r#"
entity ticket { severity: int? }
event ticket.opened for ticket { severity: int }
event ticket.closed for ticket { }
action desk.page for ticket { text: text } if_unknown hold
trigger Page for ticket {
    on ticket.opened
    do desk.page(text: "help")
}
"#;

#[tokio::test]
async fn an_attempt_of_unknown_outcome_is_on_record_and_held() {
    // a receiver that takes the connection and never answers, so that nobody knows
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let place = Place::new(UNSURE);
    place.manifest(&format!(
        "[connectors.desk]\nkind = \"http\"\ndeliver = \"http://{address}/\"\n"
    ));
    let mut daemon = place.start().await;
    post(&daemon, &[opened("1", "7")]).await;
    let (connection, _) = soon(listener.accept()).await.unwrap();
    let attempts = trig_log::read(&place.store().log_dir())
        .unwrap()
        .filter(|e| e.as_ref().unwrap().record.kind == trig_log::RecordKind::Attempt)
        .count();
    assert_eq!(attempts, 1, "on record before it leaves");
    drop(connection);
    soon(daemon.pending.none()).await;
    assert_eq!(how_is(&daemon).await.outbox, 1);
    daemon.stop().await.unwrap();

    let mut daemon = place.start().await;
    soon(daemon.pending.none()).await;
    assert_eq!(how_is(&daemon).await.outbox, 1);
    daemon.stop().await.unwrap();
}
