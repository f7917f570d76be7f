//! `trigc explain`: says what a rule means, and how to mend what it reports.

use std::fmt::Write as _;

use anstyle::Style;
use anyhow::bail;
use trig_compiler::rules::Rule;
use trig_compiler::{Severity, nearest};
use trig_project::{explained, groups};

use crate::Outcome;
use crate::output::{Colour, Target, style};

const EXAMPLES: &str = "\
Examples:
  trigc explain
  trigc explain unknown-name
  trigc explain may-be-empty | less";

/// Say what a rule means, and how to mend what it reports
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The rule, as it stands in brackets in a diagnostic; without one, all are listed
    rule: Option<String>,
}

pub(crate) fn run(args: &Args, colour: Colour) -> anyhow::Result<Outcome> {
    let bold = style(colour, &std::io::stdout(), Style::new().bold());
    let text = match &args.rule {
        None => list(bold),
        Some(name) => page(&find(name)?, bold),
    };
    Target::Stdout.write(text.as_bytes())?;
    Ok(Outcome::Clean)
}

/// The rule called `name`, however it was copied: `[unknown-name]`, `error[unknown-name]`.
fn find(name: &str) -> anyhow::Result<Rule> {
    let word = name
        .trim_start_matches("error")
        .trim_start_matches("warning")
        .trim_matches(['[', ']', '`', ':', ' ']);
    let all = explained();
    if let Some(rule) = all.iter().find(|r| r.name == word) {
        return Ok(*rule);
    }
    match nearest(word, all.iter().map(|r| r.name)) {
        Some(near) => bail!("there is no rule `{name}`: did you mean `{near}`?"),
        None => bail!("there is no rule `{name}`: `trigc explain` lists all"),
    }
}

fn list(bold: Style) -> String {
    let groups = groups();
    let names = groups.iter().flat_map(|g| &g.rules).map(|r| r.name.len());
    let width = names.max().unwrap_or_default();
    let mut out = String::new();
    for group in &groups {
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = writeln!(out, "{bold}{}{bold:#}", group.title);
        for rule in &group.rules {
            let _ = writeln!(out, "  {:width$}  {}", rule.name, rule.summary);
        }
    }
    out
}

fn page(rule: &Rule, bold: Style) -> String {
    let level = match rule.level {
        Severity::Error => "an error",
        Severity::Warning => "a warning, unless `[lints]` in `trig.toml` says otherwise",
    };
    format!(
        "{bold}{}{bold:#}: {}\n\nIt is {level}.\n\n{}",
        rule.name,
        rule.summary,
        without_fences(rule.explain, bold)
    )
}

/// A page with its examples set in, and said what they are.
fn without_fences(page: &str, bold: Style) -> String {
    let mut out = String::with_capacity(page.len() * 2);
    let mut block = None;
    let mut after_wrong = false;
    for line in page.lines() {
        match (line.strip_prefix("```"), block) {
            (Some(info), None) => {
                block = Some(info);
                let wrong = info.ends_with(" fails");
                if wrong {
                    let _ = writeln!(out, "{bold}Wrong{bold:#}\n");
                } else if after_wrong {
                    let _ = writeln!(out, "{bold}Repaired{bold:#}\n");
                }
                after_wrong = wrong;
            }
            (Some(_), Some(_)) => block = None,
            (None, Some(_)) if !line.is_empty() => {
                let _ = writeln!(out, "    {line}");
            }
            (None, _) => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    out
}
