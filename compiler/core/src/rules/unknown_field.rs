//! `unknown-field`: a field that the record or event does not have

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "unknown-field",
    level: Severity::Error,
    summary: "a field that the record or event does not have",
    explain: include_str!("unknown_field.md"),
};

/// `owner` has no field `name`.
pub(crate) fn problem(
    file: &SmolStr,
    span: Span,
    owner: &str,
    name: &str,
    known: &[&str],
) -> Problem {
    RULE.at(file, span, format!("{owner} has no field `{name}`"))
        .did_you_mean(name, known.iter().copied())
        .into()
}

/// An entity has no such field: it can be extended.
pub(crate) fn of_entity(
    file: &SmolStr,
    span: Span,
    entity: &str,
    name: &str,
    known: &[&str],
) -> Problem {
    RULE.at(file, span, format!("`{entity}` has no field `{name}`"))
        .note(format!(
            "a custom field of the account is declared with `extend {entity} {{ {name}: … }}`"
        ))
        .did_you_mean(name, known.iter().copied())
        .into()
}

/// A value of this type has no fields.
pub(crate) fn no_fields(file: &SmolStr, span: Span, path: &str, ty: &str, name: &str) -> Problem {
    RULE.at(
        file,
        span,
        format!("`{path}` is of type `{ty}` and has no field `{name}`"),
    )
    .into()
}

/// A field of a collection of records.
pub(crate) fn of_collection(
    file: &SmolStr,
    span: Span,
    path: &str,
    ty: &str,
    name: &str,
) -> Problem {
    RULE.at(
        file,
        span,
        format!("`{path}` is a {ty}: it has no field `{name}`"),
    )
    .help(format!(
        "ask whether any of them fits: `any x in {path} where x.{name} …`"
    ))
    .into()
}
