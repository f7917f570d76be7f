//! What a manifest says, checked.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use smol_str::SmolStr;
use trig_grammar::Span;
use trig_ir::Millis;

use super::WebUrl;

/// A checked manifest.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Manifest {
    /// `[project]`: which project it is.
    pub project: Project,
    /// `[lints]`: levels by rule. Whether such a rule exists is not checked here.
    pub lints: BTreeMap<SmolStr, Keyed<Level>>,
    /// `[ids]`: native ids by Trig path (`Sales.New`, `lead.budget`). Whether such a path exists is not checked here.
    pub ids: BTreeMap<SmolStr, Keyed<SmolStr>>,
    /// `[connectors.NAME]`, by name.
    pub connectors: BTreeMap<SmolStr, Keyed<Connector>>,
    /// `[http]`: what the project may call.
    pub http: Http,
    /// `[daemon]`: settings of the process that runs it.
    pub daemon: DaemonSettings,
}

/// A value of the manifest with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands in `trig.toml`.
    pub span: Span,
}

/// A value under a name that the user chose, with both places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Keyed<T> {
    /// The value.
    pub value: T,
    /// Where its name stands in `trig.toml`.
    pub key: Span,
    /// Where the value stands; of a table, its header.
    pub span: Span,
}

/// Which project it is, and what it takes for granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// The workspace's identity: `[a-z0-9][a-z0-9-]*`, at most 63 characters; empty where the manifest names none.
    pub id: Spanned<SmolStr>,
    /// Its name for people; the id where the manifest names none.
    pub name: SmolStr,
    /// The version of the language, `1`.
    pub language: SmolStr,
    /// The IANA zone of triggers that name none; `UTC` by default.
    pub zone: Spanned<SmolStr>,
    /// A language tag: `de-DE`.
    pub locale: Option<Spanned<SmolStr>>,
    /// The ISO 4217 code of amounts that come without one.
    pub currency: Option<Spanned<SmolStr>>,
}

impl Default for Project {
    fn default() -> Self {
        Self {
            id: Spanned {
                value: SmolStr::default(),
                span: Span::default(),
            },
            name: SmolStr::default(),
            language: SmolStr::new_static("1"),
            zone: Spanned {
                value: SmolStr::new_static("UTC"),
                span: Span::default(),
            },
            locale: None,
            currency: None,
        }
    }
}

/// What becomes of a rule's findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// They are errors.
    Deny,
    /// They are warnings.
    Warn,
    /// They are not reported.
    Allow,
}

/// An installation of a system that events come from and actions go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connector {
    /// Which protocol it speaks. `None` where the manifest does not say, which is an error.
    pub kind: Option<ConnectorKind>,
    /// Where its API is.
    pub url: Option<WebUrl>,
    /// Where its credential is found.
    pub secret: Option<SecretRef>,
    /// Where actions are sent that no platform carries out.
    pub deliver: Option<WebUrl>,
    /// How hard it may be used.
    pub limits: Limits,
}

/// A protocol that a connector speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConnectorKind {
    /// Kommo's API and webhooks.
    Kommo,
    /// ActiveCampaign's API and webhooks.
    ActiveCampaign,
    /// Bitrix24's API and webhooks.
    Bitrix24,
    /// Plain HTTP: CloudEvents in, POST requests out.
    Http,
}

impl ConnectorKind {
    /// Its name in the manifest.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kommo => "kommo",
            Self::ActiveCampaign => "activecampaign",
            Self::Bitrix24 => "bitrix24",
            Self::Http => "http",
        }
    }
}

/// Where a credential is found when the daemon starts. The credential itself never is in the manifest.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SecretRef {
    /// In the environment variable of this name.
    Env(SmolStr),
    /// In the file of this path, relative to the project; its text without the last newline.
    File(SmolStr),
}

/// How hard a connector may be used; what is `None` is the connector's default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Limits {
    /// Requests in each [`Self::per`], from 1.
    pub requests: Option<u32>,
    /// The period of [`Self::requests`].
    pub per: Option<Millis>,
    /// Requests under way at the same time, from 1.
    pub parallel: Option<u32>,
    /// How long an answer may take.
    pub timeout: Option<Millis>,
    /// Attempts before an action is given up, from 1.
    pub attempts: Option<u32>,
}

/// What the project may call.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Http {
    /// Hosts, lower case; `*.acme.com` is every host below `acme.com`.
    pub allow: Vec<Spanned<SmolStr>>,
}

/// Settings of the process that runs the project; what is `None` is the daemon's default.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DaemonSettings {
    /// The address it listens on.
    pub listen: Option<Spanned<SocketAddr>>,
    /// The directory of its log and state, relative to the project.
    pub store: Option<Spanned<SmolStr>>,
    /// The largest request body, in bytes.
    pub max_body: Option<Spanned<u64>>,
    /// How long log, checkpoints and revisions are kept.
    pub retention: Option<Spanned<Millis>>,
    /// How long files must be still before they are compiled again.
    pub debounce: Option<Spanned<Millis>>,
    /// The token that callers of its API present.
    pub token: Option<SecretRef>,
}
