//! `was OldName`: what is stored under a name moves with it, once, in the revision that introduces it.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use smol_str::SmolStr;
use trig_ir::{ActionKind, EnumId, Reached, RecordKey, StageName, Trigger, Type, Value};

use crate::Engine;
use crate::apply::Run;
use crate::state::{
    Before, Captured, Fields, FiringKey, KindName, MarkKey, Pending, Provisional, Record, Sweep,
};

/// New names by old ones. All of a revision's move at once: two may change places.
struct Names<'e> {
    engine: &'e Engine,
    triggers: BTreeMap<SmolStr, SmolStr>,
    /// Limits are counted under the name of their trigger, or of a shared cooldown.
    cooldowns: BTreeMap<SmolStr, SmolStr>,
    /// By flow, as it is called now.
    goals: BTreeMap<(SmolStr, SmolStr), SmolStr>,
    stages: BTreeMap<StageName, StageName>,
    /// By entity or event: declared names, and names under which values are stored.
    fields: BTreeMap<(SmolStr, SmolStr), (SmolStr, SmolStr)>,
    variants: BTreeMap<(EnumId, SmolStr), SmolStr>,
}

/// One `was`: what, new name, old name.
type Claim = (SmolStr, SmolStr, SmolStr);

fn claim(what: &'static str, new: impl Into<SmolStr>, old: impl Into<SmolStr>) -> Claim {
    (SmolStr::new_static(what), new.into(), old.into())
}

/// The goals of a body, each with the name that it had.
fn goals(trigger: &Trigger) -> impl Iterator<Item = (&SmolStr, &SmolStr)> {
    trigger
        .actions
        .iter()
        .filter_map(|action| match &action.kind {
            ActionKind::Goal {
                name,
                was: Some(was),
                reached: Reached::On(_) | Reached::When(_),
            } => Some((name, was)),
            _ => None,
        })
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
                let name = names.cooldowns.get(&key.name).unwrap_or(&key.name).clone();
                let per = names.all(&key.per);
                let to = MarkKey { name, per };
                (to != *key).then(|| (key.clone(), to))
            })
            .collect();
        let mut marks = Vec::new();
        for (from, to) in moved {
            if let Some(mark) = self.state.marks.get(&from).cloned() {
                self.state.mark_times.remove(&(mark.expires, from.clone()));
                self.state.marks.remove(&from);
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

impl<'e> Names<'e> {
    fn new(engine: &'e Engine) -> Self {
        Self {
            engine,
            triggers: BTreeMap::new(),
            cooldowns: BTreeMap::new(),
            goals: BTreeMap::new(),
            stages: BTreeMap::new(),
            fields: BTreeMap::new(),
            variants: BTreeMap::new(),
        }
    }

    fn nothing(&self) -> bool {
        self.triggers.is_empty()
            && self.cooldowns.is_empty()
            && self.goals.is_empty()
            && self.stages.is_empty()
            && self.fields.is_empty()
            && self.variants.is_empty()
    }

    /// Takes those `was` of which `new` says that they are.
    fn collect(&mut self, mut new: impl FnMut(&Claim) -> bool) {
        let ir = self.engine.ir();
        // a name that is still declared, and not itself moved, keeps what is stored under it
        let kept = |name: &SmolStr| {
            let there = ir.triggers.iter().find(|t| t.name == *name);
            there.is_some_and(|t| t.was.is_none())
        };
        for trigger in &ir.triggers {
            if let Some(was) = &trigger.was
                && new(&claim("trigger", trigger.name.clone(), was.clone()))
                && !kept(was)
            {
                self.triggers.insert(was.clone(), trigger.name.clone());
                self.cooldowns.insert(was.clone(), trigger.name.clone());
            }
            for (goal, was) in goals(trigger) {
                let full = format!("{}.{goal}", trigger.name);
                if new(&claim("goal", full, was.clone())) {
                    let key = (trigger.name.clone(), was.clone());
                    self.goals.insert(key, goal.clone());
                }
            }
        }
        for renamed in &ir.renamed_cooldowns {
            if new(&claim(
                "cooldown",
                renamed.name.clone(),
                renamed.was.clone(),
            )) {
                let was = renamed.was.clone();
                self.cooldowns.insert(was, renamed.name.clone());
            }
        }
        for pipeline in &ir.pipelines {
            for stage in &pipeline.stages {
                let name = |stage: &SmolStr| StageName {
                    pipeline: pipeline.name.clone(),
                    stage: stage.clone(),
                };
                if let Some(was) = &stage.was
                    && new(&claim("stage", name(&stage.name).to_string(), was.clone()))
                {
                    self.stages.insert(name(was), name(&stage.name));
                }
            }
        }
        let entities = ir.entities.iter().map(|e| (&e.name, &e.fields));
        let events = ir.events.iter().map(|e| (&e.name, &e.fields));
        for (owner, field) in entities
            .map(|of| (of, true))
            .chain(events.map(|of| (of, false)))
            .flat_map(|((owner, fields), stored)| fields.iter().map(move |f| ((owner, stored), f)))
        {
            let (owner, entity) = owner;
            let Some(was) = &field.was else {
                continue;
            };
            if !new(&claim(
                "field",
                format!("{owner}.{}", field.name),
                was.clone(),
            )) {
                continue;
            }
            let native = field.native_id.as_ref().filter(|_| entity);
            let stored = native.map_or(field.name.clone(), |id| format!("#{id}").into());
            let key = (owner.clone(), was.clone());
            self.fields.insert(key, (field.name.clone(), stored));
        }
        for (id, decl) in (0u32..).map(EnumId).zip(&ir.enums) {
            for variant in &decl.variants {
                if let Some(was) = &variant.was
                    && new(&claim(
                        "variant",
                        format!("{}.{}", decl.name, variant.name),
                        was.clone(),
                    ))
                {
                    self.variants
                        .insert((id, was.clone()), variant.name.clone());
                }
            }
        }
    }

    fn trigger<'n>(&'n self, name: &'n SmolStr) -> &'n SmolStr {
        self.triggers.get(name).unwrap_or(name)
    }

    /// The name under which a field of an entity is stored.
    fn stored<'n>(&'n self, owner: &SmolStr, name: &'n SmolStr) -> &'n SmolStr {
        let moved = self.fields.get(&(owner.clone(), name.clone()));
        moved.map_or(name, |(_, stored)| stored)
    }

    /// The declared name of a field.
    fn declared(&self, owner: &SmolStr, name: &SmolStr) -> SmolStr {
        let moved = self.fields.get(&(owner.clone(), name.clone()));
        moved.map_or_else(|| name.clone(), |(name, _)| name.clone())
    }

    /// The type of a field by its stored name.
    fn type_of(&self, entity: &SmolStr, stored: &SmolStr) -> Option<&'e Type> {
        let index = self.engine.index();
        let id = index.entity_id(entity)?;
        let at = index.wire_field(id, stored)?;
        let decl = self.engine.ir().entities.get(id.index())?;
        Some(&decl.fields.get(at)?.ty)
    }

    /// A value with new names, if it has any. Variants are of an enum that only the type tells.
    fn value(&self, ty: Option<&Type>, value: &Value) -> Option<Value> {
        let element = ty.and_then(Type::element);
        let each = |item: &Value| self.value(element, item).unwrap_or_else(|| item.clone());
        let moved = match value {
            Value::Stage(name) => Value::Stage(self.stages.get(name)?.clone()),
            Value::Variant(name) => {
                let Some(Type::Enum(id)) = ty else {
                    return None;
                };
                Value::Variant(self.variants.get(&(*id, name.clone()))?.clone())
            }
            Value::List(items) => Value::List(items.iter().map(each).collect()),
            Value::Set(items) => Value::Set(items.iter().map(each).collect()),
            _ => return None,
        };
        (moved != *value).then_some(moved)
    }

    fn all(&self, values: &[Value]) -> Vec<Value> {
        let moved = |value: &Value| self.value(None, value).unwrap_or_else(|| value.clone());
        values.iter().map(moved).collect()
    }

    /// A version of a record, if anything of it moves.
    fn version(&self, entity: &SmolStr, record: &Arc<Record>) -> Option<Arc<Record>> {
        let mut moved = record.as_ref().clone();
        let mut fields = Fields::default();
        for (name, value) in record.fields.iter() {
            let to = self.stored(entity, name);
            // what is known under the new name already is newer
            if to != name && record.fields.get(to).is_some() {
                continue;
            }
            let value = self.value(self.type_of(entity, to), value);
            let value = value.or_else(|| record.fields.get(name).cloned());
            fields.set(to.clone(), value.unwrap_or(Value::Empty));
        }
        moved.fields = fields;
        (moved != **record).then(|| Arc::new(moved))
    }

    fn before(&self, entity: Option<&SmolStr>, before: &Before) -> Before {
        match (entity, before) {
            (Some(entity), Before::Version(version)) => {
                let moved = self.version(entity, version);
                Before::Version(moved.unwrap_or_else(|| Arc::clone(version)))
            }
            _ => before.clone(),
        }
    }

    fn kind(&self, kind: &KindName) -> KindName {
        let field = |entity: &SmolStr, field: &SmolStr| self.declared(entity, field);
        match kind {
            KindName::Changed(e, f) => KindName::Changed(e.clone(), field(e, f)),
            KindName::Gained(e, f) => KindName::Gained(e.clone(), field(e, f)),
            KindName::Lost(e, f) => KindName::Lost(e.clone(), field(e, f)),
            KindName::Due(e, f) => KindName::Due(e.clone(), field(e, f)),
            KindName::Started(flow) => KindName::Started(self.trigger(flow).clone()),
            KindName::GoalReached(flow, goal) => {
                let (flow, goal) = self.goal(flow, goal);
                KindName::GoalReached(flow, goal)
            }
            KindName::GoalSkipped(flow, goal) => {
                let (flow, goal) = self.goal(flow, goal);
                KindName::GoalSkipped(flow, goal)
            }
            KindName::Event(_)
            | KindName::Created(_)
            | KindName::Deleted(_)
            | KindName::Moved(_)
            | KindName::Entered(_)
            | KindName::Clock => kind.clone(),
        }
    }

    fn goal(&self, flow: &SmolStr, goal: &SmolStr) -> (SmolStr, SmolStr) {
        let flow = self.trigger(flow).clone();
        let moved = self.goals.get(&(flow.clone(), goal.clone()));
        let goal = moved.unwrap_or(goal).clone();
        (flow, goal)
    }

    fn captured(&self, event: &Captured) -> Captured {
        let kind = self.kind(&event.kind);
        let ir = self.engine.ir();
        let fields = event.fields.iter().map(|(name, value)| {
            let (name, ty) = match &kind {
                KindName::Event(event) => {
                    let name = self.declared(event, name);
                    let id = self.engine.index().event_id(event);
                    let decl = id.and_then(|id| ir.events.get(id.index()));
                    let ty = decl.and_then(|decl| Some(&decl.field(&name)?.ty));
                    (name, ty)
                }
                KindName::Changed(entity, field) => (name.clone(), self.type_of(entity, field)),
                _ => (name.clone(), None),
            };
            let value = self.value(ty, value).unwrap_or_else(|| value.clone());
            (name, value)
        });
        Captured {
            fields: fields.collect(),
            by: event.by.clone(),
            kind,
        }
    }

    fn firing(&self, key: &FiringKey) -> FiringKey {
        FiringKey {
            trigger: self.trigger(&key.trigger).clone(),
            subject: key.subject.clone(),
            finer: self.all(&key.finer),
        }
    }

    fn pending(&self, pending: &Pending) -> Pending {
        let of = pending.outer.as_ref().or(pending.key.subject.as_ref());
        let of = of.map(|key| &key.entity);
        let last = pending.last.as_ref().map(|last| {
            let moved = of.and_then(|entity| self.version(entity, last));
            moved.unwrap_or_else(|| Arc::clone(last))
        });
        let watches = pending.watches.iter();
        Pending {
            key: self.firing(&pending.key),
            event: self.captured(&pending.event),
            before: self.before(of, &pending.before),
            last,
            watches: watches
                .map(|(kind, about)| (self.kind(kind), about.clone()))
                .collect(),
            ..pending.clone()
        }
    }

    fn sweep(&self, sweep: &Sweep) -> Sweep {
        let change = sweep.change.as_ref().map(|(record, before, version)| {
            let moved = self.version(&record.entity, version);
            (
                record.clone(),
                self.before(Some(&record.entity), before),
                moved.unwrap_or_else(|| Arc::clone(version)),
            )
        });
        Sweep {
            trigger: self.trigger(&sweep.trigger).clone(),
            event: self.captured(&sweep.event),
            finer: self.all(&sweep.finer),
            change,
            ..sweep.clone()
        }
    }
}
