//! `trigd completions`

use clap_complete::Shell;

/// Write completions for a shell to standard output
#[derive(clap::Args)]
pub(super) struct Args {
    /// Which shell
    shell: Shell,
}

pub(super) fn run(args: &Args) -> anyhow::Result<u8> {
    clap_complete::generate(
        args.shell,
        &mut super::cli(),
        "trigd",
        &mut std::io::stdout(),
    );
    Ok(super::OK)
}
