//! Identities of causes, firings and effects.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;
use trig_ir::{RecordKey, Timestamp, Value};

use crate::state::{ClockName, FiringKey};

/// What a cascade began with: the same cause has the same identity whatever else went on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Root {
    /// An arrival with a dedupe key: source and id. Whoever sends it again, to another log, too, has the same keys.
    Arrival(SmolStr, SmolStr),
    /// Any other input, by its position in the log.
    Position(u64),
    /// A slice of a sweep, by its position in the log.
    Slice(u64),
    /// An occurrence of a trigger's clock: which, and when it was due.
    Clock(SmolStr, ClockName, Timestamp),
    /// An instant that depends on a date of a record: the same of the trigger's clock, and the record.
    Due(SmolStr, ClockName, Timestamp, RecordKey),
    /// A firing that had waited, by its identity.
    Firing(SmolStr),
    /// A body that had waited, by the identity of its firing and the line at which it goes on.
    Body(SmolStr, u32),
}

impl Root {
    /// Whether the cause had waited, so that time may have passed since anything came in from outside.
    pub(crate) fn had_waited(&self) -> bool {
        match self {
            Self::Firing(_) | Self::Body(..) => true,
            Self::Arrival(..)
            | Self::Position(_)
            | Self::Slice(_)
            | Self::Clock(..)
            | Self::Due(..) => false,
        }
    }
}

/// An event of a cascade, by its number inside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Origin {
    pub(crate) root: Root,
    pub(crate) nth: u32,
}

/// A hash over parts that cannot run into one another: each is preceded by its length.
struct Parts(Sha256);

impl Parts {
    fn text(&mut self, part: &str) {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part.as_bytes());
    }

    fn record(&mut self, record: &RecordKey) {
        self.text(&record.entity);
        self.text(&record.connector);
        self.text(&record.id);
    }

    fn clock(&mut self, trigger: &str, clock: &ClockName, due: Timestamp) {
        self.text("clock");
        self.text(trigger);
        self.text(&clock.text);
        self.number(u64::from(clock.nth));
        self.text(&due.to_string());
    }

    fn number(&mut self, n: u64) {
        self.0.update(n.to_le_bytes());
    }

    /// The first 32 hexadecimal digits.
    fn finish(self) -> SmolStr {
        let mut hex = String::with_capacity(32);
        for byte in self.0.finalize().iter().take(16) {
            let _ = write!(hex, "{byte:02x}");
        }
        hex.into()
    }
}

/// The identity of a firing: workspace, cause, trigger, subject and finer entities.
pub(crate) fn firing(workspace: &str, origin: &Origin, key: &FiringKey) -> SmolStr {
    let mut parts = Parts(Sha256::new());
    parts.text(workspace);
    match &origin.root {
        Root::Arrival(source, id) => {
            parts.text("arrival");
            parts.text(source);
            parts.text(id);
        }
        Root::Position(position) => {
            parts.text("position");
            parts.number(*position);
        }
        Root::Slice(position) => {
            parts.text("slice");
            parts.number(*position);
        }
        Root::Clock(trigger, clock, due) => parts.clock(trigger, clock, *due),
        Root::Due(trigger, clock, due, record) => {
            parts.clock(trigger, clock, *due);
            parts.record(record);
        }
        Root::Firing(firing) => {
            parts.text("firing");
            parts.text(firing);
        }
        Root::Body(firing, line) => {
            parts.text("body");
            parts.text(firing);
            parts.number(u64::from(*line));
        }
    }
    parts.number(u64::from(origin.nth));
    parts.text(&key.trigger);
    match &key.subject {
        Some(subject) => parts.record(subject),
        None => parts.text(""),
    }
    parts.number(key.finer.len() as u64);
    for finer in &key.finer {
        parts.text(&serde_json::to_string(finer).unwrap_or_default());
    }
    parts.finish()
}

/// The idempotency key of a step of a firing; in `for each`, of the step for these elements.
pub(crate) fn effect(firing: &str, step: u32, elements: &[(u32, Value)]) -> SmolStr {
    let mut parts = Parts(Sha256::new());
    parts.text("effect");
    parts.text(firing);
    parts.number(u64::from(step));
    for (_, element) in elements {
        parts.text(&serde_json::to_string(element).unwrap_or_default());
    }
    parts.finish()
}
