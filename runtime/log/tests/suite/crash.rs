//! Processes that die, and readers beside a writer.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::{append, count, open, read, record};

const SIZE: usize = 400;
const CHILD: &str = "TRIG_LOG_TEST_APPENDS_TO";

/// What the killed process does: says each position once it is acknowledged.
fn append_until_killed(dir: &Path) {
    let (mut log, _) = open(dir, 64 * 1024);
    for round in 0.. {
        append(&mut log, 1 + round % 40, SIZE);
        println!("acknowledged {}", log.end() - 1);
    }
}

/// Starts this very test as a process of its own, and kills it.
fn kill_after(dir: &Path, acknowledgements: usize) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "crash::a_killed_writer_loses_nothing_it_acknowledged",
            "--nocapture",
        ])
        .env(CHILD, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let last = output
        .lines()
        .filter_map(|line| line.unwrap().strip_prefix("acknowledged ")?.parse().ok())
        .nth(acknowledgements)
        .unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    last
}

#[test]
fn a_killed_writer_loses_nothing_it_acknowledged() {
    if let Some(dir) = std::env::var_os(CHILD).map(PathBuf::from) {
        return append_until_killed(&dir);
    }
    let dir = tempfile::tempdir().unwrap();
    let mut last = 0;
    for round in 0..8 {
        let acknowledged = kill_after(dir.path(), 5 + 7 * round);
        assert!(acknowledged > last, "it went on");
        last = count(dir.path(), SIZE);
        assert!(last >= acknowledged, "{last} of {acknowledged}");
    }
    let (mut log, recovered) = open(dir.path(), 64 * 1024);
    assert_eq!(recovered.last, last);
    append(&mut log, 1, SIZE);
}

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
