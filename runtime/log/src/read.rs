//! Reading, without a lock and without changing anything.

use std::path::Path;
use std::sync::Arc;

use crate::error::ReadError;
use crate::frame;
use crate::fs::{FileSystem, RealFs};
use crate::record::Record;
use crate::tail::TornTail;
use crate::walk::Walk;

/// A record and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its position: counted from 1, without gaps.
    pub position: u64,
    /// The record.
    pub record: Record,
}

/// What one [`append`](crate::Log::append) wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The position of its first record.
    pub first: u64,
    /// The digest of the outputs of the batch before.
    pub digest: u64,
    /// Its records.
    pub records: Vec<Record>,
}

/// The records of a log, from its first one on.
///
/// # Errors
/// If the directory cannot be listed, or its first segment not be read. Later trouble is an item of the iterator, and
/// its last one.
pub fn read(dir: &Path) -> Result<Reader, ReadError> {
    read_on(Arc::new(RealFs), dir, None)
}

/// The records of a log from a position on: none, if it is at or beyond the end.
///
/// # Errors
/// As [`read`], and if the log begins after that position.
pub fn read_from(dir: &Path, position: u64) -> Result<Reader, ReadError> {
    read_on(Arc::new(RealFs), dir, Some(position))
}

/// As [`read`] or [`read_from`], on another file system.
///
/// # Errors
/// As those.
pub fn read_on(
    fs: Arc<dyn FileSystem>,
    dir: &Path,
    from: Option<u64>,
) -> Result<Reader, ReadError> {
    Ok(Reader {
        batches: read_batches_on(fs, dir, from)?,
        position: 0,
        records: Vec::new().into_iter(),
    })
}

/// The batches of a log, from the one on that holds `from`, or from the first.
///
/// # Errors
/// As [`read_from`].
pub fn read_batches(dir: &Path, from: Option<u64>) -> Result<Batches, ReadError> {
    read_batches_on(Arc::new(RealFs), dir, from)
}

/// As [`read_batches`], on another file system.
///
/// # Errors
/// As [`read_from`].
pub fn read_batches_on(
    fs: Arc<dyn FileSystem>,
    dir: &Path,
    from: Option<u64>,
) -> Result<Batches, ReadError> {
    Ok(Batches {
        walk: Walk::begin(fs, dir, from)?,
        from: from.unwrap_or(0),
        failed: false,
    })
}

/// The batches of a log, one in memory at a time.
pub struct Batches {
    walk: Walk,
    from: u64,
    failed: bool,
}

impl Batches {
    /// What lies behind the last batch, once the iterator is at its end: an unfinished batch, or one that is being
    /// written.
    pub fn torn(&self) -> Option<&TornTail> {
        self.walk.end()?.torn.as_ref()
    }

    /// The log's identity; `None` if there is no segment in the directory.
    pub fn log_id(&self) -> Option<u64> {
        self.walk.log()
    }

    fn batch(&mut self) -> Result<Option<Batch>, ReadError> {
        while let Some(frame) = self.walk.step()? {
            let header = frame.header;
            if header.next().is_none_or(|next| next <= self.from) {
                continue;
            }
            let (payload, file) = self.walk.payload(&frame)?;
            let mut records = Vec::new();
            frame::records(payload, &header, file, frame.offset, |raw| {
                records.push(raw.to_record());
            })?;
            return Ok(Some(Batch {
                first: header.first,
                digest: header.digest,
                records,
            }));
        }
        Ok(None)
    }
}

impl Iterator for Batches {
    type Item = Result<Batch, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let batch = self.batch();
        self.failed = batch.is_err();
        batch.transpose()
    }
}

/// The records of a log, one batch in memory at a time.
pub struct Reader {
    batches: Batches,
    /// That of the next one in `records`.
    position: u64,
    records: std::vec::IntoIter<Record>,
}

impl Reader {
    /// As [`Batches::torn`].
    pub fn torn(&self) -> Option<&TornTail> {
        self.batches.torn()
    }

    /// As [`Batches::log_id`].
    pub fn log_id(&self) -> Option<u64> {
        self.batches.log_id()
    }
}

impl Iterator for Reader {
    type Item = Result<Entry, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            for record in self.records.by_ref() {
                let position = self.position;
                self.position += 1;
                if position >= self.batches.from {
                    return Some(Ok(Entry { position, record }));
                }
            }
            match self.batches.next()? {
                Ok(batch) => {
                    self.position = batch.first;
                    self.records = batch.records.into_iter();
                }
                Err(e) => return Some(Err(e)),
            }
        }
    }
}
