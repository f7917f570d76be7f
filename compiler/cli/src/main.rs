//! `trigc`, the command-line compiler of Trig.
//!
//! Exit codes: 0 where there is nothing to say, 1 where what was looked for was found, 2 where what was asked for could
//! not be done: the command was not understood, the project does not compile, or the system refused.

mod command;
mod output;
mod progress;
mod project;
mod report;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use command::Command;
use output::Colour;

/// What `trigc` found, as its exit code says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing stands in the way.
    Clean,
    /// The project has findings.
    Findings,
    /// The project does not compile or cannot be read, and so what was asked for could not be done.
    Broken,
}

const EXAMPLES: &str = "\
Examples:
  trigc init shop --catalogue kommo write a project to begin with
  trigc check                       check the project around this directory
  trigc check shop office           check two projects
  trigc test                        run its tests
  trigc build shop -o shop.json     compile a project for the daemon
  trigc fmt --check                 show what the one style would change
  trigc graph shop --format mermaid draw which trigger leads to which
  trigc next Newsletter             say when the clock starts a trigger next
  trigc explain unknown-name        say what a rule means

Exit codes:
  0  nothing stands in the way
  1  `check` found errors, or warnings with --deny-warnings
  1  a test failed, or --min-coverage was not reached
  1  a file is not formatted (`fmt --check`)
  2  the command was not understood
  2  a file could not be read or written, or a filter selected no test
  2  the project does not compile, and something else than `check` was asked for";

/// The compiler of Trig: automation for CRMs as source code
#[derive(Debug, Parser)]
#[command(name = "trigc", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    /// When to colour
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    color: Colour,
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // where nobody listens, there is nobody to tell
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match cli.command.run(cli.color) {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Ok(Outcome::Broken) => ExitCode::from(2),
        Err(error) => {
            let red = anstyle::AnsiColor::BrightRed.on_default().bold();
            let bold = output::style(cli.color, &std::io::stderr(), red);
            let what = output::reasons(&error);
            let _ = writeln!(std::io::stderr(), "{bold}error{bold:#}: {what}");
            ExitCode::from(2)
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }

    /// The terminal breaks the lines of a paragraph; what stands in columns fits any.
    #[test]
    fn what_follows_the_options_is_wrapped_once() {
        let root = super::Cli::command();
        let mut seen = 0;
        for command in std::iter::once(&root).chain(root.get_subcommands()) {
            let name = command.get_name();
            let Some(after) = command.get_after_help() else {
                continue;
            };
            seen += 1;
            let after = after.to_string();
            let mut before = "";
            for line in after.lines() {
                let set_in = line.starts_with("  ");
                assert!(!set_in || line.chars().count() <= 80, "{name}: {line}");
                let heading = before.is_empty() || before.ends_with(':');
                assert!(set_in || line.is_empty() || heading, "{name}: {line}");
                before = line;
            }
        }
        assert_eq!(seen, 1 + root.get_subcommands().count());
    }

    #[test]
    fn the_output_is_asked_for_in_one_way() {
        let root = super::Cli::command();
        let mut named = Vec::new();
        for command in root.get_subcommands() {
            for arg in command.get_arguments().filter(|a| a.get_id() == "output") {
                assert_eq!(arg.get_long(), Some("output"));
                assert_eq!(arg.get_short(), Some('o'));
                named.push(command.get_name());
            }
        }
        assert_eq!(named, ["test", "build", "graph", "doc"]);
    }
}
