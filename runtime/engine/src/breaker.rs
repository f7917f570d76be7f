//! Breakers: when too much changes at once, what would start on such changes pauses. Events and state go on.

use std::collections::BTreeSet;
use std::ops::Bound;

use smol_str::SmolStr;
use trig_ir::{BreakerOf, EventKind};

use crate::apply::Run;
use crate::derive::Derived;
use crate::{Audit, Why};

/// The field that an event says has changed.
fn changed(kind: &EventKind) -> Option<&SmolStr> {
    match kind {
        EventKind::Changed(_, field) | EventKind::Gained(_, field) | EventKind::Lost(_, field) => {
            Some(field)
        }
        _ => None,
    }
}

fn counts(of: &BreakerOf, field: &SmolStr) -> bool {
    match of {
        BreakerOf::Field(name) => name == field,
        BreakerOf::AnyField => field != "tags",
    }
}

impl Run<'_> {
    /// Counts the changes of one version of a record: each field once, whatever it raises.
    pub(crate) fn count_changes(&mut self, events: &[Derived]) {
        let engine = self.engine;
        if engine.ir().breakers.is_empty() {
            return;
        }
        // a value given at creation is no change, whoever listens to it
        let changes = events.iter().filter(|e| !e.at_creation);
        let fields: BTreeSet<&SmolStr> = changes.filter_map(|e| changed(&e.kind)).collect();
        for breaker in &engine.ir().breakers {
            let n = fields.iter().filter(|f| counts(&breaker.of, f)).count();
            if n == 0 {
                continue;
            }
            let row = self.state.breakers.get(&breaker.name);
            let mut row = row.cloned().unwrap_or_default();
            let n = u64::try_from(n).unwrap_or(u64::MAX);
            let sum = row.count(n, breaker.window, self.now);
            let opens = sum > u64::from(breaker.over) && row.open_at(self.now).is_none();
            let until = self.now.plus(breaker.pause);
            if opens {
                row.open = Some(until);
            }
            self.state.breakers.put(breaker.name.clone(), row);
            if opens {
                self.audit(Audit::Opened {
                    breaker: breaker.name.clone(),
                    until,
                });
            }
        }
    }

    /// The open breaker that keeps an event from starting anything.
    pub(crate) fn broken(&self, kind: &EventKind) -> Option<Why> {
        let field = changed(kind)?;
        let breakers = self.engine.ir().breakers.iter();
        breakers.filter(|b| counts(&b.of, field)).find_map(|b| {
            let until = self.state.breakers.get(&b.name)?.open_at(self.now)?;
            Some(Why::Breaker {
                name: b.name.clone(),
                until,
            })
        })
    }

    /// Forgets what breakers counted that the revision has no more.
    pub(crate) fn adopt_breakers(&mut self) {
        let declared = &self.engine.ir().breakers;
        let all = self.state.breakers.scan(Bound::Unbounded);
        let gone: Vec<SmolStr> = all
            .map(|(name, _)| name)
            .filter(|name| declared.iter().all(|b| b.name != **name))
            .cloned()
            .collect();
        for name in &gone {
            self.state.breakers.remove(name);
        }
    }
}
