//! Webhooks whose bodies the project types itself.

use serde_json::json;

use crate::receiver::Receiver;
use crate::support::{Place, event, fired, inputs, post, request};

const SHOP: &str = r#"
entity invoice { open: bool? }
event pay.settled for invoice from webhook "pay" id body.id {
    invoice: by id = body.data.object.metadata.invoice
    kind:    text  = body.type
    amount:  money = minor(body.data.object.amount_paid, body.data.object.currency)
}
trigger Paid for invoice {
    on pay.settled(kind: "invoice.paid")
    do webhook.post(to: "crm", amount: "{event.amount}")
}
"#;

/// As a payment provider sends them.
fn body(id: &str, kind: &str) -> String {
    json!({
        "id": id,
        "object": "event",
        "api_version": "2025-05-28",
        "created": 1_750_000_000,
        "type": kind,
        "data": {"object": {
            "id": "in_1",
            "object": "invoice",
            "amount_paid": 12_050,
            "currency": "eur",
            "lines": {"data": [{"id": "il_1", "amount": 12_050}], "has_more": false},
            "metadata": {"invoice": "17"},
        }},
        "livemode": false,
    })
    .to_string()
}

const JSON: (&str, &str) = ("content-type", "application/json; charset=utf-8");

#[tokio::test]
async fn a_body_is_the_event_that_the_project_declares() {
    let mut receiver = Receiver::start(200).await;
    let place = Place::new(SHOP);
    std::fs::write(place.project().join("secret"), "s3cret\n").unwrap();
    place.manifest(&format!(
        "[connectors.pay]\nkind = \"http\"\nsecret = {{ file = \"secret\" }}\n\
         [connectors.crm]\nkind = \"http\"\nurl = \"{}\"\n",
        receiver.url()
    ));
    let daemon = place.start().await;
    let mut invoice = event("1", "record.created", "17", json!({"open": true}));
    invoice["subject"] = "invoice/17".into();
    invoice["source"] = "pay".into();
    post(&daemon, &[invoice]).await;

    let path = "/hooks/acme/pay/s3cret?wait=applied";
    let paid = request(
        &daemon,
        "POST",
        path,
        &[JSON],
        body("evt_1", "invoice.paid"),
    )
    .await;
    assert_eq!(fired(&paid), ["Paid"]);
    let (_, delivery) = receiver.next().await;
    assert_eq!(delivery["subject"]["id"], "17");
    assert_eq!(delivery["args"]["amount"], "120.50 EUR");

    // delivered again, and of another kind
    let again = request(
        &daemon,
        "POST",
        path,
        &[JSON],
        body("evt_1", "invoice.paid"),
    )
    .await;
    assert_eq!(fired(&again), [""; 0]);
    assert_eq!(again.body["applied"]["duplicates"], 1);
    let other = request(
        &daemon,
        "POST",
        path,
        &[JSON],
        body("evt_2", "invoice.voided"),
    )
    .await;
    assert_eq!(fired(&other), [""; 0]);

    let logged = inputs(place.store().dir());
    let logged = logged.last().unwrap();
    assert_eq!(logged["via"], "pay");
    let kept = &logged["arrivals"][0]["what"]["webhook"]["body"];
    assert_eq!(kept["type"], "invoice.voided");
    assert!(!logged.to_string().contains("s3cret"));
    daemon.stop().await.unwrap();

    // what was seen is known after a restart
    let daemon = place.start().await;
    let again = request(
        &daemon,
        "POST",
        path,
        &[JSON],
        body("evt_1", "invoice.paid"),
    )
    .await;
    assert_eq!(again.body["applied"]["duplicates"], 1);
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn what_is_no_json_or_too_much_of_it_is_refused() {
    let place = Place::new(SHOP);
    place.manifest("[connectors.pay]\nkind = \"http\"\n");
    let daemon = place.start().await;
    let form = ("content-type", "application/x-www-form-urlencoded");
    let path = "/hooks/acme/pay/-?wait=applied";
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let mut answers = Vec::new();
    for (kind, body) in [
        (form, "a=b".to_owned()),
        (JSON, String::new()),
        (JSON, "{\"id\": ".to_owned()),
        (JSON, deep),
        (JSON, format!("\"{}\"", "x".repeat(1 << 20))),
        (JSON, "{\"id\": \"evt_1\"}".to_owned()),
    ] {
        let answer = request(&daemon, "POST", path, &[kind], body).await;
        let error = answer.body["error"].as_str().unwrap_or("taken");
        answers.push(format!("{} {error}", answer.status));
    }
    insta::assert_snapshot!(answers.join("\n"), @r#"
        415 this hook takes JSON: send `application/json`
        400 the body is no JSON: EOF while parsing a value at line 1 column 0
        400 the body is no JSON: EOF while parsing a value at line 1 column 7
        400 more than 64 objects and arrays stand in one another
        413 the body is larger than 1048576 bytes
        200 taken
        "#);
    assert_eq!(inputs(place.store().dir()).len(), 1);
    daemon.stop().await.unwrap();
}

#[tokio::test]
async fn cloudevents_that_say_so_are_taken_at_a_hook_too() {
    let place = Place::new(crate::support::TICKETS);
    place.manifest("[connectors.desk]\nkind = \"http\"\n");
    let daemon = place.start().await;
    let kind = ("content-type", "application/cloudevents+json");
    let body = crate::support::opened("1", "7").to_string();
    let path = "/hooks/acme/desk/-?wait=applied";
    let answer = request(&daemon, "POST", path, &[kind], body).await;
    assert_eq!(fired(&answer), ["Alert"]);
    daemon.stop().await.unwrap();
}
