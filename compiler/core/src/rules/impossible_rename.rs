//! `impossible-rename`: a `was` that no state can follow

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "impossible-rename",
    level: Severity::Error,
    summary: "a `was` that no state can follow",
    explain: include_str!("impossible_rename.md"),
};

/// The old name is the name itself.
pub(crate) fn itself(file: &SmolStr, span: Span, name: &str) -> Problem {
    RULE.at(file, span, format!("`{name}` was `{name}` all along"))
        .help("after `was` stands the name that it had before, or nothing")
        .into()
}

/// Something is still called so; `there` is its place.
pub(crate) fn taken(
    file: &SmolStr,
    span: Span,
    name: &str,
    old: &str,
    there: (&SmolStr, Span),
) -> Problem {
    RULE.at(
        file,
        span,
        format!("`{name}` cannot have been `{old}`: there still is a `{old}`"),
    )
    .label(format!("`{old}` is declared here"), there.0, there.1)
    .help("its state stays with it; leave `was` out, or take the old declaration away")
    .into()
}

/// Something else says that it had the name, too.
pub(crate) fn twice(
    file: &SmolStr,
    span: Span,
    old: &str,
    first: &str,
    there: (&SmolStr, Span),
) -> Problem {
    RULE.at(
        file,
        span,
        format!("two things cannot both have been `{old}`"),
    )
    .label(format!("`{first}` says so first"), there.0, there.1)
    .help("its state can go to one of them only: leave `was` out at the other")
    .into()
}
