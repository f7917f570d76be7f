//! The operators: which one a text is, and how tightly it binds.

use crate::ast::BinaryOp;

/// How tightly an operator binds. `if` binds least and stands outside.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Or,
    And,
    Not,
    Comparison,
    OrElse,
    Range,
    Sum,
    Product,
    Minus,
}

impl Level {
    /// What binds more tightly than this.
    pub(super) fn tighter(self) -> Self {
        match self {
            Self::Or => Self::And,
            Self::And => Self::Not,
            Self::Not => Self::Comparison,
            Self::Comparison => Self::OrElse,
            Self::OrElse => Self::Range,
            Self::Range => Self::Sum,
            Self::Sum => Self::Product,
            Self::Product | Self::Minus => Self::Minus,
        }
    }
}

/// What an operator between two operands makes of them.
pub(super) enum Infix {
    Binary(BinaryOp),
    Range,
}

/// Which operator a text is, whatever space stands between its words.
pub(super) fn read_infix(text: &str) -> (Infix, Level) {
    let first = text
        .find(|c: char| !c.is_ascii_alphabetic())
        .and_then(|n| text.get(..n))
        .unwrap_or(text);
    let last = text
        .rfind(|c: char| !c.is_ascii_alphabetic())
        .and_then(|n| text.get(n + 1..))
        .unwrap_or(text);
    let (op, level) = match (first, last, text) {
        (_, _, "..") => return (Infix::Range, Level::Range),
        ("or", "else", _) => (BinaryOp::OrElse, Level::OrElse),
        ("or", _, _) | (_, _, "||") => (BinaryOp::Or, Level::Or),
        ("and", _, _) | (_, _, "&&") => (BinaryOp::And, Level::And),
        (_, _, "+") => (BinaryOp::Add, Level::Sum),
        (_, _, "-") => (BinaryOp::Sub, Level::Sum),
        (_, _, "*") => (BinaryOp::Mul, Level::Product),
        (_, _, "/") => (BinaryOp::Div, Level::Product),
        _ => (comparison(first, last, text), Level::Comparison),
    };
    (Infix::Binary(op), level)
}

/// Which comparison a text is.
pub(super) fn comparison_op(text: &str) -> BinaryOp {
    match read_infix(text) {
        (Infix::Binary(op), _) => op,
        (Infix::Range, _) => BinaryOp::Eq,
    }
}

fn comparison(first: &str, last: &str, text: &str) -> BinaryOp {
    match (first, last, text) {
        (_, _, "!=" | "<>") => BinaryOp::Ne,
        (_, _, "<") => BinaryOp::Lt,
        (_, _, "<=") => BinaryOp::Le,
        (_, _, ">") => BinaryOp::Gt,
        (_, _, ">=") => BinaryOp::Ge,
        ("in", _, _) => BinaryOp::In,
        ("not", _, _) => BinaryOp::NotIn,
        ("has", "any", _) => BinaryOp::HasAny,
        ("has", "all", _) => BinaryOp::HasAll,
        ("has", "none", _) => BinaryOp::HasNone,
        ("has", _, _) => BinaryOp::Has,
        ("contains", "any", _) => BinaryOp::ContainsAny,
        ("contains", _, _) => BinaryOp::Contains,
        ("starts", _, _) => BinaryOp::StartsWith,
        ("ends", _, _) => BinaryOp::EndsWith,
        ("like", _, _) => BinaryOp::Like,
        _ => BinaryOp::Eq,
    }
}
