//! Schedules: when something is open.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{Date, Time};

/// A schedule on a local clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Its name.
    pub name: SmolStr,
    /// Its zone, an IANA name.
    pub zone: SmolStr,
    /// The windows of each weekday, Monday first; sorted, not overlapping.
    pub week: [Vec<Window>; 7],
    /// Days on which no window starts: sorted, both ends included.
    pub except: Vec<(Date, Date)>,
}

/// A half-open window of a day on the local clock. One that ends at or before its start lasts into the next day;
/// `00:00..00:00` is a whole day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Window {
    /// Its first minute.
    pub start: Time,
    /// The minute after its last.
    pub end: Time,
}
