//! Schedules laid out over years.

use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp as Instant, ToSpan};
use rust_decimal::Decimal;
use std::sync::OnceLock;
use trig_ir::{Ir, Schedule, ScheduleId, Timestamp};

use crate::line::Spans;

/// The schedules of a project, each laid out once.
pub struct Schedules<'i> {
    ir: &'i Ir,
    span: (Timestamp, Timestamp),
    open: Vec<OnceLock<Option<Spans>>>,
}

impl<'i> Schedules<'i> {
    /// `span`: from when to when they are looked at. Outside of it, nothing is open.
    pub fn new(ir: &'i Ir, span: (Timestamp, Timestamp)) -> Self {
        Self {
            ir,
            span,
            open: ir.schedules.iter().map(|_| OnceLock::new()).collect(),
        }
    }

    pub(super) fn ir(&self) -> &'i Ir {
        self.ir
    }

    /// When a schedule is open, in milliseconds since 1970. `None`: that cannot be said.
    pub fn open(&self, id: ScheduleId) -> Option<&Spans> {
        let known = self.open.get(id.index())?;
        let lay_out = || {
            let schedule = self.ir.schedules.get(id.index())?;
            open_spans(schedule, self.span.0.to_jiff()?, self.span.1.to_jiff()?)
        };
        known.get_or_init(lay_out).as_ref()
    }
}

/// The instants between two at which a schedule is open, in milliseconds since 1970: its local clock stands in one of
/// its windows.
fn open_spans(schedule: &Schedule, from: Instant, to: Instant) -> Option<Spans> {
    let zone = TimeZoneDatabase::bundled().get(&schedule.zone).ok()?;
    let mut spans: Vec<(i64, i64)> = Vec::new();
    let mut start = from;
    while start < to {
        // up to the next change of the clock, local time runs evenly
        let end = next_change(&zone, start)
            .filter(|at| *at < to)
            .unwrap_or(to);
        let offset = zone.to_offset(start);
        let (first, last) = (offset.to_datetime(start), offset.to_datetime(end));
        // a window of the day before may last until today
        let mut day = first.date().checked_sub(1.day()).ok()?;
        while day <= last.date() {
            for (opens, closes) in windows(schedule, day) {
                let (opens, closes) = (opens.max(first), closes.min(last));
                if opens < closes {
                    let at = |local: DateTime| offset.to_timestamp(local).ok();
                    spans.push((at(opens)?.as_millisecond(), at(closes)?.as_millisecond()));
                }
            }
            day = day.tomorrow().ok()?;
        }
        start = end;
    }
    spans.sort_unstable();
    let decimal = |(a, b): (i64, i64)| (Decimal::from(a), Decimal::from(b));
    Some(Spans::half_open(spans.into_iter().map(decimal)))
}

fn next_change(zone: &TimeZone, after: Instant) -> Option<Instant> {
    let here = zone.to_offset(after);
    zone.following(after)
        .map(|change| change.timestamp())
        .find(|at| zone.to_offset(*at) != here)
}

/// The windows that begin on a day, on the local clock.
fn windows(schedule: &Schedule, day: Date) -> impl Iterator<Item = (DateTime, DateTime)> {
    let excepted = schedule
        .except
        .iter()
        .any(|(from, to)| *from <= day && day <= *to);
    let weekday = day.weekday().to_monday_zero_offset();
    let of_day = usize::try_from(weekday)
        .ok()
        .and_then(|day| schedule.week.get(day))
        .filter(|_| !excepted);
    of_day.into_iter().flatten().filter_map(move |window| {
        let ends = if window.end > window.start {
            day
        } else {
            day.tomorrow().ok()?
        };
        Some((day.to_datetime(window.start), ends.to_datetime(window.end)))
    })
}
