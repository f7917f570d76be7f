//! `trigc man`: the manual pages.

use std::path::PathBuf;

use anyhow::Context;
use clap::CommandFactory;

use crate::output::Target;
use crate::{Cli, Outcome};

const EXAMPLES: &str = "\
Examples:
  trigc man ~/.local/share/man/man1
  trigc man | man -l -";

/// Write manual pages
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The directory for the pages, one for each command; without one, the page of `trigc` itself goes to the standard
    /// output
    dir: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let command = Cli::command();
    match &args.dir {
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page)?;
            Target::Stdout.write(&page)?;
        }
        Some(dir) => {
            let written =
                std::fs::create_dir_all(dir).and_then(|()| clap_mangen::generate_to(command, dir));
            written.with_context(|| format!("`{}` cannot be written", dir.display()))?;
        }
    }
    Ok(Outcome::Clean)
}
