//! `trigc init`: writes a project to begin with.

mod template;

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use template::{Catalogue, Template};

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
    for file in &files {
        let path = args.dir.join(file.path);
        let written = write_new(&path, &file.text)
            .with_context(|| format!("`{}` cannot be written", path.display()))?;
        let what = if written { "wrote" } else { "kept" };
        let _ = writeln!(told, "{what} `{}`", path.display());
    }
    let _ = writeln!(told, "next: run `trigc check` in `{}`", args.dir.display());
    Ok(Outcome::Clean)
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
