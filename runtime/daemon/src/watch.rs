//! Watching the directories of projects.
//!
//! A directory is watched by its inode. When it is replaced as a whole (moved away, removed and made again, or a link
//! on the way to it switched, as Kubernetes does), that shows in the directory around it only; so those are watched,
//! too, and the watch is laid anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::{CreateKind, ModifyKind, RemoveKind};
use notify::{EventKind, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, Debouncer, RecommendedCache, new_debouncer};
use tokio::sync::mpsc;

/// How long files must be still before they are read again.
pub const DEBOUNCE: Duration = Duration::from_millis(120);

/// A watcher. It watches until it is dropped.
pub struct Watcher {
    debouncer: Debouncer<RecommendedWatcher, RecommendedCache>,
    changes: mpsc::UnboundedReceiver<Change>,
    roots: Vec<Root>,
}

/// A directory that is watched.
#[derive(Clone)]
struct Root {
    /// As the user named it.
    named: PathBuf,
    /// Itself and every link on the way to it: if one of these is replaced, so is the directory.
    links: BTreeSet<PathBuf>,
    /// Where it really lies, as far as it is there.
    real: Option<PathBuf>,
}

/// What the file system reported of a directory.
struct Change {
    named: PathBuf,
    /// The directory may be another one now.
    replaced: bool,
}

impl Watcher {
    /// Watches directories with all that is below them.
    ///
    /// # Errors
    /// If one cannot be watched.
    pub fn new(dirs: &[PathBuf], debounce: Duration) -> notify::Result<Self> {
        let (sender, changes) = mpsc::unbounded_channel();
        let roots: Vec<Root> = dirs.iter().map(|d| Root::find(d)).collect();
        let known = roots.clone();
        let debouncer = new_debouncer(debounce, None, move |result: DebounceEventResult| {
            for change in changed(&known, &result) {
                // the daemon has ended
                drop(sender.send(change));
            }
        })?;
        let mut watcher = Self {
            debouncer,
            changes,
            roots: Vec::new(),
        };
        for root in &roots {
            for link in &root.links {
                // without it, only a replacement of the whole directory goes unseen
                if let Some(around) = link.parent()
                    && let Err(error) = watcher.debouncer.watch(around, RecursiveMode::NonRecursive)
                {
                    tracing::warn!("{} cannot be watched: {error}", around.display());
                }
            }
            if let Some(real) = &root.real {
                watcher.debouncer.watch(real, RecursiveMode::Recursive)?;
            }
        }
        watcher.roots = roots;
        Ok(watcher)
    }

    /// The next directory in which something changed that may matter.
    pub async fn changed(&mut self) -> Option<PathBuf> {
        let change = self.changes.recv().await?;
        if change.replaced {
            self.watch_again(&change.named);
        }
        Some(change.named)
    }

    /// Watches the directory that is there now. What changed in it before this moment is seen by whoever reads it
    /// afterwards.
    fn watch_again(&mut self, named: &Path) {
        let Some(root) = self.roots.iter_mut().find(|r| r.named == named) else {
            return;
        };
        if let Some(old) = root.real.take() {
            // the old one may be gone with its watch
            drop(self.debouncer.unwatch(&old));
        }
        root.real = named.canonicalize().ok();
        if let Some(real) = &root.real
            && let Err(error) = self.debouncer.watch(real, RecursiveMode::Recursive)
        {
            tracing::warn!("{} cannot be watched: {error}", real.display());
        }
    }
}

impl Root {
    fn find(named: &Path) -> Self {
        let mut links = BTreeSet::new();
        // a chain of links, followed as far as the system would
        let mut at = std::path::absolute(named).unwrap_or_else(|_| named.to_path_buf());
        for _ in 0..40 {
            links.insert(at.clone());
            let Ok(target) = std::fs::read_link(&at) else {
                break;
            };
            at = match at.parent() {
                Some(around) => around.join(target),
                None => target,
            };
        }
        Self {
            named: named.to_path_buf(),
            links,
            real: named.canonicalize().ok(),
        }
    }
}

/// What the events say of the directories. Where the watcher lost events, all may have changed.
fn changed(roots: &[Root], result: &DebounceEventResult) -> Vec<Change> {
    let lost = match result {
        Ok(events) => events.iter().any(|e| e.need_rescan()),
        Err(errors) => {
            tracing::warn!("the watcher reports {errors:?}");
            true
        }
    };
    let mut paths: Vec<(&EventKind, &PathBuf)> = Vec::new();
    for event in result.iter().flatten() {
        if !matches!(event.kind, EventKind::Access(_)) {
            paths.extend(event.paths.iter().map(|path| (&event.kind, path)));
        }
    }
    let mut changes = Vec::new();
    for root in roots {
        let replaced = lost || paths.iter().any(|(_, path)| root.links.contains(*path));
        let inside = |path: &Path| {
            let real = root
                .real
                .as_ref()
                .is_some_and(|real| path.starts_with(real));
            real || root
                .links
                .iter()
                .any(|link| path.starts_with(link) && path != link)
        };
        // after a replacement the real directory may be one that nobody knew before
        let elsewhere = |path: &Path| root.named.canonicalize().is_ok_and(|r| path.starts_with(r));
        if replaced
            || paths
                .iter()
                .any(|(kind, path)| matters(kind, path) && (inside(path) || elsewhere(path)))
        {
            changes.push(Change {
                named: root.named.clone(),
                replaced,
            });
        }
    }
    changes
}

/// Whether a change of this path may change the project: of a source or the manifest, or that a directory, or a link to
/// one, comes, goes or is called otherwise. What is written into any other file is nothing to the project, whatever the
/// file is called: it may be where our own output goes.
fn matters(kind: &EventKind, path: &Path) -> bool {
    let extension = path.extension();
    if extension.is_some_and(|e| e == "trig")
        || path.file_name() == Some(trig_compiler::MANIFEST_PATH.as_ref())
    {
        return true;
    }
    match kind {
        EventKind::Create(CreateKind::Folder) | EventKind::Remove(RemoveKind::Folder) => true,
        // a link to a directory is no folder to the system
        EventKind::Create(_) | EventKind::Remove(_) if extension.is_none() => true,
        // a directory may be called anything; one that was moved away cannot be asked any more
        EventKind::Create(CreateKind::Any) | EventKind::Modify(ModifyKind::Name(_)) => {
            extension.is_none() || path.is_dir() || !path.exists()
        }
        // one that could not be looked into may be open now; where nothing is said of what happened, that may be it
        EventKind::Any | EventKind::Modify(ModifyKind::Any | ModifyKind::Metadata(_)) => {
            path.is_dir()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use notify::event::{DataChange, MetadataKind, RenameMode};

    use super::*;

    #[test]
    fn sources_the_manifest_and_directories_matter() {
        let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        for path in ["a/b.trig", "a/trig.toml"] {
            assert!(matters(&written, Path::new(path)), "{path}");
        }
        for path in [
            "a/b.trig~",
            "a/.b.trig.swp",
            "a/b.md",
            "inbox/1.kommo.form",
            "a/out",
        ] {
            assert!(!matters(&written, Path::new(path)), "{path}");
        }
        let out = Path::new("a/out");
        assert!(!matters(&EventKind::Modify(ModifyKind::Any), out));
        for kind in [
            EventKind::Create(CreateKind::File),
            EventKind::Remove(RemoveKind::File),
            EventKind::Modify(ModifyKind::Name(RenameMode::From)),
        ] {
            assert!(matters(&kind, out), "{kind:?}");
        }
        let moved = EventKind::Modify(ModifyKind::Name(RenameMode::To));
        let place = tempfile::tempdir().unwrap();
        let dotted = place.path().join("x.d");
        std::fs::create_dir(&dotted).unwrap();
        assert!(matters(&moved, &dotted));
        let permissions = EventKind::Modify(ModifyKind::Metadata(MetadataKind::Permissions));
        assert!(matters(&permissions, &dotted));
        assert!(matters(
            &EventKind::Create(CreateKind::Folder),
            Path::new("a/..data")
        ));
    }

    /// Waits for the next change as the daemon does.
    async fn next(watcher: &mut Watcher) -> PathBuf {
        watcher.changed().await.unwrap()
    }

    #[tokio::test]
    async fn a_directory_that_is_replaced_is_watched_again() {
        let place = tempfile::tempdir().unwrap();
        let named = place.path().join("project");
        std::fs::create_dir(&named).unwrap();
        std::fs::write(named.join("a.trig"), "").unwrap();
        let mut watcher =
            Watcher::new(std::slice::from_ref(&named), Duration::from_millis(1)).unwrap();

        let other = place.path().join("other");
        std::fs::create_dir(&other).unwrap();
        std::fs::rename(&named, place.path().join("old")).unwrap();
        std::fs::rename(&other, &named).unwrap();
        assert_eq!(next(&mut watcher).await, named);
        // several events may have told of it: after the last one the new directory is watched
        while watcher
            .roots
            .iter()
            .any(|r| r.real != named.canonicalize().ok())
        {
            next(&mut watcher).await;
        }
        std::fs::write(named.join("b.trig"), "").unwrap();
        assert_eq!(next(&mut watcher).await, named);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_link_that_is_switched_is_followed() {
        let place = tempfile::tempdir().unwrap();
        let (first, second) = (place.path().join("first"), place.path().join("second"));
        std::fs::create_dir(&first).unwrap();
        std::fs::create_dir(&second).unwrap();
        let (link, new) = (place.path().join("current"), place.path().join("new"));
        std::os::unix::fs::symlink(&first, &link).unwrap();
        let mut watcher =
            Watcher::new(std::slice::from_ref(&link), Duration::from_millis(1)).unwrap();

        std::os::unix::fs::symlink(&second, &new).unwrap();
        std::fs::rename(&new, &link).unwrap();
        assert_eq!(next(&mut watcher).await, link);
        while watcher
            .roots
            .iter()
            .any(|r| r.real != second.canonicalize().ok())
        {
            next(&mut watcher).await;
        }
        std::fs::write(second.join("a.trig"), "").unwrap();
        assert_eq!(next(&mut watcher).await, link);
    }
}
