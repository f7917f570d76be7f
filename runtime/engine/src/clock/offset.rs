//! Offsets from a date field: when they are due.

use jiff::Span;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use trig_ir::{Distance, Millis, Offset, Timestamp, Value};

use super::local;
use super::recurrence::on_day_of_year;

/// How long the way is, whichever way it goes; a day counts 24 h.
pub(crate) fn length(offset: &Offset) -> Millis {
    let ms = match offset.distance {
        Distance::Days(days) => i64::from(days).saturating_mul(Millis::DAY.0),
        Distance::Span(span) => span.0,
    };
    Millis(ms.saturating_abs())
}

/// The due instant of an offset that has only one.
pub(crate) fn due(offset: &Offset, zone: &TimeZone, field: &Value) -> Option<Timestamp> {
    match field {
        Value::Date(date) => on(offset, zone, *date, None),
        Value::DateTime(at) => {
            let there = at.plus(match offset.distance {
                Distance::Days(days) => Millis(i64::from(days).saturating_mul(Millis::DAY.0)),
                Distance::Span(span) => span,
            });
            at_time(offset.at, zone, there)
        }
        _ => None,
    }
}

/// The due instants of an offset with anniversaries around an instant: the last one up to it, and the first one behind.
pub(crate) fn anniversaries(
    offset: &Offset,
    zone: &TimeZone,
    field: &Value,
    around: Timestamp,
) -> (Option<Timestamp>, Option<Timestamp>) {
    let (date, time) = match field {
        Value::Date(date) => (*date, None),
        Value::DateTime(at) => match at.to_jiff() {
            Some(at) => {
                let local = zone.to_datetime(at);
                (local.date(), Some(local.time()))
            }
            None => return (None, None),
        },
        _ => return (None, None),
    };
    let Some(around_year) = around.to_jiff().map(|at| zone.to_datetime(at).year()) else {
        return (None, None);
    };
    let (Ok(month), Ok(day)) = (u8::try_from(date.month()), u8::try_from(date.day())) else {
        return (None, None);
    };
    // a long way may lead some years off
    let years = i16::try_from(length(offset).0 / Millis::DAY.0 / 365).unwrap_or(i16::MAX);
    let reach = years.saturating_add(2);
    // the date itself is none
    let earliest = date.year().saturating_add(1);
    let first = around_year.saturating_sub(reach).max(earliest);
    let last = around_year.max(earliest).saturating_add(reach);
    let mut before = None;
    for year in first..=last {
        let due = on_day_of_year(year, month, day).and_then(|day| on(offset, zone, day, time));
        match due {
            Some(due) if due <= around => before = Some(due),
            Some(due) => return (before, Some(due)),
            None => {}
        }
    }
    (before, None)
}

/// The due instant for a day, and a time of that day where the field has one.
fn on(offset: &Offset, zone: &TimeZone, day: Date, time: Option<Time>) -> Option<Timestamp> {
    let start = time.unwrap_or(Time::midnight());
    match offset.distance {
        Distance::Days(days) => {
            let there = day
                .checked_add(Span::new().try_days(i64::from(days)).ok()?)
                .ok()?;
            instant(zone, there.to_datetime(offset.at.unwrap_or(start)))
        }
        Distance::Span(span) => {
            let there = instant(zone, day.to_datetime(start))?.plus(span);
            at_time(offset.at, zone, there)
        }
    }
}

/// The instant, or that time of its local day.
fn at_time(at: Option<Time>, zone: &TimeZone, there: Timestamp) -> Option<Timestamp> {
    let local = zone.to_datetime(there.to_jiff()?);
    match at {
        Some(time) => instant(zone, local.date().to_datetime(time)),
        None => Some(there),
    }
}

fn instant(zone: &TimeZone, local: DateTime) -> Option<Timestamp> {
    local::instant(zone, local).map(Into::into)
}
