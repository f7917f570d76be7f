//! Playing an inbox: every file of it, in name order, through the daemon's own HTTP port.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use hyper::{Method, Request, StatusCode};
use serde::Deserialize;
use smol_str::SmolStr;

use crate::config::{Config, Connector, Secret};
use crate::happened::{Happened, Teller};
use crate::outbox::{Client, Pending};

/// How long deliveries are waited for before the next file.
const PATIENCE: Duration = Duration::from_secs(5);

/// What playing came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Played {
    /// How many files were posted.
    pub bodies: usize,
    /// How many of them were refused.
    pub refused: usize,
    /// How many events the others held.
    pub events: usize,
    /// How many of these had been seen before.
    pub duplicates: usize,
    /// How many firings they led to.
    pub firings: usize,
    /// How many effects.
    pub effects: usize,
}

impl std::ops::AddAssign for Played {
    fn add_assign(&mut self, other: Self) {
        self.bodies += other.bodies;
        self.refused += other.refused;
        self.events += other.events;
        self.duplicates += other.duplicates;
        self.firings += other.firings;
        self.effects += other.effects;
    }
}

/// Why an inbox cannot be played.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlayError {
    /// The directory or a file cannot be read.
    #[error("`{path}`: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The daemon did not answer.
    #[error("posting `{file}`: {reason}")]
    Post {
        /// Which file.
        file: String,
        /// What went wrong.
        reason: String,
    },
}

/// How a file is posted.
#[derive(Clone, Debug, PartialEq)]
enum Door {
    Hook {
        connector: SmolStr,
        secret: String,
        content_type: &'static str,
    },
    Events {
        content_type: &'static str,
    },
    /// Not posted, and why.
    None(String),
}

/// Posts a project's inbox, one file after the other, each once the one before has been evaluated.
///
/// # Errors
/// If the inbox cannot be read or the daemon does not answer. A body that is refused is none: it is told and counted.
pub(crate) async fn play(
    dir: &Path,
    address: SocketAddr,
    config: &Config,
    client: &Client,
    teller: &Teller,
    mut pending: Pending,
) -> Result<Played, PlayError> {
    let mut played = Played::default();
    for path in files(&dir.join("inbox"))? {
        let file = path
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        let body = fs::read(&path).map_err(|source| PlayError::Io { path, source })?;
        let (uri, shown, content_type) = match door(&file, &body, config) {
            Door::Hook {
                connector,
                secret,
                content_type,
            } => {
                let hook = format!("/hooks/{}/{connector}", config.workspace);
                (
                    format!("{hook}/{secret}"),
                    format!("{hook}/…"),
                    content_type,
                )
            }
            Door::Events { content_type } => {
                let path = format!("/v1/{}/events", config.workspace);
                (path.clone(), path, content_type)
            }
            Door::None(reason) => {
                teller.tell(|| Happened::Note {
                    text: format!("inbox/{file} is left out: {reason}"),
                });
                continue;
            }
        };
        teller.tell(|| Happened::Posting {
            file: file.clone(),
            to: shown,
        });
        played.bodies += 1;
        let uri = format!("http://{address}{uri}?wait=applied");
        let answer = post(client, &uri, content_type, config, body)
            .await
            .map_err(|reason| PlayError::Post {
                file: file.clone(),
                reason,
            })?;
        // what a file led to is shown with it, unless a receiver keeps one waiting
        drop(tokio::time::timeout(PATIENCE, pending.none()).await);
        teller.shown().await;
        match answer {
            Ok(accepted) => {
                played.events += accepted.events;
                let applied = accepted.applied.unwrap_or_default();
                played.duplicates += applied.duplicates;
                played.firings += applied.fired.len();
                played.effects += applied.effects;
            }
            Err((status, reason)) => {
                played.refused += 1;
                teller.tell(|| Happened::Refused {
                    file,
                    status: status.as_u16(),
                    reason,
                });
            }
        }
    }
    Ok(played)
}

/// The files of an inbox, by name. Hidden ones are left out.
fn files(inbox: &Path) -> Result<Vec<PathBuf>, PlayError> {
    let io = |source| PlayError::Io {
        path: inbox.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(inbox).map_err(io)? {
        let entry = entry.map_err(io)?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if entry.path().is_file() && !hidden {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// What the hook of a connector is shown.
fn presented(connector: &Connector) -> String {
    match &connector.secret {
        Secret::Is(secret) => secret.clone(),
        Secret::Open | Secret::Missing => "-".into(),
    }
}

/// Where a file goes, by its name: `NAME.KIND.form` and `NAME.CONNECTOR.json` to a hook, other JSON to the events.
fn door(file: &str, body: &[u8], config: &Config) -> Door {
    if let Some(stem) = file.strip_suffix(".form") {
        let kind = stem.rsplit('.').next().unwrap_or_default();
        let Some((name, connector)) = config.of_kind(kind) else {
            return Door::None(format!(
                "no connector of kind `{kind}` is declared in trig.toml"
            ));
        };
        return Door::Hook {
            connector: name.clone(),
            secret: presented(connector),
            content_type: "application/x-www-form-urlencoded",
        };
    }
    if file.ends_with(".ndjson") {
        return Door::Events {
            content_type: "application/x-ndjson",
        };
    }
    if let Some(stem) = file.strip_suffix(".json")
        && let Some((_, name)) = stem.rsplit_once('.')
        && let Some((name, connector)) = config.connectors.get_key_value(name)
        && connector.kind == "http"
    {
        return Door::Hook {
            connector: name.clone(),
            secret: presented(connector),
            content_type: "application/json",
        };
    }
    if file.ends_with(".json") {
        let first = body.iter().find(|b| !b.is_ascii_whitespace());
        return Door::Events {
            content_type: if first == Some(&b'[') {
                "application/cloudevents-batch+json"
            } else {
                "application/cloudevents+json"
            },
        };
    }
    Door::None(
        "its name ends in none of `.kommo.form`, `.activecampaign.form`, `.json`, `.ndjson`".into(),
    )
}

#[derive(Deserialize)]
struct Accepted {
    events: usize,
    applied: Option<Applied>,
}

#[derive(Default, Deserialize)]
struct Applied {
    fired: Vec<serde::de::IgnoredAny>,
    duplicates: usize,
    effects: usize,
}

#[derive(Deserialize)]
struct Error {
    error: String,
    at: Option<String>,
}

async fn post(
    client: &Client,
    uri: &str,
    content_type: &str,
    config: &Config,
    body: Vec<u8>,
) -> Result<Result<Accepted, (StatusCode, String)>, String> {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(uri)
        .header(CONTENT_TYPE, content_type);
    if let Secret::Is(token) = &config.token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    let request = request
        .body(Full::new(Bytes::from(body)))
        .map_err(|e| e.to_string())?;
    let response = client.request(request).await.map_err(|e| e.to_string())?;
    let status = response.status();
    let body = response
        .into_body()
        .collect()
        .await
        .map_err(|e| e.to_string())?
        .to_bytes();
    if status.is_success() {
        return match serde_json::from_slice(&body) {
            Ok(accepted) => Ok(Ok(accepted)),
            Err(e) => Err(format!("the answer cannot be read: {e}")),
        };
    }
    let reason = match serde_json::from_slice::<Error>(&body) {
        Ok(Error {
            error,
            at: Some(at),
        }) => format!("{error} (at {at})"),
        Ok(Error { error, at: None }) => error,
        Err(_) => String::from_utf8_lossy(&body).into_owned(),
    };
    Ok(Err((status, reason)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_says_where_it_goes() {
        let mut config = Config::new("acme");
        config.connectors.insert(
            "hq".into(),
            Connector {
                kind: "kommo".into(),
                secret: Secret::Is("s".into()),
                ..Connector::default()
            },
        );
        config.connectors.insert(
            "pay".into(),
            Connector {
                kind: "http".into(),
                ..Connector::default()
            },
        );
        let shown: Vec<String> = [
            ("01-lead.kommo.form", ""),
            ("02-tag.activecampaign.form", ""),
            ("03-one.json", " {}"),
            ("04-many.json", "\n[]"),
            ("05.ndjson", "{}\n{}"),
            ("06-paid.pay.json", "{}"),
            ("07-lead.hq.json", "{}"),
            ("README.md", ""),
        ]
        .into_iter()
        .map(|(file, body)| format!("{file}: {:?}", door(file, body.as_bytes(), &config)))
        .collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        01-lead.kommo.form: Hook { connector: "hq", secret: "s", content_type: "application/x-www-form-urlencoded" }
        02-tag.activecampaign.form: None("no connector of kind `activecampaign` is declared in trig.toml")
        03-one.json: Events { content_type: "application/cloudevents+json" }
        04-many.json: Events { content_type: "application/cloudevents-batch+json" }
        05.ndjson: Events { content_type: "application/x-ndjson" }
        06-paid.pay.json: Hook { connector: "pay", secret: "-", content_type: "application/json" }
        07-lead.hq.json: Events { content_type: "application/cloudevents+json" }
        README.md: None("its name ends in none of `.kommo.form`, `.activecampaign.form`, `.json`, `.ndjson`")
        "#);
    }
}
