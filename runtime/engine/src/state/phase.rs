//! What a firing waits for. Whatever a phase needs to go on, under this revision or a later one, stands here.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use trig_ir::Timestamp;

use super::MarkKey;

/// What a firing waits for; in the order in which it passes them. [`super::Pending::since`] is when it began to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Phase {
    /// That no further event of its key comes.
    Debounce {
        /// When the first event came.
        first: Timestamp,
    },
    /// That something holds.
    Until,
    /// That a time passes.
    #[default]
    After,
    /// Its turn.
    Limit(Turn),
    /// It runs: what its body waits for.
    Body(Running),
}

/// The place of a firing in the queues of its limits; behind those that came to them earlier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Turn {
    /// The queues.
    pub(crate) keys: Vec<MarkKey>,
    /// It stands still: `during` does not hold.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub(crate) closed: bool,
}

/// A body that waits. It finishes on the revision under which it fired ([`super::Pending::revision`]); whatever stands
/// here has its meaning in that one alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Running {
    /// The trigger's name in that revision.
    pub(crate) trigger: SmolStr,
    /// The line of its program at which it stands.
    pub(crate) line: u32,
    /// What that line waits for has come.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub(crate) ready: bool,
}

impl Phase {
    /// As people read it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Debounce { .. } => "debounce",
            Self::Until => "until",
            Self::After => "after",
            Self::Limit(_) => "limit",
            Self::Body(_) => "body",
        }
    }

    /// Whether it has begun: its body runs.
    pub(crate) fn has_begun(&self) -> bool {
        matches!(self, Self::Body(_))
    }
}
