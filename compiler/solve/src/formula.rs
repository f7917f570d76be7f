//! Formulas: what a guard asks, over variables of which each is tested by itself.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use crate::line::Spans;
use crate::text::Lang;

/// A variable, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Var(pub u32);

/// What a variable may be, beside `empty`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Domain {
    /// True or false.
    Truth,
    /// One of so many.
    Finite(u32),
    /// One of names without end.
    Names,
    /// A point on a dense line.
    Dense,
    /// A whole number.
    Whole,
    /// A currency, and an amount on a dense line.
    Money,
    /// A set of names without end; the empty set is `empty`.
    Tags,
    /// A text that is not empty.
    Text,
}

/// A variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decl {
    /// What it may be.
    pub domain: Domain,
    /// It may be `empty`, too.
    pub optional: bool,
    /// It stands for something that is not looked into: what is said of it is a guess.
    pub opaque: bool,
}

/// What is asked of one variable. All but [`Pred::Empty`] are false of `empty`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pred {
    /// It is `empty`.
    Empty,
    /// It is true.
    True,
    /// It is one of these.
    OneOf(BTreeSet<u32>),
    /// It is this name.
    Is(SmolStr),
    /// It lies there.
    Within(Spans),
    /// It is of this currency, and the amount lies there.
    Amount(SmolStr, Spans),
    /// It has this name.
    Has(SmolStr),
    /// It is one of these texts.
    Text(Lang),
}

/// A formula.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Formula {
    /// A variable is asked something.
    Atom(Var, Pred),
    /// Does not hold.
    Not(Box<Formula>),
    /// All hold; with none, it holds.
    And(Vec<Formula>),
    /// One holds; with none, it does not.
    Or(Vec<Formula>),
}

impl Formula {
    /// What always holds.
    pub const TRUE: Self = Self::And(Vec::new());
    /// What never holds.
    pub const FALSE: Self = Self::Or(Vec::new());

    /// The one or the other of the two above.
    pub fn constant(holds: bool) -> Self {
        if holds { Self::TRUE } else { Self::FALSE }
    }

    /// Both hold.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::And(mut a), Self::And(b)) => {
                a.extend(b);
                Self::And(a)
            }
            (Self::And(mut a), b) => {
                a.push(b);
                Self::And(a)
            }
            (a, b) => Self::And(vec![a, b]),
        }
    }

    /// One of the two holds.
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Or(mut a), Self::Or(b)) => {
                a.extend(b);
                Self::Or(a)
            }
            (Self::Or(mut a), b) => {
                a.push(b);
                Self::Or(a)
            }
            (a, b) => Self::Or(vec![a, b]),
        }
    }

    /// Does not hold.
    #[expect(
        clippy::should_implement_trait,
        reason = "`!` would hide what it costs"
    )]
    pub fn not(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }
}
