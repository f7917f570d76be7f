//! The log as the writer sees it.

use trig_log::{AppendError, Class, Log, Record, Unwritable};

/// Which room a batch may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    /// What bodies may use.
    Intake,
    /// Also what is kept back for timers, results and revisions.
    KeptBack,
}

/// Why a batch was not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JournalError {
    /// There is no room for it. Nothing was written, and others may be.
    Full,
    /// It is more than the log takes at once. Nothing was written, and less may be.
    TooLarge(String),
    /// Nothing more may be written.
    Broken(String),
}

/// A durable, append-only log.
pub(crate) trait Journal {
    /// Appends a batch with one sync, and says the position of its first record. `digest` is that of the batch before.
    fn append(&mut self, records: &[Record], digest: u64, room: Room) -> Result<u64, JournalError>;
}

impl Journal for Log {
    fn append(&mut self, records: &[Record], digest: u64, room: Room) -> Result<u64, JournalError> {
        let class = match room {
            Room::Intake => Class::Intake,
            Room::KeptBack => Class::Internal,
        };
        match Self::append(self, class, records, digest) {
            Ok(positions) => Ok(positions.start),
            Err(AppendError::Full { .. }) => Err(JournalError::Full),
            Err(AppendError::Unwritable(e @ Unwritable::Batch { .. })) => {
                Err(JournalError::TooLarge(e.to_string()))
            }
            Err(e) => Err(JournalError::Broken(e.to_string())),
        }
    }
}
