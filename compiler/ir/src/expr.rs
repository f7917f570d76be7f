//! Expressions, names resolved and types checked.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{ConditionId, PipelineId, ScheduleId, StageName, Value};

/// An expression. Evaluating it gives a value, or an unknown field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expr {
    /// A constant.
    Const(Value),
    /// What stands at a place.
    Load(Place),
    /// All hold. Evaluated left to right; a false one decides whatever is unknown.
    And(Vec<Expr>),
    /// One holds. Evaluated left to right; a true one decides whatever is unknown.
    Or(Vec<Expr>),
    /// Does not hold.
    Not(Box<Expr>),
    /// A comparison. Ordering with `empty` or across currencies is false; `!=` is `not (==)`.
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    /// Both ends included; false where the value is `empty` or of another currency.
    Between {
        /// What is looked at.
        value: Box<Expr>,
        /// The lowest.
        low: Box<Expr>,
        /// The highest.
        high: Box<Expr>,
    },
    /// The value is an element of the collection.
    In(Box<Expr>, Box<Expr>),
    /// The stage is one of these.
    InStages(Box<Expr>, Vec<StageName>),
    /// The stage belongs to the pipeline.
    InPipeline(Box<Expr>, PipelineId),
    /// The collection has the value, or any, all or none of the values of a list.
    Has(HasOp, Box<Expr>, Box<Expr>),
    /// A test of text; the right side is a text, for `ContainsAny` a list of texts. False on `empty`.
    Text(TextOp, Box<Expr>, Box<Expr>),
    /// Is `empty`.
    IsEmpty(Box<Expr>),
    /// The first, unless it is `empty`, then the second.
    OrElse(Box<Expr>, Box<Expr>),
    /// `if c then a else b`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// Arithmetic. Total: what cannot be computed is `empty`.
    Arith(ArithOp, Box<Expr>, Box<Expr>),
    /// `-e`
    Neg(Box<Expr>),
    /// A list.
    List(Vec<Expr>),
    /// A text of pieces; an `empty` piece prints nothing.
    Concat(Vec<Expr>),
    /// A named condition, on the record at the place (`None`: it has no subject), with its arguments.
    Condition(ConditionId, Option<Place>, Vec<Expr>),
    /// The schedule is open now.
    Open(ScheduleId),
    /// The next instant at which the schedule opens, or `empty`.
    NextOpen(ScheduleId),
    /// One of the elements satisfies the filter; it is [`Root::Binder`] `slot` there.
    Any {
        /// The number of its binder.
        slot: u32,
        /// The collection.
        source: Box<Expr>,
        /// The filter.
        filter: Box<Expr>,
    },
    /// A pure function.
    Call(Function, Vec<Expr>),
    /// A value as text, in a form of its own; `empty` prints nothing.
    Format(Box<Expr>, Format),
}

/// How a value is printed: what stands behind the colon in `{deal.amount:,.2}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Of a number or an amount: `,` groups thousands, `.N` rounds half to even to N decimals and always prints them.
    Number {
        /// With `,` between thousands.
        group: bool,
        /// So many decimals; `None`: those that are there.
        decimals: Option<u8>,
    },
    /// Of a date, a time or an instant (in the trigger's zone): as `strftime`, `%d.%m.%Y`.
    Moment(SmolStr),
}

/// Where a value stands: a record or event, and fields to follow from it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Where to begin.
    pub root: Root,
    /// Field names; each but the last one is a reference. With none, the place is the root itself.
    pub path: Vec<SmolStr>,
}

impl Place {
    /// The root itself.
    pub fn root(root: Root) -> Self {
        Self {
            root,
            path: Vec::new(),
        }
    }

    /// A field of the root.
    pub fn field(root: Root, name: impl Into<SmolStr>) -> Self {
        Self {
            root,
            path: vec![name.into()],
        }
    }
}

/// Where a place begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Root {
    /// The subject of the firing (of a condition: the record that it is asked of).
    Subject,
    /// The version of the subject before the change that started the firing.
    Old,
    /// The event that started the firing. A change's own fields are `from`, `to` and `value`; `record` is the record
    /// that changed.
    Event,
    /// The event that is being matched: in the filter of a pattern; in [`crate::ActionDecl::when`], the arguments. In the filter of a start it is the same event
    /// as [`Root::Event`]; in `unless` it is the event that may cancel.
    Candidate,
    /// The record over which `for each` fans out: the subject before it.
    Outer,
    /// A variable, by number: of an enclosing `any` or `for each` among actions, a parameter of a condition, or a record
    /// that a test gives.
    Binder(u32),
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompareOp {
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
}

/// A test of a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HasOp {
    /// The right side is one value.
    One,
    /// Any of a list.
    Any,
    /// All of a list.
    All,
    /// None of a list.
    None,
}

/// A test of text, without case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextOp {
    /// `contains`
    Contains,
    /// `contains any`
    ContainsAny,
    /// `starts with`
    StartsWith,
    /// `ends with`
    EndsWith,
    /// `like`: on a URL, normalised, anchored on host and path, `*` anywhere.
    Like,
}

/// An operation on numbers, money, durations and instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArithOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
}

/// A pure function of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    /// Text in lower case.
    Lower,
    /// The number of characters of a text, or of elements of a collection.
    Length,
    /// Calendar days from the first date to the second.
    DaysBetween,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// The instant of evaluation.
    Now,
    /// The day of evaluation in the trigger's zone.
    Today,
    /// The currency of an amount, as text.
    Currency,
}

impl Expr {
    /// Calls `f` with each operand, in the order of evaluation.
    pub fn for_each_child<'e>(&'e self, f: &mut impl FnMut(&'e Expr)) {
        match self {
            Self::Const(_) | Self::Load(_) | Self::Open(_) | Self::NextOpen(_) => {}
            Self::And(all)
            | Self::Or(all)
            | Self::List(all)
            | Self::Concat(all)
            | Self::Condition(_, _, all)
            | Self::Call(_, all) => {
                for e in all {
                    f(e);
                }
            }
            Self::Not(a)
            | Self::IsEmpty(a)
            | Self::Neg(a)
            | Self::Format(a, _)
            | Self::InStages(a, _)
            | Self::InPipeline(a, _) => f(a),
            Self::Compare(_, a, b)
            | Self::In(a, b)
            | Self::Has(_, a, b)
            | Self::Text(_, a, b)
            | Self::OrElse(a, b)
            | Self::Arith(_, a, b) => {
                f(a);
                f(b);
            }
            Self::Between { value, low, high } => {
                f(value);
                f(low);
                f(high);
            }
            Self::If(a, b, c) => {
                f(a);
                f(b);
                f(c);
            }
            Self::Any { source, filter, .. } => {
                f(source);
                f(filter);
            }
        }
    }
}
