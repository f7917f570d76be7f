//! From a CloudEvent's attributes to an arrival.

use smol_str::SmolStr;
use trig_engine::{Actor, Arrival, Happening, RecordOp};
use trig_ir::{ActorKind, Timestamp};

use super::raw::{Attribute, RawEvent};
use super::scalar::{Data, Scalar};
use crate::error::{WireError, shown};
use crate::media;

/// The longest value of an attribute, in bytes.
pub(crate) const MAX_ATTRIBUTE: usize = 1_024;

/// The arrival that `event` is. The place in an error is the JSON path inside the event: `.time`.
pub(crate) fn arrival(event: RawEvent<'_>) -> Result<Arrival, WireError> {
    if let Some(name) = event.twice {
        return Err(WireError::bad(format!("`{name}` is given twice")).at(format!(".{name}")));
    }
    if let Some(name) = &event.bad_name {
        return Err(WireError::unprocessable(format!(
            "`{}` cannot be the name of an attribute: lower-case letters and digits only",
            shown(name)
        )));
    }
    if event.base64 {
        return Err(WireError::unprocessable(
            "`data_base64` is not taken: an event's data is a JSON object in `data`",
        )
        .at(".data_base64"));
    }

    match required(&event, Attribute::SpecVersion)? {
        "1.0" => {}
        other => {
            return Err(wrong(
                Attribute::SpecVersion,
                format!("is `{}`, only `1.0` is understood", shown(other)),
            ));
        }
    }
    let id = SmolStr::new(required(&event, Attribute::Id)?);
    let source = SmolStr::new(required(&event, Attribute::Source)?);
    let ty = required(&event, Attribute::Type)?;
    let time = text(&event, Attribute::Time)?.map(time).transpose()?;
    let subject = text(&event, Attribute::Subject)?.map(subject).transpose()?;
    let by = match text(&event, Attribute::Actor)? {
        Some(actor) => self::actor(actor)?,
        None => Actor {
            kind: ActorKind::Api,
            name: None,
        },
    };
    let clock = clock(&event)?;
    if let Some(content_type) = text(&event, Attribute::DataContentType)? {
        let json = media::essence(Some(content_type))
            .ok()
            .flatten()
            .is_some_and(|essence| media::is_json(&essence));
        if !json {
            return Err(wrong(
                Attribute::DataContentType,
                format!("is `{}`, only JSON is understood", shown(content_type)),
            ));
        }
    }
    let op = match ty {
        "record.created" => Some(RecordOp::Created),
        "record.updated" => Some(RecordOp::Updated),
        "record.deleted" => Some(RecordOp::Deleted),
        _ => None,
    };
    let ty = SmolStr::new(ty);
    let data = match event.data {
        Some(Data::Object(data)) => data,
        Some(Data::Other(kind)) => {
            return Err(WireError::unprocessable(format!(
                "`data` is {kind}, it must be an object with the event's fields"
            ))
            .at(".data"));
        }
        None => serde_json::Map::new(),
    };

    let what = match op {
        Some(op) => {
            let Some((entity, id)) = subject else {
                return Err(WireError::unprocessable(format!(
                    "attribute `subject` is missing: `{ty}` needs it to say which record, as in \
                     `kommo.lead/15318175`"
                ))
                .at(".subject"));
            };
            Happening::Record {
                op,
                entity,
                id,
                fields: data,
                old: serde_json::Map::new(),
                changed: Vec::new(),
                clock,
            }
        }
        None => Happening::Event { ty, subject, data },
    };
    Ok(Arrival {
        source,
        id: Some(id),
        time,
        by,
        what,
    })
}

/// The attribute as text, checked for length and characters.
fn text<'e>(event: &'e RawEvent<'_>, attribute: Attribute) -> Result<Option<&'e str>, WireError> {
    let value = match event.get(attribute) {
        None => return Ok(None),
        Some(Scalar::Text(value)) => value.as_ref(),
        Some(other) => {
            return Err(wrong(
                attribute,
                format!("is {}, it must be text", other.kind()),
            ));
        }
    };
    if value.is_empty() {
        return Err(wrong(attribute, "is empty; leave it out or fill it"));
    }
    if value.len() > MAX_ATTRIBUTE {
        return Err(wrong(
            attribute,
            format!(
                "is {} bytes long, at most {MAX_ATTRIBUTE} are taken",
                value.len()
            ),
        ));
    }
    if value.chars().any(char::is_control) {
        return Err(wrong(attribute, "holds a control character"));
    }
    Ok(Some(value))
}

fn required<'e>(event: &'e RawEvent<'_>, attribute: Attribute) -> Result<&'e str, WireError> {
    text(event, attribute)?.ok_or_else(|| wrong(attribute, "is missing"))
}

fn wrong(attribute: Attribute, what: impl std::fmt::Display) -> WireError {
    let name = attribute.name();
    WireError::unprocessable(format!("attribute `{name}` {what}")).at(format!(".{name}"))
}

fn time(value: &str) -> Result<Timestamp, WireError> {
    // jiff reads more than RFC 3339 does: a zone in brackets, a missing time
    let rfc3339 = !value.contains('[');
    match value.parse::<jiff::Timestamp>() {
        Ok(time) if rfc3339 => Ok(time.into()),
        _ => Err(wrong(
            Attribute::Time,
            format!(
                "is no time as RFC 3339 writes it: `{}`; write `2026-03-02T10:00:00Z`",
                shown(value)
            ),
        )),
    }
}

fn subject(value: &str) -> Result<(SmolStr, SmolStr), WireError> {
    match value.split_once('/') {
        Some((entity, id)) if !entity.is_empty() && !id.is_empty() => {
            Ok((SmolStr::new(entity), SmolStr::new(id)))
        }
        _ => Err(wrong(
            Attribute::Subject,
            format!(
                "is `{}`, it must be an entity and an id, as in `kommo.lead/15318175`",
                shown(value)
            ),
        )),
    }
}

fn actor(value: &str) -> Result<Actor, WireError> {
    let (kind, name) = match value.split_once(':') {
        Some((kind, name)) => (kind, Some(name)),
        None => (value, None),
    };
    let known = match kind {
        "customer" => Some((ActorKind::Customer, false)),
        "user" => Some((ActorKind::User, true)),
        "api" => Some((ActorKind::Api, false)),
        "automation" => Some((ActorKind::Automation, true)),
        _ => None,
    };
    match (known, name) {
        (Some((kind, _)), None) => Ok(Actor { kind, name: None }),
        (Some((kind, true)), Some(name)) if !name.is_empty() => Ok(Actor {
            kind,
            name: Some(SmolStr::new(name)),
        }),
        _ => Err(wrong(
            Attribute::Actor,
            format!(
                "is `{}`, it must be one of `customer`, `user`, `user:NAME`, `api`, `automation`",
                shown(value)
            ),
        )),
    }
}

fn clock(event: &RawEvent<'_>) -> Result<Option<i64>, WireError> {
    let number = match event.get(Attribute::Clock) {
        None => return Ok(None),
        Some(Scalar::Int(n)) => Some(*n),
        // binary mode has nothing but text
        Some(Scalar::Text(text)) => text.parse().ok(),
        Some(Scalar::Null | Scalar::Other(_)) => None,
    };
    match number {
        Some(n) => Ok(Some(n)),
        None => Err(wrong(
            Attribute::Clock,
            "must be a whole number: the record's version or time in its source",
        )),
    }
}
