//! Types.

use serde::{Deserialize, Serialize};

use crate::{EntityId, EnumId, PipelineId};

/// A type of values. Whether a value may be `empty` is said beside it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// `true`, `false`
    Bool,
    /// A whole number of 64 bits.
    Int,
    /// An exact decimal number of up to 28 digits.
    Decimal,
    /// An exact amount with its currency.
    Money,
    /// Text, in NFC.
    Text,
    /// A text that is a URL.
    Url,
    /// A calendar day.
    Date,
    /// A time of day.
    Time,
    /// An instant.
    DateTime,
    /// A span of time.
    Duration,
    /// A day of the week.
    Weekday,
    /// A user of the CRM, by the CRM's id or by an email.
    User,
    /// A tag: compared trimmed and without case.
    Tag,
    /// A variant of an enum.
    Enum(EnumId),
    /// A reference to a record.
    Entity(EntityId),
    /// A stage of any pipeline of the entity.
    Stage(EntityId),
    /// A stage of one pipeline.
    StageOf(PipelineId),
    /// A connector by name, to which something can be sent.
    Receiver,
    /// Values in order.
    List(Box<Type>),
    /// Values without order and repetition.
    Set(Box<Type>),
    /// Anything: a further argument of an open action.
    Any,
}

impl Type {
    /// What a collection holds.
    pub fn element(&self) -> Option<&Self> {
        match self {
            Self::List(of) | Self::Set(of) => Some(of),
            _ => None,
        }
    }
}
