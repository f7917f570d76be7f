//! What the daemon tells whoever watches it: for people as lines, for programs as JSON.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crossbeam_channel::{Receiver, Sender};
use serde::Serialize;
use smol_str::SmolStr;
use tokio::sync::oneshot;
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
    /// More happened than could be shown.
    NotShown {
        /// How many things.
        count: u64,
    },
    /// Something worth a word.
    Note {
        /// What.
        text: String,
    },
}

/// How many things may wait to be shown before further ones are left out.
pub(crate) const WAITING: usize = 1_024;

/// Where it is told. Cheap to clone; telling never waits: where the listener is slow, what it has no room for is counted
/// and left out.
#[derive(Clone, Debug, Default)]
pub struct Teller(Option<Line>);

#[derive(Clone, Debug)]
struct Line {
    sender: Sender<Told>,
    left_out: Arc<AtomicU64>,
    keeps_all: Arc<AtomicBool>,
}

/// What goes to the listener.
#[derive(Debug)]
pub(crate) enum Told {
    Happened(Happened),
    /// Somebody waits until all that was told before has been shown.
    Shown(oneshot::Sender<()>),
}

/// The other end.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) told: Receiver<Told>,
    left_out: Arc<AtomicU64>,
}

impl Listener {
    /// What to say about what was left out since this was asked last.
    pub(crate) fn left_out(&self) -> Option<Happened> {
        not_shown(&self.left_out)
    }
}

fn not_shown(left_out: &AtomicU64) -> Option<Happened> {
    let count = left_out.swap(0, Ordering::AcqRel);
    (count > 0).then_some(Happened::NotShown { count })
}

impl Teller {
    /// One that is listened to.
    pub(crate) fn heard() -> (Self, Listener) {
        // bounded by those who tell, who may have to keep all for a while
        let (sender, told) = crossbeam_channel::unbounded();
        let left_out = Arc::<AtomicU64>::default();
        let line = Line {
            sender,
            left_out: Arc::clone(&left_out),
            keeps_all: Arc::default(),
        };
        (Self(Some(line)), Listener { told, left_out })
    }

    /// One that tells nobody.
    pub fn silent() -> Self {
        Self(None)
    }

    /// Whether everything waits to be shown, however much it is. For whoever sees to it with [`Self::shown`] that it is
    /// not too much.
    pub(crate) fn keep_all(&self, keep: bool) {
        if let Some(line) = &self.0 {
            line.keeps_all.store(keep, Ordering::Release);
        }
    }

    /// Tells it.
    pub fn tell(&self, happened: impl FnOnce() -> Happened) {
        let Some(line) = &self.0 else { return };
        if line.sender.len() >= WAITING && !line.keeps_all.load(Ordering::Acquire) {
            line.left_out.fetch_add(1, Ordering::AcqRel);
            return;
        }
        // a listener that has gone needs nothing
        if let Some(note) = not_shown(&line.left_out) {
            drop(line.sender.send(Told::Happened(note)));
        }
        drop(line.sender.send(Told::Happened(happened())));
    }

    /// Waits until what was told so far has been shown.
    pub(crate) async fn shown(&self) {
        if let Some(line) = &self.0 {
            let (answer, shown) = oneshot::channel();
            drop(line.sender.send(Told::Shown(answer)));
            // the line closes once it has been shown, or with a listener that has gone
            drop(shown.await);
        }
    }
}
