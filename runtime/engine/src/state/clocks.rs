//! Clocks of triggers: when they come next.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use trig_ir::{Clock, RecordKey, Timestamp};

use super::{Layers, Timer, TimerKey};

/// Which of a trigger's starts a clock is of. Its place in the trigger is never stored.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct ClockName {
    /// The pattern as it is written.
    pub(crate) text: SmolStr,
    /// Its number among the clocks of the trigger with that text.
    pub(crate) nth: u32,
}

/// Trigger and start.
pub(crate) type ClockKey = (SmolStr, ClockName);
/// Trigger, start and record.
pub(crate) type DueKey = (SmolStr, ClockName, RecordKey);
/// Trigger, full name of the entity, stored name of the field.
pub(crate) type Begun = (SmolStr, SmolStr, SmolStr);

/// A recurrence or one-shot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ClockRow {
    pub(crate) clock: Clock,
    pub(crate) zone: SmolStr,
    pub(crate) priority: i32,
    /// `None`: never again.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) next: Option<Timestamp>,
}

/// An offset from a field of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DueRow {
    pub(crate) due: Timestamp,
    pub(crate) priority: i32,
}

fn timer(
    due: Timestamp,
    priority: i32,
    trigger: &SmolStr,
    subject: Option<&RecordKey>,
    name: &ClockName,
) -> TimerKey {
    (
        due,
        Reverse(priority),
        trigger.clone(),
        subject.cloned(),
        Timer::Clock(name.clone()),
    )
}

impl Layers<'_> {
    /// Stores a clock, with its timer.
    pub(crate) fn put_clock(&mut self, key: ClockKey, row: ClockRow) {
        self.remove_clock(&key);
        if let Some(next) = row.next {
            let timer = timer(next, row.priority, &key.0, None, &key.1);
            self.timers.put(timer, ());
        }
        self.clocks.put(key, row);
    }

    pub(crate) fn remove_clock(&mut self, key: &ClockKey) {
        let Some(row) = self.clocks.get(key) else {
            return;
        };
        if let Some(next) = row.next {
            let timer = timer(next, row.priority, &key.0, None, &key.1);
            self.timers.remove(&timer);
        }
        self.clocks.remove(key);
    }

    /// Stores when an offset is due, with its timer.
    pub(crate) fn put_due(&mut self, key: DueKey, row: DueRow) {
        self.remove_due(&key);
        let timer = timer(row.due, row.priority, &key.0, Some(&key.2), &key.1);
        self.timers.put(timer, ());
        self.dues.put(key, row);
    }

    /// Whether it was there.
    pub(crate) fn remove_due(&mut self, key: &DueKey) -> bool {
        let Some(row) = self.dues.get(key) else {
            return false;
        };
        let timer = timer(row.due, row.priority, &key.0, Some(&key.2), &key.1);
        self.timers.remove(&timer);
        self.dues.remove(key);
        true
    }
}
