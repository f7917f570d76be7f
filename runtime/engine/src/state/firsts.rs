//! Marks of `first … per … each …`.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use trig_ir::{Timestamp, Value};

use super::{ClockName, Layers};

/// Trigger, start, values of the key.
pub(crate) type FirstKey = (SmolStr, ClockName, Vec<Value>);

/// When the first event of a period came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FirstRow {
    pub(crate) at: Timestamp,
    /// When nothing asks for it any more.
    pub(crate) expires: Timestamp,
}

impl Layers<'_> {
    pub(crate) fn put_first(&mut self, key: FirstKey, row: FirstRow) {
        if let Some(old) = self.firsts.get(&key) {
            let old = (old.expires, key.clone());
            self.first_times.remove(&old);
        }
        self.first_times.put((row.expires, key.clone()), ());
        self.firsts.put(key, row);
    }

    /// Forgets what nothing asks for any more.
    pub(crate) fn purge_firsts(&mut self, now: Timestamp) {
        while let Some(((at, key), ())) = self.first_times.first() {
            if *at > now {
                return;
            }
            let row = (*at, key.clone());
            self.firsts.remove(&row.1);
            self.first_times.remove(&row);
        }
    }
}
