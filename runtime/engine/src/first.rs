//! `on first … per … each …`: counts events that fit, whatever comes of them.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use trig_ir::{Guard, GuardKind, Period, Timestamp, Trigger, TriggerId, Value};

use crate::apply::Run;
use crate::cascade::Event;
use crate::clock::{clock_name, period_end, period_start};
use crate::eval::{Eval, Unknown};
use crate::limits::part;
use crate::matching::{event_scope, holds};
use crate::state::{FirstKey, FirstRow, KEEP};

/// Whether a guard of a start is part of what makes an event one that counts: only who caused it is.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "a filter passes by reference"
)]
pub(crate) fn is_by(guard: &&Guard) -> bool {
    guard.kind == GuardKind::By
}

impl Run<'_> {
    /// Counts an event for each `first` among these starts, whatever comes of it: those that it fits, and whether it is
    /// the first of its key and period.
    pub(crate) fn count_firsts(
        &mut self,
        event: &Event,
        id: TriggerId,
        trigger: &Trigger,
        starts: &[usize],
    ) -> BTreeMap<usize, Result<bool, Unknown>> {
        let mut found = BTreeMap::new();
        for nth in starts {
            let start = trigger.starts.get(*nth);
            let Some((start, first)) = start.and_then(|s| Some((s, s.pattern.first.as_ref()?)))
            else {
                continue;
            };
            if trigger.disabled || event.at_creation && !start.pattern.or_created {
                continue;
            }
            let Some(name) = clock_name(trigger, *nth) else {
                continue;
            };
            let zone = self.engine.index().trigger_zone(id);
            let scope = event_scope(self.engine, &self.state, zone, event, self.now);
            let filter = start.pattern.filter.as_ref();
            let fits = filter.is_none_or(|filter| Eval::new(scope).test(filter) == Ok(true));
            let mut own = start.guards.iter().filter(is_by);
            if !fits || !own.all(|guard| holds(scope, guard, &event.by) == Ok(true)) {
                continue;
            }
            let subject = start.subject.as_ref();
            let subject = subject.and_then(|place| Eval::new(scope).record_at(place).ok()?);
            let key = first.key.iter().map(|place| {
                let value = Eval::new(scope).load(place)?;
                Ok(part(value.into_owned(), subject.as_ref()))
            });
            let key: Result<Vec<Value>, Unknown> = key.collect();
            let result = key.map(|key| {
                let key = (trigger.name.clone(), name, key);
                self.is_first((key, first.period), zone)
            });
            found.insert(*nth, result);
        }
        found
    }

    /// Whether nothing of a key has come in this period, and counts it.
    fn is_first(&mut self, of: (FirstKey, Option<Period>), zone: &TimeZone) -> bool {
        let (key, period) = of;
        let now = self.now;
        let began = match period {
            Some(period) => period_start(period, zone, now),
            None => Timestamp(i64::MIN),
        };
        if self
            .state
            .firsts
            .get(&key)
            .is_some_and(|row| row.at >= began)
        {
            return false;
        }
        let end = period.map_or(Timestamp(i64::MAX), |period| period_end(period, zone, now));
        // a later revision may ask for a longer period
        let expires = end.max(now.plus(KEEP));
        self.state.put_first(key, FirstRow { at: now, expires });
        true
    }
}
