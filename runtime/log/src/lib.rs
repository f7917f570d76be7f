//! The daemon's durable log: numbered records in segment files, one checksummed frame and one sync a batch.
//!
//! What [`Log::append`] returned is on disk. What is damaged is refused with its file and offset, never skipped; only
//! what looks like a last batch that was never finished is cut, and that is reported. The bytes are laid out in
//! `FORMAT.md` beside this crate.
//!
//! - [`Log::open`] takes the directory's lock, recovers, and gives the one writer.
//! - [`read`] and [`read_from`] give the records, [`read_batches`] the batches with their digests, without a lock and
//!   without changing anything: also beside a running writer, where they stop at the last complete batch.
//! - [`repair`] is the one thing that gives up damaged records, on a person's demand, and keeps their bytes aside.
//!
//! What no log can see by itself: that whole batches at its end are gone, or that its very last one was damaged after
//! it had been synced, which looks like one that never was. Whoever keeps state beside it compares [`Recovered::last`]
//! with the position that the state covers.
//!
//! Deliberately absent: the next segment is made when it is needed, inside the append that needs it, and not ahead of
//! time on another thread; nothing deletes old segments yet.

mod append;
mod bytes;
mod error;
mod frame;
pub mod fs;
mod read;
mod record;
mod recover;
mod repair;
mod segment;
mod tail;
mod walk;

pub use append::{Class, Log, Options};
pub use error::{AppendError, Damage, OpenError, ReadError};
pub use read::{
    Batch, Batches, Entry, Reader, read, read_batches, read_batches_on, read_from, read_on,
};
pub use record::{Record, RecordKind, Unwritable};
pub use recover::Recovered;
pub use repair::{Repaired, repair, repair_on};
pub use tail::TornTail;
