//! From a path that somebody typed to the projects that are meant.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use trig_compiler::MANIFEST_PATH;

use crate::LoadError;
use crate::walk::{self, Kind};

/// The directories of the projects that `path` means, sorted.
///
/// - A directory with a manifest is a project.
/// - A directory without one means the projects below it; without any, the project around it.
/// - A `.trig` file or a manifest means the project around it.
///
/// Where there is no manifest anywhere, the directory itself is taken for a project: what it lacks is then said by
/// the compiler.
///
/// # Errors
/// If the path names nothing, or no part of a project.
pub fn find(path: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let metadata = std::fs::metadata(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => LoadError::Missing(path.to_owned()),
        _ => LoadError::Io {
            path: path.to_owned(),
            source,
        },
    })?;
    if metadata.is_dir() {
        return of_directory(path);
    }
    let is_manifest = path.file_name().is_some_and(|n| n == MANIFEST_PATH);
    if !is_manifest && path.extension().is_none_or(|e| e != "trig") {
        return Err(LoadError::NoProject(path.to_owned()));
    }
    let directory = match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => path,
    };
    Ok(vec![
        around(directory).unwrap_or_else(|| directory.to_owned()),
    ])
}

fn of_directory(directory: &Path) -> Result<Vec<PathBuf>, LoadError> {
    if has_manifest(directory) {
        return Ok(vec![directory.to_owned()]);
    }
    let mut below: Vec<PathBuf> = walk::walk(directory, walk::Scope::Everything)?
        .into_iter()
        .filter(|found| found.kind == Kind::Manifest)
        .filter_map(|found| found.path.parent().map(Path::to_owned))
        .collect();
    below.sort();
    // a project inside of a project is its own, and not asked for
    below.dedup_by(|inner, outer| inner.starts_with(&*outer));
    if below.is_empty() {
        below.push(around(directory).unwrap_or_else(|| directory.to_owned()));
    }
    Ok(below)
}

/// The nearest directory with a manifest, from `directory` upwards.
fn around(directory: &Path) -> Option<PathBuf> {
    if has_manifest(directory) {
        return Some(directory.to_owned());
    }
    // as it was typed, so far as what was typed are directories and not ways
    let is_way = |c: Component<'_>| matches!(c, Component::CurDir | Component::ParentDir);
    if directory.is_relative() && !directory.components().any(is_way) {
        let typed = directory.ancestors().map(|a| {
            let here = a.as_os_str().is_empty();
            if here { Path::new(".") } else { a }
        });
        if let Some(found) = typed.into_iter().find(|a| has_manifest(a)) {
            return Some(found.to_owned());
        }
    }
    let absolute = std::fs::canonicalize(directory).ok()?;
    let found = absolute.ancestors().find(|a| has_manifest(a))?;
    Some(found.to_owned())
}

fn has_manifest(directory: &Path) -> bool {
    directory.join(MANIFEST_PATH).is_file()
}
