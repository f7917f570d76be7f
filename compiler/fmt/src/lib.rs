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

use trig_grammar::Span;
use trig_grammar::ast::{File, SyntaxError};

/// Why a text is left as it is.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Unformattable {
    /// It has syntax errors: these, in source order.
    #[error("the file has syntax errors")]
    Syntax(Vec<SyntaxError>),
    /// Afterwards it would have had other words or comments, or none that can be read: a mistake of the formatter.
    #[error("the formatter cannot lay out this file without changing what it says")]
    Unsafe,
}

/// Formats one source file. Line ends become `\n`, a byte order mark is dropped.
///
/// `format(format(x)) == format(x)`, and both have the syntax tree of `x` but for places and the order of clauses.
///
/// # Errors
/// Where the text has syntax errors, or (a mistake of the formatter) where the result would have some, or would not have
/// the words and comments of the text.
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
    if !again.errors.is_empty() || inventory(&formatted, &again) != inventory(&source, &file) {
        return Err(Unformattable::Unsafe);
    }
    Ok(formatted)
}

/// Every word and every comment of a text, sorted: formatting moves clauses about. The signs that it adds and leaves out
/// are left out: commas, and the `|` before the first value of an enum.
fn inventory<'t>(text: &'t str, file: &File) -> (Vec<&'t str>, Vec<&'t str>) {
    let of = |span: &Span| text.get(span.range()).unwrap_or_default();
    let tokens = lex::lex(text, &file.comments);
    let mut words: Vec<&str> = tokens
        .iter()
        .map(of)
        .filter(|word| !matches!(*word, "," | "|"))
        .collect();
    words.sort_unstable();
    let comments = file.comments.iter();
    let mut comments: Vec<&str> = comments.map(|c| of(&c.span).trim_end()).collect();
    comments.sort_unstable();
    (words, comments)
}
