//! What the log does when the system refuses.

use std::path::Path;
use std::sync::Arc;

use trig_log::{AppendError, Class, Log, OpenError, Options, ReadError, Recovered};

use crate::fault::{EDQUOT, EIO, ENOSPC, Fault, FaultFs, Op};
use crate::support::{append, batch, contents, count, open, options, segments};

const SIZE: usize = 400;

fn open_on(fs: &FaultFs, dir: &Path) -> Result<(Log, Recovered), OpenError> {
    Log::open_on(Arc::new(fs.clone()), dir, options(8192))
}

/// A log of one batch of two records on a file system that can fail.
fn start(dir: &Path) -> (FaultFs, Log) {
    let fs = FaultFs::default();
    let (mut log, _) = open_on(&fs, dir).unwrap();
    append(&mut log, 2, SIZE);
    fs.asked();
    (fs, log)
}

fn try_append(log: &mut Log, class: Class, count: u64) -> Result<(), AppendError> {
    let records = batch(log.end(), count, SIZE);
    log.append(class, &records, 0).map(drop)
}

/// The handle writes nothing more, and does not even try.
#[track_caller]
fn is_poisoned(fs: &FaultFs, log: &mut Log, cause: &str) {
    fs.heal();
    fs.asked();
    assert!(log.is_poisoned());
    for class in [Class::Intake, Class::Internal] {
        let error = try_append(log, class, 1).unwrap_err();
        assert!(matches!(error, AppendError::Poisoned { .. }), "{error}");
        assert!(error.to_string().contains(cause), "{error}");
    }
    assert_eq!(fs.asked(), []);
}

#[test]
fn a_batch_is_one_write_and_one_sync() {
    let dir = tempfile::tempdir().unwrap();
    let (fs, mut log) = start(dir.path());
    try_append(&mut log, Class::Internal, 3).unwrap();
    assert_eq!(fs.asked(), [Op::Write, Op::Sync]);
    try_append(&mut log, Class::Intake, 1).unwrap();
    assert_eq!(fs.asked(), [Op::Free, Op::Write, Op::Sync]);
}

#[test]
fn a_segment_is_durable_with_its_name_before_it_is_used() {
    let dir = tempfile::tempdir().unwrap();
    let (fs, mut log) = start(dir.path());
    try_append(&mut log, Class::Internal, 8).unwrap();
    let made = [
        Op::Create,
        Op::Allocate,
        Op::Write,
        Op::Sync,
        Op::Rename,
        Op::SyncDir,
    ];
    assert_eq!(fs.asked(), [&made[..], &[Op::Write, Op::Sync]].concat());
}

#[test]
fn a_new_directory_is_durable_in_its_parent() {
    let dir = tempfile::tempdir().unwrap();
    let fs = FaultFs::default();
    let opened = open_on(&fs, &dir.path().join("log")).unwrap();
    let asked = fs.asked();
    assert_eq!(asked[..2], [Op::CreateDir, Op::SyncDir]);
    drop(opened);
    // The same again after a crash between the two.
    let crashed = dir.path().join("crashed");
    std::fs::create_dir(&crashed).unwrap();
    drop(open_on(&fs, &crashed).unwrap());
    let asked = fs.asked();
    let renamed = asked.iter().position(|op| *op == Op::Rename).unwrap();
    assert_eq!(asked[renamed + 1..][..2], [Op::SyncDir, Op::SyncDir]);
}

#[test]
fn a_failed_sync_is_final() {
    let dir = tempfile::tempdir().unwrap();
    let (fs, mut log) = start(dir.path());
    fs.fail(Op::Sync, EIO);
    let error = try_append(&mut log, Class::Intake, 1).unwrap_err();
    let file = segments(dir.path()).remove(0);
    assert_eq!(
        error.to_string(),
        format!(
            "cannot sync `{}`: Input/output error (os error 5); nothing more is written: restart, to go on from what the log holds",
            file.display()
        )
    );
    is_poisoned(&fs, &mut log, "cannot sync");
    assert_eq!(log.end(), 3, "it was not appended");
    drop(log);
    // It may be there all the same, and is then synced for good: its pages are written anew first.
    fs.asked();
    let (_, recovered) = open_on(&fs, dir.path()).unwrap();
    assert_eq!(recovered.last, 3);
    assert!(fs.asked().ends_with(&[Op::Write, Op::Sync]));
}

#[test]
fn a_failed_write_is_final() {
    for error in [EIO, ENOSPC] {
        let dir = tempfile::tempdir().unwrap();
        let (fs, mut log) = start(dir.path());
        fs.plan(
            Op::Write,
            [Some(Fault::Short(100)), Some(Fault::Error(error))],
        );
        let failed = try_append(&mut log, Class::Internal, 1).unwrap_err();
        assert!(
            matches!(
                failed,
                AppendError::Io {
                    action: "write",
                    ..
                }
            ),
            "{failed}"
        );
        is_poisoned(&fs, &mut log, "cannot write");
        drop(log);
        let (mut log, recovered) = open(dir.path(), 8192);
        assert_eq!(recovered.last, 2);
        assert_eq!(
            recovered.torn.map(|t| t.bytes),
            Some(104),
            "to the end of the word"
        );
        append(&mut log, 1, SIZE);
        assert_eq!(count(dir.path(), SIZE), 3);
    }
}

#[test]
fn a_short_write_is_gone_on_with() {
    let dir = tempfile::tempdir().unwrap();
    let (fs, mut log) = start(dir.path());
    fs.always(Op::Write, Fault::Short(7));
    append(&mut log, 3, SIZE);
    append(&mut log, 8, SIZE);
    assert_eq!(count(dir.path(), SIZE), 13);
}

#[test]
fn a_write_of_nothing_is_final() {
    let dir = tempfile::tempdir().unwrap();
    let (fs, mut log) = start(dir.path());
    fs.plan(Op::Write, [Some(Fault::Short(0))]);
    assert!(try_append(&mut log, Class::Internal, 1).is_err());
    is_poisoned(&fs, &mut log, "cannot write");
}

#[test]
fn no_room_for_a_segment_is_said_before_anything_is_written() {
    for error in [ENOSPC, EDQUOT] {
        for op in [Op::Create, Op::Allocate] {
            let dir = tempfile::tempdir().unwrap();
            let (fs, mut log) = start(dir.path());
            let before = contents(dir.path());
            fs.always(op, Fault::Error(error));
            for class in [Class::Intake, Class::Internal] {
                let failed = try_append(&mut log, class, 8).unwrap_err();
                assert!(matches!(failed, AppendError::Full { .. }), "{failed}");
                assert!(!log.is_poisoned());
                assert!(contents(dir.path()) == before, "something was written");
            }
            // What fits into the segment at hand goes on, and so does the rest once there is room.
            append(&mut log, 1, SIZE);
            fs.heal();
            append(&mut log, 8, SIZE);
            assert_eq!(count(dir.path(), SIZE), 11);
        }
    }
}

#[test]
fn internal_records_take_a_smaller_segment_from_what_was_kept_back() {
    let dir = tempfile::tempdir().unwrap();
    let fs = FaultFs::default();
    let (mut log, _) = open_on(&fs, dir.path()).unwrap();
    append(&mut log, 8, SIZE);
    drop(log);
    let large = Options {
        segment_bytes: 4 << 20,
        ..options(0)
    };
    let (mut log, _) = Log::open_on(Arc::new(fs.clone()), dir.path(), large).unwrap();
    fs.fail(Op::Allocate, ENOSPC);
    append(&mut log, 8, SIZE);
    let small = std::fs::metadata(&segments(dir.path())[1]).unwrap().len();
    assert_eq!(small, 1 << 20);
    drop(log);
    assert_eq!(open(dir.path(), 8192).1.last, 16);
}

#[test]
fn intake_leaves_room_for_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let fs = FaultFs::default();
    let keep = Options {
        keep_free_bytes: 1_000_000,
        segment_bytes: 8192,
    };
    let (mut log, _) = Log::open_on(Arc::new(fs.clone()), dir.path(), keep).unwrap();

    fs.always(Op::Free, Fault::Free(999_999));
    let failed = try_append(&mut log, Class::Intake, 1).unwrap_err();
    assert_eq!(
        failed.to_string(),
        "no room for new records in the log: 999999 bytes are free, 1000000 are needed; free some space on the disk of the log"
    );
    try_append(&mut log, Class::Internal, 1).unwrap();
    try_append(&mut log, Class::Internal, 8).unwrap();

    // It does not take from it for a new segment either.
    fs.heal();
    fs.always(Op::Free, Fault::Free(1_008_191));
    let failed = try_append(&mut log, Class::Intake, 8).unwrap_err();
    assert!(
        matches!(
            failed,
            AppendError::Full {
                free: 1_008_191,
                needed: 1_008_192
            }
        ),
        "{failed}"
    );
    fs.heal();
    fs.always(Op::Free, Fault::Free(1_008_192));
    try_append(&mut log, Class::Intake, 8).unwrap();
    assert!(!log.is_poisoned());
    assert_eq!(count(dir.path(), SIZE), 17);
}

#[test]
fn an_error_while_reading_is_never_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = open(dir.path(), 8192);
    for _ in 0..10 {
        append(&mut log, 3, SIZE);
    }
    drop(log);
    let before = contents(dir.path());
    for fault in [Fault::Error(EIO), Fault::Short(0)] {
        let mut nth = 0;
        loop {
            let fs = FaultFs::default();
            let good = std::iter::repeat_n(None, nth);
            fs.plan(Op::Read, good.chain([Some(fault)]));
            let read: Result<Vec<_>, ReadError> =
                trig_log::read_on(Arc::new(fs.clone()), dir.path(), None)
                    .and_then(Iterator::collect);
            let reads = fs.asked().iter().filter(|op| **op == Op::Read).count();
            if reads <= nth {
                assert_eq!(read.unwrap().len(), 30);
                break;
            }
            let failed = read.unwrap_err();
            assert!(
                matches!(failed, ReadError::Io { action: "read", .. }),
                "{failed}"
            );

            let fs = FaultFs::default();
            let good = std::iter::repeat_n(None, nth);
            fs.plan(Op::Read, good.chain([Some(fault)]));
            assert!(open_on(&fs, dir.path()).is_err(), "at read {nth}");
            assert!(contents(dir.path()) == before, "something was cut");
            nth += 1;
        }
        assert!(nth >= 8, "each segment is read");
    }
}

#[test]
fn short_reads_are_gone_on_with() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = open(dir.path(), 8192);
    for _ in 0..10 {
        append(&mut log, 3, SIZE);
    }
    drop(log);
    let fs = FaultFs::default();
    fs.always(Op::Read, Fault::Short(113));
    let (_, recovered) = open_on(&fs, dir.path()).unwrap();
    assert_eq!((recovered.last, recovered.torn), (30, None));
}

#[test]
fn whichever_call_fails_nothing_acknowledged_is_lost() {
    let mut nth = 0;
    loop {
        let dir = tempfile::tempdir().unwrap();
        let log_dir = dir.path().join("log");
        let fs = FaultFs::default();
        fs.fail_call(nth);
        let mut acknowledged = 0;
        let mut tried = 0;
        for _ in 0..3 {
            let Ok((mut log, recovered)) = open_on(&fs, &log_dir) else {
                continue;
            };
            assert!(recovered.last >= acknowledged);
            // A batch that failed may be there all the same: then the next one comes after it.
            acknowledged = recovered.last;
            for count in [1, 2, 5, 9] {
                let class = if count == 2 {
                    Class::Intake
                } else {
                    Class::Internal
                };
                match try_append(&mut log, class, count) {
                    Ok(()) => acknowledged += count,
                    Err(AppendError::Io { .. }) => tried = acknowledged + count,
                    Err(AppendError::Poisoned { .. }) => {}
                    Err(other) => panic!("at call {nth}: {other}"),
                }
            }
        }
        let done = !fs.has_failed();
        fs.heal();
        let found = count(&log_dir, SIZE);
        assert!(
            found == acknowledged || found == tried.max(acknowledged),
            "at call {nth}"
        );
        if done {
            assert_eq!(found, 51);
            break;
        }
        nth += 1;
    }
    assert!(nth > 100, "only {nth} calls were made");
}

#[test]
fn opening_says_what_the_system_refused() {
    let dir = tempfile::tempdir().unwrap();
    let fs = FaultFs::default();
    fs.fail(Op::Allocate, ENOSPC);
    let failed = open_on(&fs, dir.path()).err().unwrap();
    assert_eq!(
        failed.to_string(),
        format!(
            "cannot begin a log in `{}`: no storage space",
            dir.path().display()
        )
    );
    assert_eq!(contents(dir.path()), []);
    assert!(open_on(&fs, dir.path()).is_ok());
}
