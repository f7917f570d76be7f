//! Posting an effect to a receiver, and what its answer means.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use hyper::{Method, Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use smol_str::SmolStr;
use trig_engine::{Effect, EffectKind};
use trig_ir::RecordKey;

use super::route::action;

/// The header that carries an effect's key.
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// How much of an answer is read.
const ANSWER_BYTES: usize = 16 << 10;
/// How much of it is kept.
const DETAIL_CHARS: usize = 200;

/// An HTTP client with a pool of connections.
pub type Client = HyperClient<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// A client.
pub fn client() -> Client {
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_connect_timeout(Some(Duration::from_secs(10)));
    let https = HttpsConnectorBuilder::new()
        .with_webpki_roots()
        .https_or_http()
        .enable_http1()
        .wrap_connector(http);
    HyperClient::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(Duration::from_secs(30))
        .build(https)
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// The receiver took it.
    Taken(String),
    /// The receiver refused it for good.
    Refused(String),
    /// It did not take it this time. The receiver may have said when to come back.
    Later(String, Option<Duration>),
    /// Nobody knows whether it was carried out. The receiver may have said when to come back.
    Unknown(String, Option<Duration>),
}

/// The body of a delivery.
#[derive(Serialize)]
struct Delivery<'a> {
    key: &'a SmolStr,
    workspace: &'a SmolStr,
    trigger: &'a SmolStr,
    action: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a RecordKey>,
    /// Of what a new record is to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    entity: Option<&'a SmolStr>,
    args: &'a Map<String, Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_user: Option<&'a SmolStr>,
    at: String,
}

/// The body under which an effect is delivered.
pub(crate) fn body(workspace: &SmolStr, effect: &Effect) -> Result<Vec<u8>, serde_json::Error> {
    let (subject, entity, args, as_user) = match &effect.what {
        EffectKind::Call { args, .. } => (effect.subject.as_ref(), None, args, None),
        EffectKind::Write {
            record,
            fields,
            as_user,
        } => (Some(record), None, fields, as_user.as_ref()),
        EffectKind::Create { entity, fields, .. } => {
            (effect.subject.as_ref(), Some(entity), fields, None)
        }
    };
    serde_json::to_vec(&Delivery {
        key: &effect.key,
        workspace,
        trigger: &effect.trigger,
        action: action(effect),
        subject,
        entity,
        args,
        as_user,
        at: effect.at.to_string(),
    })
}

/// Posts an effect once.
pub(crate) async fn post(
    client: &Client,
    url: &str,
    timeout: Duration,
    workspace: &SmolStr,
    effect: &Effect,
) -> Verdict {
    let request = body(workspace, effect)
        .map_err(|e| e.to_string())
        .and_then(|body| {
            Request::builder()
                .method(Method::POST)
                .uri(url)
                .header(CONTENT_TYPE, "application/json")
                .header(USER_AGENT, concat!("trigd/", env!("CARGO_PKG_VERSION")))
                .header(IDEMPOTENCY_KEY, effect.key.as_str())
                .body(Full::new(Bytes::from(body)))
                .map_err(|e| e.to_string())
        });
    let request = match request {
        Ok(request) => request,
        Err(reason) => return Verdict::Refused(reason),
    };
    match tokio::time::timeout(timeout, exchange(client, request)).await {
        Ok(verdict) => verdict,
        Err(_) => Verdict::Unknown(format!("no answer within {} s", timeout.as_secs()), None),
    }
}

async fn exchange(client: &Client, request: Request<Full<Bytes>>) -> Verdict {
    let response = match client.request(request).await {
        Ok(response) => response,
        Err(e) if e.is_connect() => return Verdict::Later(chain(&e), None),
        Err(e) => return Verdict::Unknown(chain(&e), None),
    };
    let status = response.status();
    let after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.trim().parse().ok())
        .map(Duration::from_secs);
    let text = match Limited::new(response.into_body(), ANSWER_BYTES)
        .collect()
        .await
    {
        Ok(body) => String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        Err(_) => String::new(),
    };
    judge(status, &text, after)
}

/// What an answer means.
fn judge(status: StatusCode, text: &str, after: Option<Duration>) -> Verdict {
    let first = text.lines().next().unwrap_or_default().trim();
    let mut detail = status.to_string();
    if !first.is_empty() {
        detail.push_str(": ");
        detail.extend(first.chars().take(DETAIL_CHARS));
    }
    if status.is_success() {
        return Verdict::Taken(detail);
    }
    match status.as_u16() {
        // too early, too many, or closed for now: not carried out, and the same request may do later
        425 | 429 => Verdict::Later(detail, after),
        503 if after.is_some() => Verdict::Later(detail, after),
        // trouble that may have come after it was carried out, or was a gateway's in between
        408 | 500..=599 => Verdict::Unknown(detail, after),
        _ => Verdict::Refused(detail),
    }
}

/// An error and what caused it, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(e) = source {
        let next = e.to_string();
        if !text.ends_with(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        source = e.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_final_or_not() {
        let kinds: Vec<_> = [200, 204, 301, 400, 404, 408, 410, 425, 429, 500, 503]
            .into_iter()
            .map(|code| (code, None))
            .chain([(500, Some(Duration::ZERO)), (503, Some(Duration::ZERO))])
            .map(|(code, after)| {
                let status = StatusCode::from_u16(code).unwrap();
                let kind = match judge(status, "", after) {
                    Verdict::Taken(_) => "taken",
                    Verdict::Refused(_) => "refused",
                    Verdict::Later(..) => "later",
                    Verdict::Unknown(..) => "unknown",
                };
                let when = if after.is_some() {
                    " with retry-after"
                } else {
                    ""
                };
                format!("{code}{when} {kind}")
            })
            .collect();
        insta::assert_snapshot!(kinds.join("\n"), @"
        200 taken
        204 taken
        301 refused
        400 refused
        404 refused
        408 unknown
        410 refused
        425 later
        429 later
        500 unknown
        503 unknown
        500 with retry-after unknown
        503 with retry-after later
        ");
    }

    #[test]
    fn a_new_record_is_asked_for_with_its_entity_and_fields() {
        let fields =
            serde_json::json!({"name": "Ann's", "stage": {"pipeline": "7", "stage": "142"}});
        let effect = Effect {
            key: "k".into(),
            at: trig_ir::Timestamp(1_750_000_000_000),
            trigger: "Won".into(),
            revision: trig_ir::RevisionHash("r".into()),
            position: 1,
            subject: Some(RecordKey {
                entity: "kommo.contact".into(),
                connector: "hq".into(),
                id: "5".into(),
            }),
            what: EffectKind::Create {
                entity: "kommo.lead".into(),
                connector: "hq".into(),
                fields: fields.as_object().cloned().unwrap(),
            },
        };
        let body = body(&"acme".into(), &effect).unwrap();
        insta::assert_snapshot!(String::from_utf8(body).unwrap(), @r#"
        {"key":"k","workspace":"acme","trigger":"Won","action":"record.create","subject":{"entity":"kommo.contact","connector":"hq","id":"5"},"entity":"kommo.lead","args":{"name":"Ann's","stage":{"pipeline":"7","stage":"142"}},"at":"2025-06-15T15:06:40.000Z"}
        "#);
    }

    #[test]
    fn the_answers_first_line_is_kept_and_bounded() {
        let long = format!("{}\nsecond", "x".repeat(500));
        let Verdict::Refused(detail) = judge(StatusCode::BAD_REQUEST, &long, None) else {
            panic!("a bad request is final");
        };
        assert_eq!(detail.len(), "400 Bad Request: ".len() + DETAIL_CHARS);
    }
}
