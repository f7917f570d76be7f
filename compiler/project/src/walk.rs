//! What lies below a directory, as far as it concerns Trig.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use trig_compiler::MANIFEST_PATH;
use walkdir::{DirEntry, WalkDir};

use crate::LoadError;

/// A bound for a link that leads to a whole disk.
const MAX_ENTRIES: usize = 200_000;
/// Deeper than anybody nests, and far from what the file system allows.
const MAX_DEPTH: usize = 64;

/// What is looked for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Scope {
    /// Whatever lies below.
    Everything,
    /// What belongs to the project: not the projects inside of it.
    Project,
}

/// A file that concerns Trig, or a place that cannot be read.
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    pub(crate) kind: Kind,
}

#[derive(PartialEq)]
pub(crate) enum Kind {
    /// A `trig.toml`.
    Manifest,
    /// A file whose name ends in `.trig`.
    Source,
    /// Something that could not be looked at; with the reason.
    Unreadable(String),
}

/// The files below `root`, sorted by path. Hidden directories and `target` are left out. Links are followed, and what
/// is reached in two ways is found once.
pub(crate) fn walk(root: &Path, scope: Scope) -> Result<Vec<Found>, LoadError> {
    let mut found = Vec::new();
    let mut links = false;
    let entries = WalkDir::new(root)
        .follow_links(true)
        .max_depth(MAX_DEPTH)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || belongs(entry, scope));
    for (n, entry) in entries.enumerate() {
        if n >= MAX_ENTRIES {
            return Err(LoadError::TooMany {
                root: root.to_owned(),
                max: MAX_ENTRIES,
            });
        }
        match entry {
            Ok(entry) => {
                links |= entry.path_is_symlink();
                let kind = kind_of(&entry);
                found.extend(kind.map(|kind| Found {
                    path: entry.into_path(),
                    kind,
                }));
            }
            Err(error) => found.extend(unreadable(root, error)?),
        }
    }
    if links {
        found = without_copies(found);
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn belongs(entry: &DirEntry, scope: Scope) -> bool {
    let name = entry.file_name().to_string_lossy();
    if !entry.file_type().is_dir() {
        return true;
    }
    let foreign = name.starts_with('.') || name == "target";
    let inner = scope == Scope::Project && entry.path().join(MANIFEST_PATH).is_file();
    !foreign && !inner
}

fn kind_of(entry: &DirEntry) -> Option<Kind> {
    let path = entry.path();
    if entry.file_type().is_dir() {
        return None;
    }
    let kind = if entry.file_name() == MANIFEST_PATH {
        Kind::Manifest
    } else if path.extension().is_some_and(|e| e == "trig") {
        Kind::Source
    } else {
        return None;
    };
    // a pipe would never end
    if !entry.file_type().is_file() {
        return Some(Kind::Unreadable("it is no regular file".to_owned()));
    }
    Some(kind)
}

/// An error inside of the tree is a finding; one at its root is none of the project's.
fn unreadable(root: &Path, error: walkdir::Error) -> Result<Option<Found>, LoadError> {
    // what lies behind a loop has been visited
    if error.loop_ancestor().is_some() {
        return Ok(None);
    }
    let path = error.path().unwrap_or(root).to_owned();
    let reason = error
        .io_error()
        .map_or_else(|| error.to_string(), ToString::to_string);
    if error.depth() == 0 {
        let source = error
            .into_io_error()
            .unwrap_or_else(|| std::io::Error::other(reason));
        return Err(LoadError::Io { path, source });
    }
    // a link that leads nowhere concerns us only where it would be one of our files
    let ours = path.extension().is_none_or(|e| e == "trig" || e == "toml");
    Ok(ours.then_some(Found {
        path,
        kind: Kind::Unreadable(reason),
    }))
}

/// Keeps one path for each file: the one without links, else the first.
fn without_copies(found: Vec<Found>) -> Vec<Found> {
    let mut kept: BTreeMap<PathBuf, Found> = BTreeMap::new();
    for one in found {
        let real = std::fs::canonicalize(&one.path).unwrap_or_else(|_| one.path.clone());
        let better = kept.get(&real).is_none_or(|other| {
            let key = |f: &Found| {
                (
                    std::path::absolute(&f.path).ok() != Some(real.clone()),
                    f.path.clone(),
                )
            };
            key(&one) < key(other)
        });
        if better {
            kept.insert(real, one);
        }
    }
    kept.into_values().collect()
}
