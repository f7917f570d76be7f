//! Readers beside a writer.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::{append, count, open, read, record};

const SIZE: usize = 400;

#[test]
fn readers_beside_a_writer_see_a_prefix() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = open(dir.path(), 16 * 1024);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..400 {
                append(&mut log, 1 + round % 30, SIZE);
            }
            done.store(true, Ordering::SeqCst);
        });
        let mut last = 0;
        loop {
            let last_look = done.load(Ordering::SeqCst);
            let entries = read(dir.path()).unwrap_or_else(|e| panic!("{e}"));
            assert!(entries.len() >= last, "it became shorter");
            last = entries.len();
            if let Some(entry) = entries.last() {
                assert_eq!(entry.position, last as u64);
                assert_eq!(entry.record, record(entry.position, SIZE));
            }
            if last_look {
                break;
            }
        }
    });
    assert_eq!(count(dir.path(), SIZE), log.end() - 1);
}

#[test]
fn a_reader_keeps_up_with_segments_that_are_made_while_it_reads() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = open(dir.path(), 8192);
    append(&mut log, 3, SIZE);
    let mut reader = trig_log::read(dir.path()).unwrap();
    assert_eq!(reader.next().unwrap().unwrap().position, 1);
    // Into the rest of this segment, which the reader has in its buffer, and into two more.
    for _ in 0..10 {
        append(&mut log, 3, SIZE);
    }
    let rest: Vec<u64> = reader.map(|entry| entry.unwrap().position).collect();
    assert_eq!(rest, (2..=33).collect::<Vec<_>>());
}
