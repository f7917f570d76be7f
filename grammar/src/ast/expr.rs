//! Expressions.

use super::{DateLit, DurationLit, MonthDayLit, Name, Number, Path, TextLit, TimeLit};
use crate::span::Span;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// An expression should stand here and does not.
    Missing,
    /// `true`, `false`
    Bool(bool),
    /// `empty`
    Empty,
    /// `10_000`, `3.5`
    Number(Number),
    /// `50%`
    Percent(Number),
    /// `10_000 USD`
    Money(Number, Name),
    /// `"text"`
    Text(TextLit),
    /// `user "anna@acme.com"`
    User(TextLit),
    /// `1h30m`
    Duration(DurationLit),
    /// `09:00`
    Time(TimeLit),
    /// `2026-12-31`
    Date(DateLit),
    /// `2026-12-31 09:00`
    DateTime(DateLit, TimeLit),
    /// `1 mar`
    MonthDay(MonthDayLit),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `lo..hi`: after `in`, in lists of weekdays, in schedules. A unit after it counts for both ends and is copied to `lo`;
    /// a currency that is copied has a span of no width.
    Range(Box<Expr>, Box<Expr>),
    /// `deal.contact.name`
    Path(Path),
    /// `f(a, name: b)`
    Call(Call),
    /// `( e )`; kept for the formatter.
    Paren(Box<Expr>),
    /// `not e`, `-e`
    Unary(UnaryOp, Box<Expr>),
    /// `a and b`, `a == b`, `a has any b`, `a or else b` …
    Binary {
        /// Which.
        op: BinaryOp,
        /// Where the operator stands.
        op_span: Span,
        /// Left operand.
        left: Box<Expr>,
        /// Right operand.
        right: Box<Expr>,
    },
    /// `e is empty`, `e is not empty`
    IsEmpty {
        /// The operand.
        expr: Box<Expr>,
        /// `is not empty`
        negated: bool,
    },
    /// `if c then a else b`
    If {
        /// The condition.
        cond: Box<Expr>,
        /// The value where it holds.
        then: Box<Expr>,
        /// The value elsewhere.
        otherwise: Box<Expr>,
    },
    /// `any line in order.lines where …`
    Any {
        /// The variable.
        binder: Name,
        /// What it runs over.
        source: Path,
        /// The condition on it.
        filter: Option<Box<Expr>>,
    },
}

/// A use of something with arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// From the name to the closing parenthesis.
    pub span: Span,
    /// What is used.
    pub callee: Path,
    /// In source order.
    pub args: Vec<Arg>,
}

/// An argument, by name or by position.
#[derive(Clone, Debug, PartialEq)]
pub struct Arg {
    /// Name and value.
    pub span: Span,
    /// `name:`
    pub name: Option<Name>,
    /// The value.
    pub value: Expr,
}

/// An operator before its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `not`
    Not,
    /// `-`
    Neg,
}

/// An operator between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `or`
    Or,
    /// `and`
    And,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `in`: the right side is a list, a range or a collection.
    In,
    /// `not in`
    NotIn,
    /// `has`
    Has,
    /// `has any`
    HasAny,
    /// `has all`
    HasAll,
    /// `has none`
    HasNone,
    /// `contains`
    Contains,
    /// `contains any`
    ContainsAny,
    /// `starts with`
    StartsWith,
    /// `ends with`
    EndsWith,
    /// `like`
    Like,
    /// `or else`
    OrElse,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
}
