//! `trigc test`: runs the tests of projects.

mod filter;
mod human;
mod json;
mod junit;
mod watch;

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use trig_test::{Options, Report, Suite};

use crate::Outcome;
use crate::output::{self, Colour, Target};
use crate::progress::Progress;
use crate::project::{self, Project};

const EXAMPLES: &str = "\
A PATH is a project's directory, a file in it, or a directory that holds several projects. Where there is no such path, \
it is a FILTER, too. A FILTER is a part of a test's title, of its file's path, or of the name of a trigger that it \
names; letter case does not matter.

Tests run on the same engine as the daemon, under a virtual clock; nothing is sent anywhere.

Examples:
  trigc test
  trigc test shop cooldown   what has to do with `cooldown` in `shop`
  trigc test --watch         again whenever a file changes
  trigc test --coverage --min-coverage 90
  trigc test --format junit --output report.xml

Exit codes:
  0  all tests pass, or the project has none
  1  a test failed, or the coverage is too low
  2  a FILTER selects no test, a project does not compile, or the like";

/// Run the tests of projects
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Whose tests to run
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// Which of them: those that have to do with one of these
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
    /// How to report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Where to write the report; `-` is the standard output
    #[arg(short, long, alias = "out", value_name = "FILE", default_value = "-")]
    output: Target,
    /// Name the tests that pass, too
    #[arg(short, long)]
    verbose: bool,
    /// Say which triggers no test has fired, and which guards no test has seen hold, or not hold
    #[arg(long)]
    coverage: bool,
    /// Exit with 1, and say what is lacking, where all tests together show less than this share of triggers and guards
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    min_coverage: Option<f64>,
    /// Begin no further test after one has failed
    #[arg(long)]
    fail_fast: bool,
    /// Run on so many threads; else on as many as there are cores
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Run again whenever a file of the project changes
    #[arg(long, conflicts_with_all = ["output", "format"])]
    watch: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people: what failed, with what led there
    Human,
    /// For programs: one JSON object
    Json,
    /// For CI systems
    Junit,
}

const NOT_RUN: &str = "the tests were not run: the project does not compile";

/// A project whose tests were run.
struct Ran {
    /// Its directory, as it was given.
    root: PathBuf,
    /// How many tests it has, whether they were run or not.
    all: usize,
    report: Report,
}

pub(crate) fn run(args: &Args, colour: Colour) -> anyhow::Result<Outcome> {
    let Wanted {
        path,
        filters,
        taken,
    } = args.wanted();
    if let Some(filter) = filters.first().filter(|_| args.min_coverage.is_some()) {
        let taken = taken.map_or_else(String::new, |word| format!(" (there is no path `{word}`)"));
        bail!(
            "`--min-coverage` is asked of all tests, and the filter `{filter}`{taken} selects some: leave out one of \
             the two"
        );
    }
    if args.watch {
        return watch::run(args, path, &filters, colour);
    }
    let projects = project::compile_all(&[path.to_owned()])?;
    let mut broken = None;
    for project in &projects {
        project.show(colour)?;
        broken = broken.or(project.ir().err());
    }
    if let Some(outcome) = broken {
        tell(NOT_RUN);
        if let Some(word) = taken {
            tell(&format!(
                "there is no path `{word}`: it was taken for a filter of the tests here"
            ));
        }
        return Ok(outcome);
    }
    if let Some(idle) = filter::idle(&projects, &filters) {
        bail!("{idle}");
    }
    let begun = Instant::now();
    let mut ran = Vec::with_capacity(projects.len());
    for project in projects {
        match one(args, project, &filters)? {
            Ok(one) => ran.push(one),
            Err(outcome) => return Ok(outcome),
        }
        let failed = ran.iter().any(|r| r.report.failed() > 0);
        if args.fail_fast && failed {
            break;
        }
    }
    let took = begun.elapsed();
    args.write(&ran, colour)?;
    Ok(conclude(args, &ran, took))
}

/// Runs the tests of a project, if it compiles.
fn one(args: &Args, project: Project, filters: &[String]) -> anyhow::Result<Result<Ran, Outcome>> {
    let root = project.loaded.root.clone();
    let (ir, tests) = match project.into_tests() {
        Ok(both) => both,
        Err(outcome) => return Ok(Err(outcome)),
    };
    let mut suite = Suite::new(ir, tests);
    let all = suite.len();
    suite.select(filters);
    let options = Options {
        jobs: args.jobs,
        fail_fast: args.fail_fast,
        coverage: args.coverage || args.min_coverage.is_some(),
        ..Options::default()
    };
    let progress = Progress::for_tests(suite.len());
    let report = suite.run(options, &|_| progress.step());
    progress.finish();
    Ok(Ok(Ran {
        root,
        all,
        report: report.context("the tests cannot be run on several threads")?,
    }))
}

/// What the words of the command mean.
struct Wanted<'a> {
    path: &'a Path,
    filters: Vec<String>,
    /// The word that stands where a path does and is none.
    taken: Option<&'a str>,
}

impl Args {
    /// The path and the filters: what names nothing on the disk is a filter.
    fn wanted(&self) -> Wanted<'_> {
        let mut filters = self.filters.clone();
        match self.path.to_str() {
            Some(word) if !self.path.exists() && !word.contains('/') => {
                filters.insert(0, word.to_owned());
                Wanted {
                    path: Path::new("."),
                    filters,
                    taken: Some(word),
                }
            }
            _ => Wanted {
                path: &self.path,
                filters,
                taken: None,
            },
        }
    }

    /// The share that is asked for and the lower one that the tests show.
    fn too_low(&self, ran: &[Ran]) -> Option<(f64, f64)> {
        self.min_coverage
            .zip(covered(ran))
            .filter(|(wanted, shown)| shown < wanted)
    }

    fn write(&self, ran: &[Ran], colour: Colour) -> anyhow::Result<()> {
        let bytes = match self.format {
            Format::Human => None,
            Format::Json => Some(json::report(ran)?),
            Format::Junit => Some(junit::report(ran)?),
        };
        let gaps = self.coverage || self.too_low(ran).is_some();
        let report = |coloured| human::report(ran, self.verbose, gaps, coloured);
        let to_file = matches!(self.output, Target::File(_));
        if let Some(bytes) = &bytes {
            self.output.write(bytes)?;
        }
        match (bytes.is_some(), to_file) {
            (false, true) => self.output.write(&report(false)),
            (true, false) => {
                // programs read the report, and people why it is not enough
                if self.too_low(ran).is_some() {
                    let coloured = colour.on(&std::io::stderr());
                    let _ = output::stderr().write_all(&human::gaps(ran, coloured));
                }
                Ok(())
            }
            // a report for programs in a file leaves the terminal to people
            _ => {
                let coloured = colour.on(&std::io::stdout());
                let mut out = output::stdout();
                let written = out.write_all(&report(coloured));
                output::finish(written.and_then(|()| out.flush()))
            }
        }
    }
}

/// Says how it went.
fn conclude(args: &Args, ran: &[Ran], took: Duration) -> Outcome {
    let tests: usize = ran.iter().map(|r| r.report.tests.len()).sum();
    let failed: usize = ran.iter().map(|r| r.report.failed()).sum();
    let all: usize = ran.iter().map(|r| r.all).sum();
    tell(&human::summary(tests, failed, all, took));
    let low = args.too_low(ran);
    if let Some((wanted, shown)) = low {
        tell(&format!(
            "the tests show {shown:.1}% of triggers and guards, and {wanted}% are asked for"
        ));
    }
    if failed > 0 || low.is_some() {
        Outcome::Findings
    } else {
        Outcome::Clean
    }
}

/// The share of triggers and guards that all tests together show, in percent.
fn covered(ran: &[Ran]) -> Option<f64> {
    let all = ran.iter().map(|r| r.report.coverage.clone());
    let together = all.flatten().reduce(|mut together, one| {
        together.triggers.extend(one.triggers);
        together
    });
    together.map(|all| all.percent())
}

/// A line on the standard error stream: what is read by a program stays free of it.
fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text);
    match number.parse::<f64>() {
        Ok(n) if (0.0..=100.0).contains(&n) => Ok(n),
        _ => Err("a percentage lies between 0 and 100".to_owned()),
    }
}
