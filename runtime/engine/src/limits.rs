//! Limits: tested together, consumed together.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use smol_str::SmolStr;
use trig_ir::{Limit, LimitWindow, Millis, Period, Place, RecordKey, Root, Timestamp, Value};

use crate::Why;
use crate::apply::Run;
use crate::clock::{period_end, period_start};
use crate::eval::{Eval, Scope};
use crate::fire::Firing;
use crate::key;
use crate::matching::not_known;
use crate::state::{FiringKey, MarkKey, NEVER, Span};

/// A limit of a firing, and what it counts.
pub(crate) struct Counted<'a> {
    pub(crate) limit: &'a Limit,
    pub(crate) key: MarkKey,
    fan: Option<SmolStr>,
    span: Span,
}

/// The limits of a firing that count under one key.
#[derive(Default)]
struct Together {
    limits: Vec<(u32, Span)>,
    fan: Option<SmolStr>,
}

/// Whether a limit's key is the record before `for each` alone: then a whole fan-out counts once.
fn counts_fan_out(limit: &Limit) -> bool {
    let outer = |place: &Place| place.root == Root::Outer;
    !limit.key.is_empty() && limit.key.iter().all(outer)
}

/// A part of a key. Where it is empty, the subject stands in its place: what has none of something shares nothing with
/// what has none either.
pub(crate) fn part(value: Value, subject: Option<&RecordKey>) -> Value {
    match subject {
        Some(subject) if value.is_empty() => Value::Record(subject.clone()),
        _ => value,
    }
}

/// The time in which firings count for a limit, as of now.
fn span(window: LimitWindow, zone: &TimeZone, now: Timestamp) -> Span {
    match window {
        LimitWindow::Ever => Span::Ever,
        LimitWindow::Sliding(window) => Span::Sliding(window),
        LimitWindow::Calendar(period) => {
            let longest = Millis(Millis::DAY.0.saturating_mul(match period {
                Period::Day => 2,
                Period::Week => 8,
                Period::Month => 32,
                Period::Year => 367,
            }));
            let (from, to) = (
                period_start(period, zone, now),
                period_end(period, zone, now),
            );
            Span::Calendar { from, to, longest }
        }
    }
}

/// The identity of a fan-out.
fn fan_of(workspace: &str, firing: &Firing<'_>) -> SmolStr {
    let whole = FiringKey {
        trigger: firing.key.trigger.clone(),
        subject: firing.outer.clone(),
        finer: Vec::new(),
    };
    key::firing(workspace, &firing.origin, &whole)
}

impl Run<'_> {
    /// What the limits of a firing count.
    pub(crate) fn counted<'a>(
        &self,
        firing: &Firing<'a>,
        scope: Scope<'_>,
    ) -> Result<Vec<Counted<'a>>, Why> {
        let mut all = Vec::with_capacity(firing.trigger.limits.len());
        for limit in &firing.trigger.limits {
            let mut per = Vec::with_capacity(limit.key.len());
            for place in &limit.key {
                let value = Eval::new(scope).load(place);
                let value = value.map_err(|unknown| not_known(&unknown, limit.loc))?;
                per.push(part(value.into_owned(), firing.key.subject.as_ref()));
            }
            let fan = firing.outer.is_some() && counts_fan_out(limit);
            all.push(Counted {
                limit,
                key: MarkKey {
                    name: limit.name.clone(),
                    per,
                },
                fan: fan.then(|| fan_of(&self.engine.ir().project.id, firing)),
                span: span(limit.window, scope.zone, self.now),
            });
        }
        Ok(all)
    }

    /// Whether a limit has room; if not, from when on it has.
    pub(crate) fn room(&self, counted: &Counted<'_>) -> Result<(), Timestamp> {
        match self.state.marks.get(&counted.key) {
            Some(mark) => mark.allows(
                counted.limit.count,
                counted.span,
                self.now,
                counted.fan.as_ref(),
            ),
            None if counted.limit.count == 0 => Err(NEVER),
            None => Ok(()),
        }
    }

    /// Counts a firing on all its limits; once under each key.
    pub(crate) fn consume(&mut self, all: Vec<Counted<'_>>) {
        let mut marks: BTreeMap<MarkKey, Together> = BTreeMap::new();
        for counted in all {
            let Together { limits, fan } = marks.entry(counted.key).or_default();
            limits.push((counted.limit.count, counted.span));
            *fan = fan.take().or(counted.fan);
        }
        for (key, Together { limits, fan }) in marks {
            let mut mark = self.state.marks.get(&key).cloned().unwrap_or_default();
            mark.consume(&limits, self.now, fan);
            self.state.put_mark(key, mark);
        }
    }
}
