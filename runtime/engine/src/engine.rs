//! A revision, ready to run.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;
use trig_ir::{EventKind, Expr, Ir, RecordKey, RevisionHash, Value};

use crate::apply::Run;
use crate::eval::{Eval, Scope};
use crate::index::Index;
use crate::rename::moved_since;
use crate::state::{Before, KindName, Layers, State};
use crate::{Input, Output};

/// A revision, ready to run: the IR and the index over it. Holds no state.
#[derive(Debug)]
pub struct Engine {
    ir: Arc<Ir>,
    revision: RevisionHash,
    index: Index,
    /// Those on whose revisions bodies still run.
    earlier: BTreeMap<RevisionHash, Arc<Engine>>,
}

/// What is asked of an evaluation beside its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Options {
    /// Also record every event, and why each trigger whose start matched its kind did not fire, with the values read.
    pub trace: bool,
    /// Also record of every guard that was tested whether it held.
    pub coverage: bool,
}

impl Engine {
    /// Builds the index over an IR. Triggers run by priority (higher first), then by name, in whatever order they come.
    pub fn new(ir: Arc<Ir>, revision: RevisionHash) -> Self {
        let index = Index::new(&ir);
        Self {
            ir,
            revision,
            index,
            earlier: BTreeMap::new(),
        }
    }

    /// The same revision, with those under which bodies have begun that still run: what has begun finishes on its own
    /// revision. It needs those of [`State::revisions_in_use`] at the time of its activation; later ones are its own. A
    /// body whose revision is not there ends, with a record. What was given before is replaced.
    ///
    /// The state is the one in which this revision becomes, or is, the active one: names that have moved since an earlier
    /// revision, by `was`, are looked up under what they are now.
    #[must_use]
    pub fn with_earlier(
        mut self,
        earlier: BTreeMap<RevisionHash, Arc<Self>>,
        state: &State,
    ) -> Self {
        self.earlier = BTreeMap::new();
        for (revision, engine) in earlier {
            let engine = match moved_since(&self, &engine, state) {
                None => engine,
                Some(moved) => {
                    let mut engine = Self::new(Arc::clone(&engine.ir), revision.clone());
                    engine.index.move_names(&engine.ir, moved, &self.index);
                    Arc::new(engine)
                }
            };
            self.index.note_goals_of(&engine);
            self.earlier.insert(revision, engine);
        }
        self
    }

    /// A kind of event by full names, as it is stored.
    pub(crate) fn kind_name(&self, kind: &EventKind) -> Option<KindName> {
        let own = Index::kind_name(&self.ir, kind)?;
        Some(match self.index.moved() {
            Some(moved) => moved.kind(own),
            None => own,
        })
    }

    /// The engine of a revision: this one, or an earlier one that was given.
    pub(crate) fn of_revision(&self, revision: &RevisionHash) -> Option<&Self> {
        if *revision == self.revision {
            return Some(self);
        }
        self.earlier.get(revision).map(AsRef::as_ref)
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

    /// The value of an expression at the state's time, in the project's zone. Its [`trig_ir::Root::Binder`] `n` is the
    /// `n`th of `bound`; it has no subject and no event.
    ///
    /// # Errors
    /// The field that is not known and would be needed, as it would be written.
    pub fn evaluate(&self, state: &State, expr: &Expr, bound: &[Value]) -> Result<Value, String> {
        let layers = Layers::over(state);
        let scope = Scope {
            engine: self,
            records: &layers,
            now: state.now(),
            zone: self.index.project_zone(),
            subject: None,
            outer: None,
            event: None,
            candidate: None,
            before: &Before::Unknown,
            pinned: None,
        };
        match Eval::binding(scope, bound).value(expr) {
            Ok(out) => Ok(out.value.into_owned()),
            Err(unknown) => Err(unknown.field),
        }
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
