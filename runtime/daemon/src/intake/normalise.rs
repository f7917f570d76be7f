//! From bodies to arrivals: what the wire formats understand, and how a failure is answered.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use trig_engine::Arrival;

use super::answer::Rejected;

/// Refuses a body of CloudEvents by its content type alone, before it is read.
pub(crate) fn check_events_type(_headers: &HeaderMap) -> Result<(), Rejected> {
    Ok(())
}

/// The events of a body of CloudEvents.
pub(crate) fn events(headers: &HeaderMap, body: &[u8]) -> Result<Vec<Arrival>, Rejected> {
    let _ = (headers.get(CONTENT_TYPE), body);
    Err(Rejected::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "").at(""))
}

/// What a connector's hook says.
pub(crate) fn hook(
    _kind: &str,
    _connector: &str,
    _headers: &HeaderMap,
    _body: &[u8],
) -> Result<Vec<Arrival>, Rejected> {
    Err(Rejected::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, ""))
}
