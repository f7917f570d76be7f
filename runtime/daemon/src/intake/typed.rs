//! JSON bodies whose meaning the project declares, `from webhook`.

use axum::http::StatusCode;
use serde_json::Value as Json;
use smol_str::SmolStr;
use trig_engine::{Actor, Arrival, Happening};
use trig_ir::ActorKind;

use super::answer::Rejected;

/// So deep objects and arrays may stand in one another. The record in the log adds some of its own to what its reader
/// takes.
const MOST_DEPTH: usize = 64;

/// The body of a connector that says of itself only that it is JSON.
pub(super) fn body(
    connector: &str,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<Arrival, Rejected> {
    if !content_type.is_none_or(is_json) {
        return Err(Rejected::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "this hook takes JSON: send `application/json`",
        ));
    }
    let body: Json = serde_json::from_slice(body).map_err(|e| {
        Rejected::new(StatusCode::BAD_REQUEST, format!("the body is no JSON: {e}")).at("$")
    })?;
    if is_deeper(&body, MOST_DEPTH) {
        return Err(Rejected::new(
            StatusCode::BAD_REQUEST,
            format!("more than {MOST_DEPTH} objects and arrays stand in one another"),
        ));
    }
    Ok(Arrival {
        source: SmolStr::new(connector),
        // the project says where a body has its id
        id: None,
        time: None,
        by: Actor {
            kind: ActorKind::Api,
            name: None,
        },
        what: Happening::Webhook { body },
    })
}

/// Whether a content type is one of JSON.
pub(super) fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    matches!(essence.as_str(), "application/json" | "text/json") || essence.ends_with("+json")
}

/// Whether more than `left` levels stand in one another. What the reader took is no deeper than the stack allows.
fn is_deeper(json: &Json, left: usize) -> bool {
    let inside = |left: usize| move |json: &Json| is_deeper(json, left);
    match (json, left.checked_sub(1)) {
        (Json::Array(_) | Json::Object(_), None) => true,
        (Json::Array(items), Some(left)) => items.iter().any(inside(left)),
        (Json::Object(members), Some(left)) => members.values().any(inside(left)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kind: Option<&str>, text: &str) -> String {
        match body("pay", kind, text.as_bytes()) {
            Ok(Arrival {
                what: Happening::Webhook { body },
                ..
            }) => body.to_string(),
            Ok(other) => format!("{other:?}"),
            Err(rejected) => format!("{} {}", rejected.status, rejected.reason),
        }
    }

    #[test]
    fn what_is_json_is_taken_as_it_is() {
        let all = [
            shown(None, "{\"a\": [1, 2.5]}"),
            shown(Some("application/json; charset=utf-8"), "[]"),
            shown(Some("Application/Vnd.Acme+JSON"), "\"x\""),
            shown(Some("application/x-www-form-urlencoded"), "a=b"),
            shown(Some("application/json"), ""),
            shown(Some("application/json"), "{\"a\":"),
        ];
        insta::assert_snapshot!(all.join("\n"), @r#"
        {"a":[1,2.5]}
        []
        "x"
        415 Unsupported Media Type this hook takes JSON: send `application/json`
        400 Bad Request the body is no JSON: EOF while parsing a value at line 1 column 0
        400 Bad Request the body is no JSON: EOF while parsing a value at line 1 column 5
        "#);
    }

    #[test]
    fn what_is_too_deep_is_refused() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert_eq!(shown(None, &nested(MOST_DEPTH)), nested(MOST_DEPTH));
        for n in [MOST_DEPTH + 1, 100_000] {
            assert!(shown(None, &nested(n)).starts_with("400 "));
        }
    }
}
