//! Where an effect goes.

use std::time::Duration;

use smol_str::SmolStr;
use trig_engine::{Effect, EffectKind};

use crate::config::{Config, Connector};

/// How long an answer may take where the manifest says nothing.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The action that writes a line.
pub(crate) const LOG_ACTION: &str = "trig.log";
/// The action that posts to a connector.
const POST: &str = "trig.webhook.post";
/// The name under which a change of a record goes to its CRM.
pub(crate) const WRITE: &str = "record.write";
/// The name under which a CRM is asked for a new record.
const CREATE: &str = "record.create";

/// Where an effect goes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Route {
    /// Into a line of this program's output.
    Line(String),
    /// To a receiver over HTTP.
    Post {
        /// The connector.
        connector: SmolStr,
        /// Its URL.
        url: String,
        /// How long its answer may take.
        timeout: Duration,
        /// After how many attempts the effect has failed; `None` is the daemon's default.
        attempts: Option<u32>,
    },
    /// Nowhere.
    Nowhere {
        /// The connector that would take it, if one would.
        connector: SmolStr,
        /// Why not, and what to do.
        reason: String,
    },
}

/// The name of what an effect does.
pub(crate) fn action(effect: &Effect) -> &str {
    match &effect.what {
        EffectKind::Call { action, .. } => action,
        EffectKind::Write { .. } => WRITE,
        EffectKind::Create { .. } => CREATE,
    }
}

/// Where an effect of a workspace goes.
pub(crate) fn route(config: &Config, effect: &Effect) -> Route {
    match &effect.what {
        EffectKind::Call { action, args } if action == LOG_ACTION => Route::Line(line(args)),
        EffectKind::Call { action, args } if action == POST => {
            let Some(name) = args.get("to").and_then(|to| to.as_str()) else {
                return Route::Nowhere {
                    connector: SmolStr::default(),
                    reason: "`to` names no connector".into(),
                };
            };
            to(config, name, |c| c.url.as_ref(), "url")
        }
        EffectKind::Call { action, .. } => {
            let family = action.split('.').next().unwrap_or_default();
            let own = effect
                .subject
                .as_ref()
                .and_then(|s| config.connectors.get_key_value(&s.connector))
                .filter(|(_, c)| c.kind == family);
            match own
                .or_else(|| config.connectors.get_key_value(family))
                .or_else(|| config.of_kind(family))
            {
                Some((name, _)) => to(config, name, |c| c.deliver.as_ref(), "deliver"),
                None => Route::Nowhere {
                    connector: family.into(),
                    reason: format!(
                        "no connector carries out `{action}`: declare `[connectors.{family}]` with a `deliver` URL in trig.toml"
                    ),
                },
            }
        }
        EffectKind::Write { record, .. } => {
            to(config, &record.connector, |c| c.deliver.as_ref(), "deliver")
        }
        EffectKind::Create { connector, .. } => {
            to(config, connector, |c| c.deliver.as_ref(), "deliver")
        }
    }
}

fn to(
    config: &Config,
    name: &str,
    url: impl Fn(&Connector) -> Option<&String>,
    key: &str,
) -> Route {
    let nowhere = |reason| Route::Nowhere {
        connector: name.into(),
        reason,
    };
    let Some(connector) = config.connectors.get(name) else {
        return nowhere(format!(
            "there is no connector `{name}`: declare `[connectors.{name}]` with `{key}` in trig.toml"
        ));
    };
    match url(connector) {
        Some(url) => Route::Post {
            connector: name.into(),
            url: url.clone(),
            timeout: connector.timeout.unwrap_or(TIMEOUT),
            attempts: connector.attempts,
        },
        None => nowhere(format!(
            "connector `{name}` has no `{key}` in trig.toml, so nothing is sent to it"
        )),
    }
}

/// What `trig.log` writes: its text, and behind it all other arguments.
fn line(args: &serde_json::Map<String, serde_json::Value>) -> String {
    let plain = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut line = args.get("text").map(plain).unwrap_or_default();
    for (name, value) in args.iter().filter(|(name, _)| *name != "text") {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&format!("{name}={}", plain(value)));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use trig_ir::{RecordKey, RevisionHash, Timestamp};

    fn config() -> Config {
        let mut config = Config::new("acme");
        for (name, kind, url, deliver) in [
            ("hq", "kommo", None, Some("http://hq/")),
            ("branch", "kommo", None, Some("http://branch/")),
            ("silent", "activecampaign", None, None),
            ("crm", "http", Some("http://crm/"), None),
        ] {
            config.connectors.insert(
                name.into(),
                Connector {
                    kind: kind.into(),
                    url: url.map(Into::into),
                    deliver: deliver.map(Into::into),
                    ..Connector::default()
                },
            );
        }
        config
    }

    fn effect(connector: &str, what: EffectKind) -> Effect {
        Effect {
            key: "k".into(),
            at: Timestamp(0),
            trigger: "T".into(),
            revision: RevisionHash("r".into()),
            position: 1,
            subject: Some(record(connector)),
            what,
        }
    }

    fn record(connector: &str) -> RecordKey {
        RecordKey {
            entity: "kommo.lead".into(),
            connector: connector.into(),
            id: "5".into(),
        }
    }

    fn call(action: &str, args: serde_json::Value) -> EffectKind {
        EffectKind::Call {
            action: action.into(),
            args: args.as_object().cloned().unwrap_or_default(),
        }
    }

    fn shown(effect: &Effect) -> String {
        match route(&config(), effect) {
            Route::Line(text) => format!("line: {text}"),
            Route::Post { connector, url, .. } => format!("{connector}: {url}"),
            Route::Nowhere { reason, .. } => reason,
        }
    }

    #[test]
    fn each_kind_of_effect_finds_its_receiver() {
        let write = |c: &str| EffectKind::Write {
            record: record(c),
            fields: serde_json::Map::new(),
            as_user: None,
        };
        let create = |c: &str| EffectKind::Create {
            entity: "kommo.lead".into(),
            connector: c.into(),
            fields: serde_json::Map::new(),
        };
        let all = [
            effect("hq", call("trig.log", json!({"text": "hello"}))),
            effect("hq", call("trig.log", json!({"text": "hi", "n": 1}))),
            effect("hq", call("trig.webhook.post", json!({"to": "crm"}))),
            effect("hq", call("trig.webhook.post", json!({"to": "crn"}))),
            effect("hq", call("trig.webhook.post", json!({"to": "hq"}))),
            effect("branch", call("kommo.note.add", json!({}))),
            effect("elsewhere", call("kommo.note.add", json!({}))),
            effect("hq", call("activecampaign.tag.add", json!({}))),
            effect("hq", call("sms.send", json!({}))),
            effect("hq", write("branch")),
            effect("hq", write("silent")),
            effect("hq", create("branch")),
            effect("hq", create("silent")),
        ]
        .map(|e| shown(&e))
        .join("\n");
        insta::assert_snapshot!(all, @"
        line: hello
        line: hi n=1
        crm: http://crm/
        there is no connector `crn`: declare `[connectors.crn]` with `url` in trig.toml
        connector `hq` has no `url` in trig.toml, so nothing is sent to it
        branch: http://branch/
        branch: http://branch/
        connector `silent` has no `deliver` in trig.toml, so nothing is sent to it
        no connector carries out `sms.send`: declare `[connectors.sms]` with a `deliver` URL in trig.toml
        branch: http://branch/
        connector `silent` has no `deliver` in trig.toml, so nothing is sent to it
        branch: http://branch/
        connector `silent` has no `deliver` in trig.toml, so nothing is sent to it
        ");
    }
}
