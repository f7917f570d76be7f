//! What lies behind the last whole frame of a segment.

use std::fmt;
use std::path::PathBuf;

use crate::error::ReadError;
use crate::frame::{self, ALIGN, LOG_AT, Slot};
use crate::segment::SegmentReader;

/// A last frame that was begun and never finished: nobody was told that it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TornTail {
    /// The file.
    pub file: PathBuf,
    /// Where it begins, in bytes: the end of what is kept.
    pub offset: u64,
    /// How many bytes from there on are not zero or lie before such.
    pub bytes: u64,
}

impl fmt::Display for TornTail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` at byte {}: an unfinished batch of {} bytes, which nobody was told of",
            self.file.display(),
            self.offset,
            self.bytes
        )
    }
}

/// What was found there.
pub(crate) struct Tail {
    /// The end of the last word that is not zero, if any.
    pub(crate) used_to: Option<u64>,
    /// Where a whole frame of this log lies that is not an old one.
    pub(crate) whole_at: Option<u64>,
}

/// Looks at every byte from `offset` to the end of the file: a hole of any length hides nothing behind it.
pub(crate) fn look(
    segment: &mut SegmentReader,
    offset: u64,
    log: u64,
    expected: u64,
) -> Result<Tail, ReadError> {
    static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];
    let mut tail = Tail {
        used_to: None,
        whole_at: None,
    };
    let mut candidates = Vec::new();
    let mut at = offset;
    while at < segment.len() {
        let step = (segment.len() - at).min(ZEROS.len() as u64);
        let window = segment.bytes(at, usize::try_from(step).unwrap_or(ALIGN))?;
        if ZEROS.get(..window.len()) != Some(window) {
            for (word, place) in window.chunks(ALIGN).zip((at..).step_by(ALIGN)) {
                if word.iter().any(|byte| *byte != 0) {
                    tail.used_to = Some(place + word.len() as u64);
                }
                // Frames are aligned, and so is the id in them: it marks the few places worth a checksum.
                if word == log.to_le_bytes() {
                    candidates.extend(place.checked_sub(LOG_AT).filter(|start| *start >= offset));
                }
            }
        }
        at += window.len() as u64;
        for start in candidates.drain(..) {
            if let Slot::Whole(header) = frame::inspect(segment, start)?
                && header.log == log
                && header.first >= expected
            {
                tail.whole_at = tail.whole_at.or(Some(start));
            }
        }
        if tail.whole_at.is_some() {
            break;
        }
    }
    Ok(tail)
}
