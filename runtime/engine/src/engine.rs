//! A revision, ready to run.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;
use trig_ir::{Ir, RecordKey, RevisionHash, Value};

use crate::apply::Run;
use crate::index::Index;
use crate::state::{Layers, State};
use crate::{Input, Output};

/// A revision, ready to run: the IR and the index over it. Holds no state.
#[derive(Debug)]
pub struct Engine {
    ir: Arc<Ir>,
    revision: RevisionHash,
    index: Index,
}

/// What is asked of an evaluation beside its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Options {
    /// Also record every event, and why each trigger whose start matched its kind did not fire, with the values read.
    pub trace: bool,
}

impl Engine {
    /// Builds the index over an IR. Triggers run by priority (higher first), then by name, in whatever order they come.
    pub fn new(ir: Arc<Ir>, revision: RevisionHash) -> Self {
        let index = Index::new(&ir);
        Self {
            ir,
            revision,
            index,
        }
    }

    /// The revision's IR.
    pub fn ir(&self) -> &Ir {
        &self.ir
    }

    /// The revision's hash.
    pub fn revision(&self) -> &RevisionHash {
        &self.revision
    }

    pub(crate) fn index(&self) -> &Index {
        &self.index
    }

    /// Applies an input: first the firings that are due by its time, each at its own due time, then the input itself.
    /// A [`crate::InputKind::Revision`] runs no due firings: let the engine of the revision before run a tick first.
    ///
    /// The same state and input give the same state and output, byte for byte. An input whose time lies before the
    /// state's is applied at the state's time.
    pub fn apply(&self, state: &mut State, input: &Input, options: &Options) -> Output {
        let mut run = Run::new(self, Layers::over(state), input, *options);
        run.input();
        let (changes, output) = run.finish();
        state.commit(changes);
        output
    }

    /// What is known of a record, by the names and types of this revision. Undeclared fields stand under their wire
    /// names. `None`: nothing is known of it.
    pub fn record(&self, state: &State, key: &RecordKey) -> Option<BTreeMap<SmolStr, Value>> {
        let record = state.tables.records.get(key)?;
        let mut view = BTreeMap::new();
        let entity = self.index.entity_id(&key.entity);
        for (stored, value) in record.fields.iter() {
            let field = entity.and_then(|entity| self.index.wire_field(entity, stored));
            let Some(field) =
                field.and_then(|at| self.ir.entities.get(entity?.index())?.fields.get(at))
            else {
                view.insert(stored.clone(), value.clone());
                continue;
            };
            let read = crate::decode::read_as(self, &field.ty, value, &key.connector);
            view.insert(field.name.clone(), read.into_owned());
        }
        Some(view)
    }
}
