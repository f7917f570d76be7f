//! Watching the directories of projects.

use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, Debouncer, RecommendedCache, new_debouncer};
use tokio::sync::mpsc;

/// How long files must be still before they are read again.
pub const DEBOUNCE: Duration = Duration::from_millis(120);

/// A watcher. It watches until it is dropped.
pub struct Watcher {
    _debouncer: Debouncer<RecommendedWatcher, RecommendedCache>,
    changes: mpsc::UnboundedReceiver<PathBuf>,
}

impl Watcher {
    /// Watches directories with all that is below them.
    ///
    /// # Errors
    /// If one cannot be watched.
    pub fn new(dirs: &[PathBuf], debounce: Duration) -> notify::Result<Self> {
        let (sender, changes) = mpsc::unbounded_channel();
        let roots: Vec<(PathBuf, PathBuf)> = dirs
            .iter()
            .map(|d| (d.canonicalize().unwrap_or_else(|_| d.clone()), d.clone()))
            .collect();
        let watched = roots.clone();
        let mut debouncer = new_debouncer(debounce, None, move |result: DebounceEventResult| {
            for dir in changed(&roots, &result) {
                // the daemon has ended
                drop(sender.send(dir));
            }
        })?;
        for (real, _) in &watched {
            debouncer.watch(real, RecursiveMode::Recursive)?;
        }
        Ok(Self {
            _debouncer: debouncer,
            changes,
        })
    }

    /// The next directory in which something changed that may matter.
    pub async fn changed(&mut self) -> Option<PathBuf> {
        self.changes.recv().await
    }
}

/// The directories that the events are about, as the user named them. Where the watcher lost events, all.
fn changed(roots: &[(PathBuf, PathBuf)], result: &DebounceEventResult) -> Vec<PathBuf> {
    let lost = match result {
        Ok(events) => events.iter().any(|e| e.need_rescan()),
        Err(errors) => {
            tracing::warn!("the watcher reports {errors:?}");
            true
        }
    };
    let paths: Vec<&PathBuf> = match result {
        Ok(events) => events
            .iter()
            .filter(|e| !matches!(e.kind, EventKind::Access(_)))
            .flat_map(|e| &e.paths)
            .filter(|p| matters(p))
            .collect(),
        Err(_) => Vec::new(),
    };
    roots
        .iter()
        .filter(|(real, _)| lost || paths.iter().any(|p| p.starts_with(real)))
        .map(|(_, named)| named.clone())
        .collect()
}

/// Whether a change of this path may change the project: a source, the manifest, or something that may be a directory.
fn matters(path: &Path) -> bool {
    match path.extension() {
        Some(extension) => {
            extension == "trig" || path.file_name().is_some_and(|name| name == "trig.toml")
        }
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_the_manifest_and_directories_matter() {
        for path in ["a/b.trig", "a/trig.toml", "a/sales"] {
            assert!(matters(Path::new(path)), "{path}");
        }
        for path in ["a/b.trig~", "a/.b.trig.swp", "a/b.md", "inbox/1.kommo.form"] {
            assert!(!matters(Path::new(path)), "{path}");
        }
    }
}
