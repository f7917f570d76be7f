//! `unknown-name`: a name that nothing declares

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::diagnostic::listed;
use crate::literal::WEEKDAYS;
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "unknown-name",
    level: Severity::Error,
    summary: "a name that nothing declares",
    explain: include_str!("unknown_name.md"),
};

/// A path of which nothing is known; `what` is the kind of thing that was expected.
pub(crate) fn problem(
    file: &SmolStr,
    span: Span,
    what: &str,
    name: &str,
    known: &[&str],
) -> Problem {
    let diagnostic = RULE.at(file, span, format!("there is no {what} `{name}`"));
    diagnostic.did_you_mean(name, known.iter().copied()).into()
}

/// A word that must be one of a few.
pub(crate) fn word(
    file: &SmolStr,
    span: Span,
    after: &str,
    word: &str,
    allowed: &[&str],
) -> Problem {
    let list = listed(allowed.iter().copied(), ", ");
    let diagnostic = RULE.at(file, span, format!("`{word}` is not {after}"));
    diagnostic
        .note(format!("possible are {list}"))
        .did_you_mean(word, allowed.iter().copied())
        .into()
}

/// A goal that a flow does not have.
pub(crate) fn goal(file: &SmolStr, span: Span, name: &str, flow: &str, known: &[&str]) -> Problem {
    let diagnostic = RULE.at(file, span, format!("`{flow}` has no goal `{name}`"));
    Problem::from(diagnostic.did_you_mean(name, known.iter().copied()))
        .declared(format!("`{flow}` is declared here"), flow)
}

/// A word that is no weekday. One that is written out is meant, though.
pub(crate) fn weekday(file: &SmolStr, span: Span, name: &str) -> Problem {
    let lower = name.to_lowercase();
    let written_out = WEEKDAYS.iter().find(|day| lower.starts_with(**day));
    let Some(day) = written_out else {
        return word(file, span, "a weekday", name, WEEKDAYS);
    };
    RULE.at(file, span, format!("`{name}` is not a weekday"))
        .help(format!("weekdays have three letters: `{day}`"))
        .replace_with(*day)
        .into()
}

/// A stage that no pipeline has.
pub(crate) fn stage(file: &SmolStr, span: Span, name: &str, of: &str, known: &[&str]) -> Problem {
    let diagnostic = RULE.at(file, span, format!("{of} has no stage `{name}`"));
    diagnostic.did_you_mean(name, known.iter().copied()).into()
}

/// A native id in the manifest for something that does not exist.
pub(crate) fn native_id(model: &crate::model::Model, span: Span, path: &str) -> Problem {
    let known = crate::model::native_id_paths(model);
    let file = SmolStr::new_static(crate::MANIFEST_PATH);
    RULE.at(
        &file,
        span,
        format!("there is no pipeline, stage or field `{path}`"),
    )
    .note("`[ids]` gives native ids to pipelines, stages (`Sales.New`) and fields (`lead.budget`)")
    .did_you_mean(path, known.iter().map(String::as_str))
    .into()
}

/// A catalogue that does not exist.
pub(crate) fn catalogue(file: &SmolStr, span: Span, name: &str, known: &[&str]) -> Problem {
    let list = listed(known.iter().copied(), ", ");
    RULE.at(file, span, format!("there is no catalogue `{name}`"))
        .note(format!("the catalogues are {list}"))
        .did_you_mean(name, known.iter().copied())
        .into()
}

/// A connector that the manifest does not name, as the source of an event.
pub(crate) fn source(file: &SmolStr, span: Span, name: &str, known: &[&str]) -> Problem {
    let mut diagnostic = RULE
        .at(
            file,
            span,
            format!("there is no connector `{name}` that takes webhooks"),
        )
        .note(format!(
            "an event comes from a connector of kind `http` in `trig.toml`: `[connectors.{name}]`"
        ));
    if let Some(near) = crate::nearest(name, known.iter().copied()) {
        diagnostic = diagnostic
            .help(format!("did you mean `{near}`?"))
            .replace_with(format!("\"{near}\""));
    }
    diagnostic.into()
}

/// A name that is not among the known ones of its kind.
pub(crate) fn known(
    file: &SmolStr,
    span: Span,
    kind: &str,
    plural: &str,
    name: &str,
    known: &[&str],
) -> Problem {
    let mut diagnostic = RULE
        .at(file, span, format!("there is no {kind} `{name}`"))
        .note(format!("`known {plural}` lists all there are"));
    diagnostic = match crate::nearest(name, known.iter().copied()) {
        Some(near) => diagnostic
            .help(format!("did you mean `{near}`?"))
            .replace_with(format!("\"{near}\"")),
        None => diagnostic.help(format!(
            "if it exists, add it: `known {plural} [\"{name}\"]`"
        )),
    };
    diagnostic.into()
}

/// A receiver that the manifest does not name.
pub(crate) fn receiver(file: &SmolStr, span: Span, name: &str, known: &[&str]) -> Problem {
    let mut diagnostic = RULE
        .at(file, span, format!("there is no receiver `{name}`"))
        .note(format!(
            "a receiver is a connector of kind `http` in `trig.toml`: `[connectors.{name}]`"
        ));
    if let Some(near) = crate::nearest(name, known.iter().copied()) {
        diagnostic = diagnostic
            .help(format!("did you mean `{near}`?"))
            .replace_with(format!("\"{near}\""));
    }
    diagnostic.into()
}
