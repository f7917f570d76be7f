//! Breakers: too many changes, and what answers them pauses.

use trig_ir::*;

use super::Naive;

#[derive(Clone, Debug, Default)]
pub(super) struct Counter {
    changes: Vec<Timestamp>,
    open_until: Option<Timestamp>,
}

impl Naive {
    pub(super) fn count_change(&mut self, field: &SmolStr) {
        let ir = self.ir.clone();
        for (breaker, counter) in ir.breakers.iter().zip(&mut self.breakers) {
            if !covers(&breaker.of, field) {
                continue;
            }
            let now = self.now;
            counter.changes.push(now);
            if counter.open_until.is_some_and(|until| now < until) {
                continue;
            }
            let count = counter
                .changes
                .iter()
                .filter(|at| now < at.plus(breaker.window))
                .count();
            if count > breaker.over as usize {
                let until = self.now.plus(breaker.pause);
                counter.open_until = Some(until);
                self.seen.opened.push((breaker.name.clone(), until));
            }
        }
    }

    /// Whether a breaker that covers this event is open; `None` where none covers it.
    pub(super) fn paused(&self, kind: &EventKind) -> Option<bool> {
        let (EventKind::Changed(_, field)
        | EventKind::Gained(_, field)
        | EventKind::Lost(_, field)) = kind
        else {
            return None;
        };
        let all = self.ir.breakers.iter().zip(&self.breakers);
        let mut open = all
            .filter(|(breaker, _)| covers(&breaker.of, field))
            .map(|(_, counter)| counter.open_until.is_some_and(|until| self.now < until))
            .peekable();
        open.peek()?;
        Some(open.any(|open| open))
    }
}

fn covers(of: &BreakerOf, field: &SmolStr) -> bool {
    match of {
        BreakerOf::Field(name) => name == field,
        BreakerOf::AnyField => field != "tags",
    }
}
