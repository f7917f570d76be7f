//! `trigc build`: compiles a project to the file that the daemon runs.

use std::io::Write;
use std::path::PathBuf;

use indicatif::DecimalBytes;

use crate::Outcome;
use crate::output::{Colour, Target};
use crate::project;
use crate::report::Noun;

const EXAMPLES: &str = "\
The file is written in one step: whoever reads it sees the old one or the new one. Where the project has errors, it is \
left as it is.

Examples:
  trigc build -o project.json
  trigc build shop -o /srv/trig/shop.json
  trigc build shop -o - | sha256sum";

/// Compile a project to one file
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The project's directory, or a file in it
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The file to write; `-` is the standard output
    #[arg(short, long, value_name = "FILE")]
    output: Target,
}

pub(crate) fn run(args: &Args, colour: Colour) -> anyhow::Result<Outcome> {
    let project = project::compile_one(&args.path)?;
    project.show(colour)?;
    let ir = match project.ir() {
        Ok(ir) => ir,
        Err(outcome) => return Ok(outcome),
    };
    let json = ir.to_json()?;
    args.output.write(&json)?;
    if let Target::File(path) = &args.output {
        let _ = writeln!(
            std::io::stderr(),
            "wrote `{}`: revision {}, {}, {}",
            path.display(),
            trig_ir::hash_json(&json),
            Noun("trigger").of(ir.triggers.len()),
            DecimalBytes(u64::try_from(json.len()).unwrap_or(u64::MAX)),
        );
    }
    Ok(Outcome::Clean)
}
