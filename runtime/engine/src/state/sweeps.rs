//! Fan-outs over very many records, worked off in slices.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use trig_ir::{RecordKey, Value};

use super::{Before, Captured, Record, StartName};
use crate::key::Origin;

/// A fan-out under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sweep {
    pub(crate) trigger: SmolStr,
    pub(crate) start: StartName,
    pub(crate) event: Captured,
    /// The change that the event tells of: record, version before, version.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) change: Option<(RecordKey, Before, std::sync::Arc<Record>)>,
    /// The record before `for each`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) outer: Option<RecordKey>,
    pub(crate) finer: Vec<Value>,
    pub(crate) origin: Origin,
    /// The position of the input that started it.
    pub(crate) started: u64,
    pub(crate) over: Over,
    /// The last record that had its turn.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) cursor: Option<RecordKey>,
}

/// Over what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Over {
    /// All records of an entity, by its full name, that were first seen before the one of this number.
    All(SmolStr, u64),
    /// These, in order.
    These(Vec<RecordKey>),
}
