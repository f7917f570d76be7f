//! Firings that wait.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use trig_ir::{Millis, RecordKey, RevisionHash, Timestamp, Value};

use super::{ClockName, Fields, Layers, MarkKey, Phase, Record};
use crate::Actor;
use crate::key::Origin;

/// A kind of event by full names, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KindName {
    Event(SmolStr),
    Created(SmolStr),
    Deleted(SmolStr),
    Moved(SmolStr),
    Entered(SmolStr),
    Changed(SmolStr, SmolStr),
    Gained(SmolStr, SmolStr),
    Lost(SmolStr, SmolStr),
    Clock,
    Due(SmolStr, SmolStr),
    Started(SmolStr),
    GoalReached(SmolStr, SmolStr),
    GoalSkipped(SmolStr, SmolStr),
}

/// The version of the subject before the change that started a firing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Before {
    /// The event is no change of the subject, or nothing was known of it before.
    #[default]
    Unknown,
    /// The subject did not exist: its fields were empty.
    Nothing,
    /// This one.
    Version(Arc<Record>),
}

/// The event that started a firing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Captured {
    pub(crate) kind: KindName,
    pub(crate) fields: Fields,
    pub(crate) by: Actor,
}

/// Of which start a firing is. With the kind of its event (see [`Captured`]) it says which start of another revision
/// that is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StartName {
    /// The pattern as it is written.
    pub(crate) text: SmolStr,
    /// Its number among those of its kind with that text.
    pub(crate) nth: u32,
    /// Its number among those of its kind.
    pub(crate) of_kind: u32,
}

/// What is known of a firing's delay without the revision that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Delay {
    /// It is the trigger's, not the start's own.
    pub(crate) shared: bool,
    /// It has `while` or `unless`.
    pub(crate) guarded: bool,
    /// How long it is, where it is the start's own.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) own: Option<Millis>,
}

/// What a firing is one of: `mode` says what becomes of a second one with the same key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct FiringKey {
    pub(crate) trigger: SmolStr,
    pub(crate) subject: Option<RecordKey>,
    /// References of the event to finer entities than the subject.
    pub(crate) finer: Vec<Value>,
}

/// Events that may cancel a firing, or reach a goal of it: of a kind, and about this record where the event leads to the subject by itself.
pub(crate) type Watch = (KindName, Option<RecordKey>);

/// Timers run in this order: due, priority (higher first), trigger, subject, then what they wake.
pub(crate) type TimerKey = (
    Timestamp,
    std::cmp::Reverse<i32>,
    SmolStr,
    Option<RecordKey>,
    Timer,
);

/// What a timer wakes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Timer {
    /// A firing that waits, by arming number.
    Firing(u64),
    /// A clock of the trigger; of an offset, for that subject.
    Clock(ClockName),
}

/// A firing that waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub(crate) key: FiringKey,
    /// The revision under which it was armed: what was captured is what that one needs, and one that needs more cannot
    /// run it. Of a body that runs, the one under which it fired.
    pub(crate) revision: RevisionHash,
    pub(crate) start: StartName,
    pub(crate) delay: Delay,
    pub(crate) priority: i32,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) outer: Option<RecordKey>,
    pub(crate) event: Captured,
    pub(crate) before: Before,
    /// The last version of a subject whose deletion started the firing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) last: Option<Arc<Record>>,
    /// The position of the input that started it.
    pub(crate) started: u64,
    /// What it waits for.
    #[serde(default)]
    pub(crate) phase: Phase,
    /// Since when it waits for that.
    pub(crate) since: Timestamp,
    /// When time wakes it.
    #[serde(default)]
    pub(crate) due: Option<Timestamp>,
    /// The arming number at which it began to wait for that: versions that were made before do not concern it, and
    /// queues are in this order.
    #[serde(default)]
    pub(crate) entered: u64,
    pub(crate) origin: Origin,
    pub(crate) watches: BTreeSet<Watch>,
    /// The records that decided what it waits for when that was last tested.
    pub(crate) reads: BTreeSet<RecordKey>,
}

impl Pending {
    /// Its timer, if time wakes it.
    fn timer(&self, number: u64) -> Option<TimerKey> {
        Some((
            self.due?,
            std::cmp::Reverse(self.priority),
            self.key.trigger.clone(),
            self.key.subject.clone(),
            Timer::Firing(number),
        ))
    }

    /// The queues in which it stands.
    pub(crate) fn queues(&self) -> &[MarkKey] {
        match &self.phase {
            Phase::Limit(turn) => &turn.keys,
            _ => &[],
        }
    }
}

impl Layers<'_> {
    /// The next arming number.
    pub(crate) fn next_arming(&mut self) -> u64 {
        let number = self.meta.next_arming;
        self.meta.next_arming = number.saturating_add(1);
        number
    }

    /// Stores a firing that waits, with everything by which it is found. None may be stored under that number.
    pub(crate) fn insert_pending(&mut self, number: u64, pending: Arc<Pending>) {
        if let Some(timer) = pending.timer(number) {
            self.timers.put(timer, ());
        }
        self.armed.put((pending.key.clone(), number), ());
        if let Some(subject) = &pending.key.subject {
            self.by_subject.put((subject.clone(), number), ());
        }
        for watch in &pending.watches {
            self.watching.put((watch.clone(), number), ());
        }
        for record in &pending.reads {
            self.reading.put((record.clone(), number), ());
        }
        for queue in pending.queues() {
            self.queues
                .put((queue.clone(), pending.entered, number), ());
        }
        self.pending.put(number, pending);
    }

    /// Takes out a firing that waited.
    pub(crate) fn remove_pending(&mut self, number: u64) -> Option<Arc<Pending>> {
        let pending = Arc::clone(self.pending.get(&number)?);
        if let Some(timer) = pending.timer(number) {
            self.timers.remove(&timer);
        }
        self.armed.remove(&(pending.key.clone(), number));
        if let Some(subject) = &pending.key.subject {
            self.by_subject.remove(&(subject.clone(), number));
        }
        for watch in &pending.watches {
            self.watching.remove(&(watch.clone(), number));
        }
        for record in &pending.reads {
            self.reading.remove(&(record.clone(), number));
        }
        for queue in pending.queues() {
            self.queues
                .remove(&(queue.clone(), pending.entered, number));
        }
        self.pending.remove(&number);
        Some(pending)
    }

    /// Stores a firing that waits anew.
    pub(crate) fn replace_pending(&mut self, number: u64, pending: Pending) {
        self.remove_pending(number);
        self.insert_pending(number, Arc::new(pending));
    }

    /// The firings that wait for a subject, in the order of their arming.
    pub(crate) fn pending_of(&self, subject: &RecordKey) -> Vec<u64> {
        let from = (subject.clone(), 0);
        self.by_subject
            .scan(Bound::Included(&from))
            .take_while(|((of, _), ())| of == subject)
            .map(|((_, number), ())| *number)
            .collect()
    }

    /// The firings that wait or run under a key, in the order of their arming.
    pub(crate) fn armed_as(&self, key: &FiringKey) -> Vec<u64> {
        let from = (key.clone(), 0);
        self.armed
            .scan(Bound::Included(&from))
            .take_while(|((of, _), ())| of == key)
            .map(|((_, number), ())| *number)
            .collect()
    }

    /// The firings of a trigger that wait or run for a subject, whatever finer entities they are of.
    pub(crate) fn armed_for(&self, trigger: &SmolStr, subject: Option<&RecordKey>) -> Vec<u64> {
        let key = FiringKey {
            trigger: trigger.clone(),
            subject: subject.cloned(),
            finer: Vec::new(),
        };
        let from = (key, 0);
        self.armed
            .scan(Bound::Included(&from))
            .take_while(|((of, _), ())| of.trigger == *trigger && of.subject.as_ref() == subject)
            .map(|((_, number), ())| *number)
            .collect()
    }

    /// The firing at the head of a queue: when it came to it, and its number.
    pub(crate) fn head_of(&self, queue: &MarkKey) -> Option<(u64, u64)> {
        let from = (queue.clone(), 0, 0);
        let ((of, entered, number), ()) = self.queues.scan(Bound::Included(&from)).next()?;
        (of == queue).then_some((*entered, *number))
    }

    /// The firings that wait on something that a record decides.
    pub(crate) fn readers_of(&self, record: &RecordKey) -> Vec<u64> {
        let from = (record.clone(), 0);
        self.reading
            .scan(Bound::Included(&from))
            .take_while(|((of, _), ())| of == record)
            .map(|((_, number), ())| *number)
            .collect()
    }

    /// The firings that an event of this kind, about this record, may cancel or move on.
    pub(crate) fn watchers_of(&self, watch: Watch) -> Vec<u64> {
        let from = (watch, 0);
        self.watching
            .scan(Bound::Included(&from))
            .take_while(|((of, _), ())| *of == from.0)
            .map(|((_, number), ())| *number)
            .collect()
    }
}
