//! Days, times, instants and durations. What has no offset is UTC.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp as Instant};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::Value as Json;
use trig_ir::{Millis, Timestamp, weekday_name};

use super::{Reason, decimal, not};

/// Unix seconds, as a number or as text of nothing but digits.
fn unix_seconds(json: &Json) -> Option<Instant> {
    if let Json::String(text) = json
        && !text
            .trim()
            .trim_start_matches('-')
            .bytes()
            .all(|b| b.is_ascii_digit() || b == b'.')
    {
        return None;
    }
    let ms = decimal(json).ok()?.checked_mul(Decimal::ONE_THOUSAND)?;
    Instant::from_millisecond(ms.trunc().to_i64()?).ok()
}

/// A local date and time, as it is written; `YYYY-MM-DD` alone is its midnight.
fn civil(text: &str) -> Option<DateTime> {
    let text = text.trim();
    let date = || {
        text.parse::<Date>()
            .ok()
            .map(|d| d.to_datetime(Time::midnight()))
    };
    text.parse::<DateTime>().ok().or_else(date)
}

fn has_offset(text: &str) -> Option<Instant> {
    text.trim().parse::<Instant>().ok()
}

pub(super) fn datetime(json: &Json) -> Result<Timestamp, Reason> {
    let instant = unix_seconds(json).or_else(|| {
        let text = json.as_str()?;
        let local = || Some(civil(text)?.to_zoned(TimeZone::UTC).ok()?.timestamp());
        has_offset(text).or_else(local)
    });
    match instant {
        Some(instant) => Ok(instant.into()),
        None => Err(not(json, "date and time")),
    }
}

/// The day as it is written; of Unix seconds the day in UTC.
pub(super) fn date(json: &Json) -> Result<Date, Reason> {
    let day = match unix_seconds(json) {
        Some(instant) => Some(instant.to_zoned(TimeZone::UTC).date()),
        None => json.as_str().and_then(|text| {
            let written = text
                .trim()
                .get(..10)
                .and_then(|day| day.parse::<Date>().ok());
            let whole = civil(text).is_some() || has_offset(text).is_some();
            written.filter(|_| whole)
        }),
    };
    day.ok_or_else(|| not(json, "date"))
}

pub(super) fn time(json: &Json) -> Result<Time, Reason> {
    let time = json.as_str().and_then(|text| text.trim().parse().ok());
    time.ok_or_else(|| not(json, "time of day"))
}

pub(super) fn duration(json: &Json) -> Result<Millis, Reason> {
    let bad = || not(json, "duration");
    if let Ok(seconds) = decimal(json) {
        let ms = seconds.checked_mul(Decimal::ONE_THOUSAND).ok_or_else(bad)?;
        return ms.trunc().to_i64().map(Millis).ok_or_else(bad);
    }
    let text = json.as_str().ok_or_else(bad)?;
    let duration: SignedDuration = text.trim().parse().map_err(|_| bad())?;
    i64::try_from(duration.as_millis())
        .map(Millis)
        .map_err(|_| bad())
}

pub(super) fn weekday(json: &Json) -> Result<u8, Reason> {
    let number = super::int(json).ok().and_then(|n| u8::try_from(n).ok());
    let named = || {
        let text = json.as_str()?.trim().to_lowercase();
        (1..=7).find(|day| text.starts_with(weekday_name(*day)))
    };
    number
        .filter(|day| (1..=7).contains(day))
        .or_else(named)
        .ok_or_else(|| not(json, "day of the week"))
}
