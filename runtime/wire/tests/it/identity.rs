//! Ids: the same when the same is sent again, different when something else is.

use std::collections::BTreeSet;

use trig_engine::Arrival;
use trig_wire::{Headers, Kind, webhook};

use crate::webhooks::{FORM, samples};

fn read(kind: Kind, body: &str) -> Vec<Arrival> {
    webhook(kind, "crm", &FORM, body.as_bytes()).expect("the body is good")
}

fn ids(kind: Kind, body: &str) -> BTreeSet<Option<String>> {
    read(kind, body)
        .iter()
        .map(|a| a.id.as_ref().map(ToString::to_string))
        .collect()
}

#[test]
fn ids_of_a_body_differ_from_each_other() {
    for (kind, system) in [
        (Kind::Kommo, "kommo"),
        (Kind::ActiveCampaign, "activecampaign"),
        (Kind::Bitrix24, "bitrix24"),
    ] {
        for (name, body) in samples(system) {
            let arrivals = webhook(kind, system, &FORM, &body).expect("samples are good");
            let ids: Vec<_> = arrivals.iter().filter_map(|a| a.id.clone()).collect();
            assert_eq!(
                ids.iter().collect::<BTreeSet<_>>().len(),
                ids.len(),
                "{name}: {ids:?}"
            );
        }
    }
}

#[test]
fn the_place_in_the_body_and_the_order_of_keys_do_not_matter() {
    let first =
        "leads[update][0][id]=5&leads[update][0][updated_at]=9&leads[update][0][tags][0][name]=a";
    let moved = "account[id]=1&leads[update][7][tags][3][name]=a&leads[update][7][updated_at]=9&leads[update][7][id]=5";
    assert_eq!(ids(Kind::Kommo, first), ids(Kind::Kommo, moved));
}

#[test]
fn another_change_has_another_id() {
    let bodies = [
        "leads[update][0][id]=5&leads[update][0][updated_at]=9&leads[update][0][name]=a",
        "leads[update][0][id]=5&leads[update][0][updated_at]=9&leads[update][0][name]=b",
        "leads[update][0][id]=5&leads[update][0][updated_at]=10&leads[update][0][name]=a",
        "leads[update][0][id]=6&leads[update][0][updated_at]=9&leads[update][0][name]=a",
        "leads[restore][0][id]=5&leads[restore][0][updated_at]=9&leads[restore][0][name]=a",
        "contacts[update][0][id]=5&contacts[update][0][updated_at]=9&contacts[update][0][name]=a",
    ];
    let all: BTreeSet<_> = bodies
        .iter()
        .flat_map(|body| ids(Kind::Kommo, body))
        .collect();
    assert_eq!(all.len(), bodies.len());

    // two tags in one second
    let tag = |tag: &str| {
        format!("type=contact_tag_added&date_time=2026-01-15T10:00:00Z&contact[id]=1&tag={tag}")
    };
    assert!(
        ids(Kind::ActiveCampaign, &tag("a")).is_disjoint(&ids(Kind::ActiveCampaign, &tag("b")))
    );
}

/// One event can come to us by several subscriptions, each with tokens of its own.
#[test]
fn neither_tokens_nor_subscriptions_count() {
    let body = |handler: &str, token: &str, ts: &str, id: &str| {
        format!(
            "event=ONCRMDEALUPDATE&event_handler_id={handler}&data[FIELDS][ID]={id}&ts={ts}&auth[access_token]={token}"
        )
    };
    let first = ids(Kind::Bitrix24, &body("1", "a", "1766047124", "5"));
    assert_eq!(
        first,
        ids(Kind::Bitrix24, &body("2", "b", "1766047124", "5"))
    );
    assert!(first.is_disjoint(&ids(Kind::Bitrix24, &body("1", "a", "1766047125", "5"))));
    assert!(first.is_disjoint(&ids(Kind::Bitrix24, &body("1", "a", "1766047124", "6"))));
    // without a time nothing tells a repetition from the same thing happening again
    assert_eq!(
        ids(Kind::Bitrix24, &body("1", "a", "soon", "5")),
        BTreeSet::from([None])
    );
}

#[test]
fn what_has_no_time_has_the_id_of_its_request_or_none() {
    let body =
        "leads[status][0][id]=5&leads[status][0][status_id]=1&leads[status][0][pipeline_id]=2";
    assert_eq!(ids(Kind::Kommo, body), BTreeSet::from([None]));
    let with = |request_id| {
        let headers = Headers {
            request_id: Some(request_id),
            ..FORM
        };
        let arrivals = webhook(Kind::Kommo, "crm", &headers, body.as_bytes()).expect("it is good");
        arrivals.into_iter().map(|a| a.id).collect::<Vec<_>>()
    };
    assert_eq!(with("4deb1687"), with("4deb1687"));
    assert_ne!(with("4deb1687"), with("8c11aa02"));
    assert!(with("4deb1687").iter().all(Option::is_some));
    assert_eq!(
        ids(Kind::ActiveCampaign, "type=update&contact[id]=1"),
        BTreeSet::from([None])
    );
}
