//! What the daemon knows of a workspace beside its revision: connectors, their secrets, limits.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use smol_str::SmolStr;
use subtle::ConstantTimeEq;

/// The largest body that is accepted where the manifest says nothing.
pub const DEFAULT_MAX_BODY: usize = 1 << 20;

/// The largest body that is accepted whatever the manifest says.
pub const MOST_BODY: usize = 64 << 20;

/// A workspace's configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Its id.
    pub workspace: SmolStr,
    /// Its connectors by name.
    pub connectors: BTreeMap<SmolStr, Connector>,
    /// The largest body that is accepted, in bytes.
    pub max_body: usize,
    /// What callers of `/v1/WORKSPACE/…` present as bearer token.
    pub token: Secret,
}

impl Config {
    /// A workspace without connectors.
    pub fn new(workspace: impl Into<SmolStr>) -> Self {
        Self {
            workspace: workspace.into(),
            connectors: BTreeMap::new(),
            max_body: DEFAULT_MAX_BODY,
            token: Secret::Open,
        }
    }

    /// Lets nobody in.
    pub(crate) fn close(&mut self) {
        self.token = Secret::Missing;
        for connector in self.connectors.values_mut() {
            connector.secret = Secret::Missing;
        }
    }

    /// The first connector of a kind, by name.
    pub fn of_kind(&self, kind: &str) -> Option<(&SmolStr, &Connector)> {
        self.connectors.iter().find(|(_, c)| c.kind == kind)
    }
}

/// A connector: an installation of a system.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Connector {
    /// What kind of system: `kommo`, `activecampaign`, `http`.
    pub kind: SmolStr,
    /// Who may post to its hook.
    pub secret: Secret,
    /// Where `trig.webhook.post` sends to.
    pub url: Option<String>,
    /// Where effects of this connector are sent to.
    pub deliver: Option<String>,
    /// How long an answer may take.
    pub timeout: Option<Duration>,
    /// Attempts before an effect has failed.
    pub attempts: Option<u32>,
}

/// What somebody must know to be let in.
#[derive(Clone, PartialEq, Default)]
pub enum Secret {
    /// Nothing: accepted on loopback only.
    #[default]
    Open,
    /// This text.
    Is(String),
    /// A secret is configured, and could not be read: nobody may.
    Missing,
}

impl Secret {
    /// Whether somebody who gave `given` is let in. Takes as long whatever the answer.
    pub fn admits(&self, given: &str, loopback: bool) -> bool {
        match self {
            Self::Open => loopback,
            Self::Is(secret) => bool::from(secret.as_bytes().ct_eq(given.as_bytes())),
            Self::Missing => false,
        }
    }
}

/// Never shows the secret.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "Open",
            Self::Is(_) => "Is(…)",
            Self::Missing => "Missing",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_admits_who_knows_it() {
        let secret = Secret::Is("s3cret".into());
        assert!(secret.admits("s3cret", true));
        assert!(secret.admits("s3cret", false));
        assert!(!secret.admits("s3cre", true));
        assert!(!secret.admits("", true));
    }

    #[test]
    fn without_a_secret_only_loopback_is_admitted() {
        assert!(Secret::Open.admits("-", true));
        assert!(!Secret::Open.admits("-", false));
        assert!(!Secret::Missing.admits("-", true));
    }

    #[test]
    fn debug_output_hides_the_secret() {
        assert!(!format!("{:?}", Secret::Is("hush".into())).contains("hush"));
    }
}
