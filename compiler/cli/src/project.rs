//! From paths on the command line to compiled projects.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::bail;
use trig_compiler::{Compilation, Diagnostic, MANIFEST_PATH, Severity};
use trig_ir::{Ir, TestCase};
use trig_project::render::{Texts, human};
use trig_project::{Loaded, find, load};

use crate::Outcome;
use crate::output::Colour;
use crate::progress::Progress;

/// A project, read and compiled.
pub(crate) struct Project {
    pub(crate) loaded: Loaded,
    /// What is wrong with it, in the order of places.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// `None` where anything of it is an error, a file that could not be read included.
    ir: Option<Ir>,
    pub(crate) triggers: usize,
    /// Its tests; they belong to `ir`.
    tests: Vec<TestCase>,
}

impl Project {
    /// A project that was read, and what came of compiling it.
    pub(crate) fn new(loaded: Loaded, compilation: Compilation) -> Self {
        let diagnostics = loaded.with(compilation.diagnostics);
        let clean = diagnostics.iter().all(|d| d.severity != Severity::Error);
        Self {
            ir: compilation.ir.filter(|_| clean),
            triggers: compilation.stats.triggers,
            tests: compilation.tests,
            loaded,
            diagnostics,
        }
    }

    /// What it compiles to.
    ///
    /// # Errors
    /// What a command comes to that cannot do what was asked for because the project does not compile.
    pub(crate) fn ir(&self) -> Result<&Ir, Outcome> {
        self.ir.as_ref().ok_or(Outcome::Broken)
    }

    /// Whether a file or directory of it could not be read: what is said of the rest is not all there is to say.
    pub(crate) fn is_unread(&self) -> bool {
        self.diagnostics.iter().any(is_unread)
    }

    /// Its tests.
    pub(crate) fn tests(&self) -> &[TestCase] {
        &self.tests
    }

    /// What it compiles to, and its tests.
    ///
    /// # Errors
    /// As [`Self::ir`].
    pub(crate) fn into_tests(self) -> Result<(Ir, Vec<TestCase>), Outcome> {
        let ir = self.ir.ok_or(Outcome::Broken)?;
        Ok((ir, self.tests))
    }

    /// Whether the system refused a file of it.
    pub(crate) fn has_unread(&self) -> bool {
        let found = &self.loaded.diagnostics;
        found.iter().any(|d| d.rule == trig_project::UNREADABLE)
    }

    /// Its texts, for showing diagnostics.
    pub(crate) fn texts(&self) -> Texts<'_> {
        Texts::new(&self.loaded.root, &self.loaded.sources)
    }

    /// Its texts under paths from the current directory, as programs look for them, wherever that is possible.
    pub(crate) fn texts_from_here(&self) -> Texts<'_> {
        Texts::new(&from_here(&self.loaded.root), &self.loaded.sources)
    }

    /// Its directory as people call it.
    pub(crate) fn shown_root(&self) -> String {
        let root = from_here(&self.loaded.root);
        if root.as_os_str().is_empty() {
            ".".to_owned()
        } else {
            root.display().to_string()
        }
    }

    /// The files that were looked for and read: the manifest, then the sources.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        let sources = self.loaded.sources.files.iter();
        std::iter::once(MANIFEST_PATH).chain(sources.map(|(path, _)| path.as_str()))
    }

    /// Shows its diagnostics where the output of the command is something else.
    pub(crate) fn show(&self, colour: Colour) -> std::io::Result<()> {
        let coloured = colour.on(&std::io::stderr());
        let mut out = crate::output::stderr();
        human(&self.texts(), &self.diagnostics, coloured, &mut out)
    }
}

/// Whether it says that the system refused to read something.
pub(crate) fn is_unread(diagnostic: &Diagnostic) -> bool {
    diagnostic.rule == "file-unreadable"
}

/// The directory of the one project that `path` means.
pub(crate) fn find_one(path: &Path) -> anyhow::Result<PathBuf> {
    let roots = find(path)?;
    let [root] = roots.as_slice() else {
        let names: Vec<String> = roots.iter().map(|r| format!("`{}`", r.display())).collect();
        bail!(
            "`{}` holds {} projects, and one is needed: {}",
            path.display(),
            roots.len(),
            names.join(", ")
        );
    };
    Ok(root.clone())
}

/// Compiles the one project that `path` means.
pub(crate) fn compile_one(path: &Path) -> anyhow::Result<Project> {
    let loaded = load(&find_one(path)?)?;
    let progress = Progress::for_work(1, size(&loaded));
    let project = compile(loaded);
    progress.finish();
    Ok(project)
}

/// Compiles all projects that `paths` mean, each once, in the order in which they are named.
pub(crate) fn compile_all(paths: &[PathBuf]) -> anyhow::Result<Vec<Project>> {
    let mut seen = BTreeSet::new();
    let mut loaded = Vec::new();
    for path in paths {
        for root in find(path)? {
            let real = std::fs::canonicalize(&root).unwrap_or_else(|_| root.clone());
            if seen.insert(real) {
                loaded.push(load(&root)?);
            }
        }
    }
    let progress = Progress::for_work(loaded.len(), loaded.iter().map(size).sum());
    let mut projects = Vec::with_capacity(loaded.len());
    for one in loaded {
        progress.now(&one.root.display().to_string());
        projects.push(compile(one));
        progress.step();
    }
    progress.finish();
    Ok(projects)
}

/// A directory as seen from the current one; whole where it lies elsewhere.
fn from_here(directory: &Path) -> PathBuf {
    let real = std::fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned());
    let here = std::env::current_dir().and_then(std::fs::canonicalize);
    match here
        .ok()
        .and_then(|here| Some(real.strip_prefix(here).ok()?.to_owned()))
    {
        Some(below) => below,
        None => real,
    }
}

fn compile(loaded: Loaded) -> Project {
    let compilation = trig_compiler::compile(&loaded.sources);
    Project::new(loaded, compilation)
}

fn size(loaded: &Loaded) -> usize {
    loaded
        .sources
        .files
        .iter()
        .map(|(_, text)| text.len())
        .sum()
}
