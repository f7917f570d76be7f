//! Flows that are started by hand.

use axum::http::StatusCode;
use serde::Deserialize;
use smol_str::SmolStr;
use trig_engine::{Actor, Arrival, Happening};
use trig_ir::{ActorKind, RecordKey};

use super::answer::Rejected;
use crate::config::Config;
use crate::registry::Site;

/// What the request says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    /// The record. Without one, the flow has no subject.
    #[serde(rename = "for", default)]
    subject: Option<Subject>,
    /// Who starts it, by login name.
    #[serde(default)]
    by: Option<SmolStr>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    /// The name of its entity, full, or bare where only one has it.
    entity: SmolStr,
    /// Its connector; without it, the one of the entity's family.
    #[serde(default)]
    connector: Option<SmolStr>,
    /// Its native id.
    id: SmolStr,
}

/// A name of more bytes is none.
const MOST_NAME: usize = 1_024;

/// The start of `flow` that a body asks for. An empty one asks for a flow without subject.
pub(super) fn arrival(site: &Site, flow: SmolStr, body: &[u8]) -> Result<Arrival, Rejected> {
    let body = if body.is_empty() { b"{}" } else { body };
    let request: Request = serde_json::from_slice(body).map_err(|e| {
        let shape = r#"{"for": {"entity": "…", "connector": "…", "id": "…"}, "by": "…"}"#;
        Rejected::new(
            StatusCode::BAD_REQUEST,
            format!("this address takes {shape}: {e}"),
        )
    })?;
    let subject = match request.subject {
        None => None,
        Some(subject) => Some(record(site, subject)?),
    };
    if let Some(by) = &request.by {
        name("by", by)?;
    }
    Ok(Arrival {
        source: SmolStr::new_static("trigd"),
        id: None,
        time: None,
        by: Actor {
            kind: ActorKind::User,
            name: request.by,
        },
        what: Happening::Start { flow, subject },
    })
}

fn record(site: &Site, mut subject: Subject) -> Result<RecordKey, Rejected> {
    subject.entity = site.full_name(subject.entity);
    let config = &site.config;
    let connector = match subject.connector {
        Some(connector) => connector,
        None => connector(config, &subject.entity).ok_or_else(|| {
            let names: Vec<String> = config
                .connectors
                .keys()
                .map(|name| format!("`{name}`"))
                .collect();
            let reason = format!(
                "of which connector the `{}` is has to be said (`connector`, `--connector`): {}",
                subject.entity,
                names.join(" or ")
            );
            Rejected::new(StatusCode::UNPROCESSABLE_ENTITY, reason).at("$.for")
        })?,
    };
    name("entity", &subject.entity)?;
    name("connector", &connector)?;
    name("id", &subject.id)?;
    Ok(RecordKey {
        entity: subject.entity,
        connector,
        id: subject.id,
    })
}

/// The only connector that an entity's records can be of: the one that is called as its family, or is of that kind; or
/// the project's only CRM.
fn connector(config: &Config, entity: &str) -> Option<SmolStr> {
    let family = entity.split('.').next().unwrap_or_default();
    if config.connectors.contains_key(family) {
        return Some(family.into());
    }
    let only = |of_family: bool| {
        let mut fit = config.connectors.iter().filter(|(_, c)| {
            if of_family {
                c.kind == family
            } else {
                c.kind != "http"
            }
        });
        match (fit.next(), fit.next()) {
            (Some((name, _)), None) => Some(name.clone()),
            _ => None,
        }
    };
    only(true).or_else(|| only(false))
}

fn name(what: &str, text: &str) -> Result<(), Rejected> {
    let wrong = if text.is_empty() {
        "is empty"
    } else if text.len() > MOST_NAME {
        "is too long"
    } else if text.chars().any(char::is_control) {
        "has characters that cannot be shown"
    } else {
        return Ok(());
    };
    let reason = format!("`{what}` {wrong}");
    Err(Rejected::new(StatusCode::UNPROCESSABLE_ENTITY, reason))
}
