//! Schedules laid out over years.

use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp as Instant, ToSpan};
use rust_decimal::Decimal;
use trig_ir::{Schedule, ScheduleId};

use super::Guards;
use crate::formula::Pred;
use crate::line::Spans;

impl Guards<'_> {
    /// When a schedule is open. `None`: that cannot be said.
    pub(super) fn open(&mut self, id: ScheduleId) -> Option<Pred> {
        let number = u32::try_from(id.index()).ok()?;
        if let Some(known) = self.open.get(&number) {
            return Some(known.clone());
        }
        let schedule = self.ir.schedules.get(id.index())?;
        let (from, to) = (self.span.0.to_jiff()?, self.span.1.to_jiff()?);
        let pred = Pred::Within(open_spans(schedule, from, to)?);
        self.open.insert(number, pred.clone());
        Some(pred)
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
