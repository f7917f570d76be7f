//! `syntax-error`: the text is no Trig

use smol_str::SmolStr;

use super::{Rule, Severity};
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "syntax-error",
    level: Severity::Error,
    summary: "the text is no Trig",
    explain: include_str!("syntax_error.md"),
};

/// A syntax error, as the grammar words it.
pub(crate) fn problem(file: &SmolStr, error: &trig_grammar::ast::SyntaxError) -> Problem {
    let mut diagnostic = RULE.at(file, error.span, error.message.clone());
    if let Some((span, message)) = &error.related {
        diagnostic = diagnostic.label(message.clone(), file, *span);
    }
    if let Some(help) = &error.help {
        diagnostic = diagnostic.help(help.clone());
    }
    diagnostic.into()
}
