//! `missing-argument`: an argument that is needed and left out

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::Diagnostic;
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "missing-argument",
    level: Severity::Error,
    summary: "an argument that is needed and left out",
    explain: "A parameter without a default, whose type is not optional, must be given.",
};

/// `owner` needs `name`.
pub(crate) fn problem(
    file: &SmolStr,
    span: Span,
    owner: &SmolStr,
    name: &str,
    ty: &str,
) -> Problem {
    let short = crate::model::short(owner);
    let diagnostic = Diagnostic::error(
        RULE.name,
        format!("`{short}` needs `{name}`, a `{ty}`"),
        file,
        span,
    );
    Problem::from(diagnostic).declared(format!("`{short}` is declared here"), owner.clone())
}
