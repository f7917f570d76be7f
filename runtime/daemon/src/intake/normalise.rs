//! From bodies to arrivals: what the wire formats understand, and how a failure is answered.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use trig_engine::Arrival;
use trig_wire::{Headers, Kind, WireError};

use super::answer::Rejected;
use super::typed;

/// The events of a body of CloudEvents.
pub(crate) fn events(headers: &HeaderMap, body: &[u8]) -> Result<Vec<Arrival>, Rejected> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    Ok(trig_wire::cloudevents::events(
        content_type,
        &attributes(headers),
        body,
    )?)
}

/// What a connector's hook says.
pub(crate) fn hook(
    kind: &str,
    connector: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Vec<Arrival>, Rejected> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|v: &HeaderValue| v.to_str().ok())
    };
    let kind = match kind {
        "kommo" => Kind::Kommo,
        "activecampaign" => Kind::ActiveCampaign,
        "bitrix24" => Kind::Bitrix24,
        _ => {
            let content_type = text("content-type");
            return if is_cloudevents(content_type, headers) {
                events(headers, body)
            } else {
                Ok(vec![typed::body(connector, content_type, body)?])
            };
        }
    };
    let counts = Headers {
        content_type: text("content-type"),
        request_id: text("x-amocrm-requestid"),
    };
    Ok(trig_wire::webhook(kind, connector, &counts, body)?)
}

/// Whether a body says of itself that it holds CloudEvents. Any other JSON is what the project declares it to be.
fn is_cloudevents(content_type: Option<&str>, headers: &HeaderMap) -> bool {
    let essence = content_type.unwrap_or_default().trim_start();
    let named = ["application/cloudevents", "application/x-ndjson"];
    let starts = |name: &str| {
        essence
            .get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    named.into_iter().any(starts) || headers.contains_key("ce-specversion")
}

/// The headers that carry attributes of an event.
fn attributes(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("ce-"))
        .filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        })
        .collect()
}

impl From<WireError> for Rejected {
    fn from(error: WireError) -> Self {
        let status = StatusCode::from_u16(error.status.code()).unwrap_or(StatusCode::BAD_REQUEST);
        let rejected = Self::new(status, error.message);
        match error.at {
            Some(at) => rejected.at(at),
            None => rejected,
        }
    }
}
