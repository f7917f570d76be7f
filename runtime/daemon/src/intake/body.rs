//! Reading a body within bounds of size and time.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::answer::Rejected;

/// How long a body may take to arrive.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The whole body, if it is not larger than `limit` bytes.
pub(crate) async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, Rejected> {
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.parse::<u64>().ok());
    if announced.is_some_and(|n| n > limit as u64) {
        return Err(Rejected::too_large(limit));
    }
    let collected = tokio::time::timeout(TIMEOUT, Limited::new(body, limit).collect()).await;
    match collected {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(e)) if e.is::<LengthLimitError>() => Err(Rejected::too_large(limit)),
        Ok(Err(e)) => Err(Rejected::new(
            StatusCode::BAD_REQUEST,
            format!("the body broke off: {e}"),
        )),
        Err(_) => Err(Rejected::new(
            StatusCode::REQUEST_TIMEOUT,
            format!("the body did not arrive within {} s", TIMEOUT.as_secs()),
        )),
    }
}
