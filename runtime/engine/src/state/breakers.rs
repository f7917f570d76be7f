//! What breakers count.

use serde::{Deserialize, Serialize};
use trig_ir::{Millis, Timestamp};

/// So many counts are kept one by one; more are put into [`BUCKETS`].
const EXACT: usize = 101;
/// How many buckets a window has.
const BUCKETS: i64 = 60;

/// The changes that a breaker has counted, and whether it is open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tripping {
    /// First and last change of a bucket, and how many; in order. Up to [`EXACT`] a bucket is one count.
    buckets: Vec<(Timestamp, Timestamp, u64)>,
    /// Open until then, its end excluded.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) open: Option<Timestamp>,
}

impl Tripping {
    /// Counts changes; a bucket counts until its newest one is out of the window. How many there are in it now.
    pub(crate) fn count(&mut self, n: u64, window: Millis, now: Timestamp) -> u64 {
        self.buckets.retain(|(_, last, _)| last.plus(window) > now);
        let width = window.0.saturating_add(BUCKETS - 1) / BUCKETS;
        let full = self.buckets.len() >= EXACT;
        match self.buckets.last_mut() {
            Some((first, last, sum)) if full && (now - *first).0 < width => {
                *last = now;
                *sum = sum.saturating_add(n);
            }
            _ => self.buckets.push((now, now, n)),
        }
        self.buckets
            .iter()
            .fold(0, |sum: u64, (_, _, n)| sum.saturating_add(*n))
    }

    /// Until when it is open, if it is.
    pub(crate) fn open_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.open.filter(|until| *until > now)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn never_fewer_than_there_are_and_at_most_a_bucket_more(
            steps in proptest::collection::vec((0i64..50, 1u64..4), 1..300),
        ) {
            let window = Millis(1000);
            let mut tripping = Tripping::default();
            let mut all: Vec<(Timestamp, u64)> = Vec::new();
            let mut now = Timestamp(0);
            for (step, n) in steps {
                now = now.plus(Millis(step));
                let counted = tripping.count(n, window, now);
                all.push((now, n));
                let within = |window: i64| -> u64 {
                    let inside = all.iter().filter(|(at, _)| at.plus(Millis(window)) > now);
                    inside.map(|(_, n)| n).sum()
                };
                prop_assert!(counted >= within(1000));
                prop_assert!(counted <= within(1000 + 17));
                prop_assert!(counted > 100 || counted == within(1000));
                prop_assert!(tripping.buckets.len() <= EXACT + 62);
            }
        }
    }
}
