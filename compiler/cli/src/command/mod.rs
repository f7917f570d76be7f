//! The commands, one a file.

mod build;
mod check;
mod completions;
mod doc;
mod explain;
mod fmt;
mod graph;
mod init;
mod man;
mod next;
mod test;

use crate::Outcome;
use crate::output::Colour;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    Init(init::Args),
    Check(check::Args),
    Test(test::Args),
    Build(build::Args),
    Graph(graph::Args),
    Fmt(fmt::Args),
    Doc(doc::Args),
    Next(next::Args),
    Explain(explain::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// Where the system refuses, or what was asked for makes no sense; findings are no error.
    pub(crate) fn run(self, colour: Colour) -> anyhow::Result<Outcome> {
        match self {
            Self::Check(args) => check::run(&args, colour),
            Self::Test(args) => test::run(&args, colour),
            Self::Build(args) => build::run(&args, colour),
            Self::Graph(args) => graph::run(&args, colour),
            Self::Fmt(args) => fmt::run(&args, colour),
            Self::Doc(args) => doc::run(&args, colour),
            Self::Next(args) => next::run(&args, colour),
            Self::Init(args) => init::run(&args),
            Self::Explain(args) => explain::run(&args, colour),
            Self::Completions(args) => completions::run(&args),
            Self::Man(args) => man::run(&args),
        }
    }
}
