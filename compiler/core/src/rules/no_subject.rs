//! `no-subject`: an event that does not lead to the subject of the trigger

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::Diagnostic;
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "no-subject",
    level: Severity::Error,
    summary: "an event that does not lead to the subject of the trigger",
    explain: include_str!("no_subject.md"),
};

/// The event has no reference to the subject's entity.
pub(crate) fn problem(
    file: &SmolStr,
    span: Span,
    event: &str,
    subject: &str,
    help: Option<String>,
) -> Problem {
    let mut diagnostic = Diagnostic::error(
        RULE.name,
        format!("{event} does not lead to one `{subject}`"),
        file,
        span,
    );
    if let Some(help) = help {
        diagnostic = diagnostic.help(help);
    }
    diagnostic.into()
}

/// The starts have no subject in common.
pub(crate) fn undecided(file: &SmolStr, span: Span, names: &[&str]) -> Problem {
    let list = names
        .iter()
        .map(|n| format!("`{n}`"))
        .collect::<Vec<_>>()
        .join(", ");
    let message = if names.is_empty() {
        "the starts of this trigger have no subject in common".to_owned()
    } else {
        format!("the subject of this trigger may be any of {list}")
    };
    let help = match names.first() {
        Some(first) => format!("say which: `for {first}` after the trigger's name"),
        None => "say which record it is about: `for ENTITY` after the trigger's name".to_owned(),
    };
    Diagnostic::error(RULE.name, message, file, span)
        .help(help)
        .into()
}

/// Several references of the event lead to the subject's entity.
pub(crate) fn several(
    file: &SmolStr,
    span: Span,
    event: &str,
    subject: &str,
    fields: &[&str],
) -> Problem {
    let list = fields
        .iter()
        .map(|n| format!("`{n}`"))
        .collect::<Vec<_>>()
        .join(", ");
    let first = fields.first().copied().unwrap_or_default();
    Diagnostic::error(
        RULE.name,
        format!("{event} leads to several `{subject}`: {list}"),
        file,
        span,
    )
    .help(format!("say which: `for {subject} via {first}`"))
    .into()
}
