//! Tables, and changes to them that are not committed yet.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::iter::Peekable;
use std::ops::Bound;

/// A table in key order. Whatever stores the state answers these two; a durable store can stand in for the map.
pub(crate) trait Read<K, V> {
    /// The row of a key.
    fn get(&self, key: &K) -> Option<&V>;
    /// The first row.
    fn first(&self) -> Option<(&K, &V)>;
    /// The rows from a key on, in order.
    fn scan<'a>(&'a self, from: Bound<&K>) -> Box<dyn Iterator<Item = (&'a K, &'a V)> + 'a>;
}

impl<K: Ord, V> Read<K, V> for BTreeMap<K, V> {
    fn get(&self, key: &K) -> Option<&V> {
        Self::get(self, key)
    }

    fn first(&self) -> Option<(&K, &V)> {
        self.first_key_value()
    }

    fn scan<'a>(&'a self, from: Bound<&K>) -> Box<dyn Iterator<Item = (&'a K, &'a V)> + 'a> {
        Box::new(self.range((from, Bound::Unbounded)))
    }
}

/// A table under an overlay of changes: costs what is touched, never what the table holds.
pub(crate) struct Layer<'a, K, V> {
    base: &'a dyn Read<K, V>,
    changes: BTreeMap<K, Option<V>>,
}

impl<'a, K: Ord + Clone, V> Layer<'a, K, V> {
    pub(crate) fn over(base: &'a dyn Read<K, V>) -> Self {
        Self {
            base,
            changes: BTreeMap::new(),
        }
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        match self.changes.get(key) {
            Some(changed) => changed.as_ref(),
            None => self.base.get(key),
        }
    }

    pub(crate) fn has(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    pub(crate) fn put(&mut self, key: K, value: V) {
        self.changes.insert(key, Some(value));
    }

    pub(crate) fn remove(&mut self, key: &K) {
        if self.base.get(key).is_some() {
            self.changes.insert(key.clone(), None);
        } else {
            self.changes.remove(key);
        }
    }

    /// The rows from a key on, in order.
    pub(crate) fn scan(&self, from: Bound<&K>) -> Merged<'_, K, V> {
        Merged {
            base: self.base.scan(from).peekable(),
            changes: self.changes.range((from, Bound::Unbounded)).peekable(),
        }
    }

    /// The first row.
    pub(crate) fn first(&self) -> Option<(&K, &V)> {
        if self.changes.is_empty() {
            return self.base.first();
        }
        self.scan(Bound::Unbounded).next()
    }

    pub(crate) fn into_changes(self) -> BTreeMap<K, Option<V>> {
        self.changes
    }
}

type Rows<'a, K, V> = Box<dyn Iterator<Item = (&'a K, &'a V)> + 'a>;

/// The rows of a table, changes included, in order.
pub(crate) struct Merged<'a, K, V> {
    base: Peekable<Rows<'a, K, V>>,
    changes: Peekable<std::collections::btree_map::Range<'a, K, Option<V>>>,
}

impl<'a, K: Ord, V> Iterator for Merged<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let order = match (self.base.peek(), self.changes.peek()) {
                (Some((below, _)), Some((above, _))) => (*below).cmp(above),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => return None,
            };
            if order == Ordering::Less {
                return self.base.next();
            }
            if order == Ordering::Equal {
                self.base.next();
            }
            if let Some((key, Some(value))) = self.changes.next() {
                return Some((key, value));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_layer_reads_like_the_map_that_it_becomes(
            base in proptest::collection::btree_map(0u8..20, 0u8..9, 0..12),
            edits in proptest::collection::vec((0u8..20, proptest::option::of(0u8..9)), 0..20),
            from in 0u8..20,
        ) {
            let mut plain = base.clone();
            let mut layer = Layer::over(&base);
            for (key, value) in edits {
                match value {
                    Some(value) => { plain.insert(key, value); layer.put(key, value); }
                    None => { plain.remove(&key); layer.remove(&key); }
                }
            }
            let read: Vec<_> = layer.scan(Bound::Included(&from)).collect();
            let expected: Vec<_> = plain.range(from..).collect();
            prop_assert_eq!(read, expected);
            prop_assert_eq!(layer.first(), plain.first_key_value());
            for key in 0..20 {
                prop_assert_eq!(layer.get(&key), plain.get(&key));
            }
        }
    }
}
