//! `missing-argument`: an argument that is needed and left out

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "missing-argument",
    level: Severity::Error,
    summary: "an argument that is needed and left out",
    explain: include_str!("missing_argument.md"),
};

/// `owner` needs `name`.
pub(crate) fn problem(
    file: &SmolStr,
    span: Span,
    owner: &SmolStr,
    name: &str,
    ty: &str,
) -> Problem {
    instead_of(file, span, owner, name, ty, None)
}

/// `owner` needs `name`; perhaps `written` was meant to be it.
pub(crate) fn instead_of(
    file: &SmolStr,
    span: Span,
    owner: &SmolStr,
    name: &str,
    ty: &str,
    written: Option<&str>,
) -> Problem {
    let short = crate::model::short(owner);
    let message = format!("`{short}` needs `{name}`, a `{ty}`");
    let mut diagnostic = RULE.at(file, span, message);
    if let Some(written) = written {
        diagnostic = diagnostic.help(format!("did you mean `{name}` by `{written}`?"));
    }
    Problem::from(diagnostic).declared(format!("`{short}` is declared here"), owner.clone())
}
