//! Values.

use std::collections::BTreeSet;
use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{Date, Millis, RecordKey, Time, Timestamp};

/// A value. `Ord` is the order of storage, total over all kinds; what `<` means in the language is the engine's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// No value.
    Empty,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// An exact number.
    Decimal(Decimal),
    /// An amount.
    Money(Money),
    /// Text or URL, NFC, never `""`.
    Text(SmolStr),
    /// A tag as written; equality of tags is by [`crate::fold_tag`].
    Tag(SmolStr),
    /// A day.
    Date(Date),
    /// A time of day.
    Time(Time),
    /// An instant.
    DateTime(Timestamp),
    /// A duration.
    Duration(Millis),
    /// A day of the week, Monday = 1 to Sunday = 7.
    Weekday(u8),
    /// A variant of an enum, by its name; the type says of which.
    Variant(SmolStr),
    /// A stage, by full names.
    Stage(StageName),
    /// A user.
    User(SmolStr),
    /// A record.
    Record(RecordKey),
    /// Values in order.
    List(Vec<Value>),
    /// A set.
    Set(BTreeSet<Value>),
    /// What came over the wire and fits no type of the revision, as JSON text. Reads as `empty`; kept, because a
    /// later revision may know it.
    Raw(SmolStr),
}

impl Value {
    /// Whether it reads as `empty`.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Empty | Self::Raw(_) => true,
            Self::Text(text) | Self::Tag(text) | Self::User(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Set(items) => items.is_empty(),
            _ => false,
        }
    }
}

/// An amount with its currency.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Money {
    /// ISO 4217, upper case.
    pub currency: SmolStr,
    /// In major units.
    pub amount: Decimal,
}

/// A stage by the names of its pipeline and itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StageName {
    /// `Sales`
    pub pipeline: SmolStr,
    /// `New`
    pub stage: SmolStr,
}

/// `Sales.New`
impl fmt::Display for StageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.pipeline, self.stage)
    }
}

/// As a person would write it in Trig; not a wire format.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn joined<'a>(
            f: &mut fmt::Formatter<'_>,
            items: impl Iterator<Item = &'a Value>,
        ) -> fmt::Result {
            f.write_str("[")?;
            for (i, item) in items.enumerate() {
                if i > 0 {
                    f.write_str(", ")?;
                }
                item.fmt(f)?;
            }
            f.write_str("]")
        }
        match self {
            Self::Empty => f.write_str("empty"),
            Self::Bool(b) => b.fmt(f),
            Self::Int(n) => n.fmt(f),
            Self::Decimal(d) => d.fmt(f),
            Self::Money(m) => write!(f, "{} {}", m.amount, m.currency),
            Self::Text(t) | Self::Tag(t) => write!(f, "{t:?}"),
            Self::Date(d) => d.fmt(f),
            Self::Time(t) => write!(f, "{:02}:{:02}", t.hour(), t.minute()),
            Self::DateTime(t) => t.fmt(f),
            Self::Duration(d) => d.fmt(f),
            Self::Weekday(d) => f.write_str(weekday_name(*d)),
            Self::Variant(v) => v.fmt(f),
            Self::Stage(s) => s.fmt(f),
            Self::User(u) => write!(f, "user {u:?}"),
            Self::Record(r) => r.fmt(f),
            Self::List(items) => joined(f, items.iter()),
            Self::Set(items) => joined(f, items.iter()),
            Self::Raw(json) => write!(f, "unreadable {json}"),
        }
    }
}

/// The name of a weekday in Trig, Monday = 1 to Sunday = 7.
pub fn weekday_name(day: u8) -> &'static str {
    match day {
        1 => "mon",
        2 => "tue",
        3 => "wed",
        4 => "thu",
        5 => "fri",
        6 => "sat",
        _ => "sun",
    }
}
