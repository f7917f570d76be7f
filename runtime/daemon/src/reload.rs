//! From files to the active revision, while everything else goes on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use smol_str::SmolStr;
use tokio::sync::oneshot;
use trig_compiler::Severity;
use trig_compiler::manifest::Manifest;
use trig_ir::{Ir, RevisionHash, Trigger};

use crate::config::Config;
use crate::happened::{Happened, Teller};
use crate::project::{Compiled, Compiler, Report, Secrets, configure};
use crate::registry::{Registry, Site};
use crate::shard::{Activation, Control, Shard};
use crate::store::Revisions;

/// A watched directory and what runs of it.
#[derive(Clone, Debug)]
pub struct Project {
    /// The directory.
    pub dir: PathBuf,
    /// Its workspace, as soon as its manifest has named one.
    pub workspace: Option<SmolStr>,
    /// The revision that runs.
    pub running: Option<(RevisionHash, Arc<Ir>)>,
    /// Whether what is on disk does not compile.
    pub broken: bool,
    /// What was shown last of what was found in it.
    told: Option<Report>,
    /// Whether it has been said what runs of it.
    announced: bool,
}

impl Project {
    /// A directory of which nothing runs yet.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            workspace: None,
            running: None,
            broken: false,
            told: None,
            announced: false,
        }
    }
}

/// Compiles and activates.
#[derive(Clone)]
pub struct Reloader {
    pub(crate) compiler: Compiler,
    pub(crate) revisions: Revisions,
    pub(crate) registry: Registry,
    pub(crate) shard: Shard,
    pub(crate) teller: Teller,
    /// Whether secrets that cannot be read are made up.
    pub(crate) make_up_secrets: bool,
    /// What was said last about the configuration of each directory.
    pub(crate) noted: Arc<Mutex<BTreeMap<PathBuf, Vec<String>>>>,
}

impl Reloader {
    /// Compiles a directory beside everything else.
    pub async fn compile(&self, dir: &Path) -> Compiled {
        let compiler = Arc::clone(&self.compiler);
        let dir = dir.to_owned();
        match tokio::task::spawn_blocking(move || compiler(&dir)).await {
            Ok(compiled) => compiled,
            Err(e) => {
                tracing::error!("the compiler failed: {e}");
                let mut compiled = Compiled::default();
                compiled.report.errors = 1;
                compiled.report.text =
                    "the compiler failed on this project; this is a mistake in trig itself\n"
                        .into();
                compiled
            }
        }
    }

    /// Reads a project anew, and activates what it says if that is new and compiles.
    pub async fn reload(&self, project: &mut Project) {
        let compiled = self.compile(&project.dir).await;
        self.take(project, compiled).await;
    }

    /// Activates what was compiled, if it is new and compiles.
    pub async fn take(&self, project: &mut Project, compiled: Compiled) {
        let workspace = compiled.workspace();
        if let (Some(was), Some(is)) = (&project.workspace, &workspace)
            && was != is
        {
            self.note(format!(
                "`{}` now names workspace `{is}`, and `{was}` goes on as it was: restart to run it under its new id",
                project.dir.display()
            ));
            return;
        }
        let was_broken = project.broken;
        project.broken = compiled.ir.is_none();
        if compiled.report.errors + compiled.report.warnings == 0 {
            project.told = None;
        }
        let (Some(ir), Some(id)) = (&compiled.ir, workspace) else {
            self.tell_report(project, &compiled);
            if let Some(id) = &project.workspace {
                self.registry
                    .set_failed_reload(id, Some(compiled.report.json.clone()));
            }
            return;
        };
        let site = self.site(&project.dir, &compiled, ir);
        let revision = match ir.hash() {
            Ok(revision) => revision,
            Err(e) => return self.note(format!("the compiled project cannot be written: {e}")),
        };
        let before = project.running.take();
        project.workspace = Some(id.clone());
        if let Some((running, _)) = &before
            && *running == revision
        {
            // the manifest may be another one
            if let Err(reason) = self.keep(&revision, ir, &compiled).await {
                self.note(format!("{id}: {reason}"));
            }
            self.registry.put(site);
            project.running = before;
            if !std::mem::replace(&mut project.announced, true) {
                self.teller.tell(|| Happened::Active {
                    workspace: id.clone(),
                    revision: revision.clone(),
                    change: format!("resumed, {}", count(ir.triggers.len(), "trigger")),
                });
            }
            if was_broken {
                self.note(format!(
                    "{id} compiles again; revision {revision} is what runs"
                ));
            }
            return;
        }
        if compiled.report.warnings > 0 {
            self.tell_report(project, &compiled);
        }
        if let Err(reason) = self.activate(&revision, ir, &compiled, site).await {
            project.running = before;
            return self.note(format!("{id}: revision {revision} is not active: {reason}"));
        }
        self.teller.tell(|| Happened::Active {
            workspace: id,
            revision: revision.clone(),
            change: change(before.as_ref().map(|(_, ir)| &**ir), ir),
        });
        project.announced = true;
        project.running = Some((revision, Arc::clone(ir)));
    }

    /// Puts a revision on disk.
    async fn keep(
        &self,
        revision: &RevisionHash,
        ir: &Arc<Ir>,
        compiled: &Compiled,
    ) -> Result<(), String> {
        let revisions = self.revisions.clone();
        let (hash, content, sources) = (revision.clone(), Arc::clone(ir), compiled.sources.clone());
        tokio::task::spawn_blocking(move || revisions.put(&hash, &content, &sources))
            .await
            .map_err(|e| e.to_string())?
            .map_err(|e| e.to_string())
    }

    /// Puts a revision on disk, makes it ready to run, and only then has it put into the log.
    async fn activate(
        &self,
        revision: &RevisionHash,
        ir: &Arc<Ir>,
        compiled: &Compiled,
        site: Site,
    ) -> Result<(), String> {
        self.keep(revision, ir, compiled).await?;
        let (hash, content) = (revision.clone(), Arc::clone(ir));
        let activation = tokio::task::spawn_blocking(move || Activation::new(hash, content, site))
            .await
            .map_err(|e| e.to_string())?;
        let (done, active) = oneshot::channel();
        self.shard.ask(Control::Activate { activation, done });
        match active.await {
            Ok(result) => result.map_err(|e| e.to_string()),
            Err(_) => Err("the daemon is ending".into()),
        }
    }

    /// The configuration that goes with what was compiled.
    pub(crate) fn site(&self, dir: &Path, compiled: &Compiled, ir: &Ir) -> Site {
        Site::new(self.config(dir, &compiled.manifest), ir)
    }

    /// The configuration with which a revision was kept, for a project that does not compile: what could be read of its
    /// manifest may lack a token, or a receiver.
    pub(crate) fn kept_site(
        &self,
        dir: &Path,
        revision: &RevisionHash,
        ir: &Ir,
        report: &Report,
    ) -> Site {
        let kept = self.revisions.manifest(revision);
        let (manifest, found) = trig_compiler::manifest::parse(kept.as_deref());
        let mut config = self.config(dir, &manifest);
        config.workspace = ir.project.id.clone();
        if found.iter().any(|d| d.severity == Severity::Error) {
            self.note(format!(
                "{}: the manifest of revision {revision} cannot be read either; nobody is let in until the project compiles",
                config.workspace
            ));
            config.close();
        }
        let mut site = Site::new(config, ir);
        site.failed_reload = Some(report.json.clone());
        site
    }

    fn config(&self, dir: &Path, manifest: &Manifest) -> Config {
        let (config, notes) = configure(
            manifest,
            &Secrets {
                dir,
                var: &|name| std::env::var(name).ok(),
                make_up: self.make_up_secrets,
            },
        );
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let before = noted.insert(dir.to_owned(), notes.clone());
        for note in notes {
            // each start and each edit comes by here
            if !before.iter().flatten().any(|said| *said == note) {
                self.note(note);
            }
        }
        config
    }

    /// Shows what was found in a project, unless it is what was shown last.
    fn tell_report(&self, project: &mut Project, compiled: &Compiled) {
        let report = &compiled.report;
        if project.told.as_ref() == Some(report) {
            return;
        }
        project.told = Some(report.clone());
        let consequence = match (&compiled.ir, &project.running) {
            (Some(_), _) => String::new(),
            (None, Some((revision, _))) => format!("revision {revision} keeps running"),
            (None, None) => "nothing of it runs yet".into(),
        };
        self.teller.tell(|| Happened::Diagnosed {
            project: project.dir.display().to_string(),
            errors: report.errors,
            warnings: report.warnings,
            text: report.text.clone(),
            diagnostics: report.json.clone(),
            consequence,
        });
    }

    fn note(&self, text: String) {
        self.teller.tell(|| Happened::Note { text });
    }
}

/// What is different between two revisions, in a few words.
fn change(before: Option<&Ir>, after: &Ir) -> String {
    let Some(before) = before else {
        return count(after.triggers.len(), "trigger");
    };
    let find = |ir: &Ir, name: &str| {
        ir.triggers
            .iter()
            .find(|t| t.name == name)
            .map(|t| meaning(ir, t))
    };
    let (mut added, mut changed) = (0, 0);
    for trigger in &after.triggers {
        match find(before, &trigger.name) {
            None => added += 1,
            Some(old) if old != meaning(after, trigger) => changed += 1,
            Some(_) => {}
        }
    }
    let removed = before
        .triggers
        .iter()
        .filter(|t| find(after, &t.name).is_none())
        .count();
    let parts: Vec<String> = [(changed, "changed"), (added, "added"), (removed, "removed")]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{} {what}", count(n, "trigger")))
        .collect();
    if parts.is_empty() {
        "no trigger changed".into()
    } else {
        parts.join(", ")
    }
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// A trigger without the places in which it stands.
fn meaning(ir: &Ir, trigger: &Trigger) -> serde_json::Value {
    fn strip(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(map) => {
                map.remove("loc");
                map.values_mut().for_each(strip);
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(trigger).unwrap_or_default();
    strip(&mut value);
    // ids are dense: the same number may mean another condition after an edit
    let used = value.to_string();
    let conditions: Vec<_> = ir
        .conditions
        .iter()
        .filter(|_| used.contains("\"condition\""))
        .map(|c| {
            let mut body = serde_json::to_value(&c.body).unwrap_or_default();
            strip(&mut body);
            (c.name.clone(), body)
        })
        .collect();
    serde_json::json!([value, conditions])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shard::Bounds;

    #[tokio::test]
    async fn the_same_findings_are_shown_once() {
        let (teller, listener) = Teller::heard();
        let (shard, _queue) = Shard::new(Bounds::default());
        let reloader = Reloader {
            compiler: Arc::new(|_| Compiled::default()),
            revisions: Revisions::new(""),
            registry: Registry::default(),
            shard,
            teller,
            make_up_secrets: false,
            noted: Arc::default(),
        };
        let broken = |text: &str| {
            let mut compiled = Compiled::default();
            compiled.report.errors = 1;
            compiled.report.text = text.into();
            compiled
        };
        let mut project = Project::new("");
        for (text, told) in [("one", 1), ("one", 1), ("two", 2), ("one", 3)] {
            reloader.take(&mut project, broken(text)).await;
            assert_eq!(listener.told.len(), told, "{text}");
        }
    }
}
