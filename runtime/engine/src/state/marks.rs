//! Marks of limits: when something fired.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use trig_ir::{Millis, Timestamp, Value};

use super::Layers;

/// Firings are remembered at least this long: a later revision may have a longer window.
pub(crate) const KEEP: Millis = Millis(30 * Millis::DAY.0);

/// Up to this many firings of a window are kept one by one, more in [`BUCKETS`]; and up to as many that are out of the
/// window.
const EXACT: u32 = 100;
const BUCKETS: i64 = 60;

/// Of what marks are kept: the limit's name and the values of its key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct MarkKey {
    pub(crate) name: SmolStr,
    pub(crate) per: Vec<Value>,
}

/// Firings close to one another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Entry {
    first: Timestamp,
    last: Timestamp,
    n: u32,
    /// The fan-out that it belongs to, where the limit counts that as one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    fan: Option<SmolStr>,
}

/// The firings under one key, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Mark {
    entries: Vec<Entry>,
    pub(crate) expires: Timestamp,
}

impl Mark {
    /// Whether one more may fire now; if not, from when on it may. A firing counts for `window`, its end excluded.
    pub(crate) fn allows(
        &self,
        count: u32,
        window: Millis,
        now: Timestamp,
        fan: Option<&SmolStr>,
    ) -> Result<(), Timestamp> {
        let live = || {
            self.entries
                .iter()
                .filter(move |e| e.last.plus(window) > now)
        };
        if fan.is_some() && live().any(|e| e.fan.as_ref() == fan) {
            return Ok(());
        }
        let mut n: u64 = live().map(|e| u64::from(e.n)).sum();
        if n < u64::from(count) {
            return Ok(());
        }
        let mut until = now;
        for entry in live() {
            until = entry.last.plus(window);
            n = n.saturating_sub(u64::from(entry.n));
            if n < u64::from(count) {
                break;
            }
        }
        Err(until)
    }

    /// Counts a firing.
    pub(crate) fn consume(
        &mut self,
        count: u32,
        window: Millis,
        now: Timestamp,
        fan: Option<SmolStr>,
    ) {
        let keep = Millis(window.0.max(KEEP.0));
        self.entries.retain(|e| e.last.plus(keep) > now);
        self.expires = self.expires.max(now.plus(keep));
        // entries are in order: those out of the window come first
        let over = self.entries.partition_point(|e| e.last.plus(window) <= now);
        if over > EXACT as usize {
            self.merge(over, bucket(keep));
        }
        let mut live = self.entries.iter().filter(|e| e.last.plus(window) > now);
        if fan.is_some() && live.any(|e| e.fan == fan) {
            return;
        }
        let width = if count > EXACT { bucket(window) } else { 0 };
        if let Some(last) = self.entries.last_mut()
            && last.fan.is_none()
            && fan.is_none()
            && (now - last.first).0 < width
        {
            // a bucket counts until its newest firing is out of the window: never more permissive
            last.last = now;
            last.n = last.n.saturating_add(1);
            return;
        }
        self.entries.push(Entry {
            first: now,
            last: now,
            n: 1,
            fan,
        });
    }

    /// Puts the first `n` entries into buckets.
    fn merge(&mut self, n: usize, width: i64) {
        let rest = self.entries.split_off(n);
        let mut merged: Vec<Entry> = Vec::new();
        for entry in self.entries.drain(..) {
            match merged.last_mut() {
                Some(last) if (entry.last - last.first).0 < width => {
                    last.last = entry.last;
                    last.n = last.n.saturating_add(entry.n);
                }
                _ => merged.push(Entry { fan: None, ..entry }),
            }
        }
        merged.extend(rest);
        self.entries = merged;
    }
}

/// The width of a bucket; rounded up, so that there are never more than [`BUCKETS`] and one.
fn bucket(window: Millis) -> i64 {
    window.0.saturating_add(BUCKETS - 1) / BUCKETS
}

impl Layers<'_> {
    pub(crate) fn put_mark(&mut self, key: MarkKey, mark: Mark) {
        if let Some(old) = self.marks.get(&key) {
            let old = (old.expires, key.clone());
            self.mark_times.remove(&old);
        }
        self.mark_times.put((mark.expires, key.clone()), ());
        self.marks.put(key, mark);
    }

    /// Forgets what no window can ask for any more.
    pub(crate) fn purge_marks(&mut self, now: Timestamp) {
        while let Some(((at, key), ())) = self.mark_times.first() {
            if *at > now {
                return;
            }
            let row = (*at, key.clone());
            self.marks.remove(&row.1);
            self.mark_times.remove(&row);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Out of the window one by one or in buckets, and in the window.
    const MOST: usize = 2 * EXACT as usize + BUCKETS as usize;

    #[test]
    fn a_window_is_over_at_its_end() {
        let mut mark = Mark::default();
        mark.consume(1, Millis(10), Timestamp(5), None);
        assert_eq!(
            mark.allows(1, Millis(10), Timestamp(14), None),
            Err(Timestamp(15))
        );
        assert_eq!(mark.allows(1, Millis(10), Timestamp(15), None), Ok(()));
    }

    proptest! {
        #[test]
        fn never_more_than_the_limit_in_any_window(
            count in prop_oneof![1u32..5, 101u32..140],
            steps in proptest::collection::vec(0i64..40, 0..600),
        ) {
            let window = Millis(1000);
            let mut mark = Mark::default();
            let mut now = Timestamp(0);
            let mut fired: Vec<Timestamp> = Vec::new();
            for step in steps {
                now = now.plus(Millis(step));
                let in_window = fired.iter().filter(|t| t.plus(window) > now).count();
                match mark.allows(count, window, now, None) {
                    Ok(()) => {
                        prop_assert!(in_window < count as usize);
                        mark.consume(count, window, now, None);
                        fired.push(now);
                    }
                    Err(until) => {
                        prop_assert!(until > now);
                        if count <= EXACT {
                            prop_assert!(in_window >= count as usize);
                        }
                    }
                }
                prop_assert!(mark.entries.len() <= MOST);
            }
        }

        #[test]
        fn a_longer_window_of_a_later_revision_knows_what_has_fired(
            steps in proptest::collection::vec(0i64..Millis::HOUR.0, 0..600),
            longer in Millis::HOUR.0..KEEP.0,
            later in 1u32..140,
        ) {
            let mut mark = Mark::default();
            let mut now = Timestamp(0);
            let mut fired: Vec<Timestamp> = Vec::new();
            for step in steps {
                now = now.plus(Millis(step));
                if mark.allows(3, Millis::HOUR, now, None).is_ok() {
                    mark.consume(3, Millis::HOUR, now, None);
                    fired.push(now);
                }
                prop_assert!(mark.entries.len() <= MOST);
            }
            let longer = Millis(longer);
            let in_window = fired.iter().filter(|t| t.plus(longer) > now).count();
            if mark.allows(later, longer, now, None).is_ok() {
                prop_assert!(in_window < later as usize);
            }
            // up to that many nothing is rounded
            if fired.len() <= EXACT as usize && in_window < later as usize {
                prop_assert_eq!(mark.allows(later, longer, now, None), Ok(()));
            }
        }
    }
}
