//! What the daemon keeps on disk: a log, and the revisions that it speaks of.

mod address;
mod journal;
mod record;
mod revisions;

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use trig_log::fs::{FileSystem, Lock, RealFs};
use trig_log::{Log, OpenError, Recovered};

pub(crate) use address::AddressFile;
pub(crate) use journal::{Journal, JournalError, Room};
pub use record::{AttemptPayload, FeedCursor, InputPayload, NORMALISER_VERSION, RevisionPayload};
pub use revisions::{RevisionError, Revisions};

/// The file by which a directory is known to be a store.
const MARKER: &str = "trig-store.json";
/// What it says.
const MARKER_TEXT: &str = "{\"store\":\"trig\",\"format\":1}\n";
const LOG: &str = "log";
/// The file in the log's directory by whose lock a writer has it.
const LOCK: &str = "lock";
const REVISIONS: &str = "revisions";

/// Makes a directory that only its owner may look into, and what is missing above it.
fn make_dir(dir: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(0o700);
    builder.create(dir)
}

/// For writing a file that, if it is made, only its owner may read.
fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    options.mode(0o600);
    options
}

/// A store's directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    dir: PathBuf,
}

/// Why a store could not be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The directory holds something else.
    #[error("`{0}` is not empty and no trig store: name another directory with --store")]
    NotAStore(PathBuf),
    /// There is nothing there.
    #[error("there is no trig store in `{0}`")]
    Missing(PathBuf),
    /// It would be seen by the watcher, and its changes taken for edits.
    #[error(
        "the store `{store}` lies inside the project `{project}`: name a directory outside of it with --store"
    )]
    Inside {
        /// The store.
        store: PathBuf,
        /// The project.
        project: PathBuf,
    },
    /// The directory cannot be read or written.
    #[error("`{path}`: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The log cannot be opened.
    #[error(transparent)]
    Log(#[from] OpenError),
}

impl Store {
    /// The store in a directory that need not exist yet.
    pub fn at(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// A store that exists.
    ///
    /// # Errors
    /// If there is none.
    pub fn existing(dir: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let store = Self::at(dir);
        if store.is_there() {
            Ok(store)
        } else {
            Err(StoreError::Missing(store.dir))
        }
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where its log is.
    pub fn log_dir(&self) -> PathBuf {
        self.dir.join(LOG)
    }

    /// Its revisions.
    pub fn revisions(&self) -> Revisions {
        Revisions::new(self.dir.join(REVISIONS))
    }

    /// Whether the directory is known to be a store.
    pub fn is_there(&self) -> bool {
        self.dir.join(MARKER).is_file()
    }

    /// Empties it, if it is one. Its log is locked meanwhile, and the lock's file stays: whoever opens the store next to
    /// this finds it either locked or empty.
    ///
    /// # Errors
    /// If the directory holds something else, another process writes to it, or something cannot be removed.
    pub fn clear(&self) -> Result<(), StoreError> {
        if !self.dir.exists() || self.is_empty()? {
            return Ok(());
        }
        if !self.is_there() {
            return Err(StoreError::NotAStore(self.dir.clone()));
        }
        let log = self.log_dir();
        make_dir(&log).map_err(|e| self.io(e))?;
        let path = log.join(LOCK);
        let _lock = match RealFs.lock(&path).map_err(|e| self.io(e))? {
            Lock::Held(lock) => lock,
            Lock::Taken(holder) => return Err(OpenError::Locked { dir: log, holder }.into()),
        };
        self.remove_contents(&log).map_err(|e| self.io(e))
    }

    fn remove_contents(&self, log: &Path) -> io::Result<()> {
        let mut parts = fs::read_dir(log)?
            .map(|entry| entry.map(|e| e.path()))
            .collect::<io::Result<Vec<_>>>()?;
        parts.retain(|path| path.file_name() != Some(LOCK.as_ref()));
        // the newest first, and the revisions last: a removal that was cut short leaves the beginning of a log
        parts.sort_unstable_by(|one, other| other.cmp(one));
        for path in parts {
            if path.is_dir() {
                fs::remove_dir_all(path)?;
            } else {
                fs::remove_file(path)?;
            }
        }
        File::open(log)?.sync_all()?;
        match fs::remove_dir_all(self.dir.join(REVISIONS)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        }
    }

    /// Makes the directories where they are missing.
    ///
    /// # Errors
    /// If the directory holds something else, or cannot be written.
    pub fn create(&self) -> Result<(), StoreError> {
        if self.is_there() {
            return Ok(());
        }
        make_dir(&self.dir).map_err(|e| self.io(e))?;
        if !self.is_empty()? {
            return Err(StoreError::NotAStore(self.dir.clone()));
        }
        self.make().map_err(|e| self.io(e))
    }

    fn make(&self) -> io::Result<()> {
        let mut marker = private_file()
            .create_new(true)
            .open(self.dir.join(MARKER))?;
        marker.write_all(MARKER_TEXT.as_bytes())?;
        marker.sync_all()?;
        make_dir(&self.dir.join(LOG))?;
        make_dir(&self.dir.join(REVISIONS))?;
        File::open(&self.dir)?.sync_all()?;
        if let Some(parent) = self.dir.parent().filter(|p| !p.as_os_str().is_empty()) {
            File::open(parent)?.sync_all()?;
        }
        Ok(())
    }

    /// Opens the log for writing. One process at a time can.
    ///
    /// # Errors
    /// If another one has it, or it is damaged.
    pub fn open_log(&self) -> Result<(Log, Recovered), StoreError> {
        // a store whose making was cut short
        for part in [LOG, REVISIONS] {
            make_dir(&self.dir.join(part)).map_err(|e| self.io(e))?;
        }
        Ok(Log::open(&self.log_dir(), trig_log::Options::default())?)
    }

    /// Refuses a store that lies inside a watched directory.
    ///
    /// # Errors
    /// If it does.
    pub fn outside(&self, project: &Path) -> Result<(), StoreError> {
        let real = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let project = project.canonicalize().unwrap_or_else(|_| real(project));
        // what exists of the store's path may be reached through links
        let store = real(&self.dir);
        let store = store
            .ancestors()
            .find_map(|a| {
                let rest = store.strip_prefix(a).ok()?;
                a.canonicalize().ok().map(|a| a.join(rest))
            })
            .unwrap_or(store.clone());
        if store.starts_with(&project) {
            return Err(StoreError::Inside {
                store: self.dir.clone(),
                project,
            });
        }
        Ok(())
    }

    fn is_empty(&self) -> Result<bool, StoreError> {
        let mut entries = fs::read_dir(&self.dir).map_err(|e| self.io(e))?;
        Ok(entries.next().is_none())
    }

    fn io(&self, source: io::Error) -> StoreError {
        StoreError::Io {
            path: self.dir.clone(),
            source,
        }
    }
}

/// The default directory of a store: `$XDG_STATE_HOME` or `~/.local/state`, then `trig/NAME`.
pub fn default_dir(name: &str, var: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    var("XDG_STATE_HOME")
        .filter(|p| p.is_absolute())
        .or_else(|| var("HOME").map(|home| home.join(".local/state")))
        .map(|base| base.join("trig").join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_made_recognised_and_emptied() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::at(dir.path().join("a/b"));
        store.clear().unwrap();
        assert!(!store.is_there());
        store.create().unwrap();
        store.create().unwrap();
        assert!(store.is_there());
        let (log, recovered) = store.open_log().unwrap();
        fs::write(store.dir().join(REVISIONS).join("x"), "x").unwrap();
        drop(log);
        store.clear().unwrap();
        let left: Vec<_> = fs::read_dir(store.log_dir())
            .unwrap()
            .map(|e| e.unwrap().file_name())
            .collect();
        assert_eq!(left, [LOCK]);
        let (_log, again) = store.open_log().unwrap();
        assert_ne!(again.log_id, recovered.log_id);
        assert!(!store.dir().join(REVISIONS).join("x").exists());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_look_into_a_store() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let store = Store::at(dir.path().join("store"));
        store.create().unwrap();
        let mode = |path: &str| {
            let meta = fs::metadata(store.dir().join(path)).unwrap();
            meta.permissions().mode() & 0o777
        };
        assert_eq!(["", LOG, REVISIONS].map(mode), [0o700; 3]);
        assert_eq!(mode(MARKER), 0o600);
        // what is missing is made anew, and no wider
        fs::remove_dir(store.log_dir()).unwrap();
        drop(store.open_log().unwrap());
        assert_eq!(mode(LOG), 0o700);
    }

    #[test]
    fn a_store_that_is_open_is_not_emptied() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::at(dir.path().join("store"));
        store.create().unwrap();
        let _open = store.open_log().unwrap();
        let files = || fs::read_dir(store.log_dir()).unwrap().count();
        let before = files();
        let refused = store.clear().unwrap_err().to_string();
        assert!(refused.contains("already open"), "{refused}");
        assert_eq!(files(), before);
    }

    #[test]
    fn nothing_else_is_removed_or_made_a_store() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("precious.txt"), "x").unwrap();
        let store = Store::at(dir.path());
        assert!(matches!(store.clear(), Err(StoreError::NotAStore(_))));
        assert!(matches!(store.create(), Err(StoreError::NotAStore(_))));
        assert!(dir.path().join("precious.txt").exists());
        assert!(matches!(
            Store::existing(dir.path()),
            Err(StoreError::Missing(_))
        ));
    }

    #[test]
    fn a_store_inside_a_project_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let project = dir.path().join("project");
        fs::create_dir(&project).unwrap();
        let inside = Store::at(project.join("new/store"));
        assert!(matches!(
            inside.outside(&project),
            Err(StoreError::Inside { .. })
        ));
        Store::at(dir.path().join("project-store"))
            .outside(&project)
            .unwrap();
    }

    #[test]
    fn the_default_directory_follows_the_environment() {
        let with = |state: Option<&'static str>| {
            default_dir("acme", move |name| match name {
                "XDG_STATE_HOME" => state.map(PathBuf::from),
                "HOME" => Some("/home/anna".into()),
                _ => None,
            })
        };
        assert_eq!(with(Some("/s")), Some("/s/trig/acme".into()));
        let at_home = Some("/home/anna/.local/state/trig/acme".into());
        assert_eq!(with(None), at_home);
        assert_eq!(with(Some("relative")), at_home);
        assert_eq!(default_dir("acme", |_| None), None);
    }
}
