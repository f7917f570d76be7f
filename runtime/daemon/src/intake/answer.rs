//! What is answered.

use axum::Json;
use axum::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::shard::{Busy, Refusal};

/// A request that was not taken: nothing of it has been kept.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rejected {
    pub(crate) status: StatusCode,
    pub(crate) reason: String,
    /// Where in the body, if it is about a place.
    pub(crate) place: Option<String>,
    header: Option<(HeaderName, &'static str)>,
}

#[derive(Serialize)]
struct Body {
    error: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
}

impl Rejected {
    pub(crate) fn new(status: StatusCode, reason: impl Into<String>) -> Self {
        Self {
            status,
            reason: reason.into(),
            place: None,
            header: None,
        }
    }

    pub(crate) fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.header = Some((name, value));
        self
    }

    /// Nothing is there, or nothing that the sender may know of.
    pub(crate) fn not_found(reason: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, reason)
    }

    pub(crate) fn method(allowed: &'static str) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            format!("this address takes {allowed}"),
        )
        .with(ALLOW, allowed)
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the body is larger than {limit} bytes"),
        )
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "this workspace's token is needed: `authorization: Bearer TOKEN`",
        )
        .with(WWW_AUTHENTICATE, "Bearer")
    }

    pub(crate) fn closing() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "the daemon is ending").with(RETRY_AFTER, "5")
    }
}

impl From<Busy> for Rejected {
    fn from(busy: Busy) -> Self {
        match busy {
            Busy::Full => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too many bodies wait to be written",
            )
            .with(RETRY_AFTER, "1"),
            Busy::Closed => Self::closing(),
        }
    }
}

impl From<Refusal> for Rejected {
    fn from(refusal: Refusal) -> Self {
        let reason = refusal.to_string();
        match refusal {
            Refusal::Full => Self::new(StatusCode::INSUFFICIENT_STORAGE, reason),
            Refusal::TooLarge(_) => Self::new(StatusCode::PAYLOAD_TOO_LARGE, reason),
            Refusal::Stopped(_) => Self::new(StatusCode::SERVICE_UNAVAILABLE, reason),
            Refusal::Unknown => Self::not_found(&reason),
        }
    }
}

impl IntoResponse for Rejected {
    fn into_response(self) -> Response {
        let body = Json(Body {
            error: self.reason,
            at: self.place,
        });
        let mut response = (self.status, body).into_response();
        if let Some((name, value)) = self.header {
            let value = HeaderValue::from_static(value);
            response.headers_mut().insert(name, value);
        }
        response
    }
}
