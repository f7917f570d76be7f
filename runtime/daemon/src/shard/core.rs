//! The writer without its thread: batches in, durable and evaluated batches out. Log first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smol_str::SmolStr;
use tokio::sync::oneshot;
use trig_engine::{Happening, Input, InputKind, Options, Output, SEMANTICS_VERSION};
use trig_ir::{RevisionHash, Timestamp};

use super::command::{Accepted, Activation, Applied, Intake, Refusal, Status, Until};
use super::digest::BatchDigest;
use super::item::{Item, Step};
use super::workspace::Workspace;
use crate::clock::Clock;
use crate::happened::{Happened, Teller};
use crate::outbox::Orders;
use crate::position;
use crate::registry::Registry;
use crate::store::{AttemptPayload, Journal, JournalError, RevisionPayload, Room};
use trig_log::{Record, RecordKind};

/// The writer must end: what was not acknowledged may be lost, what was is in the log.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The log takes no more.
    #[error("the log cannot be written any more: {0}")]
    Log(String),
    /// There is no room even for what is kept back.
    #[error("the log is full, and so is the room kept back for timers and results")]
    Full,
    /// The writer panicked.
    #[error(
        "the writer stopped over a mistake in trig itself; what was acknowledged is in the log"
    )]
    Panicked,
    /// Something could not be written as JSON.
    #[error("a record cannot be written: {0}")]
    Encode(#[from] serde_json::Error),
}

/// The writer.
pub(crate) struct Core<J> {
    pub(crate) journal: J,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) workspaces: BTreeMap<SmolStr, Workspace>,
    /// The time of the last record: the next one has none before it.
    pub(crate) now: Timestamp,
    /// The digest of the last batch.
    pub(crate) digest: u64,
    pub(crate) options: Options,
    pub(crate) orders: Orders,
    pub(crate) registry: Registry,
    pub(crate) teller: Teller,
}

impl<J: Journal> Core<J> {
    /// When the next timer is due.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.workspaces.values().filter_map(Workspace::due).min()
    }

    /// Whether a timer is due, or a sweep is to go on: there is something to do without anybody asking.
    pub(crate) fn is_due(&self) -> bool {
        self.next_due().is_some_and(|due| due <= self.time()) || self.has_slices()
    }

    /// Whether a sweep is to go on.
    fn has_slices(&self) -> bool {
        self.workspaces.values().any(Workspace::has_slices)
    }

    /// The time of the next record: a clock that went back holds it.
    pub(crate) fn time(&self) -> Timestamp {
        self.clock.now().max(self.now)
    }

    pub(crate) fn status(&self, workspace: &str) -> Option<Status> {
        self.workspaces
            .get(workspace)
            .filter(|w| w.live)
            .map(Workspace::status)
    }

    /// Makes a batch durable, answers, and evaluates it. An empty one looks after timers that are due, and sweeps.
    pub(crate) fn commit(&mut self, items: Vec<Item>) -> Result<(), Broken> {
        let now = self.time();
        let mut items = self.admit(items);
        self.add_slices(&mut items);
        self.add_ticks(&mut items, now);
        if items.is_empty() {
            return Ok(());
        }
        let (items, first) = match self.append(items, now)? {
            Some(written) => written,
            None => return Ok(()),
        };
        self.now = now;
        self.evaluate(items, first, now)
    }

    /// Refuses what cannot be taken.
    fn admit(&mut self, items: Vec<Item>) -> Vec<Item> {
        items
            .into_iter()
            .filter_map(|item| match item {
                Item::Input(intake) => match self.workspaces.get(&intake.workspace) {
                    Some(w) if w.runs() => Some(Item::Input(intake)),
                    Some(Workspace {
                        stopped: Some(reason),
                        ..
                    }) => {
                        answer(intake.reply, Err(Refusal::Stopped(reason.clone())));
                        None
                    }
                    _ => {
                        answer(intake.reply, Err(Refusal::Unknown));
                        None
                    }
                },
                Item::Activate { activation, done } => {
                    let id = activation.ready.ir.project.id.clone();
                    self.enliven(&id);
                    let workspace = self.workspace(&id);
                    if let Some(reason) = workspace.stopped.clone() {
                        answer(done, Err(Refusal::Stopped(reason)));
                        return None;
                    }
                    if workspace.revision() == Some(&activation.ready.revision) {
                        self.registry.put(activation.site);
                        answer(done, Ok(()));
                        return None;
                    }
                    Some(Item::Activate { activation, done })
                }
                // of a workspace that no longer runs, or never did: whoever waits finds the line closed
                Item::Result { ref workspace, .. }
                | Item::Attempt { ref workspace, .. }
                | Item::Slice { ref workspace }
                | Item::Tick { ref workspace } => self
                    .workspaces
                    .get(workspace)
                    .is_some_and(Workspace::runs)
                    .then_some(item),
            })
            .collect()
    }

    /// A project of this run belongs to the workspace from here on.
    fn enliven(&mut self, id: &SmolStr) {
        let workspace = self.workspace(id);
        if workspace.live {
            return;
        }
        workspace.live = true;
        if workspace.runs() {
            let unfinished = workspace.unfinished();
            self.orders.resume(id, unfinished);
        }
    }

    fn workspace(&mut self, id: &SmolStr) -> &mut Workspace {
        self.workspaces
            .entry(id.clone())
            .or_insert_with(|| Workspace::new(id.clone()))
    }

    /// Sweeps go on between other inputs: each batch takes every one on by a slice, behind what waited for its turn.
    fn add_slices(&self, items: &mut Vec<Item>) {
        let slices = self
            .workspaces
            .values()
            .filter(|w| w.has_slices())
            .map(|w| Item::Slice {
                workspace: w.id().clone(),
            });
        items.extend(slices);
    }

    /// A workspace with a timer that is due, and nothing in the batch that would run it, gets a tick. A new revision
    /// runs no timers: those that are due run before it, under the old one, so that what follows it does not count.
    fn add_ticks(&self, items: &mut Vec<Item>, now: Timestamp) {
        let mut advanced = BTreeSet::new();
        let mut switched = BTreeSet::new();
        for item in &*items {
            match item {
                Item::Input(Intake { workspace, .. })
                | Item::Result { workspace, .. }
                | Item::Slice { workspace }
                | Item::Tick { workspace } => {
                    if !switched.contains(workspace) {
                        advanced.insert(workspace.clone());
                    }
                }
                Item::Activate { activation, .. } => {
                    switched.insert(activation.ready.ir.project.id.clone());
                }
                Item::Attempt { .. } => {}
            }
        }
        let ticks = self
            .workspaces
            .values()
            .filter(|w| !advanced.contains(w.id()) && w.due().is_some_and(|due| due <= now))
            .map(|w| Item::Tick {
                workspace: w.id().clone(),
            });
        items.splice(0..0, ticks);
    }

    /// Appends a batch. Where the log is full, bodies are refused and the rest goes where room is kept back; where it is
    /// more than the log takes at once, the largest body is refused.
    fn append(
        &mut self,
        mut items: Vec<Item>,
        now: Timestamp,
    ) -> Result<Option<(Vec<Item>, u64)>, Broken> {
        loop {
            let has_bodies = items.iter().any(|i| matches!(i, Item::Input(_)));
            let room = if has_bodies {
                Room::Intake
            } else {
                Room::KeptBack
            };
            let records = self.records(&mut items, now)?;
            match self.journal.append(&records, self.digest, room) {
                Ok(first) => return Ok(Some((items, first))),
                Err(JournalError::Full) if has_bodies => {
                    tracing::warn!("the log is full: bodies are refused until there is room");
                    items = refuse_bodies(items);
                }
                Err(JournalError::TooLarge(reason)) if has_bodies => {
                    refuse_largest(&mut items, records, &reason);
                }
                Err(JournalError::Full) => return Err(Broken::Full),
                Err(JournalError::TooLarge(reason) | JournalError::Broken(reason)) => {
                    return Err(Broken::Log(reason));
                }
            }
            // what is gone would have run these timers
            self.add_ticks(&mut items, now);
            if items.is_empty() {
                return Ok(None);
            }
        }
    }

    fn records(&self, items: &mut [Item], at: Timestamp) -> Result<Vec<Record>, Broken> {
        // a revision counts for what follows it in its own batch
        let mut switched: BTreeMap<&SmolStr, &RevisionHash> = BTreeMap::new();
        let mut records = Vec::with_capacity(items.len());
        for item in items {
            let (workspace, kind, body) = match item {
                Item::Input(intake) => (
                    &intake.workspace,
                    RecordKind::Input,
                    // it is needed nowhere else
                    std::mem::take(&mut intake.payload),
                ),
                Item::Result {
                    workspace, result, ..
                } => (&*workspace, RecordKind::Result, serde_json::to_vec(result)?),
                Item::Attempt {
                    workspace,
                    key,
                    attempt,
                    ..
                } => (
                    &*workspace,
                    RecordKind::Attempt,
                    serde_json::to_vec(&AttemptPayload {
                        key: key.clone(),
                        attempt: *attempt,
                    })?,
                ),
                Item::Activate { activation, .. } => {
                    let ready = &activation.ready;
                    let workspace = &ready.ir.project.id;
                    switched.insert(workspace, &ready.revision);
                    let payload = RevisionPayload {
                        revision: ready.revision.clone(),
                    };
                    (
                        workspace,
                        RecordKind::Revision,
                        serde_json::to_vec(&payload)?,
                    )
                }
                Item::Tick { workspace } => (&*workspace, RecordKind::Tick, Vec::new()),
                Item::Slice { workspace } => (&*workspace, RecordKind::SweepSlice, Vec::new()),
            };
            let revision = match switched.get(workspace) {
                Some(revision) => revision.0.clone(),
                None => self
                    .workspaces
                    .get(workspace)
                    .and_then(Workspace::revision)
                    .map(|r| r.0.clone())
                    .unwrap_or_default(),
            };
            records.push(Record {
                kind,
                time_ms: at.0,
                workspace: workspace.clone(),
                revision,
                semantics: SEMANTICS_VERSION,
                body,
            });
        }
        Ok(records)
    }

    /// Evaluates what is durable.
    fn evaluate(&mut self, items: Vec<Item>, first: u64, at: Timestamp) -> Result<(), Broken> {
        let mut digest = BatchDigest::default();
        let mut waiting = Vec::new();
        // everything is durable: first say so to all, then think
        for (item, position) in items.into_iter().zip(first..) {
            waiting.push((position, self.acknowledge(item, position, at)));
        }
        for (position, step) in waiting {
            self.step(step, position, at, &mut digest)?;
        }
        self.digest = digest.finish();
        Ok(())
    }

    fn acknowledge(&self, item: Item, position: u64, at: Timestamp) -> Step {
        match item {
            Item::Input(intake) => {
                let events = intake.arrivals.len();
                self.teller.tell(|| Happened::Received {
                    workspace: intake.workspace.clone(),
                    position,
                    at,
                    via: intake.via.clone(),
                    events,
                });
                let accepted = Accepted {
                    position,
                    events,
                    applied: None,
                };
                let reply = match intake.until {
                    Until::Durable => {
                        answer(intake.reply, Ok(accepted));
                        None
                    }
                    Until::Applied => Some((intake.reply, accepted)),
                };
                Step::Arrivals {
                    workspace: intake.workspace,
                    arrivals: intake.arrivals,
                    reply,
                }
            }
            Item::Attempt {
                workspace,
                key,
                attempt,
                done,
            } => Step::Attempt {
                workspace,
                key,
                attempt,
                done,
            },
            Item::Result {
                workspace,
                result,
                done,
            } => Step::Result {
                workspace,
                result,
                done,
            },
            Item::Activate { activation, done } => Step::Activate { activation, done },
            Item::Tick { workspace } => Step::Time {
                workspace,
                kind: InputKind::Tick,
            },
            Item::Slice { workspace } => Step::Time {
                workspace,
                kind: InputKind::Slice,
            },
        }
    }

    fn step(
        &mut self,
        step: Step,
        position: u64,
        at: Timestamp,
        digest: &mut BatchDigest,
    ) -> Result<(), Broken> {
        match step {
            Step::Arrivals {
                workspace,
                arrivals,
                reply,
            } => {
                let mut applied = reply.is_some().then(Applied::default);
                for (index, arrival) in arrivals.into_iter().enumerate() {
                    let flow = match &arrival.what {
                        Happening::Start { flow, .. } => Some(flow.clone()),
                        _ => None,
                    };
                    let input = Input {
                        position: position::input(position, index),
                        at,
                        kind: InputKind::Arrival(arrival),
                    };
                    let output = self.input(&workspace, &input, digest)?;
                    if let (Some(applied), Some(output)) = (&mut applied, output) {
                        applied.add(&output);
                        if let Some(flow) = flow {
                            let running = self.workspaces.get(&workspace);
                            let running = running.and_then(|w| w.running.as_ref());
                            applied.start(&flow, &output, running.map(|r| &*r.ir));
                        }
                    }
                }
                if let (Some((reply, accepted)), applied) = (reply, applied) {
                    answer(
                        reply,
                        Ok(Accepted {
                            applied,
                            ..accepted
                        }),
                    );
                }
            }
            Step::Time { workspace, kind } => {
                let input = Input {
                    position: position::input(position, 0),
                    at,
                    kind,
                };
                self.input(&workspace, &input, digest)?;
            }
            Step::Result {
                workspace,
                result,
                done,
            } => {
                if let Some(w) = self.workspaces.get_mut(&workspace) {
                    w.attempts.remove(&result.key);
                }
                let input = Input {
                    position: position::input(position, 0),
                    at,
                    kind: InputKind::Result(result),
                };
                self.input(&workspace, &input, digest)?;
                answer(done, ());
            }
            Step::Attempt {
                workspace,
                key,
                attempt,
                done,
            } => {
                if let Some(w) = self.workspaces.get_mut(&workspace) {
                    w.attempts.insert(key, attempt);
                }
                answer(done, ());
            }
            Step::Activate { activation, done } => {
                let Activation { ready, site } = activation;
                let workspace = ready.ir.project.id.clone();
                let revision = ready.revision.clone();
                // before anything comes out under the revision
                self.registry.put(site);
                for missing in self.workspace(&workspace).switch(ready) {
                    let text = format!(
                        "{workspace}: revision {missing} is not there; what has begun under it ends"
                    );
                    tracing::warn!("{text}");
                    self.teller.tell(|| Happened::Note { text });
                }
                let input = Input {
                    position: position::input(position, 0),
                    at,
                    kind: InputKind::Revision(revision),
                };
                self.input(&workspace, &input, digest)?;
                answer(done, Ok(()));
            }
        }
        Ok(())
    }

    /// Evaluates one input, and passes on what came of it.
    fn input(
        &mut self,
        workspace: &SmolStr,
        input: &Input,
        digest: &mut BatchDigest,
    ) -> Result<Option<Arc<Output>>, Broken> {
        let Some(w) = self.workspaces.get_mut(workspace) else {
            return Ok(None);
        };
        let ran = w.stopped.is_none();
        let mut options = self.options;
        if let InputKind::Arrival(arrival) = &input.kind
            && matches!(arrival.what, Happening::Start { .. })
        {
            // who starts a flow by hand wants to hear why it did not
            options.trace = true;
        }
        let output = w.apply(input, &options);
        if let (true, Some(reason)) = (ran, w.stopped.clone()) {
            tracing::error!(%workspace, "{reason}");
            self.teller.tell(|| Happened::Stopped {
                workspace: workspace.clone(),
                reason,
            });
        }
        if output.effects.is_empty() && output.audit.is_empty() {
            return Ok(None);
        }
        let output = Arc::new(output);
        digest.add(input.position, &output)?;
        if let Some(running) = &w.running {
            self.teller.tell(|| Happened::Applied {
                workspace: workspace.clone(),
                position: position::record(input.position),
                index: position::index(input.position),
                at: input.at,
                revision: running.revision.clone(),
                output: Arc::clone(&output),
                ir: Some(Arc::clone(&running.ir)),
            });
        }
        if !output.effects.is_empty() {
            self.orders.send(workspace, &output.effects);
        }
        Ok(Some(output))
    }

    /// Hands over what had not ended when the daemon last did.
    pub(crate) fn resume(&self) {
        for workspace in self.workspaces.values().filter(|w| w.runs()) {
            self.orders.resume(&workspace.id, workspace.unfinished());
        }
    }
}

/// What is left of a batch without its bodies.
fn refuse_bodies(items: Vec<Item>) -> Vec<Item> {
    let mut rest = Vec::new();
    for item in items {
        match item {
            Item::Input(intake) => answer(intake.reply, Err(Refusal::Full)),
            other => rest.push(other),
        }
    }
    rest
}

/// Refuses the largest body of a batch whose `records` could not be written. The others get theirs back.
fn refuse_largest(items: &mut Vec<Item>, records: Vec<Record>, reason: &str) {
    let mut largest = None;
    for (index, (item, record)) in items.iter_mut().zip(records).enumerate() {
        if let Item::Input(intake) = item {
            intake.payload = record.body;
            largest = largest.max(Some((intake.payload.len(), index)));
        }
    }
    if let Some((_, index)) = largest
        && let Item::Input(intake) = items.remove(index)
    {
        answer(intake.reply, Err(Refusal::TooLarge(reason.to_owned())));
    }
}

/// Answers whoever still waits.
fn answer<T>(to: oneshot::Sender<T>, with: T) {
    // who has gone away needs no answer
    drop(to.send(with));
}
