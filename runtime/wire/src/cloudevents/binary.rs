//! Binary mode: attributes in headers, data in the body.

use std::borrow::Cow;

use trig_engine::Arrival;

use super::meaning;
use super::raw::{Attribute, RawEvent};
use super::scalar::Scalar;
use crate::error::{Status, WireError, shown};
use crate::{media, percent};

/// Whether the headers say that the body is the data of one event.
pub(crate) fn applies(headers: &[(String, String)]) -> bool {
    headers.iter().any(|(name, _)| {
        ["specversion", "id", "type", "source"].contains(&attribute(name).as_str())
    })
}

/// `ce-id` and `CE-Id` are `id`.
fn attribute(header: &str) -> String {
    let name = header.to_ascii_lowercase();
    match name.strip_prefix("ce-") {
        Some(short) => short.to_owned(),
        None => name,
    }
}

pub(crate) fn event(
    content_type: Option<&str>,
    headers: &[(String, String)],
    body: &[u8],
) -> Result<Arrival, WireError> {
    if let Some(other) = content_type.filter(|e| !media::is_json(e)) {
        return Err(WireError::new(
            Status::UnsupportedMediaType,
            format!(
                "`{}` is not taken as an event's data: send `application/json`",
                shown(other)
            ),
        ));
    }
    let mut event = RawEvent::default();
    for (header, value) in headers {
        let name = attribute(header);
        let value = percent::header(value)
            .map_err(|why| WireError::bad(why).at(format!("header `ce-{}`", shown(&name))))?;
        match Attribute::of(&name) {
            Some(attribute) => event.set(attribute, Scalar::Text(Cow::Owned(value))),
            None => event.other(&name),
        }
    }
    if !body.iter().all(u8::is_ascii_whitespace) {
        let data = serde_json::from_slice(body).map_err(|e| super::syntax(&e, body, "body"))?;
        event.data = Some(data);
    }
    meaning::arrival(event).map_err(|mut e| {
        e.at = e.at.map(|at| match at.strip_prefix('.') {
            Some("data") => "body".to_owned(),
            Some(name) => format!("header `ce-{name}`"),
            None => at,
        });
        e
    })
}
