//! A clock has come to an occurrence.

use jiff::tz::TimeZone;
use smol_str::SmolStr;
use trig_ir::{Clock, EventKind, Millis, RecordKey, Timestamp, Trigger, TriggerId, Value};

use super::named::clocks;
use super::{missed, next};
use crate::Engine;
use crate::apply::Run;
use crate::cascade::Event;
use crate::input::NOBODY;
use crate::key::Root;
use crate::state::{ClockName, ClockRow, Fields};

/// Why an occurrence does not run that has others behind it.
const SEVERAL: &str = "it came again before it could run; of several, only the last one may";

/// A start of the active revision, by the name of its clock.
fn start<'e>(
    engine: &'e Engine,
    trigger: &SmolStr,
    name: &ClockName,
) -> Option<(TriggerId, &'e Trigger, usize)> {
    let id = engine.index().trigger_id(trigger)?;
    let trigger = engine.ir().triggers.get(id.index())?;
    let (nth, ..) = clocks(trigger).find(|(_, of, _)| of == name)?;
    Some((id, trigger, nth))
}

/// The last occurrence up to an instant, of a clock that has one after `due`.
fn last_until(clock: &Clock, zone: &TimeZone, due: Timestamp, until: Timestamp) -> Timestamp {
    // occurrences may be close: look back from the end, further and further
    let hours = [1, 24, 24 * 8, 24 * 35, 24 * 400, 24 * 366 * 9];
    let back = [Millis::MINUTE.0]
        .into_iter()
        .chain(hours.map(|h| h * Millis::HOUR.0));
    let starts = back
        .map(|ms| until.plus(Millis(-ms)))
        .take_while(|from| *from > due)
        .chain([due]);
    let mut found = starts
        .filter_map(|from| next(clock, zone, from))
        .find(|at| *at <= until)
        .unwrap_or(due);
    while let Some(later) = next(clock, zone, found).filter(|at| *at <= until) {
        found = later;
    }
    found
}

impl Run<'_> {
    /// An occurrence is due, by the time `until`.
    pub(crate) fn clock_due(
        &mut self,
        trigger: &SmolStr,
        name: &ClockName,
        subject: Option<&RecordKey>,
        due: Timestamp,
        until: Timestamp,
    ) {
        match subject {
            None => self.occurrence(trigger, name, due, until),
            Some(record) => self.offset_due(trigger, name, record, due, until),
        }
    }

    fn occurrence(
        &mut self,
        trigger: &SmolStr,
        name: &ClockName,
        due: Timestamp,
        until: Timestamp,
    ) {
        let engine = self.engine;
        let key = (trigger.clone(), name.clone());
        let Some(row) = self.state.clocks.get(&key).cloned() else {
            return;
        };
        let Some((id, declared, nth)) = start(engine, trigger, name) else {
            self.state.remove_clock(&key);
            return;
        };
        let zone = engine.index().trigger_zone(id);
        let after = next(&row.clock, zone, due);
        if after.is_some_and(|after| after <= until) {
            let last = last_until(&row.clock, zone, due, until);
            self.miss(trigger, None, due, SEVERAL);
            let next = Some(last);
            self.state.put_clock(key, ClockRow { next, ..row });
            return;
        }
        let allowed = missed::allowed(declared, &row.clock, due, after);
        self.state.put_clock(key, ClockRow { next: after, ..row });
        if self.came_late(trigger, None, due, until - due, allowed) {
            return;
        }
        let at = (SmolStr::new_static("at"), Value::DateTime(due));
        let fields: Fields = [at].into_iter().collect();
        let root = Root::Clock(trigger.clone(), name.clone(), due);
        self.clock_starts(id, nth, root, EventKind::Clock, fields);
    }

    fn offset_due(
        &mut self,
        trigger: &SmolStr,
        name: &ClockName,
        record: &RecordKey,
        due: Timestamp,
        until: Timestamp,
    ) {
        let engine = self.engine;
        let key = (trigger.clone(), name.clone(), record.clone());
        self.state.remove_due(&key);
        let Some((id, declared, nth)) = start(engine, trigger, name) else {
            return;
        };
        let Some(start) = declared.starts.get(nth) else {
            return;
        };
        let Some(Clock::Offset(offset)) = &start.clock else {
            return;
        };
        let done = self.settle(trigger, record, due);
        // an anniversary comes again
        let Some(version) = self.state.records.get(record).cloned() else {
            return;
        };
        self.arm_offsets_of(record, &version);
        if done {
            // another start of the trigger had the same instant
            return;
        }
        let again = self.state.dues.get(&key).map(|row| row.due);
        if again.is_some_and(|again| again <= until && again > due) {
            self.miss(trigger, Some(record), due, SEVERAL);
            return;
        }
        let clock = Clock::Offset(offset.clone());
        let allowed = missed::allowed(declared, &clock, due, None);
        if self.came_late(trigger, Some(record), due, until - due, allowed) {
            return;
        }
        let at = (SmolStr::new_static("at"), Value::DateTime(due));
        let of = (SmolStr::new_static("record"), Value::Record(record.clone()));
        let fields: Fields = [at, of].into_iter().collect();
        let kind = EventKind::Due(offset.entity, offset.field.clone());
        let root = Root::Due(trigger.clone(), name.clone(), due, record.clone());
        self.clock_starts(id, nth, root, kind, fields);
    }

    /// The event of a clock happens, for that start alone.
    fn clock_starts(
        &mut self,
        id: TriggerId,
        start: usize,
        root: Root,
        kind: EventKind,
        fields: Fields,
    ) {
        self.begin(root);
        let (seq, nth) = self.number();
        let event = Event {
            seq,
            nth,
            depth: 0,
            cause: None,
            kind,
            fields,
            by: NOBODY.clone(),
            at_creation: false,
            change: None,
        };
        if self.options.trace {
            self.trace_event(&event);
        }
        self.consider(&event, id, &[start]);
    }
}
