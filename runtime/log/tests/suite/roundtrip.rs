//! What goes in comes out.

use trig_log::{Batch, Class, Log, Options, Unwritable};

use crate::support::{append, batch, count, open, options, read, record, segments};

#[test]
fn what_was_appended_is_read_with_positions_from_one() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, recovered) = open(dir.path(), 1 << 20);
    assert_eq!(
        (recovered.entries, recovered.first, recovered.last),
        (0, 1, 0)
    );
    assert_eq!(recovered.torn, None);
    append(&mut log, 3, 10);
    append(&mut log, 1, 10);
    assert_eq!(log.end(), 5);
    assert_eq!(count(dir.path(), 10), 4);
}

#[test]
fn a_reopened_log_goes_on_where_it_ended() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, first) = open(dir.path(), 1 << 20);
    append(&mut log, 3, 10);
    drop(log);
    let (mut log, second) = open(dir.path(), 1 << 20);
    assert_eq!((second.entries, second.first, second.last), (3, 1, 3));
    assert_eq!(second.log_id, first.log_id);
    assert_eq!(second.torn, None);
    append(&mut log, 2, 10);
    assert_eq!(count(dir.path(), 10), 5);
}

#[test]
fn the_directory_and_those_above_it_are_made() {
    let dir = tempfile::tempdir().unwrap();
    let deep = dir.path().join("a/b/log");
    let (mut log, _) = open(&deep, 1 << 20);
    append(&mut log, 1, 10);
    assert_eq!(count(&deep, 10), 1);
}

#[test]
fn a_full_segment_is_followed_by_another() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = open(dir.path(), 8192);
    for _ in 0..20 {
        append(&mut log, 2, 400);
    }
    assert_eq!(segments(dir.path()).len(), 5);
    assert_eq!(count(dir.path(), 400), 40);
    drop(log);
    let (mut log, recovered) = open(dir.path(), 8192);
    assert_eq!(recovered.last, 40);
    append(&mut log, 2, 400);
    assert_eq!(count(dir.path(), 400), 42);
}

#[test]
fn a_batch_larger_than_a_segment_gets_one_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = open(dir.path(), 8192);
    append(&mut log, 1, 400);
    append(&mut log, 100, 400);
    append(&mut log, 10, 400);
    assert_eq!(segments(dir.path()).len(), 3);
    drop(log);
    assert_eq!(open(dir.path(), 8192).1.last, 111);
    assert_eq!(count(dir.path(), 400), 111);
}

#[test]
fn batches_come_back_with_their_digests() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = open(dir.path(), 1 << 20);
    log.append(Class::Intake, &batch(1, 2, 5), u64::MAX)
        .unwrap();
    log.append(Class::Internal, &batch(3, 1, 5), 77).unwrap();
    let batches: Vec<Batch> = trig_log::read_batches(dir.path(), None)
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let expected = [(1, u64::MAX, batch(1, 2, 5)), (3, 77, batch(3, 1, 5))];
    let expected = expected.map(|(first, digest, records)| Batch {
        first,
        digest,
        records,
    });
    assert_eq!(batches, expected);
}

#[test]
fn reading_begins_where_it_is_asked_to() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = open(dir.path(), 8192);
    for _ in 0..20 {
        append(&mut log, 3, 400);
    }
    for from in 1..=62 {
        let read: Vec<u64> = trig_log::read_from(dir.path(), from)
            .unwrap()
            .map(|entry| entry.unwrap().position)
            .collect();
        assert_eq!(read, (from..=60).collect::<Vec<_>>());
    }
    let error = trig_log::read_from(dir.path(), 0)
        .err()
        .unwrap()
        .to_string();
    assert!(error.contains("begins at position 1"), "{error}");
}

#[test]
fn no_records_are_no_batch() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = open(dir.path(), 1 << 20);
    assert_eq!(log.append(Class::Intake, &[], 1).unwrap(), 1..1);
    append(&mut log, 1, 10);
    assert_eq!(count(dir.path(), 10), 1);
}

#[test]
fn what_cannot_be_written_leaves_the_log_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = open(dir.path(), 1 << 20);
    let mut bad = record(1, 10);
    bad.revision = "main".into();
    let error = log
        .append(Class::Intake, &[record(1, 10), bad], 0)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        Unwritable::Revision("main".into()).to_string()
    );
    append(&mut log, 2, 10);
    assert_eq!(count(dir.path(), 10), 2);
}

#[test]
fn a_directory_without_a_log_reads_as_an_empty_one() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(read(dir.path()).unwrap(), []);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    let error = read(&dir.path().join("none")).unwrap_err().to_string();
    assert!(error.starts_with("cannot list"), "{error}");
}

#[test]
fn a_segment_has_its_room_from_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = open(dir.path(), 100_000);
    let file = segments(dir.path()).remove(0);
    assert_eq!(std::fs::metadata(&file).unwrap().len(), 102_400);
    drop(log);
    std::fs::OpenOptions::new()
        .write(true)
        .open(&file)
        .unwrap()
        .set_len(5000)
        .unwrap();
    drop(open(dir.path(), 100_000));
    assert_eq!(std::fs::metadata(&file).unwrap().len(), 102_400);
}

#[test]
fn the_defaults_are_those_that_are_documented() {
    let expected = Options {
        segment_bytes: 67_108_864,
        keep_free_bytes: 67_108_864,
    };
    assert_eq!(Options::default(), expected);
}

#[test]
fn a_second_writer_is_refused_and_told_who_has_it() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = open(dir.path(), 1 << 20);
    let error = Log::open(dir.path(), options(1 << 20)).err().unwrap();
    assert_eq!(
        error.to_string(),
        format!(
            "the log in `{}` is already open in process {}: a log has one writer; stop that one, or give this one another directory",
            dir.path().display(),
            std::process::id()
        )
    );
    append(&mut log, 1, 10);
    assert_eq!(count(dir.path(), 10), 1);
    drop(log);
    assert_eq!(open(dir.path(), 1 << 20).1.last, 1);
}
