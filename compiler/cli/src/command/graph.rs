//! `trigc graph`: draws which trigger leads to which.

use std::path::PathBuf;

use trig_compiler::graph::TriggerGraph;

use crate::Outcome;
use crate::output::{Colour, Target};
use crate::project;

const EXAMPLES: &str = "\
Examples:
  trigc graph --format dot | dot -Tsvg -o triggers.svg
  trigc graph shop --format mermaid -o docs/triggers.mmd
  trigc graph shop --format json | jq .";

/// Draw which trigger leads to which
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The project's directory, or a file in it
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The language to draw it in
    #[arg(long, value_enum, default_value_t = Format::Dot)]
    format: Format,
    /// The file to write; `-` is the standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: Target,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// Graphviz
    Dot,
    /// Mermaid, as Markdown files show it
    Mermaid,
    /// For programs
    Json,
}

pub(crate) fn run(args: &Args, colour: Colour) -> anyhow::Result<Outcome> {
    let project = project::compile_one(&args.path)?;
    project.show(colour)?;
    let ir = match project.ir() {
        Ok(ir) => ir,
        Err(outcome) => return Ok(outcome),
    };
    let graph = TriggerGraph::of(ir);
    let mut text = match args.format {
        Format::Dot => graph.to_dot(),
        Format::Mermaid => graph.to_mermaid(),
        Format::Json => serde_json::to_string_pretty(&graph.to_json())?,
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    args.output.write(text.as_bytes())?;
    Ok(Outcome::Clean)
}
