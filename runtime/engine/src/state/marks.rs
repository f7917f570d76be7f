//! Marks of limits: when something fired.

use std::ops::Bound;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use trig_ir::{Millis, RecordKey, Timestamp, Value};

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

/// The time in which firings count, as of now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    /// All of it.
    Ever,
    /// So long, the end excluded.
    Sliding(Millis),
    /// A period of the calendar.
    Calendar {
        /// Its first instant.
        from: Timestamp,
        /// The first one of the next.
        to: Timestamp,
        /// No such period is longer.
        longest: Millis,
    },
}

impl Span {
    /// Whether a firing of that time counts.
    fn counts(self, at: Timestamp, now: Timestamp) -> bool {
        match self {
            Self::Ever => true,
            Self::Sliding(window) => at.plus(window) > now,
            Self::Calendar { from, .. } => at >= from,
        }
    }

    /// From when on a firing of that time does not count any more.
    fn over(self, at: Timestamp) -> Timestamp {
        match self {
            Self::Ever => NEVER,
            Self::Sliding(window) => at.plus(window),
            Self::Calendar { to, .. } => to,
        }
    }

    fn longest(self) -> Millis {
        match self {
            Self::Ever => Millis(i64::MAX),
            Self::Sliding(window) => window,
            Self::Calendar { longest, .. } => longest,
        }
    }

    /// Whether a firing now may be put to those since `first`, under a limit of so many.
    fn joins(self, count: u32, first: Timestamp, now: Timestamp) -> bool {
        let near = |width: Millis| (now - first).0 < bucket(width);
        count > EXACT
            && match self {
                Self::Ever => true,
                Self::Sliding(window) => near(window),
                Self::Calendar { from, longest, .. } => first >= from && near(longest),
            }
    }
}

/// A time that does not come.
pub(crate) const NEVER: Timestamp = Timestamp(i64::MAX);

impl Mark {
    /// Whether one more may fire now; if not, from when on it may.
    pub(crate) fn allows(
        &self,
        count: u32,
        span: Span,
        now: Timestamp,
        fan: Option<&SmolStr>,
    ) -> Result<(), Timestamp> {
        let live = || {
            self.entries
                .iter()
                .filter(move |e| span.counts(e.last, now))
        };
        if fan.is_some() && live().any(|e| e.fan.as_ref() == fan) {
            return Ok(());
        }
        let mut n: u64 = live().map(|e| u64::from(e.n)).sum();
        if n < u64::from(count) {
            return Ok(());
        }
        for entry in live() {
            n = n.saturating_sub(u64::from(entry.n));
            if n < u64::from(count) {
                return Err(span.over(entry.last));
            }
        }
        Err(NEVER)
    }

    /// Counts a firing, for the limits of this many in these spans.
    pub(crate) fn consume(&mut self, limits: &[(u32, Span)], now: Timestamp, fan: Option<SmolStr>) {
        let longest = limits.iter().map(|(_, span)| span.longest());
        let keep = longest.max().map_or(KEEP, |longest| longest.max(KEEP));
        self.entries.retain(|e| e.last.plus(keep) > now);
        self.expires = self.expires.max(now.plus(keep));
        let counts = |at| limits.iter().any(|(_, span)| span.counts(at, now));
        // entries are in order: those that do not count any more come first
        let over = self.entries.partition_point(|e| !counts(e.last));
        if over > EXACT as usize {
            self.merge(over, bucket(keep));
        }
        let mut live = self.entries.iter().filter(|e| counts(e.last));
        if fan.is_some() && live.any(|e| e.fan == fan) {
            return;
        }
        if let Some(last) = self.entries.last_mut()
            && last.fan.is_none()
            && fan.is_none()
            && limits
                .iter()
                .all(|(count, span)| span.joins(*count, last.first, now))
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

impl MarkKey {
    /// The records in it.
    fn records(&self) -> impl Iterator<Item = &RecordKey> {
        self.per.iter().filter_map(|value| match value {
            Value::Record(key) => Some(key),
            _ => None,
        })
    }
}

impl Layers<'_> {
    pub(crate) fn put_mark(&mut self, key: MarkKey, mark: Mark) {
        if let Some(old) = self.marks.get(&key) {
            let old = (old.expires, key.clone());
            self.mark_times.remove(&old);
        }
        self.mark_times.put((mark.expires, key.clone()), ());
        for record in key.records() {
            self.marks_of.put((record.clone(), key.clone()), ());
        }
        self.marks.put(key, mark);
    }

    pub(crate) fn drop_mark(&mut self, key: &MarkKey) {
        if let Some(mark) = self.marks.get(key) {
            let row = (mark.expires, key.clone());
            self.mark_times.remove(&row);
        }
        for record in key.records() {
            self.marks_of.remove(&(record.clone(), key.clone()));
        }
        self.marks.remove(key);
    }

    /// Forgets what no window can ask for any more.
    pub(crate) fn purge_marks(&mut self, now: Timestamp) {
        while let Some(((at, key), ())) = self.mark_times.first() {
            if *at > now {
                return;
            }
            let key = key.clone();
            self.drop_mark(&key);
        }
    }

    /// Forgets what limits have counted for a record, which has been gone for long.
    pub(crate) fn purge_marks_of(&mut self, record: &RecordKey) {
        let none = MarkKey {
            name: SmolStr::default(),
            per: Vec::new(),
        };
        let from = (record.clone(), none);
        let keys: Vec<MarkKey> = self
            .marks_of
            .scan(Bound::Included(&from))
            .take_while(|((of, _), ())| of == record)
            .map(|((_, key), ())| key.clone())
            .collect();
        for key in keys {
            self.drop_mark(&key);
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
        let span = Span::Sliding(Millis(10));
        mark.consume(&[(1, span)], Timestamp(5), None);
        assert_eq!(
            mark.allows(1, span, Timestamp(14), None),
            Err(Timestamp(15))
        );
        assert_eq!(mark.allows(1, span, Timestamp(15), None), Ok(()));
    }

    proptest! {
        #[test]
        fn never_more_than_the_limit_in_any_window(
            count in prop_oneof![1u32..5, 101u32..140],
            steps in proptest::collection::vec(0i64..40, 0..600),
        ) {
            let window = Millis(1000);
            let span = Span::Sliding(window);
            let mut mark = Mark::default();
            let mut now = Timestamp(0);
            let mut fired: Vec<Timestamp> = Vec::new();
            for step in steps {
                now = now.plus(Millis(step));
                let in_window = fired.iter().filter(|t| t.plus(window) > now).count();
                match mark.allows(count, span, now, None) {
                    Ok(()) => {
                        prop_assert!(in_window < count as usize);
                        mark.consume(&[(count, span)], now, None);
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
            let hour = Span::Sliding(Millis::HOUR);
            let mut mark = Mark::default();
            let mut now = Timestamp(0);
            let mut fired: Vec<Timestamp> = Vec::new();
            for step in steps {
                now = now.plus(Millis(step));
                if mark.allows(3, hour, now, None).is_ok() {
                    mark.consume(&[(3, hour)], now, None);
                    fired.push(now);
                }
                prop_assert!(mark.entries.len() <= MOST);
            }
            let longer = Millis(longer);
            let in_window = fired.iter().filter(|t| t.plus(longer) > now).count();
            if mark.allows(later, Span::Sliding(longer), now, None).is_ok() {
                prop_assert!(in_window < later as usize);
            }
            // up to that many nothing is rounded
            if fired.len() <= EXACT as usize && in_window < later as usize {
                prop_assert_eq!(mark.allows(later, Span::Sliding(longer), now, None), Ok(()));
            }
        }

        #[test]
        fn a_period_counts_what_is_in_it(
            count in prop_oneof![1u32..5, 101u32..140],
            steps in proptest::collection::vec(0i64..40, 0..600),
        ) {
            let mut mark = Mark::default();
            let mut now = Timestamp(0);
            let mut fired: Vec<Timestamp> = Vec::new();
            for step in steps {
                now = now.plus(Millis(step));
                let from = Timestamp(now.0 - now.0 % 1000);
                let to = from.plus(Millis(1000));
                let span = Span::Calendar { from, to, longest: Millis(1000) };
                let inside = fired.iter().filter(|at| **at >= from).count();
                let allowed = mark.allows(count, span, now, None);
                if inside < count as usize {
                    prop_assert_eq!(allowed, Ok(()));
                    mark.consume(&[(count, span)], now, None);
                    fired.push(now);
                } else {
                    prop_assert_eq!(allowed, Err(to));
                }
            }
        }
    }

    #[test]
    fn what_counts_for_ever_is_kept_for_ever() {
        let mut mark = Mark::default();
        mark.consume(
            &[(1, Span::Ever), (1, Span::Sliding(Millis(5)))],
            Timestamp(5),
            None,
        );
        assert_eq!(mark.expires, NEVER);
        let later = Timestamp(i64::MAX - 1);
        assert_eq!(mark.allows(1, Span::Ever, later, None), Err(NEVER));
        assert_eq!(mark.allows(2, Span::Ever, later, None), Ok(()));
        assert_eq!(
            mark.allows(1, Span::Sliding(Millis(5)), later, None),
            Ok(())
        );
        assert_eq!(
            mark.allows(0, Span::Sliding(Millis(5)), later, None),
            Err(NEVER)
        );
    }
}
