//! `trigc check`: says what is wrong with projects.

use std::io::Write;
use std::path::PathBuf;

use trig_project::render::{Junit, Report, Sarif, Summary, github, human};

use crate::Outcome;
use crate::output::{self, Colour};
use crate::project;
use crate::report::{Noun, figures};

const EXAMPLES: &str = "\
A PATH is a project's directory, a file in it, or a directory that holds several projects.

Examples:
  trigc check
  trigc check shop/main.trig
  trigc check examples --deny-warnings
  trigc check --format json | jq '.diagnostics[].rule'
  trigc check --format sarif > trig.sarif

Exit codes:
  0  no errors
  1  errors, or warnings with --deny-warnings
  2  a file could not be read, or the command was not understood";

/// Check projects, and say what is wrong with them
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// What to check
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// How to say it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Exit with 1 where there are warnings, too
    #[arg(long)]
    deny_warnings: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people: the lines of the source, with what is wrong drawn under them
    Human,
    /// For programs: one JSON object
    Json,
    /// For code scanning: SARIF 2.1.0
    Sarif,
    /// For GitHub Actions: a workflow command for each finding
    Github,
    /// For CI systems: JUnit XML, a test case for each file
    Junit,
}

pub(crate) fn run(args: &Args, colour: Colour) -> anyhow::Result<Outcome> {
    let projects = project::compile_all(&args.paths)?;
    let mut out = output::stdout();
    let mut summary = Summary::default();
    let mut report = Report::default();
    let mut sarif = Sarif::default();
    let mut junit = Junit::default();
    let coloured = colour.on(&std::io::stdout());
    for project in &projects {
        summary.projects += 1;
        summary.files += project.loaded.file_count();
        summary.triggers += project.triggers;
        let found = &project.diagnostics;
        summary.count(found);
        match args.format {
            Format::Human => human(&project.texts(), found, coloured, &mut out)?,
            Format::Json => report.add(&project.texts(), found),
            Format::Sarif => sarif.add(&project.texts_from_here(), found),
            Format::Github => github(&project.texts_from_here(), found, &mut out)?,
            Format::Junit => {
                let texts = project.texts_from_here();
                junit.add(&project.shown_root(), &texts, project.files(), found)?;
            }
        }
    }
    match args.format {
        Format::Human | Format::Github => {}
        Format::Json => report.write(summary, &mut out)?,
        Format::Sarif => sarif.write(&mut out)?,
        Format::Junit => junit.write(&mut out)?,
    }
    output::finish(out.flush())?;
    if matches!(args.format, Format::Human | Format::Github) {
        tell(summary);
    }
    // what could not be read was not checked
    if projects.iter().any(project::Project::has_unread) {
        return Ok(Outcome::Broken);
    }
    let failed = summary.errors > 0 || (args.deny_warnings && summary.warnings > 0);
    Ok(if projects.iter().any(project::Project::is_unread) {
        Outcome::Broken
    } else if failed {
        Outcome::Findings
    } else {
        Outcome::Clean
    })
}

/// The last line, on its own stream: what is read by a program stays free of it.
fn tell(summary: Summary) {
    let several = (summary.projects != 1).then(|| Noun("project").of(summary.projects));
    let what: Vec<String> = several
        .into_iter()
        .chain([
            Noun("file").of(summary.files),
            Noun("trigger").of(summary.triggers),
        ])
        .collect();
    let _ = writeln!(
        std::io::stderr(),
        "checked {}: {}",
        what.join(", "),
        figures(summary.errors, summary.warnings)
    );
}
