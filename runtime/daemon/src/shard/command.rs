//! What the writer is asked to do.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tokio::sync::oneshot;
use trig_engine::{Arrival, EffectResult};
use trig_ir::{Ir, RecordKey, RevisionHash, Timestamp};

use std::sync::Arc;

use super::queue::Share;
use super::workspace::Ready;
use crate::registry::Site;

/// A body that came in: authenticated, read, and not yet durable.
#[derive(Debug)]
pub struct Intake {
    /// For which workspace.
    pub workspace: SmolStr,
    /// Through which door it came.
    pub via: SmolStr,
    /// What it says.
    pub arrivals: Vec<Arrival>,
    /// The same, as it goes into the log.
    pub payload: Vec<u8>,
    /// When the sender wants to hear of it.
    pub until: Until,
    /// Where to answer.
    pub reply: oneshot::Sender<Result<Accepted, Refusal>>,
    /// Its place in the queue.
    pub share: Share,
}

/// When a sender wants its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Once it cannot be lost any more.
    Durable,
    /// Once it has been evaluated.
    Applied,
}

/// A body was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Accepted {
    /// The position of its record in the log.
    pub position: u64,
    /// How many events it held.
    pub events: usize,
    /// What fired, if the sender waited for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied: Option<Applied>,
}

/// What evaluating a body led to.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Applied {
    /// The triggers that fired.
    pub fired: Vec<Fired>,
    /// How many events were there before.
    pub duplicates: usize,
    /// How many effects were decided.
    pub effects: usize,
    /// What of it was only kept, because nothing could be done with it: an event of an unknown type, a value that does
    /// not fit its field.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub kept: Vec<Kept>,
    /// What became of a flow that was to be started by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<StartedFlow>,
}

/// What became of a flow that was to be started by hand.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct StartedFlow {
    /// Whether it runs, ran, or waits to.
    pub started: bool,
    /// For what it waits, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits: Option<String>,
    /// Why it did not start, if it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Something that was only kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// The field that it is about, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<SmolStr>,
    /// Why nothing was done with it.
    pub reason: String,
}

/// A trigger that fired.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fired {
    /// Which.
    pub trigger: SmolStr,
    /// For what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<RecordKey>,
}

/// Why a body was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No room in the log.
    #[error("the log is full")]
    Full,
    /// More than the log takes at once.
    #[error("the body is too large: {0}")]
    TooLarge(String),
    /// The workspace does not run.
    #[error("the workspace is stopped: {0}")]
    Stopped(String),
    /// There is no such workspace.
    #[error("there is no such workspace")]
    Unknown,
}

/// What is asked of the writer from inside. Never refused for want of room.
#[derive(Debug)]
pub enum Control {
    /// An effect ended.
    Result {
        /// Of which workspace.
        workspace: SmolStr,
        /// How.
        result: EffectResult,
        /// Told when it is durable and evaluated.
        done: oneshot::Sender<()>,
    },
    /// An effect is about to leave of which nobody could tell later whether it did.
    Attempt {
        /// Of which workspace.
        workspace: SmolStr,
        /// Its key.
        key: SmolStr,
        /// Which attempt, from 1.
        attempt: u32,
        /// Told when it is durable.
        done: oneshot::Sender<()>,
    },
    /// A revision is to be active.
    Activate {
        /// Which.
        activation: Activation,
        /// Told when it is.
        done: oneshot::Sender<Result<(), Refusal>>,
    },
    /// How is a workspace?
    Status {
        /// Which.
        workspace: SmolStr,
        /// Where to answer.
        answer: oneshot::Sender<Option<Status>>,
    },
    /// Finish what came before, and end.
    Stop,
}

/// A revision that is kept and compiled.
#[derive(Debug)]
pub struct Activation {
    /// The revision, ready to run.
    pub(crate) ready: Ready,
    /// What goes with it outside the writer: in place before anything of the revision comes out.
    pub(crate) site: Site,
}

impl Activation {
    /// Makes a revision ready to run, which takes a while for a large one.
    pub(crate) fn new(revision: RevisionHash, ir: Arc<Ir>, site: Site) -> Self {
        Self {
            ready: Ready::new(revision, ir),
            site,
        }
    }
}

/// How a workspace is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Status {
    /// Which.
    pub workspace: SmolStr,
    /// The active revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<RevisionHash>,
    /// The position of the last record that was evaluated.
    pub position: u64,
    /// The time of it.
    pub at: Timestamp,
    /// How many firings wait.
    pub pending: usize,
    /// When the next of them is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_due: Option<Timestamp>,
    /// Whether a fan-out over very many records goes on.
    pub sweeping: bool,
    /// How many effects have not ended.
    pub outbox: usize,
    /// Why it does not run, if it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}
