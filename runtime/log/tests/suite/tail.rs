//! The last frame, finished or not.

use std::path::{Path, PathBuf};

use crate::support::{append, change, count, frames, open, segments};

const SIZE: usize = 60;

/// Three frames of two records; the file, its bytes, and where the last frame lies.
fn log(dir: &Path) -> (PathBuf, Vec<u8>, std::ops::Range<usize>) {
    let (mut log, _) = open(dir, 8192);
    for _ in 0..3 {
        append(&mut log, 2, SIZE);
    }
    let file = segments(dir).remove(0);
    let bytes = std::fs::read(&file).unwrap();
    let last = frames(&bytes).pop().unwrap();
    (file, bytes, last)
}

/// Opens what was made of the log, and goes on with it. `torn`: how many bytes should be said to be cut.
#[track_caller]
fn goes_on(dir: &Path, file: &Path, start: usize, torn: u64) {
    assert_eq!(count(dir, SIZE), 4, "as a reader sees it");
    let (mut log, recovered) = open(dir, 8192);
    assert_eq!((recovered.entries, recovered.last), (4, 4));
    let said = recovered
        .torn
        .map(|t| (t.file, t.offset, t.bytes.next_multiple_of(8)));
    let expected = (torn > 0).then(|| (file.to_owned(), start as u64, torn.next_multiple_of(8)));
    assert_eq!(said, expected);
    let bytes = std::fs::read(file).unwrap();
    assert_eq!(bytes.len(), 8192, "the room is there again");
    assert!(bytes[start..].iter().all(|b| *b == 0), "old bytes are left");
    append(&mut log, 2, SIZE);
    drop(log);
    let (_, recovered) = open(dir, 8192);
    assert_eq!((recovered.last, recovered.torn), (6, None));
    assert_eq!(count(dir, SIZE), 6);
}

#[test]
fn cut_at_every_byte_of_the_last_frame() {
    let dir = tempfile::tempdir().unwrap();
    let (file, whole, last) = log(dir.path());
    for cut in last.clone() {
        std::fs::write(&file, &whole[..cut]).unwrap();
        goes_on(dir.path(), &file, last.start, (cut - last.start) as u64);
    }
}

#[test]
fn zeroed_from_every_byte_of_the_last_frame() {
    let dir = tempfile::tempdir().unwrap();
    let (file, whole, last) = log(dir.path());
    let mut still_whole = 0;
    for from in last.clone() {
        let mut bytes = whole.clone();
        bytes[from..].fill(0);
        std::fs::write(&file, &bytes).unwrap();
        if bytes == whole {
            still_whole += 1;
            assert_eq!(count(dir.path(), SIZE), 6);
        } else {
            let used = bytes[last.start..].iter().rposition(|b| *b != 0);
            goes_on(
                dir.path(),
                &file,
                last.start,
                used.map_or(0, |u| u as u64 + 1),
            );
        }
    }
    assert!(still_whole < 8, "only the padding is zero");
}

#[test]
fn zeroed_up_to_every_byte_of_the_last_frame() {
    // Pages may reach the disk in any order: the later ones without the first.
    let dir = tempfile::tempdir().unwrap();
    let (file, whole, last) = log(dir.path());
    let used = whole.iter().rposition(|b| *b != 0).unwrap();
    for to in last.start + 1..=used {
        let mut bytes = whole.clone();
        bytes[last.start..to].fill(0);
        std::fs::write(&file, &bytes).unwrap();
        goes_on(
            dir.path(),
            &file,
            last.start,
            (used + 1 - last.start) as u64,
        );
    }
}

#[test]
fn a_torn_tail_is_erased_before_anything_is_appended() {
    // Two frames at the end that are both not whole, the first without its header. The new frame has the size of the
    // first: nothing of the second may lie behind it.
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = open(dir.path(), 8192);
    for _ in 0..4 {
        append(&mut log, 1, SIZE);
    }
    drop(log);
    let file = segments(dir.path()).remove(0);
    let found = frames(&std::fs::read(&file).unwrap());
    change(&file, |bytes| {
        bytes[found[2].start..][..40].fill(0);
        bytes[found[3].start + 50] ^= 1;
    });
    let (mut log, recovered) = open(dir.path(), 8192);
    assert_eq!(
        recovered.torn.map(|t| t.offset),
        Some(found[2].start as u64)
    );
    append(&mut log, 1, SIZE);
    drop(log);
    change(&file, |bytes| {
        assert!(bytes[found[3].start..].iter().all(|b| *b == 0));
    });
    assert_eq!(open(dir.path(), 8192).1.last, 3);
}

#[test]
fn the_first_frame_of_a_new_segment_can_be_torn() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = open(dir.path(), 8192);
    append(&mut log, 30, SIZE);
    append(&mut log, 20, SIZE);
    drop(log);
    let file = segments(dir.path()).remove(1);
    change(&file, |bytes| bytes.truncate(4096 + 30));
    let (mut log, recovered) = open(dir.path(), 8192);
    assert_eq!(recovered.last, 30);
    assert_eq!(
        recovered.torn.map(|t| t.to_string()),
        Some(format!(
            "`{}` at byte 4096: an unfinished batch of 30 bytes, which nobody was told of",
            file.display()
        ))
    );
    append(&mut log, 2, SIZE);
    assert_eq!(count(dir.path(), SIZE), 32);
}

#[test]
fn a_reader_says_what_lies_behind_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let (file, whole, last) = log(dir.path());
    std::fs::write(&file, &whole[..last.start + 9]).unwrap();
    let mut reader = trig_log::read(dir.path()).unwrap();
    assert_eq!(reader.by_ref().count(), 4);
    assert_eq!(reader.torn().map(|t| t.offset), Some(last.start as u64));
    assert_eq!(
        std::fs::read(&file).unwrap(),
        whole[..last.start + 9],
        "and leaves it"
    );
}

#[test]
fn a_segment_half_made_is_swept_away() {
    let dir = tempfile::tempdir().unwrap();
    let (file, whole, _) = log(dir.path());
    let half = dir.path().join("00000000000000000007.seg.new");
    std::fs::write(&half, &whole[..2000]).unwrap();
    assert_eq!(count(dir.path(), SIZE), 6);
    let (mut log, recovered) = open(dir.path(), 8192);
    assert_eq!((recovered.last, recovered.torn), (6, None));
    assert!(!half.exists() && file.exists());
    append(&mut log, 40, SIZE);
    assert_eq!(count(dir.path(), SIZE), 46);
}
