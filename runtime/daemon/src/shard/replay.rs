//! From the log to the state: every record again, each under the revision that is recorded for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use smol_str::SmolStr;
use trig_engine::{EffectResult, Input, InputKind, Options, SEMANTICS_VERSION};
use trig_ir::{RevisionHash, Timestamp, Versions};
use trig_log::{Record, RecordKind};

use super::digest::{BatchDigest, NOTHING};
use super::workspace::{Ready, Workspace};
use crate::position;
use crate::store::{
    AttemptPayload, InputPayload, RevisionError, RevisionPayload, Revisions, Store,
};

/// What a replay gives.
pub struct Replayed {
    /// The workspaces of the log.
    pub workspaces: BTreeMap<SmolStr, Workspace>,
    /// The time of the last record.
    pub now: Timestamp,
    /// The digest of the last batch.
    pub digest: u64,
    /// How many records there were.
    pub records: u64,
    /// The position of the last one, if there is one.
    pub last: Option<u64>,
}

/// Why a log cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] trig_log::ReadError),
    /// A revision that a record needs is missing or damaged.
    #[error("record {position}: {source}")]
    Revision {
        /// The record.
        position: u64,
        /// What is wrong with the revision.
        source: RevisionError,
    },
    /// A record was evaluated under other semantics.
    #[error(
        "record {position} was evaluated under version {found} of the semantics, this program has version {SEMANTICS_VERSION}: run the version that wrote it"
    )]
    Semantics {
        /// The record.
        position: u64,
        /// The version that is recorded.
        found: u32,
    },
    /// A record was evaluated with other zone rules or letter tables.
    #[error(
        "record {position} was evaluated with {found}, this program has {current}: run the version that wrote it"
    )]
    Versions {
        /// The record.
        position: u64,
        /// The versions that its revision was compiled for.
        found: Versions,
        /// Those of this program.
        current: Versions,
    },
    /// A record's payload cannot be understood.
    #[error("record {position}: its payload cannot be read: {source}")]
    Payload {
        /// The record.
        position: u64,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// A kind that this version does not evaluate.
    #[error(
        "record {position} is of kind {kind:?}, which this version does not evaluate: run the version that wrote it"
    )]
    Kind {
        /// The record.
        position: u64,
        /// Its kind.
        kind: RecordKind,
    },
}

/// Replays the log of a store. Changes nothing on disk.
///
/// # Errors
/// If the log or a revision cannot be read.
pub fn replay(store: &Store) -> Result<Replayed, ReplayError> {
    replay_log(&store.log_dir(), &store.revisions())
}

fn replay_log(log: &Path, revisions: &Revisions) -> Result<Replayed, ReplayError> {
    let mut replay = Replay {
        revisions,
        out: Replayed {
            workspaces: BTreeMap::new(),
            now: Timestamp::default(),
            digest: NOTHING,
            records: 0,
            last: None,
        },
        options: Options::default(),
    };
    let mut before: Option<(u64, BTreeSet<SmolStr>)> = None;
    for batch in trig_log::read_batches(log, None)? {
        let batch = batch?;
        // once a workspace stands still, batches that it shared can no longer be judged
        if batch.digest != replay.out.digest
            && let Some((position, took_part)) = &before
            && !replay.any_stopped(took_part)
        {
            replay.differs(*position, took_part);
        }
        let mut digest = BatchDigest::default();
        let mut took_part = BTreeSet::new();
        for (position, record) in (batch.first..).zip(&batch.records) {
            took_part.insert(record.workspace.clone());
            replay.record(position, record, &mut digest)?;
        }
        before = Some((batch.first, took_part));
        replay.out.digest = digest.finish();
    }
    Ok(replay.out)
}

struct Replay<'a> {
    revisions: &'a Revisions,
    out: Replayed,
    options: Options,
}

impl Replay<'_> {
    fn any_stopped(&self, ids: &BTreeSet<SmolStr>) -> bool {
        ids.iter()
            .filter_map(|id| self.out.workspaces.get(id))
            .any(|w| w.stopped.is_some())
    }

    /// The batch that begins at `position` led to something else than when it was logged.
    fn differs(&mut self, position: u64, took_part: &BTreeSet<SmolStr>) {
        for id in took_part {
            if let Some(workspace) = self.out.workspaces.get_mut(id) {
                workspace.stopped.get_or_insert_with(|| {
                    format!(
                        "replaying the batch at position {position} gave another result than when it was first evaluated; nothing more is evaluated, so that nothing is done twice"
                    )
                });
            }
        }
    }

    fn record(
        &mut self,
        position: u64,
        record: &Record,
        digest: &mut BatchDigest,
    ) -> Result<(), ReplayError> {
        let payload = |source| ReplayError::Payload { position, source };
        if record.semantics != SEMANTICS_VERSION {
            return Err(ReplayError::Semantics {
                position,
                found: record.semantics,
            });
        }
        let at = Timestamp(record.time_ms);
        self.out.now = self.out.now.max(at);
        self.out.records += 1;
        self.out.last = Some(position);
        let one = |kind| Input {
            position: position::input(position, 0),
            at,
            kind,
        };
        match record.kind {
            RecordKind::Input => {
                let body: InputPayload = serde_json::from_slice(&record.body).map_err(payload)?;
                if let Some(feed) = body.feed {
                    let feeds = &mut self.workspace(&record.workspace).feeds;
                    feeds.entry(feed.name.clone()).or_default().note(&feed);
                }
                for (index, arrival) in body.arrivals.into_iter().enumerate() {
                    let input = Input {
                        position: position::input(position, index),
                        at,
                        kind: InputKind::Arrival(arrival),
                    };
                    self.apply(position, record, &input, digest)?;
                }
            }
            RecordKind::Tick => self.apply(position, record, &one(InputKind::Tick), digest)?,
            RecordKind::SweepSlice => {
                self.apply(position, record, &one(InputKind::Slice), digest)?;
            }
            RecordKind::Result => {
                let result: EffectResult = serde_json::from_slice(&record.body).map_err(payload)?;
                self.workspace(&record.workspace)
                    .attempts
                    .remove(&result.key);
                self.apply(position, record, &one(InputKind::Result(result)), digest)?;
            }
            RecordKind::Attempt => {
                let attempt: AttemptPayload =
                    serde_json::from_slice(&record.body).map_err(payload)?;
                self.workspace(&record.workspace)
                    .attempts
                    .insert(attempt.key, attempt.attempt);
            }
            RecordKind::Revision => {
                let revision: RevisionPayload =
                    serde_json::from_slice(&record.body).map_err(payload)?;
                let kind = InputKind::Revision(revision.revision);
                self.apply(position, record, &one(kind), digest)?;
            }
            kind => return Err(ReplayError::Kind { position, kind }),
        }
        Ok(())
    }

    fn workspace(&mut self, id: &SmolStr) -> &mut Workspace {
        self.out
            .workspaces
            .entry(id.clone())
            .or_insert_with(|| Workspace::new(id.clone()))
    }

    fn apply(
        &mut self,
        position: u64,
        record: &Record,
        input: &Input,
        digest: &mut BatchDigest,
    ) -> Result<(), ReplayError> {
        let revision = RevisionHash(record.revision.clone());
        let options = self.options;
        if self.workspace(&record.workspace).revision() != Some(&revision) {
            let ready = self.ready(position, &revision)?;
            for missing in self.workspace(&record.workspace).switch(ready) {
                tracing::warn!(
                    workspace = %record.workspace,
                    "revision {missing} is not there; what has begun under it ends at record {position}"
                );
            }
        }
        let workspace = self.workspace(&record.workspace);
        let output = workspace.apply(input, &options);
        digest
            .add(input.position, &output)
            .map_err(|source| ReplayError::Payload { position, source })
    }

    fn ready(&self, position: u64, revision: &RevisionHash) -> Result<Ready, ReplayError> {
        let ir = self
            .revisions
            .get(revision)
            .map_err(|source| ReplayError::Revision { position, source })?;
        let current = Versions::current();
        if ir.versions != current {
            let found = ir.versions;
            return Err(ReplayError::Versions {
                position,
                found,
                current,
            });
        }
        Ok(Ready::new(revision.clone(), Arc::new(ir)))
    }
}
