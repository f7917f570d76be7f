//! Damage before the tail is refused, wherever it is and whatever it looks like.

use std::path::{Path, PathBuf};

use trig_log::{Damage, ReadError};

use crate::support::{
    PAGE, Random, append, change, contents, count, frames, open, options, read, record, refused,
    segments,
};

const SIZE: usize = 400;

/// One segment with many frames; its file and where they lie.
fn one_segment(dir: &Path, batches: usize, count: u64) -> (PathBuf, Vec<std::ops::Range<usize>>) {
    // As much room as is needed, and some.
    let size = batches as u64 * count * 450;
    let (mut log, _) = open(dir, size + (256 << 10));
    for _ in 0..batches {
        append(&mut log, count, SIZE);
    }
    let file = segments(dir).remove(0);
    let frames = frames(&std::fs::read(&file).unwrap());
    assert_eq!(frames.len(), batches);
    (file, frames)
}

/// The start of the frame in which a byte lies.
fn frame_at(frames: &[std::ops::Range<usize>], byte: usize) -> u64 {
    frames.iter().find(|f| f.contains(&byte)).unwrap().start as u64
}

#[test]
fn thirty_flipped_bits_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (file, frames) = one_segment(dir.path(), 40, 10);
    let mut random = Random::new("thirty_flipped_bits");
    for _ in 0..30 {
        let byte = random.below(PAGE as usize..frames.last().unwrap().start);
        let bit = 1 << random.below(0..8);
        change(&file, |bytes| bytes[byte] ^= bit);
        refused(dir.path(), &file, frame_at(&frames, byte));
        change(&file, |bytes| bytes[byte] ^= bit);
    }
    assert_eq!(count(dir.path(), SIZE), 400);
}

#[test]
fn every_bit_of_a_frames_header_counts() {
    let dir = tempfile::tempdir().unwrap();
    let (file, frames) = one_segment(dir.path(), 3, 1);
    let start = frames[1].start;
    for bit in 0..40 * 8 {
        change(&file, |bytes| bytes[start + bit / 8] ^= 1 << (bit % 8));
        let error = read(dir.path()).unwrap_err();
        let place = format!("`{}` at byte {start}:", file.display());
        assert!(error.to_string().contains(&place), "bit {bit}: {error}");
        change(&file, |bytes| bytes[start + bit / 8] ^= 1 << (bit % 8));
    }
}

#[test]
fn thirty_zeroed_pages_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (file, frames) = one_segment(dir.path(), 40, 10);
    let whole = std::fs::read(&file).unwrap();
    let mut random = Random::new("thirty_zeroed_pages");
    for _ in 0..30 {
        let page = 4096 * random.below(1..frames.last().unwrap().start / 4096);
        change(&file, |bytes| bytes[page..page + 4096].fill(0));
        refused(dir.path(), &file, frame_at(&frames, page));
        std::fs::write(&file, &whole).unwrap();
    }
    assert_eq!(count(dir.path(), SIZE), 400);
}

#[test]
fn a_zeroed_frame_header_is_no_end() {
    let dir = tempfile::tempdir().unwrap();
    let (file, frames) = one_segment(dir.path(), 10, 10);
    let start = frames[4].start;
    change(&file, |bytes| bytes[start..start + 40].fill(0));
    refused(dir.path(), &file, start as u64);
}

#[test]
fn a_zeroed_frame_is_no_end() {
    let dir = tempfile::tempdir().unwrap();
    let (file, frames) = one_segment(dir.path(), 10, 10);
    change(&file, |bytes| bytes[frames[4].clone()].fill(0));
    refused(dir.path(), &file, frames[4].start as u64);
}

#[test]
fn a_hole_of_five_mebibytes_is_no_end() {
    for filling in [0, 0xa5] {
        let dir = tempfile::tempdir().unwrap();
        let (file, frames) = one_segment(dir.path(), 20, 1000);
        let from = 1_000_001;
        change(&file, |bytes| bytes[from..from + (5 << 20)].fill(filling));
        refused(dir.path(), &file, frame_at(&frames, from));
    }
}

#[test]
fn a_flip_in_a_finished_segment_is_refused_in_its_last_frame_too() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = open(dir.path(), 8192);
    for _ in 0..30 {
        append(&mut log, 2, SIZE);
    }
    drop(log);
    let file = segments(dir.path()).remove(1);
    for frame in frames(&std::fs::read(&file).unwrap()) {
        change(&file, |bytes| bytes[frame.end - 20] ^= 4);
        refused(dir.path(), &file, frame.start as u64);
        change(&file, |bytes| bytes[frame.end - 20] ^= 4);
    }
}

#[test]
fn anything_behind_the_frames_of_a_finished_segment_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = open(dir.path(), 8192);
    for _ in 0..10 {
        append(&mut log, 2, SIZE);
    }
    drop(log);
    let file = segments(dir.path()).remove(0);
    let end = frames(&std::fs::read(&file).unwrap()).last().unwrap().end;
    change(&file, |bytes| *bytes.last_mut().unwrap() = 1);
    refused(dir.path(), &file, end as u64);
}

#[test]
fn a_flip_in_a_segments_header_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (file, _) = one_segment(dir.path(), 2, 1);
    let mut random = Random::new("a_flip_in_a_segments_header");
    for byte in (0..48).chain((0..20).map(|_| random.below(48..4096))) {
        change(&file, |bytes| bytes[byte] ^= 0x10);
        refused(dir.path(), &file, 0);
        change(&file, |bytes| bytes[byte] ^= 0x10);
    }
}

#[test]
fn a_lost_middle_segment_is_missed() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = open(dir.path(), 8192);
    for _ in 0..30 {
        append(&mut log, 2, SIZE);
    }
    drop(log);
    let files = segments(dir.path());
    std::fs::remove_file(&files[2]).unwrap();
    refused(dir.path(), &files[3], 0);
}

#[test]
fn an_emptied_segment_is_refused() {
    for (place, len) in [(0, 0), (2, 0), (2, 100), (5, 0), (5, 4095)] {
        let dir = tempfile::tempdir().unwrap();
        let (mut log, _) = open(dir.path(), 8192);
        for _ in 0..24 {
            append(&mut log, 2, SIZE);
        }
        drop(log);
        let files = segments(dir.path());
        assert_eq!(files.len(), 6);
        change(&files[place], |bytes| bytes.truncate(len));
        refused(dir.path(), &files[place], 0);
    }
}

#[test]
fn frames_lost_from_the_end_of_a_finished_segment_are_missed() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = open(dir.path(), 8192);
    for _ in 0..12 {
        append(&mut log, 2, SIZE);
    }
    drop(log);
    let files = segments(dir.path());
    let last = frames(&std::fs::read(&files[1]).unwrap()).pop().unwrap();
    change(&files[1], |bytes| bytes.truncate(last.start));
    refused(dir.path(), &files[2], 0);
    change(&files[1], |bytes| bytes.resize(8192, 0));
    refused(dir.path(), &files[2], 0);
}

#[test]
fn a_segment_of_another_log_is_refused() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for dir in [&one, &other] {
        let (mut log, _) = open(dir.path(), 8192);
        for _ in 0..12 {
            append(&mut log, 2, SIZE);
        }
    }
    let (ours, theirs) = (segments(one.path()), segments(other.path()));
    std::fs::copy(&theirs[1], &ours[1]).unwrap();
    refused(one.path(), &ours[1], 0);
    let error = read(one.path()).unwrap_err();
    assert!(
        matches!(
            error,
            ReadError::Damaged {
                damage: Damage::OtherLog,
                ..
            }
        ),
        "{error}"
    );
}

/// Makes the checksum of the first frame right again.
fn seal(bytes: &mut [u8]) {
    let frame = frames(bytes).remove(0);
    let bytes = &mut bytes[frame];
    let crc = crc32c::crc32c_append(crc32c::crc32c(&bytes[..4]), &bytes[8..]);
    bytes[4..8].copy_from_slice(&crc.to_le_bytes());
}

#[test]
fn an_unknown_kind_is_named_by_its_code() {
    let dir = tempfile::tempdir().unwrap();
    let (file, _) = one_segment(dir.path(), 1, 2);
    change(&file, |bytes| {
        bytes[PAGE as usize + 40] = 77;
        seal(bytes);
    });
    let expected = format!(
        "the record at position 1 (`{}`, frame at byte 4096) is of the unknown kind 77: open the log with the newer version that wrote it",
        file.display()
    );
    assert_eq!(read(dir.path()).unwrap_err().to_string(), expected);
    let opened = trig_log::Log::open(dir.path(), options(8192))
        .err()
        .unwrap();
    assert_eq!(opened.to_string(), expected);
}

#[test]
fn a_newer_format_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let (file, _) = one_segment(dir.path(), 1, 1);
    change(&file, |bytes| {
        bytes[8] = 2;
        let crc = crc32c::crc32c_append(crc32c::crc32c(&bytes[..12]), &bytes[16..4096]);
        bytes[12..16].copy_from_slice(&crc.to_le_bytes());
    });
    let error = read(dir.path()).unwrap_err();
    assert!(
        matches!(error, ReadError::Version { version: 2, .. }),
        "{error}"
    );
}

#[test]
fn whole_frames_with_impossible_contents_are_refused() {
    // The count of records; the length of the first workspace; a position that skips; a reserved field.
    for (byte, value) in [(32, 1), (32, 3), (32, 0), (42, 200), (8, 2), (36, 1)] {
        let dir = tempfile::tempdir().unwrap();
        let (file, _) = one_segment(dir.path(), 1, 2);
        change(&file, |bytes| {
            bytes[PAGE as usize + byte] = value;
            seal(bytes);
        });
        refused(dir.path(), &file, PAGE);
    }
}

#[test]
fn a_repair_gives_up_what_follows_and_keeps_its_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = open(dir.path(), 8192);
    for _ in 0..12 {
        append(&mut log, 2, SIZE);
    }
    let aside = dir.path().join("aside");
    assert!(
        trig_log::repair(dir.path(), &aside).is_err(),
        "it is in use"
    );
    drop(log);
    assert_eq!(trig_log::repair(dir.path(), &aside).unwrap(), None);
    assert!(!aside.exists());

    let files = segments(dir.path());
    let start = frames(&std::fs::read(&files[1]).unwrap())[2].start;
    change(&files[1], |bytes| bytes[start + 50] ^= 1);
    let damaged = contents(dir.path());
    let repaired = trig_log::repair(dir.path(), &aside).unwrap().unwrap();
    assert_eq!(repaired.last, 12);
    let place = format!("`{}` at byte {start}", files[1].display());
    assert!(repaired.damage.contains(&place), "{}", repaired.damage);
    let kept: Vec<_> = repaired
        .aside
        .iter()
        .map(|f| std::fs::read(f).unwrap())
        .collect();
    assert_eq!(kept, [damaged[1].1[start..].to_vec(), damaged[2].1.clone()]);
    assert_eq!(count(dir.path(), SIZE), 12);
    let (mut log, recovered) = open(dir.path(), 8192);
    assert_eq!((recovered.last, recovered.torn), (12, None));
    append(&mut log, 2, SIZE);
    assert_eq!(count(dir.path(), SIZE), 14);
}

#[test]
fn old_frames_of_equal_size_do_not_come_back() {
    // The frame for 3 is damaged, those for 4 and 5 are whole. Cut, they must stay away when a new frame of the same
    // size ends where the old one for 4 began.
    let dir = tempfile::tempdir().unwrap();
    let (file, frames) = one_segment(dir.path(), 5, 1);
    change(&file, |bytes| bytes[frames[2].start + 45] ^= 1);
    trig_log::repair(dir.path(), &dir.path().join("aside"))
        .unwrap()
        .unwrap();
    let (mut log, _) = open(dir.path(), 8192);
    log.append(trig_log::Class::Intake, &[record(3, SIZE)], 0)
        .unwrap();
    assert_eq!(count(dir.path(), SIZE), 3);
    drop(log);
    assert_eq!(open(dir.path(), 8192).1.last, 3);
    let bytes = std::fs::read(&file).unwrap();
    assert!(bytes[frames[3].start..].iter().all(|b| *b == 0));
}
