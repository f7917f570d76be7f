//! A project on disk, compiled. What compiles it is handed in, so that this crate can be tested without a compiler.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt;
use smol_str::SmolStr;
use trig_compiler::SourceSet;
use trig_compiler::manifest::{Connector as Declared, Manifest, SecretRef};
use trig_ir::Ir;

use crate::config::{Config, Connector, DEFAULT_MAX_BODY, MOST_BODY, Secret};

/// What reading and compiling a directory gave.
#[derive(Clone, Debug, Default)]
pub struct Compiled {
    /// The texts.
    pub sources: SourceSet,
    /// What the manifest says, as far as it could be read.
    pub manifest: Manifest,
    /// The project, if it compiles.
    pub ir: Option<Arc<Ir>>,
    /// What was found.
    pub report: Report,
}

/// Diagnostics, rendered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// How many errors.
    pub errors: usize,
    /// How many warnings.
    pub warnings: usize,
    /// For people.
    pub text: String,
    /// For programs.
    pub json: serde_json::Value,
}

/// Reads and compiles a directory.
pub(crate) type Compiler = Arc<dyn Fn(&Path) -> Compiled + Send + Sync>;

impl Compiled {
    /// The workspace's id, if the manifest names one.
    pub fn workspace(&self) -> Option<SmolStr> {
        Some(self.manifest.project.id.value.clone()).filter(|id| !id.is_empty())
    }
}

/// Where a secret is looked up.
pub(crate) struct Secrets<'a> {
    /// The project's directory.
    pub dir: &'a Path,
    /// The environment.
    pub var: &'a dyn Fn(&str) -> Option<String>,
    /// Whether one that cannot be read is made up, because only this process needs to know it.
    pub make_up: bool,
}

/// A workspace's configuration by its manifest, and what is to be said about it.
pub(crate) fn configure(manifest: &Manifest, secrets: &Secrets<'_>) -> (Config, Vec<String>) {
    let mut notes = Vec::new();
    let mut config = Config::new(manifest.project.id.value.clone());
    config.max_body = manifest
        .daemon
        .max_body
        .as_ref()
        .and_then(|n| usize::try_from(n.value).ok())
        .unwrap_or(DEFAULT_MAX_BODY);
    if config.max_body > MOST_BODY {
        notes.push(format!(
            "`daemon.max_body` is {} bytes, more than the {} MiB that a body can have: larger ones are refused",
            config.max_body,
            MOST_BODY >> 20
        ));
        config.max_body = MOST_BODY;
    }
    config.token = secrets.find(
        manifest.daemon.token.as_ref(),
        "the API's token",
        &mut notes,
    );
    for (name, declared) in &manifest.connectors {
        let what = format!("the secret of connector `{name}`");
        let secret = secrets.find(declared.value.secret.as_ref(), &what, &mut notes);
        config
            .connectors
            .insert(name.clone(), connector(&declared.value, secret));
    }
    (config, notes)
}

fn connector(declared: &Declared, secret: Secret) -> Connector {
    Connector {
        kind: declared
            .kind
            .map(|k| SmolStr::new_static(k.name()))
            .unwrap_or_default(),
        secret,
        url: declared.url.as_ref().map(|u| u.as_str().to_owned()),
        deliver: declared.deliver.as_ref().map(|u| u.as_str().to_owned()),
        timeout: declared
            .limits
            .timeout
            .and_then(|t| u64::try_from(t.0).ok())
            .map(Duration::from_millis),
        attempts: declared.limits.attempts,
    }
}

impl Secrets<'_> {
    fn find(&self, reference: Option<&SecretRef>, what: &str, notes: &mut Vec<String>) -> Secret {
        let (found, place) = match reference {
            None => return Secret::Open,
            Some(SecretRef::Env(name)) => (
                (self.var)(name),
                format!("the environment variable `{name}` is not set"),
            ),
            Some(SecretRef::File(path)) => {
                let path: PathBuf = self.dir.join(path.as_str());
                let place = format!("`{}` cannot be read", path.display());
                (std::fs::read_to_string(path).ok(), place)
            }
        };
        // a newline at the end is an editor's, not the secret's
        let found = found.map(|text| text.trim_end_matches(['\r', '\n']).to_owned());
        match found.filter(|text| !text.is_empty()) {
            Some(text) => Secret::Is(text),
            None if self.make_up => {
                notes.push(format!("{what}: {place}; made one up for this run"));
                Secret::Is(format!("{:032x}", rand::rng().random::<u128>()))
            }
            None => {
                notes.push(format!(
                    "{what}: {place}; nobody is let in until it can be read"
                ));
                Secret::Missing
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_manifest_makes_bodies_larger_than_they_can_be() {
        let configured = |max: &str| {
            let text = format!(
                "[project]\nid = \"acme\"\nlanguage = \"1\"\n[daemon]\nmax_body = \"{max}\"\n"
            );
            let (manifest, found) = trig_compiler::manifest::parse(Some(&text));
            assert!(found.is_empty(), "{found:?}");
            let secrets = Secrets {
                dir: Path::new(""),
                var: &|_| None,
                make_up: false,
            };
            let (config, notes) = configure(&manifest, &secrets);
            (config.max_body, notes.join("\n"))
        };
        assert_eq!(configured("64 MiB"), (64 << 20, String::new()));
        let (max, note) = configured("1 GiB");
        assert_eq!(max, MOST_BODY);
        insta::assert_snapshot!(note, @"`daemon.max_body` is 1073741824 bytes, more than the 64 MiB that a body can have: larger ones are refused");
    }
}
