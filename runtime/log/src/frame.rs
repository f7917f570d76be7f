//! A frame: one batch, whole or not at all.

use std::path::Path;

use crate::bytes::Fields;
use crate::error::{Damage, ReadError};
use crate::record::{self, Raw, Record, Undecodable, Unwritable};
use crate::segment::SegmentReader;

/// The bytes before the payload.
pub(crate) const HEADER: usize = 40;
/// Frames begin and end at multiples of this.
pub(crate) const ALIGN: usize = 8;
/// Where the log's id lies in a header.
pub(crate) const LOG_AT: u64 = 16;
/// The largest payload. Far above any batch; it keeps lengths small enough for every sum here.
const MOST: u64 = 1 << 30;

/// What a frame says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// Bytes of the payload, without the padding.
    pub(crate) len: u32,
    crc: u32,
    /// The position of its first record.
    pub(crate) first: u64,
    /// The log to which it belongs.
    pub(crate) log: u64,
    /// The digest of the outputs of the batch before.
    pub(crate) digest: u64,
    /// How many records it has.
    pub(crate) count: u32,
    reserved: u32,
}

impl Header {
    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut from = Fields(bytes);
        Some(Self {
            len: from.u32()?,
            crc: from.u32()?,
            first: from.u64()?,
            log: from.u64()?,
            digest: from.u64()?,
            count: from.u32()?,
            reserved: from.u32()?,
        })
    }

    /// The bytes of the frame, padding included.
    pub(crate) fn size(&self) -> u64 {
        (HEADER as u64 + u64::from(self.len)).next_multiple_of(ALIGN as u64)
    }

    /// The position after its last record; `None` where there is no such number.
    pub(crate) fn next(&self) -> Option<u64> {
        self.first.checked_add(u64::from(self.count))
    }
}

/// Makes the frame of a batch in `out`, replacing what is there.
pub(crate) fn encode(
    records: &[Record],
    first: u64,
    log: u64,
    digest: u64,
    out: &mut Vec<u8>,
) -> Result<(), Unwritable> {
    let payload: u64 = records.iter().map(record::encoded_len).sum();
    let too_large = || Unwritable::Batch {
        bytes: payload,
        most: MOST,
    };
    if payload > MOST {
        return Err(too_large());
    }
    let len = u32::try_from(payload).map_err(|_| too_large())?;
    let count = u32::try_from(records.len()).map_err(|_| too_large())?;
    if first.checked_add(u64::from(count)).is_none() {
        return Err(too_large());
    }
    out.clear();
    out.extend(len.to_le_bytes());
    out.extend([0; 4]);
    out.extend(first.to_le_bytes());
    out.extend(log.to_le_bytes());
    out.extend(digest.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend([0; 4]);
    for record in records {
        record::encode(record, out)?;
    }
    out.resize(out.len().next_multiple_of(ALIGN), 0);
    let crc = checksum(out);
    if let Some(place) = out.get_mut(4..8) {
        place.copy_from_slice(&crc.to_le_bytes());
    }
    Ok(())
}

/// Over everything but itself.
fn checksum(frame: &[u8]) -> u32 {
    let (len, rest) = frame.split_at(frame.len().min(4));
    let rest = rest.get(4..).unwrap_or_default();
    crc32c::crc32c_append(crc32c::crc32c(len), rest)
}

/// What lies where a frame could.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// A frame with the right checksum.
    Whole(Header),
    /// Anything else, in words.
    Not(&'static str),
}

/// Looks at a place of a segment. Afterwards the whole frame is in the reader's buffer.
pub(crate) fn inspect(segment: &mut SegmentReader, offset: u64) -> Result<Slot, ReadError> {
    let left = segment.len().saturating_sub(offset);
    if left < HEADER as u64 {
        return Ok(Slot::Not("cut short"));
    }
    let Some(header) = Header::decode(segment.bytes(offset, HEADER)?) else {
        return Ok(Slot::Not("cut short"));
    };
    if header.len == 0 {
        return Ok(Slot::Not("missing"));
    }
    // Before anything of that size is asked for.
    if header.size() > left {
        return Ok(Slot::Not("longer than the file"));
    }
    let Ok(size) = usize::try_from(header.size()) else {
        return Ok(Slot::Not("longer than the file"));
    };
    if checksum(segment.bytes(offset, size)?) != header.crc {
        return Ok(Slot::Not("not what its checksum says"));
    }
    Ok(Slot::Whole(header))
}

/// Whether a whole frame is the one that belongs where it is.
pub(crate) fn belongs(header: &Header, log: u64, expected: u64) -> Result<(), Damage> {
    if header.log != log {
        return Err(Damage::OtherLog);
    }
    if header.first != expected {
        return Err(Damage::Sequence {
            expected,
            found: header.first,
        });
    }
    if header.count == 0 || header.reserved != 0 || header.next().is_none() {
        return Err(Damage::Contents);
    }
    Ok(())
}

/// Goes through the records of a whole frame.
pub(crate) fn records(
    payload: &[u8],
    header: &Header,
    file: &Path,
    offset: u64,
    mut each: impl FnMut(&Raw<'_>),
) -> Result<(), ReadError> {
    let damaged = || ReadError::Damaged {
        file: file.to_owned(),
        offset,
        damage: Damage::Contents,
    };
    let mut from = Fields(payload);
    for place in 0..u64::from(header.count) {
        match Raw::decode(&mut from) {
            Ok(raw) => each(&raw),
            Err(Undecodable::Form) => return Err(damaged()),
            Err(Undecodable::Kind(code)) => {
                return Err(ReadError::UnknownKind {
                    file: file.to_owned(),
                    offset,
                    position: header.first.saturating_add(place),
                    code,
                });
            }
        }
    }
    if from.0.is_empty() {
        Ok(())
    } else {
        Err(damaged())
    }
}
