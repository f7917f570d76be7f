//! `trigc doc`: writes a project as a document to browse.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;

use crate::Outcome;
use crate::output::{Colour, Target};
use crate::project;

const EXAMPLES: &str = "\
One HTML file that needs no network and no script: pipelines drawn with their triggers, what starts what, schedules as \
weeks, and which triggers use which fields.

Examples:
  trigc doc --open
  trigc doc shop --output public";

/// Write a project as a document to browse
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The project's directory, or a file in it
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The directory to write to; it is created where there is none
    #[arg(short, long, alias = "out", value_name = "DIR", default_value = "doc")]
    output: PathBuf,
    /// Show it in a browser
    #[arg(long)]
    open: bool,
}

pub(crate) fn run(args: &Args, colour: Colour) -> anyhow::Result<Outcome> {
    let project = project::compile_one(&args.path)?;
    project.show(colour)?;
    let ir = match project.ir() {
        Ok(ir) => ir,
        Err(outcome) => return Ok(outcome),
    };
    let html = trig_doc::html(&project.loaded.sources, ir);
    std::fs::create_dir_all(&args.output)
        .with_context(|| format!("`{}` cannot be created", args.output.display()))?;
    let file = args.output.join("index.html");
    Target::File(file.clone()).write(html.as_bytes())?;
    let _ = writeln!(std::io::stderr(), "wrote `{}`", file.display());
    if args.open {
        open::that_detached(&file)
            .with_context(|| format!("`{}` cannot be shown", file.display()))?;
    }
    Ok(Outcome::Clean)
}
