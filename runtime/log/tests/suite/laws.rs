//! Laws over random histories and random bytes.

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use trig_log::{Class, Log, Record, RecordKind};

use crate::support::{PAGE, change, contents, frames, open, options, read, segments};

const SIZE: u64 = 16_384;

fn records() -> impl Strategy<Value = Vec<Record>> {
    let record = (
        0..RecordKind::ALL.len(),
        any::<i64>(),
        "[a-zé]{0,30}",
        proptest::option::of(any::<u64>()),
        any::<u32>(),
        vec(any::<u8>(), 0..600),
    );
    let record = record.prop_map(
        |(kind, time_ms, workspace, revision, semantics, body)| Record {
            kind: RecordKind::ALL[kind],
            time_ms,
            workspace: workspace.into(),
            revision: revision
                .map_or(String::new(), |r| format!("{r:016x}"))
                .into(),
            semantics,
            body,
        },
    );
    vec(record, 1..12)
}

/// Appends the batches, reopening after some; how many records each position of the last file's end stands for.
fn write(dir: &Path, batches: &[(Vec<Record>, bool)]) -> Vec<Record> {
    let (mut log, _) = open(dir, SIZE);
    let mut all = Vec::new();
    for (records, reopen) in batches {
        log.append(Class::Internal, records, 0).unwrap();
        all.extend_from_slice(records);
        if *reopen {
            drop(log);
            log = open(dir, SIZE).0;
        }
    }
    all
}

fn bodies(dir: &Path) -> Vec<Record> {
    let entries = read(dir).unwrap_or_else(|e| panic!("{e}"));
    for (entry, position) in entries.iter().zip(1..) {
        assert_eq!(entry.position, position);
    }
    entries.into_iter().map(|entry| entry.record).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_read_after_a_cut_is_a_prefix_with_every_batch_before_it(
        batches in vec((records(), any::<bool>()), 1..25),
        cut in any::<prop::sample::Index>(),
        more in records(),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let all = write(dir.path(), &batches);
        prop_assert_eq!(bodies(dir.path()), all.clone());

        let file = segments(dir.path()).pop().unwrap();
        let bytes = std::fs::read(&file).unwrap();
        let cut = PAGE as usize + cut.index(bytes.len() - PAGE as usize + 1);
        // The batches in this file that the cut leaves whole, behind all of those in the files before.
        let here = frames(&bytes);
        let left = here.iter().filter(|frame| frame.end <= cut).count();
        let before = batches.len() - here.len();
        let kept: usize = batches[..before + left].iter().map(|(records, _)| records.len()).sum();
        change(&file, |bytes| bytes.truncate(cut));

        prop_assert_eq!(bodies(dir.path()), &all[..kept]);
        let (mut log, recovered) = open(dir.path(), SIZE);
        prop_assert_eq!(recovered.last, kept as u64);
        prop_assert_eq!(recovered.torn.is_some(), here.iter().any(|f| f.start < cut && cut < f.end));
        log.append(Class::Intake, &more, 0).unwrap();
        prop_assert_eq!(bodies(dir.path()), [&all[..kept], &more].concat());
    }

    #[test]
    fn arbitrary_bytes_are_an_error(bytes in vec(any::<u8>(), 0..9000)) {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("00000000000000000001.seg");
        std::fs::write(&file, &bytes).unwrap();
        prop_assert!(read(dir.path()).is_err());
        prop_assert!(Log::open(dir.path(), options(SIZE)).is_err());
        prop_assert_eq!(std::fs::read(&file).unwrap(), bytes);
    }

    #[test]
    fn arbitrary_frames_do_no_harm(
        bytes in vec(prop_oneof![3 => any::<u8>(), 1 => Just(0)], 0..6000),
        payload in vec(any::<u8>(), 1..300),
        count in 0..4u32,
        sealed in any::<bool>(),
    ) {
        // Behind a good header: noise, or a frame with a right checksum around noise.
        let dir = tempfile::tempdir().unwrap();
        let (log, _) = open(dir.path(), SIZE);
        let id = log.id();
        drop(log);
        let mut frame = Vec::new();
        frame.extend((payload.len() as u32).to_le_bytes());
        frame.extend([0; 4]);
        frame.extend(1u64.to_le_bytes());
        frame.extend(id.to_le_bytes());
        frame.extend(0u64.to_le_bytes());
        frame.extend(count.to_le_bytes());
        frame.extend([0; 4]);
        frame.extend(&payload);
        frame.resize(frame.len().next_multiple_of(8), 0);
        let crc = crc32c::crc32c_append(crc32c::crc32c(&frame[..4]), &frame[8..]);
        frame[4..8].copy_from_slice(&crc.to_le_bytes());
        let bytes = if sealed { [frame, bytes].concat() } else { bytes };
        let file = segments(dir.path()).remove(0);
        change(&file, |old| old[PAGE as usize..][..bytes.len()].copy_from_slice(&bytes));

        let before = contents(dir.path());
        let read = read(dir.path());
        match Log::open(dir.path(), options(SIZE)) {
            Ok((_, recovered)) => prop_assert_eq!(recovered.entries, read.unwrap().len() as u64),
            Err(e) => {
                prop_assert_eq!(e.to_string(), read.unwrap_err().to_string());
                prop_assert!(contents(dir.path()) == before);
            }
        }
    }

    #[test]
    fn a_log_with_pieces_overwritten_gives_its_own_records_or_an_error(
        batches in vec((records(), Just(false)), 1..12),
        pieces in vec((any::<prop::sample::Index>(), vec(any::<u8>(), 1..60)), 1..4),
        sources in vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 1..800usize), 0..3),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let all = write(dir.path(), &batches);
        let file = segments(dir.path()).pop().unwrap();
        change(&file, |bytes| {
            for (from, to, len) in &sources {
                let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
                let len = (*len).min(bytes.len() - from).min(bytes.len() - to);
                bytes.copy_within(from..from + len, to);
            }
            for (at, piece) in &pieces {
                let at = at.index(bytes.len());
                let len = piece.len().min(bytes.len() - at);
                bytes[at..at + len].copy_from_slice(&piece[..len]);
            }
        });
        let found = read(dir.path());
        match Log::open(dir.path(), options(SIZE)) {
            Ok((_, recovered)) => {
                let found = found.unwrap();
                prop_assert_eq!(recovered.entries, found.len() as u64);
                for (entry, record) in found.iter().zip(&all) {
                    prop_assert_eq!(&entry.record, record);
                }
                prop_assert!(found.len() <= all.len());
            }
            Err(e) => prop_assert_eq!(e.to_string(), found.unwrap_err().to_string()),
        }
    }
}
