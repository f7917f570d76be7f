//! `cargo xtask`: what developers and CI run. Only the standard library, so that it is there at once.

mod bench;
mod deny;
mod step;
mod test;
mod tools;

use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask COMMAND

Commands:
  test   check format, lints, licences and documentation, then run all tests
  bench  run all benchmarks
  help   print this

Tools that are missing are installed: by `cargo install`, Python 3 by `apt-get`.";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["test"] => test::run(),
        ["bench"] => bench::run(),
        ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            ExitCode::SUCCESS
        }
        other => {
            if !other.is_empty() {
                eprintln!("`{}` is no command\n", other.join(" "));
            }
            eprintln!("{HELP}");
            ExitCode::from(2)
        }
    }
}
