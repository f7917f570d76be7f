//! `trigc fmt`: lays files out in the one style.

mod diff;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use trig_compiler::{Diagnostic, Severity, syntax_diagnostic};
use trig_fmt::Unformattable;
use trig_project::render::{Texts, human};
use trig_project::{Loaded, find, load, load_file, load_stream};

use crate::Outcome;
use crate::output::{self, Colour, Target};
use crate::project::is_unread;
use crate::report::Noun;

const EXAMPLES: &str = "\
A PATH is a file, or a directory: then every .trig file of the projects in it. `-` reads the standard input and writes \
the standard output. Without a PATH, it is the project around the current directory.

A file with syntax errors is left as it is, and one that is in order is not written.

Examples:
  trigc fmt
  trigc fmt shop/main.trig
  trigc fmt --check examples
  trigc fmt - < main.trig";

/// Lay files out in the one style
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// What to format
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write nothing: show what would change, and exit with 1 where something would
    #[arg(long)]
    check: bool,
}

/// What became of the files.
#[derive(Default)]
struct Tally {
    formatted: usize,
    unchanged: usize,
    failed: usize,
    /// Those of the failed that the system refused to read.
    unread: usize,
}

pub(crate) fn run(args: &Args, colour: Colour) -> anyhow::Result<Outcome> {
    if args.paths.iter().any(|path| path == Path::new("-")) {
        if args.paths.len() > 1 {
            bail!("`-` is the standard input, and stands alone");
        }
        return stdin(args.check, colour);
    }
    let mut tally = Tally::default();
    for sources in sources(&args.paths)? {
        files(&sources, args.check, colour, &mut tally)?;
    }
    tell(&tally, args.check);
    let found = tally.failed > 0 || (args.check && tally.formatted > 0);
    Ok(if tally.unread > 0 {
        Outcome::Broken
    } else if found {
        Outcome::Findings
    } else {
        Outcome::Clean
    })
}

/// What the paths mean, each file once.
fn sources(paths: &[PathBuf]) -> anyhow::Result<Vec<Loaded>> {
    let mut all = Vec::new();
    if paths.is_empty() {
        for root in find(Path::new("."))? {
            all.push(load(&root)?);
        }
        return Ok(all);
    }
    for path in paths {
        let is_directory = fs::metadata(path)
            .with_context(|| format!("`{}` cannot be read", path.display()))?
            .is_dir();
        if !is_directory {
            all.push(load_file(path)?);
            continue;
        }
        let within = fs::canonicalize(path)?;
        for root in find(path)? {
            let mut loaded = load(&root)?;
            // a directory of a project means what lies in it, not the whole project
            let below = |name: &str| {
                let real = fs::canonicalize(loaded.root.join(name));
                real.is_ok_and(|real| real.starts_with(&within))
            };
            loaded.sources.files.retain(|(name, _)| below(name));
            all.push(loaded);
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    for Loaded { root, sources, .. } in &mut all {
        sources.files.retain(|(name, _)| {
            let path = root.join(name.as_str());
            seen.insert(fs::canonicalize(&path).unwrap_or(path))
        });
    }
    Ok(all)
}

fn files(loaded: &Loaded, check: bool, colour: Colour, tally: &mut Tally) -> anyhow::Result<()> {
    let texts = Texts::new(&loaded.root, &loaded.sources);
    let no_text = loaded.diagnostics.iter().filter(|d| is_no_text(d));
    let mut diagnostics: Vec<Diagnostic> = no_text.cloned().collect();
    tally.unread += diagnostics.iter().filter(|d| is_unread(d)).count();
    tally.failed += diagnostics.len();
    let mut out = output::stdout();
    for (name, text) in &loaded.sources.files {
        let path = loaded.root.join(name.as_str());
        let path = path.strip_prefix(".").unwrap_or(&path);
        match trig_fmt::format(text) {
            Ok(formatted) if formatted == **text => tally.unchanged += 1,
            Ok(formatted) => {
                tally.formatted += 1;
                if check {
                    let path = path.display().to_string();
                    output::finish(diff::show(&path, text, &formatted, colour, &mut out))?;
                } else {
                    Target::File(path.to_owned()).write(formatted.as_bytes())?;
                }
            }
            Err(Unformattable::Syntax(errors)) => {
                tally.failed += 1;
                diagnostics.extend(errors.iter().map(|error| syntax_diagnostic(name, error)));
            }
            Err(error @ Unformattable::Unsafe) => {
                return Err(error)
                    .with_context(|| format!("`{}` is left as it is", path.display()));
            }
        }
    }
    output::finish(out.flush())?;
    show(&texts, &diagnostics, colour)
}

/// What could not be read, or is no text; what a manifest lacks is no matter here.
fn is_no_text(diagnostic: &Diagnostic) -> bool {
    let file = diagnostic.labels.first().map(|label| label.file.as_str());
    diagnostic.severity == Severity::Error && file.is_some_and(|file| file.ends_with(".trig"))
}

/// From the standard input to the standard output.
fn stdin(check: bool, colour: Colour) -> anyhow::Result<Outcome> {
    let loaded =
        load_stream("<stdin>", io::stdin()).context("the standard input cannot be read")?;
    let texts = Texts::new(&loaded.root, &loaded.sources);
    let Some((name, text)) = loaded.sources.files.first() else {
        show(&texts, &loaded.diagnostics, colour)?;
        return Ok(Outcome::Findings);
    };
    let formatted = match trig_fmt::format(text) {
        Ok(formatted) => formatted,
        Err(Unformattable::Syntax(errors)) => {
            let all: Vec<_> = errors.iter().map(|e| syntax_diagnostic(name, e)).collect();
            show(&texts, &all, colour)?;
            return Ok(Outcome::Findings);
        }
        Err(error @ Unformattable::Unsafe) => return Err(error.into()),
    };
    if !check {
        Target::Stdout.write(formatted.as_bytes())?;
        return Ok(Outcome::Clean);
    }
    if formatted == **text {
        return Ok(Outcome::Clean);
    }
    let mut out = output::stdout();
    let shown = diff::show(name, text, &formatted, colour, &mut out);
    output::finish(shown.and_then(|()| out.flush()))?;
    Ok(Outcome::Findings)
}

fn show(texts: &Texts<'_>, diagnostics: &[Diagnostic], colour: Colour) -> anyhow::Result<()> {
    let coloured = colour.on(&io::stderr());
    human(texts, diagnostics, coloured, &mut output::stderr())?;
    Ok(())
}

/// The last line, on its own stream.
fn tell(tally: &Tally, check: bool) {
    let formatted = Noun("file").of(tally.formatted);
    let first = if check {
        format!("{formatted} would be formatted")
    } else {
        format!("formatted {formatted}")
    };
    let failed = if tally.failed > 0 {
        format!(", {} with errors left as they are", tally.failed)
    } else {
        String::new()
    };
    let _ = writeln!(
        io::stderr(),
        "{first}, {} unchanged{failed}",
        tally.unchanged
    );
}
