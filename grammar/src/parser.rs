//! The border to pest.

use pest::Parser as _;
use pest::iterators::Pairs;

/// The parser that pest makes of the grammar.
///
/// INVARIANT (one rule name): no name of a rule ever reaches a user.
#[derive(pest_derive::Parser)]
#[grammar = "trig.pest"]
struct TrigParser;

/// The nodes of a whole file. `None` where the parser gave up, which no text should bring about.
pub(crate) fn file(text: &str) -> Option<Pairs<'_, Rule>> {
    TrigParser::parse(Rule::file, text).ok()
}

/// The nodes between the braces of an interpolation.
pub(crate) fn interpolation(text: &str) -> Option<Pairs<'_, Rule>> {
    TrigParser::parse(Rule::interpolation, text).ok()
}
