//! `missing-clause`: something that must be said and is left out

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "missing-clause",
    level: Severity::Error,
    summary: "something that must be said and is left out",
    explain: include_str!("missing_clause.md"),
};

/// The trigger has no `on`.
pub(crate) fn no_start(file: &SmolStr, span: Span, name: &str) -> Problem {
    RULE.at(file, span, format!("trigger `{name}` has no start"))
        .help("say what starts it: `on EVENT`")
        .into()
}

/// The trigger has no `do` and stands in no stage.
pub(crate) fn no_action(file: &SmolStr, span: Span, name: &str, flow: bool) -> Problem {
    let (what, help) = if flow {
        ("flow", "say what it does: `do { … }`")
    } else {
        (
            "trigger",
            "say what it does: `do ACTION`; only a trigger in a stage moves there by itself",
        )
    };
    RULE.at(file, span, format!("{what} `{name}` does nothing"))
        .help(help)
        .into()
}

/// A feed does not say how often it is looked at.
pub(crate) fn no_interval(file: &SmolStr, span: Span, name: &str) -> Problem {
    RULE.at(
        file,
        span,
        format!("feed `{name}` does not say how often it is looked at"),
    )
    .help("write `every 1h` behind the address")
    .into()
}

/// A field that a webhook's event always has stands nowhere in the body.
pub(crate) fn no_place(file: &SmolStr, span: Span, event: &str, field: &str) -> Problem {
    RULE.at(
        file,
        span,
        format!("`{event}` always has `{field}`, and nothing says where the webhook has it"),
    )
    .into()
}

/// A template holds nothing.
pub(crate) fn no_trigger(file: &SmolStr, span: Span, name: &str) -> Problem {
    RULE.at(file, span, format!("template `{name}` holds no trigger"))
        .help("write one: `trigger { on EVENT  do ACTION }`; it gets the name of the `apply`")
        .into()
}

/// A breaker lacks one of its parts.
pub(crate) fn no_part(file: &SmolStr, span: Span, name: &str, what: &str, help: &str) -> Problem {
    RULE.at(file, span, format!("breaker `{name}` does not say {what}"))
        .help(help)
        .into()
}

/// The pipeline has no stage.
pub(crate) fn no_stages(file: &SmolStr, span: Span, name: &str) -> Problem {
    RULE.at(file, span, format!("pipeline `{name}` has no stages"))
        .help("declare at least one: `stage New initial`")
        .into()
}

/// `within D` says nothing of what then; `end` is the word by which a wait ends.
pub(crate) fn otherwise(file: &SmolStr, span: Span, written: &str, end: &str) -> Problem {
    RULE.at(
        file,
        span,
        format!("`{written}` does not say what happens when that time is over"),
    )
    .help(format!(
        "write `{written} else {end}` to end it, or `{written} else continue` to go on"
    ))
    .into()
}
