//! `unknown-argument`: an argument that does not exist

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "unknown-argument",
    level: Severity::Error,
    summary: "an argument that does not exist",
    explain: include_str!("unknown_argument.md"),
};

/// `owner` takes no `name`.
pub(crate) fn problem(
    file: &SmolStr,
    span: Span,
    owner: &SmolStr,
    name: &str,
    known: &[&str],
) -> Problem {
    let short = crate::model::short(owner);
    let diagnostic = RULE
        .at(file, span, format!("`{short}` takes no `{name}`"))
        .did_you_mean(name, known.iter().copied());
    Problem::from(diagnostic).declared(format!("`{short}` is declared here"), owner.clone())
}

/// An argument without a name.
pub(crate) fn positional(
    file: &SmolStr,
    span: Span,
    owner: &SmolStr,
    example: Option<&str>,
) -> Problem {
    let short = crate::model::short(owner);
    let diagnostic = RULE
        .at(file, span, format!("the arguments of `{short}` have names"))
        .help(format!("write `{}`", example.unwrap_or("name: value")));
    Problem::from(diagnostic).declared(format!("`{short}` is declared here"), owner.clone())
}

/// An argument that is given twice.
pub(crate) fn twice(file: &SmolStr, span: Span, name: &str) -> Problem {
    RULE.at(file, span, format!("`{name}` is given twice"))
        .into()
}
