//! CloudEvents: what is read, and what is refused with which words.

use crate::common::{header, show};
use trig_wire::cloudevents::{MAX_EVENTS, events};

const GOOD: &str =
    r#"{"specversion":"1.0","id":"1","source":"shop","type":"crm.message.incoming"}"#;

/// One event with `members` beside the required ones.
fn with(members: &str) -> String {
    format!(r#"{{"specversion":"1.0","id":"1","source":"shop","type":"stripe.paid",{members}}}"#)
}

/// One event with `record.updated` and `members`.
fn record(members: &str) -> String {
    format!(
        r#"{{"specversion":"1.0","id":"1","source":"kommo","type":"record.updated",{members}}}"#
    )
}

fn all(cases: &[(&str, Option<&str>, String)]) -> String {
    let mut out = String::new();
    for (name, content_type, body) in cases {
        out.push_str(&format!(
            "=== {name}\n{} {body}\n--- \n{}\n",
            content_type.unwrap_or("(no content type)"),
            show(&events(*content_type, &[], body.as_bytes())),
        ));
    }
    out
}

#[test]
fn accepted() {
    let json = Some("application/json; charset=UTF-8");
    let single = Some("application/cloudevents+json");
    let cases = [
        ("the least", single, GOOD.to_owned()),
        (
            "all attributes",
            single,
            with(
                r#""time":"2026-03-02T10:00:00.5+02:00","subject":"kommo.lead/a/b","actor":"user:anna@acme.com","datacontenttype":"application/json","dataschema":"x","traceparent":"00-1","data":{"n":1,"empty":null}"#,
            ),
        ),
        (
            "null is not set",
            json,
            with(r#""time":null,"subject":null,"data":null"#),
        ),
        (
            "a record",
            json,
            record(
                r#""subject":"kommo.lead/5","actor":"customer","clock":17,"data":{"name":"N","price":null}"#,
            ),
        ),
        (
            "a record without data",
            json,
            record(r#""subject":"kommo.lead/5""#),
        ),
        (
            "a batch",
            Some("application/cloudevents-batch+json"),
            format!("[{GOOD},\n {}]", with(r#""actor":"automation:Bot""#)),
        ),
        (
            "an empty batch",
            Some("application/cloudevents-batch+json"),
            "[]".to_owned(),
        ),
        ("a batch as plain JSON", None, format!(" [{GOOD}]")),
        (
            "lines",
            Some("application/x-ndjson"),
            format!("{GOOD}\r\n\n  \n{}\n", with(r#""id2":"x","actor":"user""#)),
        ),
    ];
    insta::assert_snapshot!(all(&cases));
}

#[test]
fn refused() {
    let json = Some("application/json");
    let batch = Some("application/cloudevents-batch+json");
    let lines = Some("application/x-ndjson");
    let cases = [
        ("empty", json, " \n".to_owned()),
        ("another type", Some("text/plain"), GOOD.to_owned()),
        (
            "another encoding",
            Some("application/json; charset=latin1"),
            GOOD.to_owned(),
        ),
        ("broken", json, r#"{"id": 1,"#.to_owned()),
        ("broken in line 2", json, "{\n  \"id\": nope}".to_owned()),
        ("text behind", json, format!("{GOOD} x")),
        ("no object", json, "5".to_owned()),
        ("a batch that is none", batch, GOOD.to_owned()),
        (
            "no id",
            json,
            r#"{"specversion":"1.0","source":"s","type":"t"}"#.to_owned(),
        ),
        (
            "no specversion",
            json,
            r#"{"id":"1","source":"s","type":"t"}"#.to_owned(),
        ),
        (
            "another specversion",
            json,
            r#"{"specversion":"0.3","id":"1","source":"s","type":"t"}"#.to_owned(),
        ),
        (
            "empty source",
            json,
            r#"{"specversion":"1.0","id":"1","source":"","type":"t"}"#.to_owned(),
        ),
        (
            "id is a number",
            json,
            r#"{"specversion":"1.0","id":1,"source":"s","type":"t"}"#.to_owned(),
        ),
        ("id twice", json, with(r#""id":"2""#)),
        ("data twice", json, with(r#""data":{},"data":{}"#)),
        (
            "a control character",
            json,
            with(r#""actor":"user:a\u0000""#),
        ),
        (
            "too long",
            json,
            with(&format!(r#""subject":"lead/{}""#, "x".repeat(1_100))),
        ),
        ("time", json, with(r#""time":"yesterday""#)),
        (
            "time without offset",
            json,
            with(r#""time":"2026-03-02T10:00:00""#),
        ),
        ("subject", json, with(r#""subject":"lead""#)),
        ("actor", json, with(r#""actor":"robot""#)),
        ("actor without name", json, with(r#""actor":"user:""#)),
        ("clock", json, record(r#""subject":"l/5","clock":1.5"#)),
        ("record without subject", json, record(r#""data":{}"#)),
        ("data is an array", json, with(r#""data":[1]"#)),
        ("data_base64", json, with(r#""data_base64":"aGk=""#)),
        (
            "datacontenttype",
            json,
            with(r#""datacontenttype":"text/xml""#),
        ),
        ("a name that cannot be", json, with(r#""Actor":"user""#)),
        (
            "second of a batch",
            batch,
            format!("[{GOOD}, {}]", with(r#""time":"x""#)),
        ),
        (
            "broken third of a batch",
            batch,
            format!("[{GOOD},{GOOD},{{\"id\":}}]"),
        ),
        ("number in a batch", batch, format!("[{GOOD}, 7]")),
        ("a batch that ends early", batch, format!("[{GOOD},")),
        (
            "second line",
            lines,
            format!("{GOOD}\n\n{{\"id\":\"2\"}}\n"),
        ),
        ("broken line", lines, format!("{GOOD}\n{{\"id\"\n{GOOD}")),
    ];
    for (name, content_type, body) in &cases {
        assert!(
            events(*content_type, &[], body.as_bytes()).is_err(),
            "{name}"
        );
    }
    insta::assert_snapshot!(all(&cases));
}

#[test]
fn binary_mode() {
    let headers = |more: &[(&str, &str)]| {
        let mut all = vec![
            ("ce-specversion", "1.0"),
            ("Ce-Id", "A%20b"),
            ("ce-source", "kommo"),
            ("ce-type", "record.updated"),
        ];
        all.extend_from_slice(more);
        all.iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect::<Vec<_>>()
    };
    let subject = ("ce-subject", "kommo.lead/5");
    let cases = [
        (
            "good",
            None,
            headers(&[subject, ("ce-clock", "12"), ("ce-actor", "user:anna")]),
            r#"{"name":null}"#,
        ),
        ("no body", Some("application/json"), headers(&[subject]), ""),
        (
            "structured wins",
            Some("application/cloudevents+json"),
            headers(&[]),
            GOOD,
        ),
        (
            "another type",
            Some("text/plain"),
            headers(&[subject]),
            "hi",
        ),
        ("no subject", None, headers(&[]), "{}"),
        ("no object", None, headers(&[subject]), "[1]"),
        ("broken body", None, headers(&[subject]), "{"),
        (
            "a bad escape",
            None,
            headers(&[("ce-actor", "user:%zz")]),
            "{}",
        ),
    ];
    let mut out = String::new();
    for (name, content_type, headers, body) in &cases {
        let result = events(*content_type, headers, body.as_bytes());
        out.push_str(&format!(
            "=== {name}\n{headers:?}\n{body}\n---\n{}\n",
            show(&result)
        ));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn limits() {
    let batch = |n: usize| format!("[{}]", vec![GOOD; n].join(","));
    let read = |body: &str| events(None, &[], body.as_bytes());
    assert_eq!(read(&batch(MAX_EVENTS)).map(|a| a.len()), Ok(MAX_EVENTS));
    insta::assert_snapshot!(header(&read(&batch(MAX_EVENTS + 1))), @"413 more than 10000 events in one body: send them in several (at $[10000])");
    let lines = vec![GOOD; MAX_EVENTS + 1].join("\n");
    let lines = events(Some("application/x-ndjson"), &[], lines.as_bytes());
    insta::assert_snapshot!(header(&lines), @"413 more than 10000 events in one body: send them in several (at line 10001, $)");
    let deep = with(&format!(
        r#""data":{{"a":{}1{}}}"#,
        "[".repeat(10_000),
        "]".repeat(10_000)
    ));
    insta::assert_snapshot!(header(&read(&deep)), @"400 the JSON is nested more than 128 levels deep (at $, byte 204)");
    // what is skipped takes no stack, however deep
    let deep = with(&format!(
        r#""ext":{}1{}"#,
        "[".repeat(10_000),
        "]".repeat(10_000)
    ));
    insta::assert_snapshot!(header(&read(&deep)), @"1 arrivals");
}
