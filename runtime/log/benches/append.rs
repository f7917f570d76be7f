//! Durable appends of 400-byte records, beside the least that can do the same: a plain file with the same number of
//! bytes and syncs, its room set aside as the log's is. What the log costs is the difference.
#![expect(clippy::unwrap_used, reason = "a bench has nobody to report to")]

use std::cell::Cell;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;

use divan::Bencher;
use divan::counter::ItemsCount;
use rustix::fs::FallocateFlags;
use tempfile::TempDir;
use trig_log::{Class, Log, Options, Record, RecordKind};

const BATCHES: [u64; 3] = [1, 128, 1024];
const SIZE: usize = 400;
const SEGMENT: u64 = 64 << 20;

fn main() {
    divan::main();
}

/// On the disk under the build's own directory: the system's temporary one may be memory.
fn directory() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

fn records(count: u64) -> Vec<Record> {
    let record = |n: u64| Record {
        kind: RecordKind::Input,
        time_ms: 1_772_000_000_000,
        workspace: "acme".into(),
        revision: "00ab34cd00ef5601".into(),
        semantics: 1,
        body: (0..SIZE as u64).map(|i| (n * 31 + i * 7) as u8).collect(),
    };
    (0..count).map(record).collect()
}

#[divan::bench(args = BATCHES, sample_count = 500, sample_size = 1)]
fn log(bencher: Bencher, batch: u64) {
    let dir = directory();
    let (log, _) = Log::open(dir.path(), Options::default()).unwrap();
    let log = std::cell::RefCell::new(log);
    let records = records(batch);
    bencher.counter(ItemsCount::new(batch)).bench_local(|| {
        log.borrow_mut()
            .append(Class::Internal, &records, 7)
            .unwrap()
    });
}

fn segment(dir: &TempDir, number: u64) -> File {
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(dir.path().join(number.to_string()))
        .unwrap();
    rustix::fs::fallocate(&file, FallocateFlags::empty(), 0, SEGMENT).unwrap();
    file.sync_data().unwrap();
    file
}

#[divan::bench(args = BATCHES, sample_count = 500, sample_size = 1)]
fn plain_file(bencher: Bencher, batch: u64) {
    let dir = directory();
    let bytes = vec![0x5a; batch as usize * SIZE];
    let (number, at) = (Cell::new(0), Cell::new(0));
    let mut file = segment(&dir, 0);
    bencher.counter(ItemsCount::new(batch)).bench_local(|| {
        if at.get() + bytes.len() as u64 > SEGMENT {
            number.set(number.get() + 1);
            at.set(0);
            file = segment(&dir, number.get());
        }
        file.write_all_at(&bytes, at.get()).unwrap();
        file.sync_data().unwrap();
        at.set(at.get() + bytes.len() as u64);
    });
}
