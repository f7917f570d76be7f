//! The one way through a log: frame after frame, segment after segment. Recovery and readers both go it, so they cannot
//! disagree about what a log holds.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Damage, ReadError};
use crate::frame::{self, HEADER, Slot};
use crate::fs::FileSystem;
use crate::segment::{self, PAGE, SegmentReader};
use crate::tail::{self, TornTail};

/// A walk through a log. It changes nothing, needs no lock, and may go on beside a writer.
pub(crate) struct Walk {
    fs: Arc<dyn FileSystem>,
    dir: PathBuf,
    /// `None` in a log without a segment.
    here: Option<Here>,
    end: Option<End>,
}

struct Here {
    segment: SegmentReader,
    header: segment::Header,
    /// Where the next frame is due.
    offset: u64,
    /// The position it must have.
    expected: u64,
}

/// A whole frame of the right sequence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// Where it begins.
    pub(crate) offset: u64,
    pub(crate) header: frame::Header,
}

/// Where a walk ended.
#[derive(Clone, Debug)]
pub(crate) struct End {
    /// The last segment.
    pub(crate) segment: segment::Header,
    /// Where its next frame goes.
    pub(crate) offset: u64,
    /// The position of the next record.
    pub(crate) next: u64,
    pub(crate) torn: Option<TornTail>,
}

impl Walk {
    /// Begins at the segment that holds `from`, or at the first.
    pub(crate) fn begin(
        fs: Arc<dyn FileSystem>,
        dir: &Path,
        from: Option<u64>,
    ) -> Result<Self, ReadError> {
        let bases = segment::list(&*fs, dir)?;
        let base = match (from, bases.first()) {
            (Some(asked), Some(&first)) if asked < first => {
                return Err(ReadError::NotKept {
                    dir: dir.to_owned(),
                    asked,
                    first,
                });
            }
            (Some(asked), _) => bases.iter().rfind(|base| **base <= asked).copied(),
            (None, first) => first.copied(),
        };
        let here = match base {
            None => None,
            Some(base) => {
                let (segment, header) = SegmentReader::open(&*fs, dir, base)?;
                Some(Here {
                    segment,
                    header,
                    offset: PAGE as u64,
                    expected: base,
                })
            }
        };
        Ok(Self {
            fs,
            dir: dir.to_owned(),
            here,
            end: None,
        })
    }

    /// The next frame; `None` at the end.
    pub(crate) fn step(&mut self) -> Result<Option<Frame>, ReadError> {
        loop {
            let Some(here) = &mut self.here else {
                return Ok(None);
            };
            if self.end.is_some() {
                return Ok(None);
            }
            if let Some(frame) = here.take()? {
                return Ok(Some(frame));
            }
            // No frame here. If there is a later segment, this one is finished. That is looked up first: a writer may
            // have put frames here and gone on to the next since the look above, and then they are here now.
            let base = here.header.base;
            let next = segment::list(&*self.fs, &self.dir)?
                .into_iter()
                .find(|other| *other > base);
            here.segment.forget();
            if let Some(frame) = here.take()? {
                return Ok(Some(frame));
            }
            match next {
                Some(next) => {
                    let next = here.follow(&*self.fs, &self.dir, next)?;
                    self.here = Some(next);
                }
                None => match here.last()? {
                    Last::Frame(frame) => return Ok(Some(frame)),
                    Last::End(end) => self.end = Some(end),
                },
            }
        }
    }

    /// The payload of the frame that [`Self::step`] gave last.
    pub(crate) fn payload(&mut self, frame: &Frame) -> Result<(&[u8], &Path), ReadError> {
        match &mut self.here {
            Some(here) => here.payload(frame),
            None => Ok((&[], &self.dir)),
        }
    }

    /// Where it ended, once it did; `None` too in a log without a segment.
    pub(crate) fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    /// The base of the segment, the offset and the position where the walk is.
    pub(crate) fn place(&self) -> Option<(u64, u64, u64)> {
        let here = self.here.as_ref()?;
        Some((here.header.base, here.offset, here.expected))
    }

    /// The log's id.
    pub(crate) fn log(&self) -> Option<u64> {
        self.here.as_ref().map(|here| here.header.log)
    }
}

enum Last {
    Frame(Frame),
    End(End),
}

impl Here {
    /// Steps over the frame that is due, if it is there.
    fn take(&mut self) -> Result<Option<Frame>, ReadError> {
        let Slot::Whole(header) = frame::inspect(&mut self.segment, self.offset)? else {
            return Ok(None);
        };
        frame::belongs(&header, self.header.log, self.expected)
            .map_err(|damage| self.segment.damaged(self.offset, damage))?;
        let frame = Frame {
            offset: self.offset,
            header,
        };
        self.offset += header.size();
        self.expected = header.next().unwrap_or(u64::MAX);
        Ok(Some(frame))
    }

    fn payload(&mut self, frame: &Frame) -> Result<(&[u8], &Path), ReadError> {
        let len = usize::try_from(frame.header.len).unwrap_or(usize::MAX);
        self.segment
            .bytes_and_path(frame.offset + HEADER as u64, len)
    }

    fn look(&mut self) -> Result<tail::Tail, ReadError> {
        tail::look(
            &mut self.segment,
            self.offset,
            self.header.log,
            self.expected,
        )
    }

    fn what(&mut self) -> Result<&'static str, ReadError> {
        Ok(match frame::inspect(&mut self.segment, self.offset)? {
            Slot::Whole(_) => "whole",
            Slot::Not(what) => what,
        })
    }

    /// From the end of a segment to the next one. A finished segment has no torn tail.
    fn follow(&mut self, fs: &dyn FileSystem, dir: &Path, base: u64) -> Result<Self, ReadError> {
        if self.look()?.used_to.is_some() {
            let damage = Damage::Frame {
                expected: self.expected,
                what: self.what()?,
                after: format!(
                    "there is a later segment (`{}`)",
                    segment::path(dir, base).display()
                ),
            };
            return Err(self.segment.damaged(self.offset, damage));
        }
        let (segment, header) = SegmentReader::open(fs, dir, base)?;
        if header.log != self.header.log {
            return Err(segment.damaged(0, Damage::OtherLog));
        }
        if base != self.expected {
            let damage = Damage::Gap {
                expected: self.expected,
                found: base,
            };
            return Err(segment.damaged(0, damage));
        }
        Ok(Self {
            segment,
            header,
            offset: PAGE as u64,
            expected: base,
        })
    }

    /// At the end of the last segment.
    fn last(&mut self) -> Result<Last, ReadError> {
        let tail = self.look()?;
        if let Some(whole) = tail.whole_at {
            // A writer puts frames down in order: if this one was still being written at the look before, it is whole
            // now that a later one is.
            self.segment.forget();
            if let Some(frame) = self.take()? {
                return Ok(Last::Frame(frame));
            }
            let damage = Damage::Frame {
                expected: self.expected,
                what: self.what()?,
                after: format!("a whole one follows at byte {whole}"),
            };
            return Err(self.segment.damaged(self.offset, damage));
        }
        Ok(Last::End(End {
            segment: self.header,
            offset: self.offset,
            next: self.expected,
            torn: tail.used_to.map(|end| TornTail {
                file: self.segment.path().to_owned(),
                offset: self.offset,
                bytes: end - self.offset,
            }),
        }))
    }
}
