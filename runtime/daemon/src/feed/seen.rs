//! Where a feed stands: which of its items have been seen.

use std::collections::{BTreeSet, VecDeque};

use sha2::{Digest as _, Sha256};

use crate::store::FeedCursor;

/// Of so many items one knows that they have been seen; the oldest are forgotten first. Four times what counts of a
/// document ([`super::document::MOST_ITEMS`]): only what stays in a feed while so many others come is new again.
const MOST_SEEN: usize = 20_000;

/// Which items of a feed have been seen, since the first look at its address.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Seen {
    url: String,
    order: VecDeque<u64>,
    known: BTreeSet<u64>,
}

impl Seen {
    /// Whether the feed has been looked at under this address.
    pub(crate) fn has_begun(&self, url: &str) -> bool {
        self.url == url
    }

    /// Whether the item has been seen.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.known.contains(&hash(id))
    }

    /// Takes over what a look found.
    pub(crate) fn note(&mut self, cursor: &FeedCursor) {
        if self.url != cursor.url {
            *self = Self {
                url: cursor.url.to_string(),
                ..Self::default()
            };
        }
        for id in cursor.new.iter().map(|id| hash(id)) {
            if self.known.insert(id) {
                self.order.push_back(id);
            }
        }
        while self.order.len() > MOST_SEEN
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}

/// Ids are addresses more often than not, and long.
fn hash(id: &str) -> u64 {
    Sha256::digest(id.as_bytes())
        .iter()
        .take(8)
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(url: &str, new: &[String]) -> FeedCursor {
        FeedCursor {
            name: "Blog".into(),
            url: url.into(),
            new: new.to_vec(),
        }
    }

    #[test]
    fn a_feed_that_moved_begins_anew() {
        let mut seen = Seen::default();
        seen.note(&cursor("http://one/", &["a".to_owned()]));
        assert!(seen.has_begun("http://one/") && seen.has("a"));
        assert!(!seen.has_begun("http://two/"));
        seen.note(&cursor("http://two/", &["b".to_owned()]));
        assert!(!seen.has("a") && seen.has("b"));
    }

    #[test]
    fn the_oldest_are_forgotten_first() {
        let mut seen = Seen::default();
        let ids: Vec<String> = (0..=MOST_SEEN).map(|n| n.to_string()).collect();
        seen.note(&cursor("u", &ids));
        assert!(!seen.has("0") && seen.has("1") && seen.has(&MOST_SEEN.to_string()));
    }
}
