//! A writer that is killed. Alone in its program: a process that is being started holds, for a moment, the locks of the
//! one that starts it, and would make other tests meet a log that is "already open".
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{append, count, open};

#[path = "suite/support.rs"]
#[expect(dead_code, reason = "shared with the suite, which uses all of it")]
mod support;

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
            "a_killed_writer_loses_nothing_it_acknowledged",
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
