//! What the engine remembers of a workspace. All keys are full names: no dense id, position in a file or path is stored.

mod breakers;
mod budgets;
mod clocks;
mod firsts;
mod marks;
mod memory;
mod pending;
mod phase;
mod record;
mod serial;
mod sweeps;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use trig_ir::{Millis, RecordKey, RevisionHash, Timestamp};

pub(crate) use breakers::Tripping;
pub(crate) use budgets::Budget;
pub(crate) use clocks::{Begun, ClockKey, ClockName, ClockRow, DueKey, DueRow};
pub(crate) use firsts::{FirstKey, FirstRow};
pub(crate) use marks::{KEEP, Mark, MarkKey, NEVER, Span};
pub(crate) use pending::{
    Before, Captured, Delay, FiringKey, KindName, Pending, StartName, Timer, TimerKey, Watch,
};
pub(crate) use phase::{Phase, Running, Turn};
pub(crate) use record::{Fields, Grave, Provisional, Record, Seen};
pub(crate) use sweeps::{Over, Sweep};
pub(crate) use table::{Layer, Read};

use crate::Effect;

/// A field of a record that was written here: record, stored name of the field, number of the effect.
pub(crate) type WriteKey = (RecordKey, SmolStr, u64);

macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident: $key:ty => $value:ty),* $(,)?) => {
        /// The tables as maps.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub(crate) struct Tables {
            $($(#[$doc])* pub(crate) $name: BTreeMap<$key, $value>,)*
        }

        /// The tables under an overlay of changes.
        pub(crate) struct Layers<'a> {
            pub(crate) meta: Meta,
            $(pub(crate) $name: Layer<'a, $key, $value>,)*
        }

        /// What an evaluation changed.
        pub(crate) struct Changes {
            meta: Meta,
            $($name: BTreeMap<$key, Option<$value>>,)*
        }

        impl<'a> Layers<'a> {
            pub(crate) fn over(state: &'a State) -> Self {
                Self {
                    meta: state.meta.clone(),
                    $($name: Layer::over(&state.tables.$name as &dyn Read<$key, $value>),)*
                }
            }

            pub(crate) fn into_changes(self) -> Changes {
                Changes {
                    meta: self.meta,
                    $($name: self.$name.into_changes(),)*
                }
            }
        }

        impl State {
            pub(crate) fn commit(&mut self, changes: Changes) {
                self.meta = changes.meta;
                $(for (key, value) in changes.$name {
                    match value {
                        Some(value) => { self.tables.$name.insert(key, value); }
                        None => { self.tables.$name.remove(&key); }
                    }
                })*
            }
        }
    };
}

tables! {
    /// The newest version of each record.
    records: RecordKey => Arc<Record>,
    /// Records that were deleted lately.
    graves: RecordKey => Grave,
    /// Firings that wait or run, by arming number.
    pending: u64 => Arc<Pending>,
    /// What limits have counted.
    marks: MarkKey => Mark,
    /// Effects without result, in the order in which they were decided.
    outbox: u64 => Arc<Effect>,
    /// Dedupe keys (source, id) and when they were first seen.
    seen: (SmolStr, SmolStr) => Timestamp,
    /// Fields that were written here and whose echo is still to come.
    writes: WriteKey => Provisional,
    /// Recurrences and one-shots of triggers, and when each comes next.
    clocks: ClockKey => ClockRow,
    /// Offsets of records that are due some time.
    dues: DueKey => DueRow,
    /// Due instants of offsets that have run, or were missed, by trigger and record, in order.
    settled: (SmolStr, RecordKey) => Vec<Timestamp>,
    /// Since when a trigger has an offset from a field: what was due before never runs.
    begun: Begun => Timestamp,
    /// When the first of the events of a `first …` came.
    firsts: FirstKey => FirstRow,
    /// Fan-outs that go on in slices, in the order in which they began.
    sweeps: u64 => Arc<Sweep>,
    /// What breakers have counted.
    breakers: SmolStr => Tripping,
    /// How often something fires whose cause went through time.
    budgets: FiringKey => Budget,
    /// Names that were moved already: what, new name, old name.
    renames: (SmolStr, SmolStr, SmolStr) => (),
    /// Names that have moved since a revision on which bodies still run, step by step.
    moved: RevisionHash => Vec<Vec<(SmolStr, SmolStr, SmolStr)>>,

    // indexes: functions of the tables above, not serialised
    /// Graves by age.
    grave_times: (Timestamp, RecordKey) => (),
    /// Firings that wait, in the order in which they are due.
    timers: TimerKey => (),
    /// Firings that wait, by what they are one of.
    armed: (FiringKey, u64) => (),
    /// Firings that wait, by subject.
    by_subject: (RecordKey, u64) => (),
    /// Firings that wait, by what may cancel them or reach a goal.
    watching: (Watch, u64) => (),
    /// Firings that wait, by the records that decide what they wait for.
    reading: (RecordKey, u64) => (),
    /// The queues of limits: when it came to it, and which firing.
    queues: (MarkKey, u64, u64) => (),
    /// Marks by the time at which they are forgotten.
    mark_times: (Timestamp, MarkKey) => (),
    /// Marks by the records in their keys.
    marks_of: (RecordKey, MarkKey) => (),
    /// Effects without result, by idempotency key.
    outbox_keys: SmolStr => u64,
    /// Dedupe keys by age.
    seen_times: (Timestamp, (SmolStr, SmolStr)) => (),
    /// Marks of `first …` by the time at which they are forgotten.
    first_times: (Timestamp, FirstKey) => (),
    /// Budgets by the time at which they are forgotten.
    budget_times: (Timestamp, FiringKey) => (),
    /// Confirmed writes by age.
    write_times: (Timestamp, WriteKey) => (),
}

/// Counters and clocks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Meta {
    /// The position of the last input.
    pub(crate) position: u64,
    /// The time of the last input.
    pub(crate) now: Timestamp,
    /// The number of the next firing that waits.
    pub(crate) next_arming: u64,
    /// The number of the next effect.
    pub(crate) next_effect: u64,
    /// The number of the next record that is seen for the first time.
    pub(crate) next_seen: u64,
    /// The number of the next fan-out that goes on in slices.
    pub(crate) next_sweep: u64,
    /// The revision that was activated last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) revision: Option<RevisionHash>,
}

/// What the engine remembers of one workspace: records, firings that wait, marks of limits, effects without result.
///
/// It changes through [`crate::Engine::apply`] only. Serialised, it holds full names and no positions in files, so it
/// outlives revisions and programs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    pub(crate) meta: Meta,
    pub(crate) tables: Tables,
}

impl State {
    /// The position of the last input that was applied; 0 if there was none.
    pub fn position(&self) -> u64 {
        self.meta.position
    }

    /// The time of the last input that was applied.
    pub fn now(&self) -> Timestamp {
        self.meta.now
    }

    /// The revision that was activated last, if one was.
    pub fn revision(&self) -> Option<&RevisionHash> {
        self.meta.revision.as_ref()
    }

    /// When the next firing that waits, or clock, is due. May lie in the past of [`Self::now`]: then a tick is due at once.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.tables.timers.first_key_value().map(|(key, ())| key.0)
    }

    /// The effects that were decided and have no result yet, in the order in which they were decided.
    pub fn outbox(&self) -> impl Iterator<Item = &Effect> {
        self.tables.outbox.values().map(AsRef::as_ref)
    }

    /// The firings that wait, in the order in which they are due; then those that no time wakes, in the order of their
    /// arming. Bodies that run are among them.
    pub fn waiting(&self) -> impl Iterator<Item = Waiting<'_>> {
        let timed = self.tables.timers.keys().filter_map(|timer| {
            let Timer::Firing(number) = &timer.4 else {
                return None;
            };
            self.tables.pending.get(number)
        });
        let rest = self.tables.pending.values();
        let rest = rest.filter(|pending| pending.due.is_none());
        timed.chain(rest).map(|pending| Waiting {
            trigger: &pending.key.trigger,
            subject: pending.key.subject.as_ref(),
            phase: pending.phase.name(),
            since: pending.since,
            due: pending.due,
            started: pending.started,
        })
    }

    /// The clocks of triggers that come again, in the order in which they are due: recurrences, one-shots, and offsets
    /// from fields of records.
    pub fn clocks(&self) -> impl Iterator<Item = Coming<'_>> {
        self.tables.timers.keys().filter_map(|timer| {
            let (due, _, trigger, subject, Timer::Clock(name)) = timer else {
                return None;
            };
            Some(Coming {
                trigger,
                start: &name.text,
                subject: subject.as_ref(),
                due: *due,
            })
        })
    }

    /// The revisions on which bodies run that have begun: each has to be given to the engine, by
    /// [`crate::Engine::with_earlier`], until its last body has ended.
    pub fn revisions_in_use(&self) -> BTreeSet<RevisionHash> {
        let all = self.tables.pending.values();
        let running = all.filter(|pending| pending.phase.has_begun());
        running.map(|pending| pending.revision.clone()).collect()
    }

    /// Whether a fan-out over very many records is under way: then a [`crate::InputKind::Slice`] takes it on, as soon as
    /// nothing else waits for its turn.
    pub fn has_slices(&self) -> bool {
        !self.tables.sweeps.is_empty()
    }

    /// The keys of all records, in order.
    pub fn records(&self) -> impl Iterator<Item = &RecordKey> {
        self.tables.records.keys()
    }
}

/// A firing that waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Waiting<'a> {
    /// Its trigger.
    pub trigger: &'a SmolStr,
    /// For what.
    pub subject: Option<&'a RecordKey>,
    /// What it waits for: `debounce`, `until`, `after`, `limit`; `body` where it has fired and its body waits.
    pub phase: &'static str,
    /// Since when it waits for that.
    pub since: Timestamp,
    /// When time wakes it: it goes on, or looks again. `None`: it waits for something else.
    pub due: Option<Timestamp>,
    /// The position of the input that started it.
    pub started: u64,
}

/// A clock of a trigger.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coming<'a> {
    /// Whose.
    pub trigger: &'a SmolStr,
    /// The start, as it is written.
    pub start: &'a SmolStr,
    /// The record from whose field it counts, if it does.
    pub subject: Option<&'a RecordKey>,
    /// When it comes next.
    pub due: Timestamp,
}

/// 30 days.
const MONTH: Millis = Millis(30 * Millis::DAY.0);
