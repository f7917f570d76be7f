//! Loss of power at any call, with any part of what was not synced lost.

use std::path::Path;
use std::sync::Arc;

use trig_log::{Class, Log, OpenError, Recovered};

use crate::disk::Disk;
use crate::support::{Random, batch, options, record};

const SIZE: usize = 300;

fn dir() -> &'static Path {
    Path::new("/log")
}

fn open_on(disk: &Disk) -> Result<(Log, Recovered), OpenError> {
    Log::open_on(Arc::new(disk.clone()), dir(), options(16_384))
}

fn append(log: &mut Log, count: u64) -> Result<u64, trig_log::AppendError> {
    let records = batch(log.end(), count, SIZE);
    Ok(log.append(Class::Intake, &records, 0)?.end - 1)
}

/// How many records a reader finds, each the one that belongs there.
#[track_caller]
fn count(disk: &Disk) -> u64 {
    let mut found = 0;
    for entry in trig_log::read_on(Arc::new(disk.clone()), dir(), None).unwrap() {
        let entry = entry.unwrap_or_else(|e| panic!("{e}"));
        found += 1;
        assert_eq!(entry.position, found);
        assert_eq!(entry.record, record(found, SIZE));
    }
    found
}

#[test]
fn what_was_acknowledged_outlives_a_loss_of_power_at_any_call() {
    let mut random = Random::new("a_loss_of_power_at_any_call");
    let (mut torn, mut unacknowledged) = (0, 0);
    for _ in 0..60 {
        let disk = Disk::default();
        let mut acknowledged = 0;
        for _ in 0..12 {
            disk.stop_after(random.below(0..60));
            // Opening may meet its end too, and then counts as a run without an append.
            if let Ok((mut log, recovered)) = open_on(&disk) {
                torn += usize::from(recovered.torn.is_some());
                unacknowledged += usize::from(recovered.last > acknowledged);
                assert!(recovered.last >= acknowledged);
                // What recovery shows is acted on: from here it must not be lost either.
                acknowledged = recovered.last;
                while let Ok(last) = append(&mut log, 1 + random.next() % 12) {
                    acknowledged = last;
                }
            }
            // A process that ends leaves unsynced what the next one goes on with, and must make durable first.
            if random.below(0..2) == 0 {
                disk.restart();
            } else {
                disk.lose_power(&mut random);
            }
            let found = count(&disk);
            assert!(found >= acknowledged, "{found} of {acknowledged}");
        }
    }
    assert!(torn > 10, "torn tails were met: {torn}");
    assert!(
        unacknowledged > 10,
        "and batches whole but not acknowledged: {unacknowledged}"
    );
}

#[test]
fn what_recovery_shows_after_a_failed_sync_is_on_the_disk() {
    let mut random = Random::new("after_a_failed_sync");
    for _ in 0..30 {
        let disk = Disk::default();
        let (mut log, _) = open_on(&disk).unwrap();
        append(&mut log, 3).unwrap();
        disk.fail_next_sync();
        append(&mut log, 5).unwrap_err();
        append(&mut log, 1).unwrap_err();
        drop(log);
        // The frame can still be read, so it counts; the system believes that it is on the disk, and it is not.
        let (log, recovered) = open_on(&disk).unwrap();
        assert_eq!(recovered.last, 8);
        drop(log);
        disk.lose_power(&mut random);
        assert_eq!(count(&disk), 8);
    }
}

#[test]
fn a_torn_tail_is_gone_for_good_before_anything_is_appended() {
    let mut random = Random::new("a_torn_tail_is_gone_for_good");
    for _ in 0..60 {
        let disk = Disk::default();
        let (mut log, _) = open_on(&disk).unwrap();
        append(&mut log, 3).unwrap();
        disk.stop_after(1);
        append(&mut log, 20).unwrap_err();
        drop(log);
        disk.lose_power(&mut random);
        // Cut, written over, and the power lost again: nothing of the old frame shows.
        let (mut log, recovered) = open_on(&disk).unwrap();
        let torn = recovered.torn.is_some();
        let last = append(&mut log, 1).unwrap();
        drop(log);
        disk.lose_power(&mut random);
        assert_eq!(count(&disk), last);
        let (_, recovered) = open_on(&disk).unwrap();
        assert_eq!(
            (recovered.last, recovered.torn),
            (last, None),
            "it was torn: {torn}"
        );
    }
}
