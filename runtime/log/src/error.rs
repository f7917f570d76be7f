//! What can go wrong, in words that a person can act on.

use std::io;
use std::path::{Path, PathBuf};

use crate::record::Unwritable;

/// Why a log could not be opened for writing. Nothing on disk was changed, except that the directory and its lock file
/// may have been made.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process, or another handle of this one, writes to it.
    #[error("the log in `{}` is already open{}: a log has one writer; stop that one, or give this one another directory",
        dir.display(), holder.as_ref().map_or_else(String::new, |id| format!(" in process {id}")))]
    Locked {
        /// The log's directory.
        dir: PathBuf,
        /// The process that has it, if it left its id.
        holder: Option<String>,
    },
    /// What is there cannot be read.
    #[error(transparent)]
    Unreadable(#[from] ReadError),
    /// The system refused something.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Why a log could not be read, or not further.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Bytes that had been written are not there any more. Nothing is changed or skipped.
    #[error("the log is damaged: `{}` at byte {offset}: {damage}; restore the file from a copy, or cut the log there by a repair, which gives up what follows", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// Where in it, in bytes.
        offset: u64,
        /// What is wrong there.
        damage: Damage,
    },
    /// A newer version wrote it.
    #[error("`{}` has format {version} and this program reads format {}: open it with the newer version that wrote it", file.display(), crate::segment::VERSION)]
    Version {
        /// The file.
        file: PathBuf,
        /// Its format.
        version: u32,
    },
    /// A newer version wrote a record of a kind that this one does not know.
    #[error("the record at position {position} (`{}`, frame at byte {offset}) is of the unknown kind {code}: open the log with the newer version that wrote it", file.display())]
    UnknownKind {
        /// The file.
        file: PathBuf,
        /// Where its frame begins, in bytes.
        offset: u64,
        /// The record's position.
        position: u64,
        /// The code of the kind.
        code: u8,
    },
    /// The log begins after the position that was asked for.
    #[error("the log in `{}` begins at position {first}, so it cannot be read from {asked}", dir.display())]
    NotKept {
        /// The log's directory.
        dir: PathBuf,
        /// The position that was asked for.
        asked: u64,
        /// The first position there is.
        first: u64,
    },
    /// The system refused something. It is not taken for the end of the log.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// What is wrong with a place in a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// A segment's first page is not what was written there.
    #[error("the header of the segment is {0}")]
    Header(&'static str),
    /// A frame is not what was written there, and it was not the last.
    #[error("the frame for position {expected} is {what}, and {after}")]
    Frame {
        /// The position that had to begin here.
        expected: u64,
        /// What the frame is instead.
        what: &'static str,
        /// What shows that it was not the last.
        after: String,
    },
    /// A whole frame, but not the one that belongs here.
    #[error("the frame begins at position {found} where {expected} is due")]
    Sequence {
        /// The position that had to begin here.
        expected: u64,
        /// The one that does.
        found: u64,
    },
    /// Positions are missing between two segments.
    #[error(
        "the segment begins at position {found}, but the one before it ends before {expected}: what lies between is missing"
    )]
    Gap {
        /// The position that had to begin here.
        expected: u64,
        /// The one that does.
        found: u64,
    },
    /// A segment or frame of another log.
    #[error("it belongs to another log")]
    OtherLog,
    /// A whole frame that no writer of this format makes.
    #[error("the frame is whole, but its contents are not in this format")]
    Contents,
}

/// Why a batch was not appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// There is no room, and nothing was written: the log goes on as before, and the batch may be tried again.
    #[error(
        "no room for new records in the log: {free} bytes are free, {needed} are needed; free some space on the disk of the log"
    )]
    Full {
        /// How many bytes are free.
        free: u64,
        /// How many have to be, what is kept back included.
        needed: u64,
    },
    /// A record cannot be written, and nothing was: the log goes on as before.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
    /// The system refused to write or to sync. Whether the batch is on disk is not known, and this handle writes nothing
    /// more: end the process, and recover from the log.
    #[error("cannot {action} `{}`: {source}; nothing more is written: restart, to go on from what the log holds", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An earlier write or sync failed.
    #[error(
        "the log takes no more since an earlier failure ({cause}): restart, to go on from what it holds"
    )]
    Poisoned {
        /// The message of that failure.
        cause: String,
    },
}

/// A failed call, before it is known which error it becomes.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) action: &'static str,
    pub(crate) path: PathBuf,
    pub(crate) source: io::Error,
}

/// Says what was tried, with what.
pub(crate) fn failed<'a>(
    action: &'static str,
    path: &'a Path,
) -> impl FnOnce(io::Error) -> Failed + 'a {
    move |source| Failed {
        action,
        path: path.to_owned(),
        source,
    }
}

macro_rules! from_failed {
    ($($error:ident)*) => {$(
        impl From<Failed> for $error {
            fn from(Failed { action, path, source }: Failed) -> Self {
                Self::Io { action, path, source }
            }
        }
    )*};
}
from_failed!(OpenError ReadError AppendError);
