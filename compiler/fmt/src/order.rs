//! The order of the clauses of a trigger.

use trig_grammar::ast::{Clause, ClauseKind};

use crate::plan::Plan;

/// The place of a clause among the others.
fn rank(kind: &ClauseKind) -> usize {
    match kind {
        ClauseKind::For(_) => 0,
        ClauseKind::On { .. } => 1,
        ClauseKind::By(_) => 2,
        ClauseKind::When(_) => 3,
        ClauseKind::Debounce { .. } => 4,
        ClauseKind::Until { .. } => 5,
        ClauseKind::After { .. } => 6,
        ClauseKind::During(_) => 7,
        ClauseKind::Mode(_) => 8,
        ClauseKind::Once { .. } => 9,
        ClauseKind::Cooldown { .. } => 10,
        ClauseKind::Limit { .. } => 11,
        ClauseKind::Missed(_) => 12,
        ClauseKind::Zone(_) => 13,
        ClauseKind::Priority(_) => 14,
        ClauseKind::Disabled => 15,
        ClauseKind::Backwards => 16,
        ClauseKind::Again => 17,
        ClauseKind::As(_) => 18,
        ClauseKind::Was(_) => 19,
        ClauseKind::Allow { .. } => 20,
        ClauseKind::Do(_) | ClauseKind::Bad => 21,
    }
}

impl Plan<'_> {
    /// Puts the clauses of one body in their order, each with its comments; those of one kind stay as they are.
    pub(crate) fn sort(&mut self, clauses: &[Clause]) {
        if clauses.is_sorted_by_key(|clause| rank(&clause.kind)) {
            return;
        }
        // What stands inside of a clause may have been put in order before: a clause is a slice of the order all the same.
        let slices: Vec<_> = clauses
            .iter()
            .filter_map(|clause| {
                let (first, last) = (self.first(clause.span), self.last(clause.span));
                let slice = self.order.get(first..=last)?.to_vec();
                Some((rank(&clause.kind), first, slice))
            })
            .collect();
        let Some(start) = slices.iter().map(|(_, first, _)| *first).min() else {
            return;
        };
        let mut sorted = slices;
        sorted.sort_by_key(|(rank, _, _)| *rank);
        let tokens: Vec<usize> = sorted.into_iter().flat_map(|(_, _, slice)| slice).collect();
        if let Some(place) = self.order.get_mut(start..start + tokens.len()) {
            place.copy_from_slice(&tokens);
        }
    }
}
