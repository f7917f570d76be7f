//! Who starts, cancels and brings to a goal whom.

use std::collections::BTreeMap;

use trig_compiler::graph::{Relation, TriggerGraph};
use trig_ir::Ir;

/// For each trigger, what leads to it and what it leads to.
#[derive(Default)]
pub(crate) struct Causes {
    by_name: BTreeMap<String, Cause>,
}

/// By what is done: the other trigger, and the event between them.
type Others = BTreeMap<Relation, Vec<(String, String)>>;

#[derive(Default)]
pub(crate) struct Cause {
    /// What others do to it.
    pub(crate) by: Others,
    /// What it does to others.
    pub(crate) to: Others,
}

impl Causes {
    pub(crate) fn of(ir: &Ir) -> Self {
        let mut causes = Self::default();
        for edge in TriggerGraph::of(ir).edges() {
            let note = |others: &mut Others, name: &str| {
                let other = (name.to_owned(), edge.event.to_owned());
                others.entry(edge.relation).or_default().push(other);
            };
            note(&mut causes.trigger(edge.from).to, edge.to);
            note(&mut causes.trigger(edge.to).by, edge.from);
        }
        for cause in causes.by_name.values_mut() {
            for list in cause.by.values_mut().chain(cause.to.values_mut()) {
                list.sort();
                list.dedup();
            }
        }
        causes
    }

    fn trigger(&mut self, name: &str) -> &mut Cause {
        self.by_name.entry(name.to_owned()).or_default()
    }

    pub(crate) fn of_trigger(&self, name: &str) -> Option<&Cause> {
        self.by_name.get(name)
    }
}
