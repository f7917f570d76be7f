//! `syntax-error`: the text is no Trig

use smol_str::SmolStr;
use trig_grammar::ast::SyntaxError;

use super::{Rule, Severity};
use crate::Diagnostic;
use crate::problem::Problem;

pub(crate) const RULE: Rule = Rule {
    name: "syntax-error",
    level: Severity::Error,
    summary: "the text is no Trig",
    explain: include_str!("syntax_error.md"),
};

pub(crate) fn problem(file: &SmolStr, error: &SyntaxError) -> Problem {
    diagnostic(file, error).into()
}

/// A syntax error in `file`, as the grammar words it.
pub fn diagnostic(file: &SmolStr, error: &SyntaxError) -> Diagnostic {
    let mut diagnostic = RULE.at(file, error.span, error.message.clone());
    if let Some((span, message)) = &error.related {
        diagnostic = diagnostic.label(message.clone(), file, *span);
    }
    if let Some(help) = &error.help {
        diagnostic = diagnostic.help(help.clone());
    }
    diagnostic
}
