//! What time brings: firings whose time has come, occurrences, and dates of records.

use std::cmp::Reverse;

use trig_ir::*;

use super::{Firing, Naive};
use crate::calendar;
use crate::model::{Event, subject_text};

/// Due, priority, trigger, subject, number.
type Order = (Timestamp, Reverse<i32>, SmolStr, Option<RecordKey>, u64);

/// What waits already goes before what begins at the same time.
const LAST: u64 = u64::MAX;

#[derive(Clone)]
enum Due {
    Firing(Box<Firing>),
    Occurrence(Event),
    /// A date of a record; too late where it is not to run.
    Date(Event, bool),
}

impl Naive {
    /// Runs all that is due, one after the other, in order.
    pub(super) fn run_due(&mut self, until: Timestamp) {
        self.occurrences(until);
        loop {
            let mut all = self.all_due(until);
            all.sort_by(|a, b| a.0.cmp(&b.0));
            let Some((order, due)) = all.into_iter().next() else {
                return;
            };
            self.now = self.now.max(order.0);
            self.through_time = matches!(due, Due::Firing(_));
            match due {
                Due::Firing(mut firing) => {
                    firing.event.depth = 0;
                    self.time_comes(*firing);
                }
                Due::Occurrence(event) => {
                    self.occurring.retain(|e| e.only != event.only);
                    self.queue.push_back(event);
                }
                Due::Date(event, runs) => {
                    let (Some((trigger, _)), Some(key)) = (event.only.clone(), order.3) else {
                        continue;
                    };
                    self.histogram.note("offset", runs);
                    let mark = (trigger.clone(), key.clone(), order.0);
                    self.due_done.push(mark);
                    if runs {
                        self.queue.push_back(event);
                    } else {
                        let subject = subject_text(Some(&key));
                        self.seen.missed.push((trigger, subject, order.0));
                    }
                }
            }
            self.cascade();
            self.through_time = false;
        }
    }

    fn all_due(&self, until: Timestamp) -> Vec<(Order, Due)> {
        let priority = |name: &SmolStr| {
            let trigger = self.ir.triggers.iter().find(|t| t.name == *name);
            Reverse(trigger.map_or(0, |t| t.priority))
        };
        let mut all = Vec::new();
        for firing in &self.firings {
            let due = match firing.phase {
                super::Phase::Queue(_) => self.turn_at(firing),
                _ => firing.due,
            };
            let Some(due) = due else { continue };
            let order = (
                due,
                priority(&firing.trigger),
                firing.trigger.clone(),
                firing.subject.clone(),
                firing.number,
            );
            all.push((order, Due::Firing(Box::new(firing.clone()))));
        }
        for event in &self.occurring {
            let (Some((name, _)), Some(Value::DateTime(at))) =
                (&event.only, event.fields.get("at"))
            else {
                continue;
            };
            let order = (*at, priority(name), name.clone(), None, LAST);
            all.push((order, Due::Occurrence(event.clone())));
        }
        for (name, start, key, at, allowed) in self.dates(until) {
            let entity = self.entity_of(&key);
            let trigger = self.ir.triggers.iter().find(|t| t.name == name);
            let Some(Clock::Offset(offset)) = trigger.and_then(|t| t.starts[start].clock.as_ref())
            else {
                continue;
            };
            let kind = EventKind::Due(entity, offset.field.clone());
            let mut event = Event::new(kind, ActorKind::Automation, 0)
                .with("at", Value::DateTime(at))
                .with("record", Value::Record(key.clone()));
            event.only = Some((name.clone(), start));
            let runs = (until - at).0 <= allowed.0;
            let order = (at, priority(&name), name, Some(key), LAST);
            all.push((order, Due::Date(event, runs)));
        }
        all.retain(|(order, _)| order.0 <= until);
        all
    }

    /// Of the occurrences of each start since the last input, the last one happens, unless it is too late.
    fn occurrences(&mut self, until: Timestamp) {
        let ir = self.ir.clone();
        for trigger in ir.triggers.iter().filter(|t| !t.disabled) {
            for (at, start) in trigger.starts.iter().enumerate() {
                let (mut found, clause) = match &start.clock {
                    Some(Clock::Every(every)) => (
                        calendar::occurrences(every, &trigger.zone, self.ticked, until),
                        "recurrence",
                    ),
                    Some(Clock::Once(date, time)) => {
                        let once = calendar::first_at(*date, *time, &trigger.zone);
                        let mut found = vec![once];
                        found.retain(|at| self.ticked < *at && *at <= until);
                        (found, "one-shot")
                    }
                    _ => continue,
                };
                let Some(last) = found.pop() else { continue };
                for missed in found {
                    self.histogram.note(clause, false);
                    let missed = (trigger.name.clone(), "-".to_owned(), missed);
                    self.seen.missed.push(missed);
                }
                let by_default = match &start.clock {
                    Some(Clock::Every(every)) => half_of_period(every, &trigger.zone, last),
                    _ => Millis::HOUR,
                };
                let runs = (until - last).0 <= allowed(trigger.missed, by_default).0;
                self.histogram.note(clause, runs);
                if runs {
                    let mut event = Event::new(EventKind::Clock, ActorKind::Automation, 0)
                        .with("at", Value::DateTime(last));
                    event.only = Some((trigger.name.clone(), at));
                    self.occurring.push(event);
                } else {
                    let missed = (trigger.name.clone(), "-".to_owned(), last);
                    self.seen.missed.push(missed);
                }
            }
        }
        self.ticked = until;
    }

    /// The instants up to now that depend on dates of records, and have not come yet; and how late they may be.
    fn dates(&self, until: Timestamp) -> Vec<(SmolStr, usize, RecordKey, Timestamp, Millis)> {
        let mut found = Vec::new();
        for trigger in self.ir.triggers.iter().filter(|t| !t.disabled) {
            for (n, start) in trigger.starts.iter().enumerate() {
                let Some(Clock::Offset(offset)) = &start.clock else {
                    continue;
                };
                let entity = &self.ir.entities[offset.entity.index()].name;
                for (key, record) in self.records.iter().filter(|(k, _)| k.entity == *entity) {
                    let Some(date) = record.get(&offset.field) else {
                        continue;
                    };
                    let seen = self.first_seen.get(key).copied().unwrap_or_default();
                    for at in instants(offset, date, &trigger.zone, until) {
                        let mark = (trigger.name.clone(), key.clone(), at);
                        let comes = at <= until && at >= self.activated && at >= seen;
                        if comes && !self.due_done.contains(&mark) {
                            let late = allowed(trigger.missed, half_of_offset(offset));
                            found.push((trigger.name.clone(), n, key.clone(), at, late));
                        }
                    }
                }
            }
        }
        found
    }
}

fn allowed(policy: Option<Missed>, by_default: Millis) -> Millis {
    match policy {
        None => by_default,
        Some(Missed::Run) => Millis(i64::MAX),
        Some(Missed::Skip) => Millis::MINUTE,
        Some(Missed::Within(duration)) => duration,
    }
}

fn half_of_period(every: &Recurrence, zone: &str, at: Timestamp) -> Millis {
    let next = [2, 40, 400].into_iter().find_map(|days| {
        let later = at.plus(Millis(days * Millis::DAY.0));
        calendar::occurrences(every, zone, at, later)
            .first()
            .copied()
    });
    next.map_or(Millis::HOUR, |next| Millis((next - at).0 / 2))
}

fn half_of_offset(offset: &Offset) -> Millis {
    let distance = match offset.distance {
        Distance::Days(days) => i64::from(days) * Millis::DAY.0,
        Distance::Span(span) => span.0,
    };
    Millis((distance.abs() / 2).max(Millis::HOUR.0))
}

fn instants(offset: &Offset, date: &Value, zone: &str, until: Timestamp) -> Vec<Timestamp> {
    let midnight = Time::midnight();
    let one = |date: &Value| -> Option<Timestamp> {
        let moved = match (offset.distance, date) {
            (Distance::Days(days), Value::Date(date)) => {
                let day = date.saturating_add(jiff::Span::new().days(days));
                return Some(calendar::first_at(day, offset.at.unwrap_or(midnight), zone));
            }
            (Distance::Span(span), Value::Date(date)) => {
                calendar::first_at(*date, midnight, zone).plus(span)
            }
            (Distance::Span(span), Value::DateTime(at)) => at.plus(span),
            _ => return None,
        };
        Some(match offset.at {
            Some(at) => calendar::first_at(calendar::day_of(moved, zone), at, zone),
            None => moved,
        })
    };
    if !offset.yearly {
        return one(date).into_iter().collect();
    }
    let Value::Date(date) = date else {
        return Vec::new();
    };
    let years = date.year() + 1..=calendar::day_of(until, zone).year() + 1;
    years
        .filter_map(|year| {
            let day = Date::new(year, date.month(), date.day())
                .unwrap_or_else(|_| Date::constant(year, 2, 28));
            one(&Value::Date(day))
        })
        .collect()
}
