//! What the daemon tells whoever watches it: for people as lines, for programs as JSON.

use std::sync::Arc;

use crossbeam_channel::Sender;
use serde::Serialize;
use smol_str::SmolStr;
use trig_engine::{Effect, Outcome, Output};
use trig_ir::{Ir, RevisionHash, Timestamp};

/// Something that a person would want to see.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Happened {
    /// The daemon listens.
    Listening {
        /// Where, as a URL.
        address: String,
        /// Where it keeps what it knows.
        store: String,
        /// The receiver that stands in for all others, if one does.
        #[serde(skip_serializing_if = "Option::is_none")]
        sink: Option<String>,
    },
    /// A file of the inbox is being posted.
    Posting {
        /// Its name.
        file: String,
        /// Where to: path without secret.
        to: String,
    },
    /// A post was answered with an error.
    Refused {
        /// The file.
        file: String,
        /// The status.
        status: u16,
        /// What the answer said.
        reason: String,
    },
    /// A body is durable.
    Received {
        /// For which workspace.
        workspace: SmolStr,
        /// The position of its record.
        position: u64,
        /// The time in the log.
        at: Timestamp,
        /// Through which door it came.
        via: SmolStr,
        /// How many events it held.
        events: usize,
    },
    /// An input was evaluated, and something came of it.
    Applied {
        /// Of which workspace.
        workspace: SmolStr,
        /// The position of its record.
        position: u64,
        /// Which input of the record it is, from 0.
        index: usize,
        /// The time in the log.
        at: Timestamp,
        /// Under which revision.
        revision: RevisionHash,
        /// What came of it.
        #[serde(flatten)]
        output: Arc<Output>,
        /// The revision itself, to name places.
        #[serde(skip)]
        ir: Option<Arc<Ir>>,
    },
    /// An effect is tried again later.
    Retrying {
        /// Which.
        effect: Arc<Effect>,
        /// After how many attempts.
        attempts: u32,
        /// In how many milliseconds.
        in_ms: u64,
        /// What went wrong.
        reason: String,
    },
    /// An effect ended.
    Delivered {
        /// Which.
        effect: Arc<Effect>,
        /// How.
        outcome: Outcome,
        /// After how many attempts.
        attempts: u32,
        /// What the receiver said.
        detail: String,
    },
    /// An effect is held, because nobody knows whether it arrived.
    Held {
        /// Which.
        effect: Arc<Effect>,
    },
    /// `trig.log` wrote a line.
    Line {
        /// The trigger that said so.
        trigger: SmolStr,
        /// What it said.
        text: String,
    },
    /// The stand-in receiver got a request.
    Sink {
        /// Its path.
        path: String,
        /// Its idempotency key.
        key: String,
        /// Its body.
        body: serde_json::Value,
    },
    /// A revision is active.
    Active {
        /// Of which workspace.
        workspace: SmolStr,
        /// Which.
        revision: RevisionHash,
        /// What is different from the one before.
        change: String,
    },
    /// A project does not compile, or has something to look at.
    Diagnosed {
        /// Its directory.
        project: String,
        /// How many errors.
        errors: usize,
        /// How many warnings.
        warnings: usize,
        /// As a person reads them.
        #[serde(skip)]
        text: String,
        /// As a program reads them.
        diagnostics: serde_json::Value,
        /// What becomes of it.
        consequence: String,
    },
    /// A workspace does not run any more.
    Stopped {
        /// Which.
        workspace: SmolStr,
        /// Why.
        reason: String,
    },
    /// The inbox is through.
    Played {
        /// How many files were posted.
        bodies: usize,
        /// How many of them were refused.
        refused: usize,
        /// How many events they held.
        events: usize,
        /// How many of these were there before.
        duplicates: usize,
        /// How many firings they led to.
        firings: usize,
        /// How many effects.
        effects: usize,
    },
    /// The daemon ends.
    Ending {
        /// What is left in the store.
        left: Vec<crate::shard::Status>,
    },
    /// Something worth a word.
    Note {
        /// What.
        text: String,
    },
}

/// Where it is told. Cheap to clone; telling waits where the listener is slow.
#[derive(Clone, Debug, Default)]
pub struct Teller(Option<Sender<Happened>>);

impl Teller {
    /// One that tells `listener`.
    pub fn new(listener: Sender<Happened>) -> Self {
        Self(Some(listener))
    }

    /// One that tells nobody.
    pub fn silent() -> Self {
        Self(None)
    }

    /// Whether somebody listens.
    pub fn heard(&self) -> bool {
        self.0.is_some()
    }

    /// Tells it.
    pub fn tell(&self, happened: impl FnOnce() -> Happened) {
        if let Some(listener) = &self.0 {
            // a listener that has gone needs nothing
            drop(listener.send(happened()));
        }
    }
}
