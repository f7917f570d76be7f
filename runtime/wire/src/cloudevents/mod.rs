//! CloudEvents 1.0 over HTTP: single, batch, one per line, and with attributes in headers.
//!
//! One bad event refuses the whole body and names itself; nothing of it is accepted.

mod binary;
mod meaning;
mod raw;
mod scalar;

use std::fmt;

use serde::de::{DeserializeSeed, Error as _, SeqAccess, Visitor};
use trig_engine::Arrival;

use crate::error::{Status, WireError, shown};
use crate::media;
use raw::RawEvent;

/// The most events that one body may hold.
pub const MAX_EVENTS: usize = 10_000;

/// The arrivals that a body holds.
///
/// `application/cloudevents+json` and `application/json` hold one event, `application/cloudevents-batch+json` an array
/// of them (as `application/json` may, too), `application/x-ndjson` one per line. Where `ce_headers` holds the
/// headers `ce-…`, the body is the data of one event, unless the content type is one of CloudEvents' own.
///
/// `type` is a full event name, or `record.created`, `record.updated`, `record.deleted` with `subject` `entity/id` and
/// the record's fields in `data`. Extensions: `actor` (`customer`, `user`, `user:NAME`, `api`, `automation`; without
/// it `api`) and, for records, `clock`, the version of the snapshot in its source.
///
/// Numbers with a fraction are read as 64-bit floats; an exact amount of more than 15 digits has to be text.
///
/// # Errors
/// What is wrong with the body and where. Then none of its events is accepted.
pub fn events(
    content_type: Option<&str>,
    ce_headers: &[(String, String)],
    body: &[u8],
) -> Result<Vec<Arrival>, WireError> {
    let essence = media::essence(content_type)?;
    let essence = essence.as_deref();
    let own = essence.is_some_and(|e| e.starts_with("application/cloudevents"));
    if !own && binary::applies(ce_headers) {
        return binary::event(essence, ce_headers, body).map(|arrival| vec![arrival]);
    }
    let first = *body
        .trim_ascii_start()
        .first()
        .ok_or_else(|| WireError::bad("the body is empty"))?;
    match essence {
        Some("application/cloudevents-batch+json") => batch(body),
        Some("application/x-ndjson" | "application/ndjson" | "application/jsonl") => lines(body),
        Some("application/cloudevents+json") => single(body),
        Some("application/json" | "text/json") | None if first == b'[' => batch(body),
        Some("application/json" | "text/json") | None => single(body),
        Some(other) => Err(WireError::new(
            Status::UnsupportedMediaType,
            format!(
                "`{}` is not taken: send `application/cloudevents+json`, \
                 `application/cloudevents-batch+json`, `application/x-ndjson` or `application/json`",
                shown(other)
            ),
        )),
    }
}

fn single(body: &[u8]) -> Result<Vec<Arrival>, WireError> {
    let event = serde_json::from_slice::<RawEvent<'_>>(body).map_err(|e| syntax(&e, body, "$"))?;
    let arrival = meaning::arrival(event).map_err(|e| inside(e, "$"))?;
    Ok(vec![arrival])
}

fn lines(body: &[u8]) -> Result<Vec<Arrival>, WireError> {
    let mut arrivals = Vec::new();
    for (index, line) in body.split(|b| *b == b'\n').enumerate() {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let at = format!("line {}, $", index + 1);
        if arrivals.len() == MAX_EVENTS {
            return Err(too_many().at(at));
        }
        let event =
            serde_json::from_slice::<RawEvent<'_>>(line).map_err(|e| syntax(&e, line, &at))?;
        arrivals.push(meaning::arrival(event).map_err(|e| inside(e, &at))?);
    }
    Ok(arrivals)
}

fn batch(body: &[u8]) -> Result<Vec<Arrival>, WireError> {
    let mut batch = Batch {
        arrivals: Vec::new(),
        refused: None,
    };
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = (&mut batch)
        .deserialize(&mut json)
        .and_then(|()| json.end());
    match (read, batch.refused) {
        (Ok(()), _) => Ok(batch.arrivals),
        (Err(_), Some(refused)) => Err(refused),
        (Err(e), None) if body.trim_ascii_start().starts_with(b"[") => {
            Err(syntax(&e, body, &format!("$[{}]", batch.arrivals.len())))
        }
        (Err(e), None) => Err(syntax(&e, body, "$")),
    }
}

/// Reads an array of events, and keeps what serde's errors cannot hold.
struct Batch {
    arrivals: Vec<Arrival>,
    refused: Option<WireError>,
}

impl<'de> DeserializeSeed<'de> for &mut Batch {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for &mut Batch {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of CloudEvents")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(event) = seq.next_element::<RawEvent<'de>>()? {
            let at = || format!("$[{}]", self.arrivals.len());
            let refused = if self.arrivals.len() == MAX_EVENTS {
                too_many().at(at())
            } else {
                match meaning::arrival(event) {
                    Ok(arrival) => {
                        self.arrivals.push(arrival);
                        continue;
                    }
                    Err(e) => inside(e, &at()),
                }
            };
            self.refused = Some(refused);
            return Err(A::Error::custom("refused"));
        }
        Ok(())
    }
}

fn too_many() -> WireError {
    WireError::new(
        Status::TooLarge,
        format!("more than {MAX_EVENTS} events in one body: send them in several"),
    )
}

/// Puts the place of the event before the place inside it.
fn inside(mut error: WireError, event: &str) -> WireError {
    error.at = Some(format!("{event}{}", error.at.as_deref().unwrap_or("")));
    error
}

/// An error of the JSON parser, for people.
fn syntax(error: &serde_json::Error, text: &[u8], at: &str) -> WireError {
    let full = error.to_string();
    let message = full
        .rsplit_once(" at line ")
        .map_or(full.as_str(), |(message, _)| message);
    let line_start: usize = text
        .split_inclusive(|b| *b == b'\n')
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    let byte = line_start + error.column().saturating_sub(1);
    let at = format!("{at}, byte {byte}");
    if error.is_data() {
        return WireError::unprocessable(mismatch(message)).at(at);
    }
    let message = if error.is_eof() {
        "the JSON ends in the middle".to_owned()
    } else if message.contains("recursion limit") {
        "the JSON is nested more than 128 levels deep".to_owned()
    } else {
        format!(
            "this is no JSON: {}",
            message.replace("expected ident", "unexpected word")
        )
    };
    WireError::bad(message).at(at)
}

/// serde's "invalid type: map, expected X" in the words of JSON.
fn mismatch(message: &str) -> String {
    let Some((found, expected)) = message
        .strip_prefix("invalid type: ")
        .and_then(|rest| rest.split_once(", expected "))
    else {
        return message.to_owned();
    };
    let found = match found {
        "map" => "an object",
        "sequence" => "an array",
        other => other,
    };
    format!("expected {expected}, found {found}")
}
