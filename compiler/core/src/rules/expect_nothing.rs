//! `expect-nothing`: an `expect` that nothing can change

use smol_str::SmolStr;
use trig_grammar::Span;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "expect-nothing",
    level: Severity::Warning,
    summary: "an `expect` that nothing can change",
    explain: include_str!("expect_nothing.md"),
};

/// It looks at no record and at no clock.
pub(crate) fn constant(file: &SmolStr, span: Span) -> Problem {
    RULE.with_help(
        file,
        span,
        "this looks at nothing that a test can change",
        "say what must be so of a record: `expect RECORD.FIELD == VALUE`",
    )
}

/// Nothing has happened before it.
pub(crate) fn too_early(file: &SmolStr, span: Span) -> Problem {
    RULE.with_help(
        file,
        span,
        "nothing has happened yet, so this cannot fail",
        "write it behind what might have started it: `send`, `set`, `create`, `delete`, `start` or `advance`",
    )
}
