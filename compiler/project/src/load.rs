//! Reading a project.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use smol_str::SmolStr;
use trig_compiler::{Diagnostic, MANIFEST_PATH, SourceSet};

use crate::LoadError;
use crate::read;
use crate::rules::{empty_project, file_unreadable};
use crate::walk::{Found, Kind, Scope, walk};

/// A project as it was read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Its directory, as it was given.
    pub root: PathBuf,
    /// The texts that could be read, sorted by path.
    pub sources: SourceSet,
    /// What is wrong with the others, sorted.
    pub diagnostics: Vec<Diagnostic>,
}

impl Loaded {
    /// The number of `.trig` files that were found, whether they could be read or not.
    pub fn file_count(&self) -> usize {
        let unread = self.diagnostics.iter().filter(|d| !is_about_manifest(d));
        self.sources.files.len() + unread.count()
    }

    /// What was found while reading, together with what the compiler says of the texts; sorted.
    pub fn with(&self, compiled: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let of_manifest = |d: &Diagnostic| {
            d.rule != empty_project::RULE.name
                && d.labels.first().is_some_and(|l| l.file == MANIFEST_PATH)
        };
        let unread_manifest =
            self.sources.manifest.is_none() && self.diagnostics.iter().any(of_manifest);
        // a manifest that cannot be read is there all the same
        let mut all: Vec<Diagnostic> = compiled
            .into_iter()
            .filter(|d| !(unread_manifest && of_manifest(d)))
            .chain(self.diagnostics.iter().cloned())
            .collect();
        all.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        all
    }
}

/// Reads the project in the directory `root`: its manifest, and every `.trig` file below.
///
/// Hidden directories, `target` and directories with a manifest of their own are left out. A file that cannot be read
/// costs a diagnostic, and the others are read all the same.
///
/// # Errors
/// If the directory itself cannot be read.
pub fn load(root: &Path) -> Result<Loaded, LoadError> {
    let manifest = root.join(MANIFEST_PATH);
    let found: Vec<Found> = walk(root, Scope::Project)?
        .into_iter()
        .filter(|f| f.kind != Kind::Manifest || f.path == manifest)
        .collect();
    let read: Vec<Result<(SmolStr, String), Box<Diagnostic>>> =
        found.par_iter().map(|f| read_one(root, f)).collect();

    let mut sources = SourceSet::default();
    let mut diagnostics = Vec::new();
    for one in read {
        match one {
            Ok((name, text)) if name == MANIFEST_PATH => sources.manifest = Some(text.into()),
            Ok((name, text)) => sources.files.push((name, Arc::from(text))),
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    // by the name that is shown, whatever the system's separator
    sources.files.sort_by(|a, b| a.0.cmp(&b.0));
    if sources.files.is_empty() && diagnostics.iter().all(is_about_manifest) {
        let has_manifest = found.iter().any(|f| f.kind == Kind::Manifest);
        diagnostics.push(empty_project::empty(has_manifest));
    }
    diagnostics.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    Ok(Loaded {
        root: root.to_owned(),
        sources,
        diagnostics,
    })
}

/// Reads one `.trig` file, whether it belongs to a project or not: its directory and it alone.
///
/// # Errors
/// If it is no `.trig` file, or the file system refuses it. What is wrong with its bytes is a diagnostic.
pub fn load_file(path: &Path) -> Result<Loaded, LoadError> {
    let Some(name) = path
        .file_name()
        .filter(|_| path.extension().is_some_and(|e| e == "trig"))
    else {
        return Err(LoadError::NoProject(path.to_owned()));
    };
    let bytes = read::bytes(path).map_err(|source| LoadError::Io {
        path: path.to_owned(),
        source,
    })?;
    let root = path.parent().unwrap_or(Path::new(""));
    Ok(alone(root, &name.to_string_lossy(), bytes))
}

/// Reads a text that lies in no file; in diagnostics it is called `name`.
///
/// # Errors
/// If `from` refuses. What is wrong with its bytes is a diagnostic.
pub fn load_stream(name: &str, from: impl Read) -> io::Result<Loaded> {
    Ok(alone(Path::new(""), name, read::all(from, 0)?))
}

fn alone(root: &Path, name: &str, bytes: Vec<u8>) -> Loaded {
    let mut loaded = Loaded {
        root: root.to_owned(),
        sources: SourceSet::default(),
        diagnostics: Vec::new(),
    };
    let name = SmolStr::new(name);
    match read::text(bytes, &name) {
        Ok(text) => loaded.sources.files.push((name, Arc::from(text))),
        Err(diagnostic) => loaded.diagnostics.push(*diagnostic),
    }
    loaded
}

fn is_about_manifest(diagnostic: &Diagnostic) -> bool {
    diagnostic
        .labels
        .first()
        .is_some_and(|l| l.file == MANIFEST_PATH)
}

fn read_one(root: &Path, found: &Found) -> Result<(SmolStr, String), Box<Diagnostic>> {
    let relative = found.path.strip_prefix(root).unwrap_or(&found.path);
    let name = name_of(relative);
    if let Kind::Unreadable(reason) = &found.kind {
        return Err(Box::new(file_unreadable::unreadable(&name, reason)));
    }
    if relative.to_str().is_none() {
        let reason = "its name is not UTF-8";
        return Err(Box::new(file_unreadable::unreadable(&name, reason)));
    }
    let text = read::read(&found.path, &name)?;
    Ok((name, text))
}

/// A relative path with `/`.
fn name_of(relative: &Path) -> SmolStr {
    let parts: Vec<_> = relative
        .components()
        .map(|c| c.as_os_str().to_string_lossy())
        .collect();
    parts.join("/").into()
}
