//! Sets of texts: regular languages, as the tests of text of Trig make them.

mod folds;
mod product;
mod url;

pub(crate) use product::{Found, find};
pub use url::url_like;

use trig_ir::fold;

/// What one step of a pattern takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Step {
    /// This character.
    Exact(char),
    /// Every character that folds to this one.
    Folded(char),
    /// Any number of any characters.
    Any,
    /// Any number of characters other than this.
    AnyBut(char),
}

/// Steps one after the other, from the beginning of a text to its end.
pub(crate) type Pattern = Vec<Step>;

/// A set of texts: those that one of its patterns takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lang(pub(crate) Vec<Pattern>);

impl Lang {
    /// `== "…"`: with case.
    pub fn equals(text: &str) -> Self {
        Self(vec![text.chars().map(Step::Exact).collect()])
    }

    /// `contains "…"`
    pub fn contains(part: &str) -> Self {
        Self(vec![framed(true, part, true)])
    }

    /// `starts with "…"`
    pub fn starts_with(part: &str) -> Self {
        Self(vec![framed(false, part, true)])
    }

    /// `ends with "…"`
    pub fn ends_with(part: &str) -> Self {
        Self(vec![framed(true, part, false)])
    }

    /// Any one of several.
    pub fn any(all: impl IntoIterator<Item = Self>) -> Self {
        Self(all.into_iter().flat_map(|lang| lang.0).collect())
    }
}

fn framed(before: bool, part: &str, behind: bool) -> Pattern {
    let any = |is: bool| is.then_some(Step::Any);
    let part = fold(part);
    any(before)
        .into_iter()
        .chain(part.chars().map(Step::Folded))
        .chain(any(behind))
        .collect()
}
