//! Revisions, each in a file of its own, named by its hash.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use trig_compiler::SourceSet;
use trig_ir::{Ir, ReadError, RevisionHash};

/// The directory of revisions.
#[derive(Clone, Debug)]
pub struct Revisions {
    dir: PathBuf,
}

/// Why a revision could not be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum RevisionError {
    /// The file could not be read or written.
    #[error("revision {revision}: {source}")]
    Io {
        /// Which revision.
        revision: RevisionHash,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no revision.
    #[error("revision {revision}: {source}")]
    Read {
        /// Which revision.
        revision: RevisionHash,
        /// What is wrong with it.
        source: ReadError,
    },
    /// The file holds another revision than its name says.
    #[error("revision {revision}: the file was changed, its content is revision {found}")]
    Hash {
        /// Which revision.
        revision: RevisionHash,
        /// What the file holds.
        found: RevisionHash,
    },
}

#[derive(Serialize, Deserialize)]
struct Stored<I> {
    sources: BTreeMap<SmolStr, String>,
    ir: I,
}

impl Revisions {
    /// The revisions below `dir`, which exists.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    fn path(&self, revision: &RevisionHash) -> PathBuf {
        self.dir.join(format!("{revision}.json"))
    }

    /// Keeps a revision and its sources: once this returns, it is there after a loss of power.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn put(
        &self,
        revision: &RevisionHash,
        ir: &Ir,
        sources: &SourceSet,
    ) -> Result<(), RevisionError> {
        let path = self.path(revision);
        if path.exists() {
            return Ok(());
        }
        self.write(&path, ir, sources)
            .map_err(|source| RevisionError::Io {
                revision: revision.clone(),
                source,
            })
    }

    fn write(&self, path: &Path, ir: &Ir, sources: &SourceSet) -> io::Result<()> {
        let stored = Stored {
            sources: sources
                .manifest
                .iter()
                .map(|text| (trig_compiler::MANIFEST_PATH.into(), text.to_string()))
                .chain(
                    sources
                        .files
                        .iter()
                        .map(|(path, text)| (path.clone(), text.to_string())),
                )
                .collect(),
            ir,
        };
        let temporary = path.with_extension("tmp");
        let mut file = File::create(&temporary)?;
        file.write_all(&serde_json::to_vec(&stored)?)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        // the name is durable only once its directory is
        File::open(&self.dir)?.sync_all()
    }

    /// A revision that was kept.
    ///
    /// # Errors
    /// If there is none, or it is damaged.
    pub fn get(&self, revision: &RevisionHash) -> Result<Ir, RevisionError> {
        let io = |source| RevisionError::Io {
            revision: revision.clone(),
            source,
        };
        let read = |source| RevisionError::Read {
            revision: revision.clone(),
            source,
        };
        let bytes = fs::read(self.path(revision)).map_err(io)?;
        let stored: Stored<serde_json::Value> =
            serde_json::from_slice(&bytes).map_err(|e| read(ReadError::Json(e)))?;
        let json = serde_json::to_vec(&stored.ir).map_err(|e| read(ReadError::Json(e)))?;
        let ir = Ir::from_json(&json).map_err(read)?;
        let found = ir.hash().map_err(|e| read(ReadError::Json(e)))?;
        if found != *revision {
            return Err(RevisionError::Hash {
                revision: revision.clone(),
                found,
            });
        }
        Ok(ir)
    }

    /// The manifest with which a revision was kept, if it had one.
    pub fn manifest(&self, revision: &RevisionHash) -> Option<String> {
        let bytes = fs::read(self.path(revision)).ok()?;
        let mut stored: Stored<serde_json::Value> = serde_json::from_slice(&bytes).ok()?;
        stored.sources.remove(trig_compiler::MANIFEST_PATH)
    }
}
