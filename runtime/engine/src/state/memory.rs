//! What is remembered for a while only: dedupe keys, deleted records, confirmed writes. Forgetting goes by the time of
//! inputs, so every run forgets at the same input.

use std::ops::Bound;

use smol_str::SmolStr;
use trig_ir::{Millis, RecordKey, Timestamp};

use super::{Grave, Layers, MONTH, Provisional, WriteKey};

/// How long the dedupe key of an arrival is remembered.
const DEDUPE_KEPT: Millis = MONTH;
/// How long a deleted record is remembered as deleted.
const GRAVE_KEPT: Millis = MONTH;
/// How long after its confirmation the echo of a write is still no event.
const ECHO_KEPT: Millis = Millis(10 * Millis::MINUTE.0);

impl Layers<'_> {
    /// Remembers a dedupe key. Whether it was new.
    pub(crate) fn see(&mut self, source: &SmolStr, id: &SmolStr, now: Timestamp) -> bool {
        let key = (source.clone(), id.clone());
        if self.seen.has(&key) {
            return false;
        }
        self.seen_times.put((now, key.clone()), ());
        self.seen.put(key, now);
        true
    }

    pub(crate) fn bury(&mut self, record: RecordKey, grave: Grave) {
        self.dig_up(&record);
        self.grave_times.put((grave.at, record.clone()), ());
        self.graves.put(record, grave);
    }

    pub(crate) fn dig_up(&mut self, record: &RecordKey) {
        if let Some(grave) = self.graves.get(record) {
            let row = (grave.at, record.clone());
            self.grave_times.remove(&row);
            self.graves.remove(record);
        }
    }

    /// The writes of a field whose echo may still come, oldest first.
    pub(crate) fn writes_of(
        &self,
        record: &RecordKey,
        field: &SmolStr,
    ) -> Vec<(WriteKey, Provisional)> {
        let from = (record.clone(), field.clone(), 0);
        self.writes
            .scan(Bound::Included(&from))
            .take_while(|((of, f, _), _)| of == record && f == field)
            .map(|(key, write)| (key.clone(), write.clone()))
            .collect()
    }

    /// The writes of an effect, whatever their fields are called now.
    pub(crate) fn writes_by(&self, record: &RecordKey, effect: u64) -> Vec<WriteKey> {
        let from = (record.clone(), SmolStr::default(), 0);
        self.writes
            .scan(Bound::Included(&from))
            .take_while(|((of, ..), _)| of == record)
            .filter(|((.., number), _)| *number == effect)
            .map(|(key, _)| key.clone())
            .collect()
    }

    pub(crate) fn drop_write(&mut self, key: &WriteKey) {
        if let Some(at) = self.writes.get(key).and_then(|write| write.confirmed) {
            self.write_times.remove(&(at, key.clone()));
        }
        self.writes.remove(key);
    }

    /// Marks a write as taken by the CRM.
    pub(crate) fn confirm_write(&mut self, key: &WriteKey, now: Timestamp) {
        if let Some(write) = self.writes.get(key) {
            let mut write = write.clone();
            write.confirmed = Some(now);
            self.write_times.put((now, key.clone()), ());
            self.writes.put(key.clone(), write);
        }
    }

    /// Forgets what is old enough.
    pub(crate) fn forget(&mut self, now: Timestamp) {
        self.purge_marks(now);
        self.purge_firsts(now);
        self.purge_budgets(now);
        while let Some(((at, key), ())) = self.seen_times.first() {
            if at.plus(DEDUPE_KEPT) > now {
                break;
            }
            let row = (*at, key.clone());
            self.seen.remove(&row.1);
            self.seen_times.remove(&row);
        }
        while let Some(((at, key), ())) = self.grave_times.first() {
            if at.plus(GRAVE_KEPT) > now {
                break;
            }
            let row = (*at, key.clone());
            self.graves.remove(&row.1);
            self.grave_times.remove(&row);
            self.purge_marks_of(&row.1);
        }
        while let Some(((at, key), ())) = self.write_times.first() {
            if at.plus(ECHO_KEPT) > now {
                break;
            }
            let key = key.clone();
            self.drop_write(&key);
        }
    }
}
