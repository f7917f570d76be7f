//! `trigc init`: writes a project to begin with.

mod template;

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use template::{Catalogue, Template, WORKFLOW};

use crate::Outcome;

const EXAMPLES: &str = "\
What is there already is never overwritten: where `trig.toml` or one of the `.trig` files exists, nothing is written at \
all, and a `.gitignore` or workflow stays as it is.

Examples:
  trigc init
  trigc init shop --catalogue kommo
  trigc init office --catalogue none";

/// Write a project to begin with
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The project's directory; it is created where there is none
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// The system that the project is for
    #[arg(long, value_enum, default_value_t = Catalogue::None)]
    catalogue: Catalogue,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    if let Some(name) = args.catalogue.name()
        && trig_compiler::catalogue_text(&format!("catalogue:{name}")).is_none()
    {
        bail!("this version has no catalogue `{name}`");
    }
    fs::create_dir_all(&args.dir)
        .with_context(|| format!("`{}` cannot be created", args.dir.display()))?;
    let template = Template::new(args.catalogue, &name_of(&args.dir));
    let files = template.files();
    let paths = files.iter().filter(|f| f.must_be_new);
    let existing: Vec<String> = paths
        .map(|f| args.dir.join(f.path))
        .filter(|path| path.symlink_metadata().is_ok())
        .map(|path| format!("`{}`", path.display()))
        .collect();
    if !existing.is_empty() {
        bail!(
            "{} would be overwritten: nothing was written",
            existing.join(", ")
        );
    }
    let mut told = std::io::stderr();
    let mut wrote_workflow = false;
    for file in &files {
        let path = args.dir.join(file.path);
        let written = write_new(&path, &file.text)
            .with_context(|| format!("`{}` cannot be written", path.display()))?;
        wrote_workflow |= written && file.path == WORKFLOW;
        let what = if written { "wrote" } else { "kept" };
        let _ = writeln!(told, "{what} `{}`", path.display());
    }
    for next in next(&args.dir, wrote_workflow) {
        let _ = writeln!(told, "next: {next}");
    }
    Ok(Outcome::Clean)
}

/// What is left to do in the project that was written into `dir`.
fn next(dir: &Path, wrote_workflow: bool) -> Vec<String> {
    let shown = dir.display();
    let mut next = vec![format!("run `trigc check` in `{shown}`")];
    if !wrote_workflow {
        return next;
    }
    if template::repository().is_none() {
        next.push(format!(
            "in `{}`, put the address of Trig's repository in place of `URL`: the workflow fails until then",
            dir.join(WORKFLOW).display()
        ));
    }
    let github = dir.join(".github");
    let github = github.display();
    next.push(match repository_around(dir) {
        Some((top, below)) => format!(
            "move `{github}` to `{}`, as GitHub looks for workflows at the top of a repository only, and put `{}` \
             behind its `trigc check` and `trigc test`",
            top.display(),
            below.display()
        ),
        None => format!(
            "if `{shown}` becomes a folder of a larger repository, move `{github}` to its top: GitHub looks for \
             workflows there only"
        ),
    });
    next
}

/// The top of the repository in which a directory is a folder, and the way from there to the directory.
fn repository_around(dir: &Path) -> Option<(PathBuf, PathBuf)> {
    let dir = fs::canonicalize(dir).ok()?;
    let top = dir.ancestors().find(|a| a.join(".git").exists())?;
    let below = dir.strip_prefix(top).ok()?;
    (!below.as_os_str().is_empty()).then(|| (top.to_owned(), below.to_owned()))
}

/// Writes a file unless there is one; says whether it did.
fn write_new(path: &Path, text: &str) -> std::io::Result<bool> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    match File::create_new(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).map(|()| true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

/// What the directory is called.
fn name_of(dir: &Path) -> String {
    let real = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
    let name = real.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
