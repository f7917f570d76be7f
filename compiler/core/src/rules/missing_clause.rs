//! `missing-clause`: something that must be said and is left out

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::Diagnostic;
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "missing-clause",
    level: Severity::Error,
    summary: "something that must be said and is left out",
    explain: "A trigger starts with at least one `on`, and does something: with `do`, or by standing in a stage. A recurrence says its time of day, `within` says what becomes of a firing that has waited in vain, and `allow` says why: what would be guessed otherwise is written down.",
};

/// The trigger has no `on`.
pub(crate) fn no_start(file: &SmolStr, span: Span, name: &str) -> Problem {
    Diagnostic::error(
        RULE.name,
        format!("trigger `{name}` has no start"),
        file,
        span,
    )
    .help("say what starts it: `on EVENT`")
    .into()
}

/// The trigger has no `do` and stands in no stage.
pub(crate) fn no_action(file: &SmolStr, span: Span, name: &str) -> Problem {
    Diagnostic::error(
        RULE.name,
        format!("trigger `{name}` does nothing"),
        file,
        span,
    )
    .help("say what it does: `do ACTION`; only a trigger in a stage moves there by itself")
    .into()
}

/// The pipeline has no stage.
pub(crate) fn no_stages(file: &SmolStr, span: Span, name: &str) -> Problem {
    Diagnostic::error(
        RULE.name,
        format!("pipeline `{name}` has no stages"),
        file,
        span,
    )
    .help("declare at least one: `stage New initial`")
    .into()
}

/// `within D` says nothing of what then; `end` is the word by which a wait ends.
pub(crate) fn otherwise(file: &SmolStr, span: Span, written: &str, end: &str) -> Problem {
    Diagnostic::error(
        RULE.name,
        format!("`{written}` does not say what happens when that time is over"),
        file,
        span,
    )
    .help(format!(
        "write `{written} else {end}` to end it, or `{written} else continue` to go on"
    ))
    .into()
}

/// Something is left out; what to write.
pub(crate) fn with_help(
    file: &SmolStr,
    span: Span,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Problem {
    Diagnostic::error(RULE.name, message, file, span)
        .help(help)
        .into()
}
