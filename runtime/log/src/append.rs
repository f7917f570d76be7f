//! The one writer of a log.

use std::any::Any;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{AppendError, Failed, OpenError, failed};
use crate::frame;
use crate::fs::{File, FileSystem, RealFs, write_all};
use crate::record::Record;
use crate::recover::{self, Opened, Recovered};
use crate::segment::{self, NotMade, PAGE};

/// How a log is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How many bytes are set aside for a segment at once. A batch that needs more gets a segment of its own.
    pub segment_bytes: u64,
    /// How many bytes stay free on the disk for what is not intake: [`Class::Intake`] is refused before it takes them.
    pub keep_free_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            segment_bytes: 64 << 20,
            keep_free_bytes: 64 << 20,
        }
    }
}

/// What a batch is for, which decides who gets the last free bytes of the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// New work from outside, which can be refused.
    Intake,
    /// What finishes the work that was accepted: ticks, results, and the like.
    Internal,
}

/// The segment that is written to.
pub(crate) struct Active {
    pub(crate) file: Box<dyn File>,
    pub(crate) path: PathBuf,
    /// Where the next frame goes.
    pub(crate) offset: u64,
    /// How many bytes are set aside.
    pub(crate) capacity: u64,
}

/// A log that is open for writing, with its directory locked for as long as this lives.
pub struct Log {
    fs: Arc<dyn FileSystem>,
    dir: PathBuf,
    options: Options,
    id: u64,
    next: u64,
    active: Active,
    frame: Vec<u8>,
    /// INVARIANT (poisoned): after a failed write or sync nothing is written any more, whatever is asked.
    poisoned: Option<String>,
    _lock: Box<dyn Any + Send>,
}

/// A frame buffer is kept between batches up to this size.
const KEEP_BUFFER: usize = 4 << 20;
/// What a segment made on a nearly full disk has at least.
const SMALL_SEGMENT: u64 = 1 << 20;

impl Log {
    /// Opens the log in a directory, or begins one there, making the directory. Everything in it is checked; a last
    /// batch that was never acknowledged is cut and reported.
    ///
    /// # Errors
    /// If another writer has it, if anything but such a batch is damaged, or if the system refuses.
    pub fn open(dir: &Path, options: Options) -> Result<(Self, Recovered), OpenError> {
        Self::open_on(Arc::new(RealFs), dir, options)
    }

    /// As [`Self::open`], on another file system.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_on(
        fs: Arc<dyn FileSystem>,
        dir: &Path,
        options: Options,
    ) -> Result<(Self, Recovered), OpenError> {
        let Opened {
            lock,
            active,
            next,
            recovered,
        } = recover::open(&fs, dir, options.segment_bytes)?;
        let log = Self {
            fs,
            dir: dir.to_owned(),
            options,
            id: recovered.log_id,
            next,
            active,
            frame: Vec::new(),
            poisoned: None,
            _lock: lock,
        };
        Ok((log, recovered))
    }

    /// The position that the next record gets.
    pub fn end(&self) -> u64 {
        self.next
    }

    /// The log's identity, which state kept beside it should carry.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Whether an earlier failure ended the right to write.
    pub fn is_poisoned(&self) -> bool {
        self.poisoned.is_some()
    }

    /// Appends a batch: all of it or nothing, with one sync. When this returns `Ok`, it is on disk, at the positions
    /// returned. `digest` is that of the outputs of the batch before. No records are no batch: nothing is written, and
    /// the digest is dropped.
    ///
    /// # Errors
    /// After [`AppendError::Full`] and [`AppendError::Unwritable`] nothing was written and the log goes on. After
    /// [`AppendError::Io`] it does not: the batch may or may not be on disk, and every further call gives
    /// [`AppendError::Poisoned`].
    pub fn append(
        &mut self,
        class: Class,
        records: &[Record],
        digest: u64,
    ) -> Result<Range<u64>, AppendError> {
        if let Some(cause) = &self.poisoned {
            return Err(AppendError::Poisoned {
                cause: cause.clone(),
            });
        }
        if records.is_empty() {
            return Ok(self.next..self.next);
        }
        if self.frame.capacity() > KEEP_BUFFER {
            self.frame = Vec::new();
        }
        frame::encode(records, self.next, self.id, digest, &mut self.frame)?;
        let done = self.make_room(class).and_then(|()| Ok(self.write()?));
        if let Err(e @ AppendError::Io { .. }) = &done {
            self.poisoned = Some(e.to_string());
        }
        done?;
        self.active.offset += self.frame.len() as u64;
        let first = self.next;
        self.next += records.len() as u64;
        Ok(first..self.next)
    }

    fn write(&mut self) -> Result<(), Failed> {
        let Active {
            file, path, offset, ..
        } = &self.active;
        write_all(&**file, &self.frame, *offset).map_err(failed("write", path))?;
        file.sync_data().map_err(failed("sync", path))
    }

    /// Sees to it that the frame has a place, before a byte of it is written.
    fn make_room(&mut self, class: Class) -> Result<(), AppendError> {
        let frame = self.frame.len() as u64;
        let fits = self
            .active
            .offset
            .checked_add(frame)
            .is_some_and(|end| end <= self.active.capacity);
        let size = segment::size_for(self.options.segment_bytes, frame);
        if class == Class::Intake {
            let takes = if fits { 0 } else { size };
            let needed = self.options.keep_free_bytes.saturating_add(takes);
            let free = self.free()?;
            if free < needed {
                return Err(AppendError::Full { free, needed });
            }
        }
        if fits {
            return Ok(());
        }
        // What was kept back for internal records may be less than a whole segment.
        let small = segment::size_for(SMALL_SEGMENT, frame).min(size);
        let sizes = match class {
            Class::Intake => &[size][..],
            Class::Internal => &[size, small][..],
        };
        for size in sizes {
            if self.roll(*size)? {
                return Ok(());
            }
        }
        Err(AppendError::Full {
            free: self.free()?,
            needed: sizes.last().copied().unwrap_or(size),
        })
    }

    fn free(&self) -> Result<u64, Failed> {
        self.fs
            .free_bytes(&self.dir)
            .map_err(failed("ask for the free room of", &self.dir))
    }

    /// Goes on in a new segment of this size; `false` if the disk has no room for one.
    fn roll(&mut self, size: u64) -> Result<bool, Failed> {
        let header = segment::Header {
            base: self.next,
            log: self.id,
            size,
        };
        match segment::create(&*self.fs, &self.dir, header) {
            Ok(file) => {
                self.active = Active {
                    file,
                    path: segment::path(&self.dir, self.next),
                    offset: PAGE as u64,
                    capacity: size,
                };
                Ok(true)
            }
            Err(NotMade::Full) => Ok(false),
            Err(NotMade::Failed(e)) => Err(e),
        }
    }
}
