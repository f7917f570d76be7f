//! What the tests share.

use std::path::{Path, PathBuf};

use trig_log::{Class, Entry, Log, Options, ReadError, Record, RecordKind, Recovered};

/// The offset of the first frame in a segment.
pub(crate) const PAGE: u64 = 4096;

/// Segments of this size, and no wish for free room: the machine's disk is not what is tested.
pub(crate) fn options(segment_bytes: u64) -> Options {
    Options {
        segment_bytes,
        keep_free_bytes: 0,
    }
}

/// A record that says its number, with a body of `size` bytes without runs of zeros.
pub(crate) fn record(number: u64, size: usize) -> Record {
    let body = (0..size)
        .map(|i| (number.wrapping_mul(31).wrapping_add(i as u64 * 7) % 255 + 1) as u8)
        .collect();
    Record {
        kind: RecordKind::ALL[number as usize % RecordKind::ALL.len()],
        time_ms: 1_772_000_000_000 + number as i64,
        workspace: if number.is_multiple_of(3) { "" } else { "acme" }.into(),
        revision: if number.is_multiple_of(2) {
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
pub(crate) fn batch(first: u64, count: u64, size: usize) -> Vec<Record> {
    (first..first + count).map(|n| record(n, size)).collect()
}

pub(crate) fn open(dir: &Path, segment_bytes: u64) -> (Log, Recovered) {
    Log::open(dir, options(segment_bytes)).unwrap_or_else(|e| panic!("{e}"))
}

/// Appends a batch of the records that belong there.
pub(crate) fn append(log: &mut Log, count: u64, size: usize) {
    let first = log.end();
    let at = log
        .append(Class::Internal, &batch(first, count, size), first)
        .unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(at, first..first + count);
}

pub(crate) fn read(dir: &Path) -> Result<Vec<Entry>, ReadError> {
    trig_log::read(dir)?.collect()
}

/// How many records there are. Each must be the one that belongs there.
pub(crate) fn count(dir: &Path, size: usize) -> u64 {
    let entries = read(dir).unwrap_or_else(|e| panic!("{e}"));
    for (entry, expected) in entries.iter().zip(1..) {
        assert_eq!(entry.position, expected);
        assert_eq!(entry.record, record(expected, size), "at {expected}");
    }
    entries.len() as u64
}

/// The segment files, in order.
pub(crate) fn segments(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "seg"))
        .collect();
    files.sort();
    files
}

/// Where the frames of a segment begin and end, read by the format's document and not by the crate.
pub(crate) fn frames(bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
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

/// Numbers from a seed (splitmix64).
pub(crate) struct Random(u64);

impl Random {
    /// Seeded anew each run; the seed is printed, and a test that fails shows it.
    pub(crate) fn new(test: &str) -> Self {
        use std::hash::{BuildHasher, RandomState};
        let seed = RandomState::new().hash_one(0);
        println!("{test}: seed {seed}");
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, range: std::ops::Range<usize>) -> usize {
        range.start + (self.next() % (range.end - range.start) as u64) as usize
    }
}

/// Everything in the log's directory but the lock.
pub(crate) fn contents(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file() && !path.ends_with("lock"))
        .map(|path| (path.clone(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

/// Changes a file's bytes.
pub(crate) fn change(file: &Path, how: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(file).unwrap();
    how(&mut bytes);
    std::fs::write(file, bytes).unwrap();
}

/// The log is refused, by writers and readers alike, as damaged in `file` at `offset`, and stays as it is.
#[track_caller]
pub(crate) fn refused(dir: &Path, file: &Path, offset: u64) {
    let before = contents(dir);
    let opened = Log::open(dir, options(8192)).err();
    let opened =
        opened.unwrap_or_else(|| panic!("it opens, though `{}` is damaged", file.display()));
    let read = read(dir).unwrap_err();
    assert_eq!(opened.to_string(), read.to_string());
    match &read {
        ReadError::Damaged {
            file: named,
            offset: at,
            ..
        } => assert_eq!((named.as_path(), *at), (file, offset), "{read}"),
        other => panic!("not called damaged: {other}"),
    }
    let place = format!("`{}` at byte {offset}", file.display());
    assert!(read.to_string().contains(&place), "{read}");
    assert!(before == contents(dir), "refusing it changed it");
}
