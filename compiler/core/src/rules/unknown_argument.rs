//! `unknown-argument`: an argument that does not exist

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::Diagnostic;
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
    let diagnostic = Diagnostic::error(
        RULE.name,
        format!("`{short}` takes no `{name}`"),
        file,
        span,
    )
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
    let diagnostic = Diagnostic::error(
        RULE.name,
        format!("the arguments of `{short}` have names"),
        file,
        span,
    )
    .help(format!("write `{}`", example.unwrap_or("name: value")));
    Problem::from(diagnostic).declared(format!("`{short}` is declared here"), owner.clone())
}

/// An argument that is given twice.
pub(crate) fn twice(file: &SmolStr, span: Span, name: &str) -> Problem {
    Diagnostic::error(RULE.name, format!("`{name}` is given twice"), file, span).into()
}
