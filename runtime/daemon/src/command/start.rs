//! `trigd start`

use std::path::{Path, PathBuf};

use anyhow::Context;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use hyper::{Request, StatusCode};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use smol_str::SmolStr;

use super::listen;
use crate::config::Secret;
use crate::outbox::{chain, client};
use crate::project::{Secrets, configure};
use crate::shard::Accepted;
use crate::store::{Store, default_dir};

/// Start a flow for a record by hand
///
/// Asks the running daemon, waits until it has done so, and says whether the flow started or why not. Recorded as done by
/// the user who is logged in.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The flow
    flow: SmolStr,

    /// For which record, as in `kommo.lead/7`, or `lead/7` where only one catalogue has it; not for a flow that has no
    /// subject
    #[arg(long = "for", value_name = "ENTITY/ID", value_parser = record)]
    subject: Option<(SmolStr, SmolStr)>,

    /// The workspace [default: the project's id]
    #[arg(long, value_name = "ID")]
    workspace: Option<SmolStr>,

    /// The connector of the record [default: that of the entity's system]
    #[arg(long, value_name = "NAME")]
    connector: Option<SmolStr>,

    /// Where the daemon listens [default: what the project's store says, else http://127.0.0.1:7070]
    #[arg(long, value_name = "URL")]
    to: Option<String>,

    /// The project's directory, or a store
    #[arg(default_value = ".")]
    dir: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  trigd start Welcome --for lead/7 crm
  trigd start Welcome --for kommo.lead/7 --connector hq crm
  trigd start Sweep --to 127.0.0.1:7071 --workspace shop
  trigd start Sweep ~/.local/state/trig/shop";

const DEFAULT: &str = "http://127.0.0.1:7070";
/// In this variable, the workspace's token is looked up where the project does not say.
const TOKEN: &str = "TRIG_TOKEN";
/// So much of an answer is read, in bytes.
const MOST_BYTES: usize = 1 << 20;

fn record(text: &str) -> Result<(SmolStr, SmolStr), String> {
    match text.split_once('/') {
        Some((entity, id)) if !entity.is_empty() && !id.is_empty() => {
            Ok((entity.into(), id.into()))
        }
        _ => Err("a record is written as ENTITY/ID: `lead/7`".into()),
    }
}

pub(super) fn run(args: &Args) -> anyhow::Result<u8> {
    let found = find(&args.dir);
    let workspace = match (&args.workspace, found.workspaces.as_slice()) {
        (Some(workspace), _) | (None, [workspace]) => workspace.clone(),
        (None, []) => anyhow::bail!(
            "`{}` is no project, and no store that one has run on: name its directory, or the workspace with --workspace",
            args.dir.display()
        ),
        (None, several) => anyhow::bail!(
            "`{}` holds several workspaces: say which one with --workspace: {}",
            args.dir.display(),
            crate::intake::list(several)
        ),
    };
    let to = args.to.as_deref().map(listen::url).or(found.address);
    let to = to.unwrap_or_else(|| DEFAULT.to_owned());
    let url = format!(
        "{to}/v1/{}/flows/{}/start?wait=applied",
        part(&workspace),
        part(&args.flow)
    );
    let mut body = json!({});
    if let Some(members) = body.as_object_mut() {
        if let Some((entity, id)) = &args.subject {
            let subject = json!({"entity": entity, "id": id, "connector": args.connector});
            members.insert("for".into(), subject);
        }
        if let Some(name) = login() {
            members.insert("by".into(), name.into());
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let token = found.token.or_else(|| std::env::var(TOKEN).ok());
    let (status, answer) = runtime
        .block_on(post(&url, token.as_deref(), &body))
        .with_context(|| {
            format!("no daemon answers at {to}; is one running, or is it at --to URL?")
        })?;
    let answer = Answer::read(status, &answer);
    let what = match &args.subject {
        Some((entity, id)) => format!("{} for {entity}/{id}", args.flow),
        None => args.flow.to_string(),
    };
    Ok(answer.tell(&what))
}

/// What a directory says.
#[derive(Default)]
struct Found {
    workspaces: Vec<SmolStr>,
    address: Option<String>,
    token: Option<String>,
}

fn find(dir: &Path) -> Found {
    if let Ok(store) = Store::existing(dir) {
        return Found {
            workspaces: store.revisions().workspaces().into_iter().collect(),
            address: store.address(),
            token: None,
        };
    }
    // as everywhere, a directory may lie in a project, or hold the one that is meant
    let roots = trig_project::find(dir).unwrap_or_default();
    let dir = match roots.as_slice() {
        [root] => root,
        _ => dir,
    };
    let Ok(text) = std::fs::read_to_string(dir.join(trig_compiler::MANIFEST_PATH)) else {
        return Found::default();
    };
    // what is wrong with it is the compiler's to say
    let (manifest, _) = trig_compiler::manifest::parse(Some(&text));
    let secrets = Secrets {
        dir,
        var: &|name| std::env::var(name).ok(),
        make_up: false,
    };
    let (config, _) = configure(&manifest, &secrets);
    let id = Some(config.workspace).filter(|id| !id.is_empty());
    let declared = manifest.daemon.store.as_ref();
    let declared = declared.map(|store| dir.join(store.value.as_str()));
    let var = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let places = [
        declared,
        id.as_ref().and_then(|id| default_dir(id, var)),
        // where a daemon keeps several projects
        default_dir("default", var),
    ];
    let stored = places
        .into_iter()
        .flatten()
        .find_map(|place| Store::at(place).address());
    let listens = manifest.daemon.listen.as_ref();
    let listens = listens.map(|listen| format!("http://{}", listen.value));
    Found {
        workspaces: id.into_iter().collect(),
        address: stored.or(listens),
        token: match config.token {
            Secret::Is(token) => Some(token),
            Secret::Open | Secret::Missing => None,
        },
    }
}

/// A part of a path.
fn part(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

/// The user who is logged in.
fn login() -> Option<String> {
    whoami::username().ok().filter(|name| !name.is_empty())
}

async fn post(url: &str, token: Option<&str>, body: &Json) -> anyhow::Result<(StatusCode, Bytes)> {
    let mut request = Request::post(url).header(CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    let request = request.body(Full::new(Bytes::from(body.to_string())))?;
    let response = client()
        .request(request)
        .await
        .map_err(|e| anyhow::anyhow!(chain(&e)))?;
    let status = response.status();
    let body = Limited::new(response.into_body(), MOST_BYTES)
        .collect()
        .await;
    let body = body.map_err(|e| anyhow::anyhow!("{e}"))?;
    Ok((status, body.to_bytes()))
}

/// What the daemon said.
#[derive(Debug, PartialEq)]
enum Answer {
    Started(Option<String>),
    Not(String),
    /// The request was not taken.
    Refused(String),
}

#[derive(Deserialize)]
struct Error {
    error: String,
}

impl Answer {
    fn read(status: StatusCode, body: &[u8]) -> Self {
        if status.is_success()
            && let Ok(accepted) = serde_json::from_slice::<Accepted>(body)
            && let Some(start) = accepted.applied.and_then(|applied| applied.start)
        {
            return if start.started {
                Self::Started(start.waits)
            } else {
                Self::Not(start.reason.unwrap_or_else(|| "nothing came of it".into()))
            };
        }
        match serde_json::from_slice::<Error>(body) {
            Ok(Error { error }) => Self::Refused(error),
            Err(_) => Self::Refused(format!("the answer was {status}, and no daemon's")),
        }
    }

    fn tell(&self, what: &str) -> u8 {
        match self {
            Self::Started(None) => {
                anstream::println!("started {what}");
                super::OK
            }
            Self::Started(Some(waits)) => {
                anstream::println!("started {what}: {waits}");
                super::OK
            }
            Self::Not(reason) => {
                anstream::println!("not started {what}: {reason}");
                super::FOUND
            }
            Self::Refused(reason) => {
                anstream::eprintln!("trigd: {what} was not taken: {reason}");
                super::FAILED
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_entity_and_id() {
        let all = ["kommo.lead/7", "lead/a/b", "lead", "/7", "lead/"].map(record);
        insta::assert_debug_snapshot!(all, @r#"
        [
            Ok(
                (
                    "kommo.lead",
                    "7",
                ),
            ),
            Ok(
                (
                    "lead",
                    "a/b",
                ),
            ),
            Err(
                "a record is written as ENTITY/ID: `lead/7`",
            ),
            Err(
                "a record is written as ENTITY/ID: `lead/7`",
            ),
            Err(
                "a record is written as ENTITY/ID: `lead/7`",
            ),
        ]
        "#);
    }

    #[test]
    fn answers_are_told_apart() {
        let all = [
            (200, r#"{"position":1,"events":1,"applied":{"fired":[],"duplicates":0,"effects":0,"start":{"started":true,"waits":"after"}}}"#),
            (200, r#"{"position":1,"events":1,"applied":{"fired":[],"duplicates":0,"effects":0,"start":{"started":false,"reason":"once"}}}"#),
            (404, r#"{"error":"there is no such workspace"}"#),
            (200, "<html>"),
        ]
        .map(|(status, body)| Answer::read(StatusCode::from_u16(status).unwrap(), body.as_bytes()));
        insta::assert_debug_snapshot!(all, @r#"
        [
            Started(
                Some(
                    "after",
                ),
            ),
            Not(
                "once",
            ),
            Refused(
                "there is no such workspace",
            ),
            Refused(
                "the answer was 200 OK, and no daemon's",
            ),
        ]
        "#);
    }

    #[test]
    fn a_name_cannot_leave_its_part_of_the_path() {
        assert_eq!(part("../a b?#"), "..%2Fa%20b%3F%23");
    }
}
