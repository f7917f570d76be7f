//! How often something fires whose cause went through time.

use serde::{Deserialize, Serialize};
use trig_ir::{Millis, Timestamp};

use super::{FiringKey, Layers};

/// The firings of one key within the hour that began with the first of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Budget {
    pub(crate) since: Timestamp,
    pub(crate) n: u32,
}

impl Budget {
    fn over(self) -> Timestamp {
        self.since.plus(Millis::HOUR)
    }
}

impl Layers<'_> {
    /// Counts a firing. How many there are of its key within the hour.
    pub(crate) fn spend(&mut self, key: &FiringKey, now: Timestamp) -> u32 {
        let running = self.budgets.get(key).filter(|budget| budget.over() > now);
        let before = running.copied().unwrap_or(Budget { since: now, n: 0 });
        let budget = Budget {
            n: before.n.saturating_add(1),
            ..before
        };
        self.put_budget(key.clone(), budget);
        budget.n
    }

    pub(crate) fn put_budget(&mut self, key: FiringKey, budget: Budget) {
        if let Some(old) = self.budgets.get(&key) {
            let old = (old.over(), key.clone());
            self.budget_times.remove(&old);
        }
        self.budget_times.put((budget.over(), key.clone()), ());
        self.budgets.put(key, budget);
    }

    /// Forgets those whose hour is over.
    pub(crate) fn purge_budgets(&mut self, now: Timestamp) {
        while let Some(((at, key), ())) = self.budget_times.first() {
            if *at > now {
                return;
            }
            let row = (*at, key.clone());
            self.budgets.remove(&row.1);
            self.budget_times.remove(&row);
        }
    }
}
