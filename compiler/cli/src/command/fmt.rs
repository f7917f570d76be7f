//! `trigc fmt`: lays files out in the one style.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use anyhow::{Context, bail};
use similar::{ChangeTag, TextDiff};
use trig_compiler::{Diagnostic, Label, Severity, SourceSet};
use trig_fmt::Unformattable;
use trig_grammar::ast::SyntaxError;
use trig_project::render::{Texts, human};
use trig_project::{Loaded, MAX_FILE, find, load};

use crate::Outcome;
use crate::output::{self, Colour, Target};
use crate::report::Noun;

const EXAMPLES: &str = "\
A PATH is a file, or a directory: then every .trig file of the projects in it. `-` reads the standard input and writes
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
    Ok(if found {
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
            all.push(single(path)?);
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

/// One file, whether it belongs to a project or not.
fn single(path: &Path) -> anyhow::Result<Loaded> {
    if path.extension().is_none_or(|e| e != "trig") {
        bail!("`{}` is no .trig file", path.display());
    }
    let file = fs::File::open(path);
    let text = file
        .map_err(anyhow::Error::from)
        .and_then(read)
        .with_context(|| format!("`{}` cannot be read", path.display()))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(Loaded {
        root: path.parent().unwrap_or(Path::new("")).to_owned(),
        sources: one(&name, text),
        diagnostics: Vec::new(),
    })
}

fn one(name: &str, text: String) -> SourceSet {
    SourceSet {
        manifest: None,
        files: vec![(name.into(), Arc::from(text))],
    }
}

fn read(from: impl Read) -> anyhow::Result<String> {
    let mut text = String::new();
    from.take(MAX_FILE + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_FILE {
        bail!("it is larger than {} MiB", MAX_FILE / 1024 / 1024);
    }
    Ok(text)
}

fn files(loaded: &Loaded, check: bool, colour: Colour, tally: &mut Tally) -> anyhow::Result<()> {
    let texts = Texts::new(&loaded.root, &loaded.sources, trig_compiler::catalogue_text);
    let unread = loaded.diagnostics.iter().filter(|d| is_unread(d));
    let mut diagnostics: Vec<Diagnostic> = unread.cloned().collect();
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
                    show_diff(
                        &path.display().to_string(),
                        text,
                        &formatted,
                        colour,
                        &mut out,
                    )?;
                } else {
                    Target::File(path.to_owned()).write(formatted.as_bytes())?;
                }
            }
            Err(Unformattable::Syntax(errors)) => {
                tally.failed += 1;
                diagnostics.extend(errors.iter().map(|error| diagnostic(name, error)));
            }
            Err(error @ Unformattable::Unsafe) => {
                return Err(error)
                    .with_context(|| format!("`{}` is left as it is", path.display()));
            }
        }
    }
    out.flush()
        .context("the standard output cannot be written")?;
    show(&texts, &diagnostics, colour)
}

/// What could not be read; what a manifest lacks is no matter here.
fn is_unread(diagnostic: &Diagnostic) -> bool {
    let file = diagnostic.labels.first().map(|label| label.file.as_str());
    diagnostic.severity == Severity::Error && file.is_some_and(|file| file.ends_with(".trig"))
}

/// From the standard input to the standard output.
fn stdin(check: bool, colour: Colour) -> anyhow::Result<Outcome> {
    const NAME: &str = "<stdin>";
    let text = read(io::stdin()).context("the standard input cannot be read")?;
    let formatted = match trig_fmt::format(&text) {
        Ok(formatted) => formatted,
        Err(Unformattable::Syntax(errors)) => {
            let sources = one(NAME, text);
            let texts = Texts::new(Path::new(""), &sources, trig_compiler::catalogue_text);
            let all: Vec<_> = errors.iter().map(|e| diagnostic(NAME, e)).collect();
            show(&texts, &all, colour)?;
            return Ok(Outcome::Findings);
        }
        Err(error @ Unformattable::Unsafe) => return Err(error.into()),
    };
    if !check {
        Target::Stdout.write(formatted.as_bytes())?;
        return Ok(Outcome::Clean);
    }
    if formatted == text {
        return Ok(Outcome::Clean);
    }
    let mut out = output::stdout();
    show_diff(NAME, &text, &formatted, colour, &mut out)?;
    out.flush()
        .context("the standard output cannot be written")?;
    Ok(Outcome::Findings)
}

/// A syntax error as `trigc check` says it.
fn diagnostic(file: &str, error: &SyntaxError) -> Diagnostic {
    let label = |span: trig_grammar::Span, message: &str| Label {
        file: file.into(),
        start: span.start,
        end: span.end,
        message: message.to_owned(),
    };
    let mut labels = vec![label(error.span, "")];
    let related = error.related.as_ref();
    labels.extend(related.map(|(span, message)| label(*span, message)));
    Diagnostic {
        rule: "syntax-error",
        severity: Severity::Error,
        message: error.message.clone(),
        labels,
        notes: Vec::new(),
        help: error.help.clone(),
        fixes: Vec::new(),
    }
}

fn show(texts: &Texts<'_>, diagnostics: &[Diagnostic], colour: Colour) -> anyhow::Result<()> {
    let coloured = colour.on(&io::stderr());
    human(texts, diagnostics, coloured, &mut output::stderr())?;
    Ok(())
}

/// A unified diff, with three lines around each change.
fn show_diff(
    name: &str,
    old: &str,
    new: &str,
    colour: Colour,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let style = |style: Style| {
        if colour.on(&io::stdout()) {
            style
        } else {
            Style::new()
        }
    };
    let bold = style(Style::new().bold());
    let cyan = style(AnsiColor::Cyan.on_default());
    // two texts that have nothing in common are not worth a long search
    let diff = TextDiff::configure()
        .timeout(Duration::from_secs(2))
        .diff_lines(old, new);
    writeln!(
        out,
        "{bold}--- {name}{bold:#}\n{bold}+++ {name} (formatted){bold:#}"
    )?;
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        writeln!(out, "{cyan}{}{cyan:#}", hunk.header())?;
        for change in hunk.iter_changes() {
            let (sign, of_sign) = match change.tag() {
                ChangeTag::Delete => ('-', style(AnsiColor::Red.on_default())),
                ChangeTag::Insert => ('+', style(AnsiColor::Green.on_default())),
                ChangeTag::Equal => (' ', Style::new()),
            };
            let line = visible(change.value());
            writeln!(out, "{of_sign}{sign}{line}{of_sign:#}")?;
            if change.missing_newline() {
                writeln!(out, "\\ no newline at the end of the file")?;
            }
        }
    }
    Ok(())
}

/// A line without its end, control characters made visible: a terminal obeys none of them.
fn visible(line: &str) -> String {
    let line = line.strip_suffix('\n').unwrap_or(line);
    let shown = |c: char| match c {
        '\t' => c,
        '\u{0}'..='\u{1f}' => char::from_u32(u32::from(c) + 0x2400).unwrap_or(c),
        _ if c.is_control() => char::REPLACEMENT_CHARACTER,
        _ => c,
    };
    line.chars().map(shown).collect()
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
