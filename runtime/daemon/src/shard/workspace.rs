//! A workspace as the writer holds it: state, engine, and what is under way.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use smol_str::SmolStr;
use trig_engine::{Effect, Engine, Input, Options, Output, State};
use trig_ir::{Ir, RevisionHash, Timestamp};

use super::command::Status;
use crate::feed::Seen;
use crate::position;

/// A revision and the engine that runs it.
#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) revision: RevisionHash,
    pub(crate) ir: Arc<Ir>,
    pub(crate) engine: Arc<Engine>,
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Running").field(&self.revision).finish()
    }
}

/// A revision whose engine is ready, and not yet active.
pub(crate) struct Ready {
    pub(crate) revision: RevisionHash,
    pub(crate) ir: Arc<Ir>,
    /// In a box: it is handed on often, and is large.
    engine: Box<Engine>,
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ready").field(&self.revision).finish()
    }
}

impl Ready {
    /// Builds the engine, which takes a while for a large revision.
    pub(crate) fn new(revision: RevisionHash, ir: Arc<Ir>) -> Self {
        let engine = Box::new(Engine::new(Arc::clone(&ir), revision.clone()));
        Self {
            revision,
            ir,
            engine,
        }
    }
}

/// A workspace.
pub struct Workspace {
    pub(crate) id: SmolStr,
    /// The active revision; none until the first one is activated.
    pub(crate) running: Option<Running>,
    /// The revisions on which bodies still run that began before the active one. None of these engines holds others: what
    /// is no longer in use is gone.
    earlier: BTreeMap<RevisionHash, Running>,
    /// Where each feed stands, as far as the log said.
    pub(crate) feeds: BTreeMap<SmolStr, Seen>,
    pub(crate) state: State,
    /// Attempts that left and of which no result has come in: key, and which attempt it was.
    pub(crate) attempts: BTreeMap<SmolStr, u32>,
    /// Whether a project of this run belongs to it. Timers and effects of any other stand still.
    pub(crate) live: bool,
    /// Why it does not run.
    pub(crate) stopped: Option<String>,
    /// The time of the last input.
    pub(crate) at: Timestamp,
}

impl Workspace {
    pub(crate) fn new(id: SmolStr) -> Self {
        Self {
            id,
            running: None,
            earlier: BTreeMap::new(),
            feeds: BTreeMap::new(),
            state: State::default(),
            attempts: BTreeMap::new(),
            live: false,
            stopped: None,
            at: Timestamp::default(),
        }
    }

    /// Its id.
    pub fn id(&self) -> &SmolStr {
        &self.id
    }

    /// Its state.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The active revision.
    pub fn revision(&self) -> Option<&RevisionHash> {
        self.running.as_ref().map(|r| &r.revision)
    }

    /// The active revision and what it says.
    pub(crate) fn running(&self) -> Option<(RevisionHash, Arc<Ir>)> {
        self.running
            .as_ref()
            .map(|r| (r.revision.clone(), Arc::clone(&r.ir)))
    }

    /// Why it does not run, if it does not.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// Whether it takes part: it belongs to a project of this run, and nothing stopped it.
    pub(crate) fn runs(&self) -> bool {
        self.live && self.stopped.is_none() && self.running.is_some()
    }

    /// Makes a revision the active one, together with those on which bodies still run, and says which of these are not at
    /// hand: bodies that need them end, with a record.
    pub(crate) fn switch(&mut self, ready: Ready) -> BTreeSet<RevisionHash> {
        let in_use = self.state.revisions_in_use();
        if let Some(last) = self.running.take()
            && in_use.contains(&last.revision)
        {
            // the engine that was active may hold earlier ones; they are not to live as long as it does
            let bare = if self.earlier.is_empty() {
                last
            } else {
                let engine = Engine::new(Arc::clone(&last.ir), last.revision.clone());
                Running {
                    engine: Arc::new(engine),
                    ..last
                }
            };
            self.earlier.insert(bare.revision.clone(), bare);
        }
        let Ready {
            revision,
            ir,
            engine,
        } = ready;
        self.earlier
            .retain(|earlier, _| in_use.contains(earlier) && *earlier != revision);
        let missing = in_use
            .into_iter()
            .filter(|used| *used != revision && !self.earlier.contains_key(used))
            .collect();
        let earlier = self
            .earlier
            .iter()
            .map(|(revision, running)| (revision.clone(), Arc::clone(&running.engine)))
            .collect();
        self.running = Some(Running {
            revision,
            ir,
            engine: Arc::new(engine.with_earlier(earlier, &self.state)),
        });
        missing
    }

    /// Whether a fan-out over very many records is to go on.
    pub(crate) fn has_slices(&self) -> bool {
        self.runs() && self.state.has_slices()
    }

    /// Evaluates an input. The engine works on an overlay: where it panics, nothing of the input has changed the state,
    /// and the workspace stands still from there on, also after a restart; others go on.
    pub(crate) fn apply(&mut self, input: &Input, options: &Options) -> Output {
        let Some(running) = &self.running else {
            return Output::default();
        };
        if self.stopped.is_some() {
            return Output::default();
        }
        self.at = input.at;
        let state = &mut self.state;
        let evaluate = AssertUnwindSafe(|| running.engine.apply(state, input, options));
        match catch_unwind(evaluate) {
            Ok(output) => output,
            Err(_) => {
                self.stopped = Some(format!(
                    "evaluating the input at position {} failed over a mistake in trig itself; what was acknowledged is in the log",
                    position::record(input.position)
                ));
                Output::default()
            }
        }
    }

    /// When the next timer is due, if the workspace runs.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        if self.runs() {
            self.state.next_due()
        } else {
            None
        }
    }

    /// Effects that have not ended, in their order, each with the number of its last attempt that is on record.
    pub(crate) fn unfinished(&self) -> Vec<(Effect, Option<u32>)> {
        self.state
            .outbox()
            .map(|effect| (effect.clone(), self.attempts.get(&effect.key).copied()))
            .collect()
    }

    pub(crate) fn status(&self) -> Status {
        Status {
            workspace: self.id.clone(),
            revision: self.revision().cloned(),
            position: position::record(self.state.position()),
            at: self.at,
            pending: self.state.waiting().count(),
            next_due: self.state.next_due(),
            sweeping: self.state.has_slices(),
            outbox: self.state.outbox().count(),
            stopped: self.stopped.clone(),
        }
    }
}
