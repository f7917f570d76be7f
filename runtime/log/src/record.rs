//! A record and its bytes.

use smol_str::{SmolStr, format_smolstr};

use crate::bytes::Fields;

/// What a record is. The codes in the format are fixed: none is ever used again for something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum RecordKind {
    /// Something that happened outside, normalised.
    Input = 1,
    /// A timer was due and nothing else came.
    Tick = 2,
    /// How an effect ended.
    Result = 3,
    /// An effect is about to leave for a receiver without idempotency.
    Attempt = 4,
    /// Another revision is active from here on.
    Revision = 5,
    /// The next slice of a fan-out over many subjects.
    SweepSlice = 6,
    /// A position is not evaluated, because it kills.
    Quarantine = 7,
    /// A subject leaves the state.
    Erase = 8,
    /// A source has been read back completely.
    ResyncDone = 9,
}

impl RecordKind {
    /// Every kind, in the order of the codes.
    pub const ALL: [Self; 9] = [
        Self::Input,
        Self::Tick,
        Self::Result,
        Self::Attempt,
        Self::Revision,
        Self::SweepSlice,
        Self::Quarantine,
        Self::Erase,
        Self::ResyncDone,
    ];

    /// Its code in the format.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The kind of a code, if this version knows it.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A record. Every one says when it was, for whom, and under what it is to be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    /// What it is.
    pub kind: RecordKind,
    /// Its time, in milliseconds since the epoch.
    pub time_ms: i64,
    /// The workspace's `id`; empty where it is for none.
    pub workspace: SmolStr,
    /// The revision under which it is evaluated: 16 lower-case hexadecimal digits, or empty.
    pub revision: SmolStr,
    /// The version of the engine's semantics under which it is evaluated.
    pub semantics: u32,
    /// Whatever the kind carries; the log does not look into it.
    pub body: Vec<u8>,
}

/// Why a record cannot be written. Nothing was written, and the log goes on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// The workspace's id is too long for its length field.
    #[error("the workspace id has {0} bytes; at most 65535 can be logged")]
    Workspace(usize),
    /// The revision is no hash.
    #[error("the revision `{0}` is not 16 lower-case hexadecimal digits")]
    Revision(SmolStr),
    /// One batch is too large for a frame.
    #[error(
        "a batch of {bytes} bytes is too large for the log, which takes at most {most}: send less at once"
    )]
    Batch {
        /// How large it would have been.
        bytes: u64,
        /// The largest that can be.
        most: u64,
    },
}

/// The bytes of a record before its revision, workspace and body.
const FIXED: usize = 20;

/// How many bytes [`encode`] makes of a record.
pub(crate) fn encoded_len(record: &Record) -> u64 {
    let revision = if record.revision.is_empty() { 0 } else { 8 };
    (FIXED + revision) as u64 + record.workspace.len() as u64 + record.body.len() as u64
}

/// Appends a record's bytes.
pub(crate) fn encode(record: &Record, out: &mut Vec<u8>) -> Result<(), Unwritable> {
    let workspace = u16::try_from(record.workspace.len())
        .map_err(|_| Unwritable::Workspace(record.workspace.len()))?;
    let body = u32::try_from(record.body.len()).map_err(|_| Unwritable::Batch {
        bytes: record.body.len() as u64,
        most: u64::from(u32::MAX),
    })?;
    let revision = parse_revision(&record.revision)
        .ok_or_else(|| Unwritable::Revision(record.revision.clone()))?;
    out.push(record.kind.code());
    out.push(u8::from(revision.is_some()));
    out.extend(workspace.to_le_bytes());
    out.extend(record.semantics.to_le_bytes());
    out.extend(record.time_ms.to_le_bytes());
    out.extend(body.to_le_bytes());
    if let Some(revision) = revision {
        out.extend(revision.to_le_bytes());
    }
    out.extend_from_slice(record.workspace.as_bytes());
    out.extend_from_slice(&record.body);
    Ok(())
}

/// `Some(None)`: there is none. `None`: it is not a revision.
fn parse_revision(text: &str) -> Option<Option<u64>> {
    if text.is_empty() {
        return Some(None);
    }
    // Only what is written back the same way: upper case or a sign would come back as something else.
    let digits = text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    digits
        .then(|| u64::from_str_radix(text, 16).ok())
        .flatten()
        .map(Some)
}

/// Why some bytes are no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Undecodable {
    /// A kind that this version does not know.
    Kind(u8),
    /// Not what this format makes.
    Form,
}

/// A record where it lies, its body not copied.
pub(crate) struct Raw<'a> {
    kind: RecordKind,
    time_ms: i64,
    workspace: &'a str,
    revision: Option<u64>,
    semantics: u32,
    body: &'a [u8],
}

impl<'a> Raw<'a> {
    /// The next record in a frame's payload.
    pub(crate) fn decode(from: &mut Fields<'a>) -> Result<Self, Undecodable> {
        let code = from.u8().ok_or(Undecodable::Form)?;
        let kind = RecordKind::from_code(code).ok_or(Undecodable::Kind(code))?;
        Self::after_kind(kind, from).ok_or(Undecodable::Form)
    }

    fn after_kind(kind: RecordKind, from: &mut Fields<'a>) -> Option<Self> {
        let has_revision = match from.u8()? {
            0 => false,
            1 => true,
            _ => return None,
        };
        let workspace_len = usize::from(from.u16()?);
        let semantics = from.u32()?;
        let time_ms = from.i64()?;
        let body_len = usize::try_from(from.u32()?).ok()?;
        let revision = if has_revision {
            Some(from.u64()?)
        } else {
            None
        };
        let workspace = str::from_utf8(from.take(workspace_len)?).ok()?;
        let body = from.take(body_len)?;
        Some(Self {
            kind,
            time_ms,
            workspace,
            revision,
            semantics,
            body,
        })
    }

    /// The record itself.
    pub(crate) fn to_record(&self) -> Record {
        Record {
            kind: self.kind,
            time_ms: self.time_ms,
            workspace: self.workspace.into(),
            revision: self
                .revision
                .map_or_else(SmolStr::default, |r| format_smolstr!("{r:016x}")),
            semantics: self.semantics,
            body: self.body.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record {
            kind: RecordKind::SweepSlice,
            time_ms: -5,
            workspace: "acme".into(),
            revision: "00ab00000000000f".into(),
            semantics: 7,
            body: b"body".to_vec(),
        }
    }

    #[test]
    fn the_codes_are_those_of_the_format() {
        let codes = RecordKind::ALL.map(|kind| (kind.code(), format!("{kind:?}")));
        let expected = [
            "Input",
            "Tick",
            "Result",
            "Attempt",
            "Revision",
            "SweepSlice",
            "Quarantine",
            "Erase",
            "ResyncDone",
        ];
        for (place, ((code, name), expected)) in codes.iter().zip(expected).enumerate() {
            assert_eq!((usize::from(*code), name.as_str()), (place + 1, expected));
        }
    }

    #[test]
    fn the_bytes_are_those_of_the_format() {
        let mut bytes = Vec::new();
        encode(&record(), &mut bytes).unwrap();
        let expected: Vec<u8> = [
            &[6, 1, 4, 0, 7, 0, 0, 0][..],
            &(-5i64).to_le_bytes(),
            &[4, 0, 0, 0],
            &[0x0f, 0, 0, 0, 0, 0, 0xab, 0],
            b"acme",
            b"body",
        ]
        .concat();
        assert_eq!(bytes, expected);
        assert_eq!(encoded_len(&record()), bytes.len() as u64);
        let read = Raw::decode(&mut Fields(&bytes)).map(|raw| raw.to_record());
        assert_eq!(read, Ok(record()));
    }

    #[test]
    fn no_prefix_is_a_record() {
        let mut bytes = Vec::new();
        encode(&record(), &mut bytes).unwrap();
        for cut in 0..bytes.len() {
            let read = Raw::decode(&mut Fields(&bytes[..cut])).map(|raw| raw.to_record());
            assert_eq!(read, Err(Undecodable::Form), "cut at {cut}");
        }
    }

    #[test]
    fn an_unknown_kind_is_named() {
        let read = Raw::decode(&mut Fields(&[10, 0, 0])).map(|raw| raw.to_record());
        assert_eq!(read, Err(Undecodable::Kind(10)));
    }

    #[test]
    fn what_would_not_come_back_the_same_is_not_written() {
        for bad in ["00AB00000000000F", "+0ab00000000000f", "ab", "xyz"] {
            let record = Record {
                revision: bad.into(),
                ..record()
            };
            let written = encode(&record, &mut Vec::new());
            assert_eq!(written, Err(Unwritable::Revision(bad.into())));
        }
        let record = Record {
            workspace: "w".repeat(65_536).into(),
            ..record()
        };
        let written = encode(&record, &mut Vec::new());
        assert_eq!(written, Err(Unwritable::Workspace(65_536)));
    }
}
