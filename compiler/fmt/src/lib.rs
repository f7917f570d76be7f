//! The formatter of Trig: one style, no options.
//!
//! The tokens of a file stay as they are written; what changes is the space between them, the commas of lists, and the
//! order of the clauses of a trigger. The syntax tree says where units begin and where lines may break (`walk`), the
//! printer decides which of these places become line ends (`print`).
//!
//! - 4 spaces, lines of 100 characters. What stands in brackets stays on one line where it fits, and has a line for each
//!   element, with a comma after the last one, where it does not.
//! - A block in braces stays on one line if it was on one, fits and holds no comment.
//! - Clauses stand in the order of their meaning; nothing is aligned in columns, so that a new clause changes no other line.
//! - A comment stays beside the token it stood beside. One blank line is kept where there were some, none at the ends of
//!   a block.

mod lex;
mod order;
mod pieces;
mod plan;
mod print;
mod trivia;
mod walk;

#[cfg(test)]
mod tests;

use trig_grammar::ast::SyntaxError;

/// Why a text is left as it is.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Unformattable {
    /// It has syntax errors: these, in source order.
    #[error("the file has syntax errors")]
    Syntax(Vec<SyntaxError>),
    /// It would not have said the same afterwards: a mistake of the formatter.
    #[error("the formatter cannot lay out this file without changing what it says")]
    Unsafe,
}

/// Formats one source file. Line ends become `\n`, a byte order mark is dropped.
///
/// `format(format(x)) == format(x)`, and both have the syntax tree of `x` but for places and the order of clauses.
///
/// # Errors
/// Where the text has syntax errors, or (a mistake of the formatter) where the result would have some.
pub fn format(source: &str) -> Result<String, Unformattable> {
    let source = source.strip_prefix('\u{FEFF}').unwrap_or(source);
    let source = trig_grammar::unix_line_ends(source);
    let file = trig_grammar::parse(&source);
    if !file.errors.is_empty() || file.unclosed {
        return Err(Unformattable::Syntax(file.errors));
    }
    let mut plan = plan::Plan::new(&source, &file.comments);
    plan.file(&file);
    let formatted = print::print(&plan, &pieces::pieces(&plan));
    let again = trig_grammar::parse(&formatted);
    if !again.errors.is_empty() || again.comments.len() != file.comments.len() {
        return Err(Unformattable::Unsafe);
    }
    Ok(formatted)
}
