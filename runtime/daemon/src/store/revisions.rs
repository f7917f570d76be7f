//! Revisions, each in a file of its own, named by its hash.

use std::collections::{BTreeMap, BTreeSet};
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

    /// Keeps a revision and its sources: once this returns, it is there after a loss of power. What is there already is
    /// kept if it is the very same, and replaced if it is damaged or has other sources.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn put(
        &self,
        revision: &RevisionHash,
        ir: &Ir,
        sources: &SourceSet,
    ) -> Result<(), RevisionError> {
        self.write(&self.path(revision), ir, sources)
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
        let bytes = serde_json::to_vec(&stored)?;
        if fs::read(path).is_ok_and(|there| there == bytes) {
            // whoever wrote it may have been cut off before it was durable
            File::open(path)?.sync_all()?;
        } else {
            let temporary = path.with_extension("tmp");
            let mut file = super::private_file()
                .create(true)
                .truncate(true)
                .open(&temporary)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&temporary, path)?;
        }
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
            trig_ir::read_deep_json(&bytes).map_err(|e| read(ReadError::Json(e)))?;
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

    /// The workspaces whose revisions are kept. What cannot be read is left out.
    pub(crate) fn workspaces(&self) -> BTreeSet<SmolStr> {
        let files = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        files
            .filter_map(|file| {
                let bytes = fs::read(file.path()).ok()?;
                let stored: Stored<serde_json::Value> = trig_ir::read_deep_json(&bytes).ok()?;
                Some(SmolStr::new(stored.ir.pointer("/project/id")?.as_str()?))
            })
            .collect()
    }

    /// The manifest with which a revision was kept, if it had one.
    pub fn manifest(&self, revision: &RevisionHash) -> Option<String> {
        let bytes = fs::read(self.path(revision)).ok()?;
        let mut stored: Stored<serde_json::Value> = trig_ir::read_deep_json(&bytes).ok()?;
        stored.sources.remove(trig_compiler::MANIFEST_PATH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_file_and_an_old_manifest_are_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let revisions = Revisions::new(dir.path());
        let manifest = "[project]\nid = \"acme\"\nlanguage = \"1\"\n";
        let mut sources = SourceSet {
            manifest: Some(manifest.into()),
            files: vec![("main.trig".into(), "event a.b { }\n".into())],
        };
        let ir = trig_compiler::compile(&sources).ir.unwrap();
        let revision = ir.hash().unwrap();
        fs::write(revisions.path(&revision), "{\"sources\":{}").unwrap();
        revisions.put(&revision, &ir, &sources).unwrap();
        assert_eq!(revisions.get(&revision).unwrap().hash().unwrap(), revision);
        assert_eq!(revisions.manifest(&revision).as_deref(), Some(manifest));

        let later = format!("{manifest}# another day\n");
        sources.manifest = Some(later.as_str().into());
        revisions.put(&revision, &ir, &sources).unwrap();
        assert_eq!(revisions.manifest(&revision), Some(later));
        fs::write(dir.path().join("other.json"), "{}").unwrap();
        assert_eq!(revisions.workspaces(), BTreeSet::from(["acme".into()]));
    }
}
