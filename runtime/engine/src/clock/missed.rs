//! What becomes of an occurrence that is late.

use trig_ir::{Clock, Millis, Missed, Timestamp, Trigger};

use super::offset;

/// A one-shot, and an offset of whatever length, may be this late.
const AT_LEAST: Millis = Millis::HOUR;
/// With `missed skip`, this is not late.
const PUNCTUAL: Millis = Millis::MINUTE;

/// How late an occurrence may be and still run. `next`: the one after it, of a recurrence.
pub(crate) fn allowed(
    trigger: &Trigger,
    clock: &Clock,
    due: Timestamp,
    next: Option<Timestamp>,
) -> Millis {
    match trigger.missed {
        Some(Missed::Run) => Millis(i64::MAX),
        Some(Missed::Skip) => PUNCTUAL,
        Some(Missed::Within(within)) => within,
        None => match clock {
            Clock::Every(_) => next.map_or(AT_LEAST, |next| Millis((next - due).0 / 2)),
            Clock::Once(..) => AT_LEAST,
            Clock::Offset(offset) => Millis((offset::length(offset).0 / 2).max(AT_LEAST.0)),
        },
    }
}
