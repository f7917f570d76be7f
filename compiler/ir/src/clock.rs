//! When the clock starts triggers. All on the local clock of the trigger's zone.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{Date, EntityId, Millis, Time};

/// When the events of a start happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// Again and again.
    Every(Recurrence),
    /// Once.
    Once(Date, Time),
    /// At a distance from a date field of a record, once for each instant.
    Offset(Offset),
}

/// A recurrence. A local time in a spring gap is the first instant after it, one in an autumn repeat the first of the
/// two: exactly one instant for each nominal occurrence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recurrence {
    /// Every so often, counted anew from each local midnight; at most a day.
    Interval(Millis),
    /// Every day.
    Day(Time),
    /// On these weekdays (Monday = 1 to Sunday = 7), sorted.
    Week(Vec<u8>, Time),
    /// On this day of every month; months that have none are left out.
    MonthDay(u8, Time),
    /// On the last day of every month.
    MonthEnd(Time),
    /// On the `nth` (1 to 5; -1: the last) of a weekday in every month; months that have none are left out.
    MonthWeekday {
        /// Which.
        nth: i8,
        /// Monday = 1 to Sunday = 7.
        weekday: u8,
        /// When.
        at: Time,
    },
    /// Every year on this day; 29 February is the 28th where there is none.
    Year {
        /// 1 to 12.
        month: u8,
        /// 1 to 31.
        day: u8,
        /// When.
        at: Time,
    },
}

/// A distance from a date field of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Offset {
    /// Of which entity.
    pub entity: EntityId,
    /// The field: a `date` or `datetime`.
    pub field: SmolStr,
    /// How far; negative before it, zero on the day itself.
    pub distance: Distance,
    /// Every year on the day of the field, the first time in the year after it; else at the field itself.
    pub yearly: bool,
    /// On the local day that results, at this time.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub at: Option<Time>,
}

/// How far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distance {
    /// Whole calendar days, from a `date`.
    Days(i32),
    /// A span of time: from a `datetime`, or from local midnight of a `date`.
    Span(Millis),
}

/// A calendar period. Weeks begin on Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
    /// A year.
    Year,
}

/// What becomes of an occurrence that was missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// The last one runs, however late.
    Run,
    /// None runs that is later than a minute.
    Skip,
    /// The last one runs, if it is no later than this.
    Within(Millis),
}
