//! The command line. One command, one file.

mod completions;
mod listen;
mod log;
mod man;
mod run;
mod start;
mod state;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::show::Colour;

/// Everything is well.
const OK: u8 = 0;
/// Something was found or refused.
const FOUND: u8 = 1;
/// The command line, or the system.
const FAILED: u8 = 2;

/// Runs Trig projects: takes events in, fires triggers, carries out what they decide.
#[derive(Parser)]
#[command(name = "trigd", version, about, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// When to use colours; NO_COLOR in the environment is obeyed, too
    #[arg(long, global = true, value_enum, default_value_t, alias = "colour")]
    color: Colour,
}

const EXAMPLES: &str = "\
Examples:
  trigd run examples/quickstart --play  play the project's inbox, and stay up
  trigd run crm --play --exit --fresh   play it from an empty store, and end
  trigd run crm shop                    run two projects on one port
  trigd start Welcome --for lead/7 crm  start a flow for a record by hand
  trigd log ~/.local/state/trig/crm     what the log holds
  trigd state ~/.local/state/trig/crm   what it adds up to

Environment:
  TRIG_LOG    which of its own messages go to standard error: `info`, `trigd=debug`, …
  TRIG_TOKEN  the token of `start`, where the project does not say it

Exit codes:
  0  all is well
  1  a project does not compile, or a file of its inbox was refused
  1  a flow did not start, or a workspace stands still
  2  the command line is not understood, or names no project
  2  the store, the address, the daemon or the system refused";

#[derive(Subcommand)]
enum Command {
    Run(run::Args),
    Start(start::Args),
    Log(log::Args),
    State(state::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// The whole program.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            // help and version are answers, the rest is a mistake
            let code = if e.use_stderr() { FAILED } else { OK };
            // nowhere to say that it could not be said
            drop(e.print());
            return ExitCode::from(code);
        }
    };
    let filter = EnvFilter::try_from_env("TRIG_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(cli.color.on_stderr())
        .init();
    let result = match cli.command {
        Command::Run(args) => run::run(args, cli.color),
        Command::Start(args) => start::run(&args),
        Command::Log(args) => log::run(&args),
        Command::State(args) => state::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(e) => {
            anstream::eprintln!("trigd: {}", crate::outbox::chain(e.as_ref()));
            ExitCode::from(FAILED)
        }
    }
}

/// The command line, for completions and tests.
fn cli() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

/// Whether writing failed because nobody reads any more, which is no failure.
fn ignore_closed(result: std::io::Result<()>) -> std::io::Result<()> {
    match result {
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::cli().debug_assert();
    }
}
