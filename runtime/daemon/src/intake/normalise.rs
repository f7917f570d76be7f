//! From bodies to arrivals: what the wire formats understand, and how a failure is answered.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use trig_engine::Arrival;
use trig_wire::WireError;

use super::answer::Rejected;

/// The events of a body of CloudEvents.
pub(crate) fn events(headers: &HeaderMap, body: &[u8]) -> Result<Vec<Arrival>, Rejected> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    Ok(trig_wire::cloudevents::events(
        content_type,
        &pairs(headers, |name| name.starts_with("ce-")),
        body,
    )?)
}

/// What a connector's hook says.
pub(crate) fn hook(
    kind: &str,
    connector: &str,
    _headers: &HeaderMap,
    _body: &[u8],
) -> Result<Vec<Arrival>, Rejected> {
    Err(Rejected::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        format!("connector `{connector}` is of kind `{kind}`, whose hooks are not understood"),
    ))
}

/// Headers whose names are wanted and whose values are text.
fn pairs(headers: &HeaderMap, wanted: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| wanted(name.as_str()))
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
