//! `uncorrelated-unless`: an event that cancels whatever waits

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "uncorrelated-unless",
    level: Severity::Error,
    summary: "an event that cancels whatever waits",
    explain: include_str!("uncorrelated_unless.md"),
};

/// Nothing says which firing the event cancels.
pub(crate) fn problem(
    file: &SmolStr,
    span: Span,
    event: &str,
    subject: &str,
    filter: Option<String>,
) -> Problem {
    // a change of a record takes no filter
    let help = match filter {
        Some(filter) => format!("let its filter say it, such as `{filter}`"),
        None => "an event or a change that refers to exactly one can stand here; for what must hold meanwhile, \
                 write `while …`"
            .to_owned(),
    };
    RULE.at(
        file,
        span,
        format!("nothing says which `{subject}` {event} belongs to"),
    )
    .help(help)
    .into()
}
