//! `no-subject`: an event that does not lead to the subject of the trigger

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::diagnostic::listed;
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
    let mut diagnostic = RULE.at(
        file,
        span,
        format!("{event} does not lead to one `{subject}`"),
    );
    if let Some(help) = help {
        diagnostic = diagnostic.help(help);
    }
    diagnostic.into()
}

/// The starts have no subject in common.
pub(crate) fn undecided(file: &SmolStr, span: Span, names: &[&str]) -> Problem {
    let list = listed(names.iter().copied(), ", ");
    let message = if names.is_empty() {
        "the starts of this trigger have no subject in common".to_owned()
    } else {
        format!("the subject of this trigger may be any of {list}")
    };
    let help = match names.first() {
        Some(first) => format!("say which: `for {first}` after the trigger's name"),
        None => "say which record it is about: `for ENTITY` after the trigger's name".to_owned(),
    };
    RULE.at(file, span, message).help(help).into()
}

/// Several references of the event lead to the subject's entity.
pub(crate) fn several(
    file: &SmolStr,
    span: Span,
    event: &str,
    subject: &str,
    fields: &[&str],
) -> Problem {
    let list = listed(fields.iter().copied(), ", ");
    let first = fields.first().copied().unwrap_or_default();
    RULE.at(
        file,
        span,
        format!("{event} leads to several `{subject}`: {list}"),
    )
    .help(format!("say which: `for {subject} via {first}`"))
    .into()
}

/// The clock starts it for no record in particular.
pub(crate) fn of_the_clock(file: &SmolStr, span: Span, subject: &str) -> Problem {
    RULE.at(
        file,
        span,
        format!("the clock starts this for no `{subject}` in particular"),
    )
    .help(format!(
        "write `for each {subject} where …`; a trigger that does so stands outside stages"
    ))
    .into()
}

/// The clock starts it for none, and other starts for one.
pub(crate) fn beside_the_clock(file: &SmolStr, span: Span) -> Problem {
    RULE.at(
        file,
        span,
        "what the clock starts here has no subject, and the other starts have one",
    )
    .help("write two triggers, or let `for each ENTITY where …` give all of them their subjects")
    .into()
}

/// There is no record of which a field could be asked; `owner` is `ENTITY` where it may be one of several.
pub(crate) fn no_record(file: &SmolStr, span: Span, path: &str, owner: &str) -> Problem {
    let message = match owner {
        "ENTITY" => format!("there is no record here that `{path}` could belong to"),
        _ => format!("there is no `{owner}` here that `{path}` could belong to"),
    };
    RULE.at(file, span, message)
        .help(format!(
            "to do this for every one of its kind, write `for each {owner} where …` behind what starts it"
        ))
        .into()
}
