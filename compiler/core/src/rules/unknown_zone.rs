//! `unknown-zone`: a time zone that does not exist

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "unknown-zone",
    level: Severity::Error,
    summary: "a time zone that does not exist",
    explain: include_str!("unknown_zone.md"),
};

/// The database has no such zone.
pub(crate) fn problem(file: &SmolStr, span: Span, name: &str) -> Problem {
    let known = trig_ir::zone_names();
    let mut diagnostic = RULE.at(file, span, format!("there is no time zone `{name}`"));
    if let Some(near) = crate::nearest(name, known.iter().map(String::as_str)) {
        let near = near.to_owned();
        diagnostic = diagnostic
            .help(format!("did you mean `{near}`?"))
            .replace_with(format!("\"{near}\""));
    }
    diagnostic
        .note("zones are named as in the IANA database, such as `Europe/Berlin`")
        .into()
}
