//! `trigd completions`

use clap_complete::Shell;

/// Write completions for a shell to standard output
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Which shell
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  trigd completions bash > ~/.local/share/bash-completion/completions/trigd
  trigd completions zsh > ~/.zfunc/_trigd";

pub(super) fn run(args: &Args) -> anyhow::Result<u8> {
    clap_complete::generate(
        args.shell,
        &mut super::cli(),
        "trigd",
        &mut std::io::stdout(),
    );
    Ok(super::OK)
}
