//! Bodies that mean harm, or nothing.

use proptest::prelude::*;
use trig_wire::{Headers, Kind, cloudevents, webhook};

use crate::common::header;
use crate::webhooks::FORM;

const KINDS: [Kind; 3] = [Kind::Kommo, Kind::ActiveCampaign, Kind::Bitrix24];

fn form(body: &[u8]) -> String {
    header(&webhook(Kind::Kommo, "kommo", &FORM, body))
}

#[test]
fn forms_that_are_refused() {
    let nested = |levels: usize| format!("leads{}=1", "[a]".repeat(levels));
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("empty", b" ".to_vec()),
        ("only ampersands", b"&&&".to_vec()),
        ("only the account", b"account[id]=5".to_vec()),
        ("JSON", br#"{"leads":{}}"#.to_vec()),
        ("no key", b"=5".to_vec()),
        ("no name", b"%5Ba%5D=5".to_vec()),
        ("an open bracket", b"leads[add=5".to_vec()),
        (
            "a wrong escape in a value",
            b"leads[add][0][id]=%zz".to_vec(),
        ),
        ("a wrong escape in a key", b"leads[%G0]=1".to_vec()),
        ("no UTF-8 in a value", b"leads[add][0][name]=a%FFb".to_vec()),
        ("no UTF-8 in a key", b"leads[\xFF]=1".to_vec()),
        ("a cut letter", b"leads[add][0][name]=%C3".to_vec()),
        ("17 levels", nested(16).into_bytes()),
        ("10,000 levels", nested(10_000).into_bytes()),
        ("1 MB of open brackets", b"[".repeat(1 << 20)),
        (
            "1 MB of brackets",
            b"a".iter()
                .chain(b"[]".repeat(1 << 19).iter())
                .copied()
                .collect(),
        ),
        (
            "100,000 keys",
            (0..100_000)
                .map(|n| format!("k{n}=1"))
                .collect::<Vec<_>>()
                .join("&")
                .into_bytes(),
        ),
        ("no id", b"leads[add][3][name]=a".to_vec()),
        ("no id in a note", b"leads[note][0][note][text]=a".to_vec()),
        ("no id in a talk", b"talk[add][0][origin]=a".to_vec()),
    ];
    let mut out = String::new();
    for (name, body) in &cases {
        out.push_str(&format!("{name}: {}\n", form(body)));
    }
    let typed = |content_type| {
        let headers = Headers {
            content_type: Some(content_type),
            request_id: None,
        };
        header(&webhook(
            Kind::Kommo,
            "kommo",
            &headers,
            b"leads[add][0][id]=5",
        ))
    };
    for content_type in [
        "application/json",
        "multipart/form-data",
        "application/x-www-form-urlencoded; charset=windows-1251",
    ] {
        out.push_str(&format!("{content_type}: {}\n", typed(content_type)));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn forms_that_activecampaign_would_not_send() {
    let bodies = [
        "date_time=2026-01-15T10:00:00Z&contact[id]=1",
        "type=&contact[id]=1",
        "type=update",
        "type=update&contact[email]=a@example.com",
        "type=subscribe&list=1",
        "type=open&contact=5",
        "type=deal_update&updated_fields[0]=title",
        "type=deal_add&deal[id]=",
        "type=contact_tag_added&contact[id]=1",
        "type=deal_task_complete&deal[id]=1",
        "type=deal_note_add&note[text]=a",
        "type=account_add",
        "type[a]=update",
    ];
    let read = |body: &&str| {
        let result = webhook(Kind::ActiveCampaign, "ac", &FORM, body.as_bytes());
        assert!(result.is_err(), "{body}");
        format!("{body}\n    {}\n", header(&result))
    };
    insta::assert_snapshot!(bodies.iter().map(read).collect::<String>());
}

#[test]
fn forms_that_bitrix24_would_not_send() {
    let bodies = [
        "data[FIELDS][ID]=5&ts=1766047124",
        "event=&data[FIELDS][ID]=5",
        "event[a]=ONCRMDEALADD&data[FIELDS][ID]=5",
        "event=ONCRMDEALADD",
        "event=ONCRMDEALADD&data=5",
        "event=ONCRMDEALADD&data[FIELDS]=5",
        "event=ONCRMDEALADD&data[FIELDS][ID]=0",
        "event=onCrmDealUpdate&data[FIELDS][ID][x]=5",
        "event=ONCRMDYNAMICITEMADD&data[FIELDS][ID]=5",
        "event=ONTASKADD&data[FIELDS_BEFORE][ID]=5",
        "event=ONTASKDELETE&data[FIELDS_AFTER]=undefined",
        "event=ONTASKCOMMENTADD&data[FIELDS_AFTER][ID]=5",
        "event=ONBOOKINGADD&data[FIELDS][ID]=5",
        "event=ONVOXIMPLANTCALLEND&data[CALL_TYPE]=2",
        "event=ONOPENLINEMESSAGEADD&data[DATA]=5",
        "event=ONOPENLINEMESSAGEADD&data[DATA][7]=5",
        "event=ONOPENLINEMESSAGEADD&data[DATA][0][message][text]=a",
        "event=ONSESSIONSTART&data[DATA][0][chat][id]=",
        "event=ONIMCONNECTORMESSAGEADD&data[MESSAGES][0][im]=5",
    ];
    let read = |body: &&str| {
        let result = webhook(Kind::Bitrix24, "b24", &FORM, body.as_bytes());
        assert!(result.is_err(), "{body}");
        format!("{body}\n    {}\n", header(&result))
    };
    insta::assert_snapshot!(bodies.iter().map(read).collect::<String>());
}

#[test]
fn forms_that_are_taken() {
    for body in [
        // no memory for what lies between
        "a[999999999]=1&a[0]=2&leads[update][999999999999][id]=5",
        "leads[update][0][id]=5&leads[update][0][id][x]=6&leads[update][0]=7",
        "leads[update][][id]=5&leads[update][][id]=6",
        "&leads[update][0][id]=5&&",
        "leads[update][0][id]=5&leads[update][0][name",
    ] {
        let taken = webhook(Kind::Kommo, "kommo", &Headers::default(), body.as_bytes());
        assert_eq!(taken.is_ok(), !body.ends_with("[name"), "{body}: {taken:?}");
    }
    let keys = |n: usize| {
        (0..n)
            .map(|n| format!("a[{n}]=1"))
            .collect::<Vec<_>>()
            .join("&")
    };
    assert!(webhook(Kind::Kommo, "kommo", &FORM, keys(10_000).as_bytes()).is_ok());
    assert!(webhook(Kind::Kommo, "kommo", &FORM, keys(10_001).as_bytes()).is_err());
}

/// What looks like a form of one of the three.
fn form_like() -> impl Strategy<Value = String> {
    let segment = prop::sample::select(vec![
        "",
        "0",
        "1",
        "7",
        "id",
        "note",
        "type",
        "tags",
        "name",
        "custom_fields",
        "values",
        "value",
        "code",
        "fields",
        "linked_leads_id",
        "updated_at",
        "status_id",
        "add",
        "update",
        "talk_id",
        "uid",
        "ID",
        "ENTITY_TYPE_ID",
        "CALL_ID",
        "CALL_TYPE",
        "chat",
        "message",
        "user_id",
    ]);
    let root = prop::sample::select(vec![
        "leads[add]",
        "leads[note]",
        "contacts[update]",
        "task[update]",
        "talk[update]",
        "message[add]",
        "unsorted[add]",
        "catalogs[add]",
        "type",
        "contact",
        "deal",
        "account",
        "task",
        "list",
        "date_time",
        "updated_fields",
        "event",
        "data",
        "data[FIELDS]",
        "data[DATA][0]",
        "data[MESSAGES][0]",
        "auth",
        "ts",
        "x",
    ]);
    let value = prop::sample::select(vec![
        "",
        "0",
        "1",
        "5",
        "-9223372036854775808",
        "99999999999999999999",
        "1726572758",
        "subscribe",
        "deal_update",
        "unsubscribe",
        "contact_tag_added",
        "open",
        "%C3%A9",
        "a+b",
        "||a||",
        "{\"PHONE\":1}",
        "2026-01-15T10:00:00Z",
        "ONCRMDEALUPDATE",
        "ONCRMDYNAMICITEMADD",
        "ONOPENLINEMESSAGEADD",
        "ONVOXIMPLANTCALLEND",
    ]);
    let pair =
        (root, prop::collection::vec(segment, 0..6), value).prop_map(|(root, segments, value)| {
            let path: String = segments
                .iter()
                .map(|segment| format!("[{segment}]"))
                .collect();
            format!("{root}{path}={value}")
        });
    prop::collection::vec(pair, 0..12).prop_map(|pairs| pairs.join("&"))
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..400)) {
        for kind in KINDS {
            let _ = webhook(kind, "crm", &FORM, &body);
        }
        for content_type in [None, Some("application/x-ndjson"), Some("application/cloudevents-batch+json")] {
            let _ = cloudevents::events(content_type, &[], &body);
        }
        let _ = cloudevents::events(None, &[("ce-id".to_owned(), "1".to_owned())], &body);
    }

    #[test]
    fn forms_are_read_the_same_way_twice(body in form_like()) {
        for kind in KINDS {
            let once = webhook(kind, "crm", &FORM, body.as_bytes());
            let again = webhook(kind, "crm", &FORM, body.as_bytes());
            prop_assert_eq!(&once, &again);
            if let Err(e) = once {
                prop_assert!(!e.message.is_empty());
            }
        }
    }

    #[test]
    fn cut_json_is_refused(length in 1_usize..150) {
        let whole = r#"{"specversion":"1.0","id":"1","source":"s","type":"record.updated","subject":"kommo.lead/5","time":"2026-03-02T10:00:00Z","data":{"a":[1,{"b":null}]}}"#;
        let cut = whole.get(..length.min(whole.len() - 1)).unwrap_or_default();
        prop_assert!(cloudevents::events(None, &[], cut.as_bytes()).is_err());
    }
}
