//! `trigc completions`: what a shell needs to complete the command line.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::output::Target;
use crate::{Cli, Outcome};

const EXAMPLES: &str = "\
Examples:
  trigc completions bash > ~/.local/share/bash-completion/completions/trigc
  trigc completions zsh > ~/.zfunc/_trigc
  trigc completions fish > ~/.config/fish/completions/trigc.fish";

/// Write a script that completes the command line in a shell
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "trigc", &mut script);
    Target::Stdout.write(&script)?;
    Ok(Outcome::Clean)
}
