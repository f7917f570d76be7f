//! `was OldName`: what is stored under a name moves with it, once, in the revision that introduces it.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

use smol_str::SmolStr;
use trig_ir::{RecordKey, RevisionHash, Value};

mod moved;
mod names;

use crate::Engine;
use crate::apply::Run;
use crate::state::{MarkKey, Pending, Provisional, Record, State, Sweep};
pub(crate) use moved::Moved;
use names::Names;

/// One `was`: what, new name, old name.
pub(crate) type Claim = (SmolStr, SmolStr, SmolStr);

/// The names of an earlier revision that have moved since, those included which this one is about to move. `None`: all
/// are called as they were.
pub(crate) fn moved_since(active: &Engine, earlier: &Engine, state: &State) -> Option<Moved> {
    let mut names = Names::new(active);
    names.collect(|claim| !state.tables.renames.contains_key(claim));
    let passed = state.tables.moved.get(earlier.revision());
    let passed = passed.into_iter().flatten().map(Vec::as_slice);
    let steps: Vec<&[Claim]> = passed.chain([names.step.as_slice()]).collect();
    Moved::new(earlier.ir(), &steps)
}

impl Run<'_> {
    /// Moves what is stored to the names of a revision that becomes active.
    pub(crate) fn rename(&mut self) {
        let engine = self.engine;
        let mut names = Names::new(engine);
        let mut claims = Vec::new();
        let state = &self.state;
        names.collect(|claim| {
            let new = !state.renames.has(claim);
            claims.push(claim.clone());
            new
        });
        let all = self.state.renames.scan(Bound::Unbounded);
        let gone: Vec<Claim> = all
            .map(|(claim, ())| claim)
            .filter(|claim| !claims.contains(claim))
            .cloned()
            .collect();
        for claim in &gone {
            self.state.renames.remove(claim);
        }
        for claim in claims {
            self.state.renames.put(claim, ());
        }
        self.note_step(&names.step);
        if names.nothing() {
            return;
        }
        self.rename_records(&names);
        self.rename_writes(&names);
        self.rename_pending(&names);
        self.rename_marks(&names);
        self.rename_clocks(&names);
        self.rename_sweeps(&names);
    }

    /// Keeps what moves for the revisions on which bodies still run: they go on under their own names.
    fn note_step(&mut self, step: &[Claim]) {
        let pending = self.state.pending.scan(Bound::Unbounded);
        let mut used: BTreeSet<RevisionHash> = pending
            .filter(|(_, pending)| pending.phase.has_begun())
            .map(|(_, pending)| pending.revision.clone())
            .collect();
        used.remove(self.engine.revision());
        let all = self.state.moved.scan(Bound::Unbounded);
        let over: Vec<RevisionHash> = all
            .map(|(revision, _)| revision)
            .filter(|revision| !used.contains(*revision))
            .cloned()
            .collect();
        for revision in over {
            self.state.moved.remove(&revision);
        }
        if step.is_empty() {
            return;
        }
        for revision in used {
            let mut steps = self.state.moved.get(&revision).cloned().unwrap_or_default();
            steps.push(step.to_vec());
            self.state.moved.put(revision, steps);
        }
    }

    fn rename_records(&mut self, names: &Names<'_>) {
        let all = self.state.records.scan(Bound::Unbounded);
        let moved: Vec<(RecordKey, Arc<Record>)> = all
            .filter_map(|(key, record)| Some((key.clone(), names.version(&key.entity, record)?)))
            .collect();
        for (key, record) in moved {
            self.state.records.put(key, record);
        }
    }

    fn rename_writes(&mut self, names: &Names<'_>) {
        let all = self.state.writes.scan(Bound::Unbounded);
        let all: Vec<_> = all
            .map(|(key, write)| (key.clone(), write.clone()))
            .collect();
        for (key, write) in all {
            let (record, field, number) = &key;
            let name = names.stored(&record.entity, field);
            let ty = names.type_of(&record.entity, name);
            let value = |value: &Value| names.value(ty, value).unwrap_or_else(|| value.clone());
            let moved = Provisional {
                before: write.before.as_ref().map(value),
                value: value(&write.value),
                confirmed: write.confirmed,
            };
            if name == field && moved == write {
                continue;
            }
            let to = (record.clone(), name.clone(), *number);
            self.state.drop_write(&key);
            if let Some(at) = moved.confirmed {
                self.state.write_times.put((at, to.clone()), ());
            }
            self.state.writes.put(to, moved);
        }
    }

    fn rename_pending(&mut self, names: &Names<'_>) {
        let all = self.state.pending.scan(Bound::Unbounded);
        let moved: Vec<(u64, Pending)> = all
            .map(|(number, pending)| (*number, pending, names.pending(pending)))
            .filter(|(_, pending, moved)| *moved != ***pending)
            .map(|(number, _, moved)| (number, moved))
            .collect();
        for (number, _) in &moved {
            self.state.remove_pending(*number);
        }
        for (number, pending) in moved {
            self.state.insert_pending(number, Arc::new(pending));
        }
    }

    fn rename_marks(&mut self, names: &Names<'_>) {
        let all = self.state.marks.scan(Bound::Unbounded);
        let moved: Vec<(MarkKey, MarkKey)> = all
            .filter_map(|(key, _)| {
                let to = names.mark(key);
                (to != *key).then(|| (key.clone(), to))
            })
            .collect();
        let mut marks = Vec::new();
        for (from, to) in moved {
            if let Some(mark) = self.state.marks.get(&from).cloned() {
                self.state.drop_mark(&from);
                marks.push((to, mark));
            }
        }
        for (to, mark) in marks {
            if !self.state.marks.has(&to) {
                self.state.put_mark(to, mark);
            }
        }
        let all = self.state.firsts.scan(Bound::Unbounded);
        let all: Vec<_> = all.map(|(key, row)| (key.clone(), *row)).collect();
        let mut firsts = Vec::new();
        for (key, row) in all {
            let to = (
                names.trigger(&key.0).clone(),
                key.1.clone(),
                names.all(&key.2),
            );
            if to != key {
                self.state.first_times.remove(&(row.expires, key.clone()));
                self.state.firsts.remove(&key);
                firsts.push((to, row));
            }
        }
        for (to, row) in firsts {
            self.state.put_first(to, row);
        }
    }

    fn rename_clocks(&mut self, names: &Names<'_>) {
        let clocks = self.state.clocks.scan(Bound::Unbounded);
        let clocks: Vec<_> = clocks
            .filter(|(key, _)| names.triggers.contains_key(&key.0))
            .map(|(key, row)| (key.clone(), row.clone()))
            .collect();
        for (key, _) in &clocks {
            self.state.remove_clock(key);
        }
        for ((trigger, name), row) in clocks {
            let to = (names.trigger(&trigger).clone(), name);
            self.state.put_clock(to, row);
        }
        // what is due is worked out again from the records at once; what has run, and since when, moves
        let begun = self.state.begun.scan(Bound::Unbounded);
        let begun: Vec<_> = begun.map(|(key, at)| (key.clone(), *at)).collect();
        let mut moved = Vec::new();
        for (key, at) in begun {
            let field = names.stored(&key.1, &key.2).clone();
            let to = (names.trigger(&key.0).clone(), key.1.clone(), field);
            if to != key {
                self.state.begun.remove(&key);
                moved.push((to, at));
            }
        }
        for (to, at) in moved {
            self.state.begun.put(to, at);
        }
        let settled = self.state.settled.scan(Bound::Unbounded);
        let settled: Vec<_> = settled
            .filter(|((trigger, _), _)| names.triggers.contains_key(trigger))
            .map(|(key, all)| (key.clone(), all.clone()))
            .collect();
        for (key, _) in &settled {
            self.state.settled.remove(key);
        }
        for ((trigger, record), all) in settled {
            let to = (names.trigger(&trigger).clone(), record);
            self.state.settled.put(to, all);
        }
    }

    fn rename_sweeps(&mut self, names: &Names<'_>) {
        let all = self.state.sweeps.scan(Bound::Unbounded);
        let moved: Vec<(u64, Sweep)> = all
            .map(|(number, sweep)| (*number, sweep, names.sweep(sweep)))
            .filter(|(_, sweep, moved)| *moved != ***sweep)
            .map(|(number, _, moved)| (number, moved))
            .collect();
        for (number, sweep) in moved {
            self.state.sweeps.put(number, Arc::new(sweep));
        }
    }
}
