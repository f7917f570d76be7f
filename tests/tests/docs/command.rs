//! Command lines in pages, held against what the binaries say of themselves.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use crate::binary::binary;
use crate::page::Block;

const BINARIES: [&str; 2] = ["trigc", "trigd"];

/// The lines of a block, with their place in the page; one that ends with `\` goes on.
pub(crate) fn lines(block: &Block) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    for (i, line) in block.text.lines().enumerate() {
        let (part, more) = match line.strip_suffix('\\') {
            Some(part) => (part, true),
            None => (line, false),
        };
        match lines.last_mut() {
            Some((_, last)) if goes_on => last.push_str(part),
            _ => lines.push((block.line + i, part.to_owned())),
        }
        goes_on = more;
    }
    lines
}

/// The calls of our binaries in a line, in words: also behind `cargo run … --` and other commands.
pub(crate) fn calls(line: &str) -> Vec<Vec<String>> {
    let line = line.split(" #").next().unwrap_or_default();
    let mut calls = Vec::new();
    for command in line.split(['|', ';', '&', '>']) {
        let words: Vec<&str> = command.split_whitespace().collect();
        match words.as_slice() {
            [first, rest @ ..] if BINARIES.contains(first) && !rest.is_empty() => {
                calls.push(words.iter().map(|w| (*w).to_owned()).collect());
            }
            ["cargo", "run", rest @ ..] => {
                let Some(at) = rest.iter().position(|w| *w == "--") else {
                    continue;
                };
                let bin = rest[..at].iter().find(|w| BINARIES.contains(w));
                let bin = bin.copied().unwrap_or("trigc");
                let call = std::iter::once(bin).chain(rest[at + 1..].iter().copied());
                calls.push(call.map(str::to_owned).collect());
            }
            _ => {}
        }
    }
    calls
}

/// What the binaries' `--help` says, each asked once.
#[derive(Default)]
pub(crate) struct Commands {
    binaries: BTreeMap<String, PathBuf>,
    helps: BTreeMap<(String, String), Option<String>>,
}

impl Commands {
    /// Whether a call is one that the binary takes.
    pub(crate) fn check(&mut self, call: &[String]) -> Result<(), String> {
        let [program, command, args @ ..] = call else {
            return Err("no command".to_owned());
        };
        if command == "…" {
            return Ok(());
        }
        if let Some(flag) = command.strip_prefix("--") {
            let known = ["help", "version"].contains(&flag);
            return known.then_some(()).ok_or("no such option".to_owned());
        }
        let Some(help) = self.help(program, command) else {
            return Err(format!("there is no command `{command}`"));
        };
        for arg in args.iter().filter(|a| a.starts_with('-') && *a != "-") {
            let flag = arg.split('=').next().unwrap_or_default();
            let known = help
                .split(|c: char| c.is_whitespace() || ",=[]".contains(c))
                .any(|word| word == flag);
            if !known {
                return Err(format!("there is no option `{flag}`"));
            }
        }
        let takes_any = help
            .lines()
            .any(|l| l.starts_with("Usage:") && l.contains('<'));
        let takes_some = help
            .lines()
            .any(|l| l.starts_with("Usage:") && l.contains(['[', '<']));
        if args.iter().any(|a| !a.starts_with('-')) && !takes_some {
            return Err("it takes no arguments".to_owned());
        }
        if args.is_empty() && takes_any && !help.contains("[default:") {
            return Err("an argument is missing".to_owned());
        }
        Ok(())
    }

    fn help(&mut self, program: &str, command: &str) -> Option<&str> {
        let path = self
            .binaries
            .entry(program.to_owned())
            .or_insert_with(|| binary(program));
        self.helps
            .entry((program.to_owned(), command.to_owned()))
            .or_insert_with(|| {
                let output = Command::new(path)
                    .args([command, "--help"])
                    .output()
                    .unwrap();
                let text = String::from_utf8(output.stdout).unwrap();
                output.status.success().then_some(text)
            })
            .as_deref()
    }
}
