//! What the tests share.

use std::path::{Path, PathBuf};

use trig_log::{Class, Entry, Log, Options, ReadError, Record, RecordKind, Recovered};

/// The offset of the first frame in a segment.
pub const PAGE: u64 = 4096;

/// Segments of this size, and no wish for free room: the machine's disk is not what is tested.
pub fn options(segment_bytes: u64) -> Options {
    Options {
        segment_bytes,
        keep_free_bytes: 0,
    }
}

/// A record that says its number, with a body of `size` bytes without runs of zeros.
pub fn record(number: u64, size: usize) -> Record {
    let body = (0..size)
        .map(|i| (number.wrapping_mul(31).wrapping_add(i as u64 * 7) % 255 + 1) as u8)
        .collect();
    Record {
        kind: RecordKind::ALL[number as usize % RecordKind::ALL.len()],
        time_ms: 1_772_000_000_000 + number as i64,
        workspace: if number % 3 == 0 { "" } else { "acme" }.into(),
        revision: if number % 2 == 0 {
            ""
        } else {
            "00ab34cd00ef5601"
        }
        .into(),
        semantics: 1,
        body,
    }
}

/// The records that belong at the positions from `first` on.
pub fn batch(first: u64, count: u64, size: usize) -> Vec<Record> {
    (first..first + count).map(|n| record(n, size)).collect()
}

pub fn open(dir: &Path, segment_bytes: u64) -> (Log, Recovered) {
    Log::open(dir, options(segment_bytes)).unwrap_or_else(|e| panic!("{e}"))
}

/// Appends a batch of the records that belong there.
pub fn append(log: &mut Log, count: u64, size: usize) {
    let first = log.end();
    let at = log
        .append(Class::Internal, &batch(first, count, size), first)
        .unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(at, first..first + count);
}

pub fn read(dir: &Path) -> Result<Vec<Entry>, ReadError> {
    trig_log::read(dir)?.collect()
}

/// How many records there are. Each must be the one that belongs there.
pub fn count(dir: &Path, size: usize) -> u64 {
    let entries = read(dir).unwrap_or_else(|e| panic!("{e}"));
    for (entry, expected) in entries.iter().zip(1..) {
        assert_eq!(entry.position, expected);
        assert_eq!(entry.record, record(expected, size), "at {expected}");
    }
    entries.len() as u64
}

/// The segment files, in order.
pub fn segments(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "seg"))
        .collect();
    files.sort();
    files
}

/// Where the frames of a segment begin and end, read by the format's document and not by the crate.
pub fn frames(bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut at = PAGE as usize;
    while let Some(len) = bytes.get(at..at + 4) {
        let len = u32::from_le_bytes(len.try_into().unwrap()) as usize;
        if len == 0 {
            break;
        }
        let end = at + (40 + len).next_multiple_of(8);
        found.push(at..end);
        at = end;
    }
    found
}
