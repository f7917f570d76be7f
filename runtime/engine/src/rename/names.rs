//! The new names of a revision, and stored things under them.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;
use trig_ir::{ActionKind, EnumId, StageName, Trigger, Type, Value};

use super::Claim;
use crate::Engine;
use crate::state::{
    Before, Captured, Fields, FiringKey, KindName, MarkKey, Pending, Phase, Record, Sweep, Turn,
};

/// New names by old ones. All of a revision's move at once: two may change places.
pub(super) struct Names<'e> {
    engine: &'e Engine,
    pub(super) triggers: BTreeMap<SmolStr, SmolStr>,
    /// Limits are counted under the name of their trigger, or of a shared cooldown.
    pub(super) cooldowns: BTreeMap<SmolStr, SmolStr>,
    /// By flow, as it is called now.
    goals: BTreeMap<(SmolStr, SmolStr), SmolStr>,
    stages: BTreeMap<StageName, StageName>,
    /// By entity or event: declared names, and names under which values are stored.
    fields: BTreeMap<(SmolStr, SmolStr), (SmolStr, SmolStr)>,
    variants: BTreeMap<(EnumId, SmolStr), SmolStr>,
    /// Those that move.
    pub(super) step: Vec<Claim>,
}

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
                ..
            } => Some((name, was)),
            _ => None,
        })
}

impl<'e> Names<'e> {
    pub(super) fn new(engine: &'e Engine) -> Self {
        Self {
            engine,
            triggers: BTreeMap::new(),
            cooldowns: BTreeMap::new(),
            goals: BTreeMap::new(),
            stages: BTreeMap::new(),
            fields: BTreeMap::new(),
            variants: BTreeMap::new(),
            step: Vec::new(),
        }
    }

    pub(super) fn nothing(&self) -> bool {
        self.triggers.is_empty()
            && self.cooldowns.is_empty()
            && self.goals.is_empty()
            && self.stages.is_empty()
            && self.fields.is_empty()
            && self.variants.is_empty()
    }

    /// Takes those `was` of which `new` says that they are.
    pub(super) fn collect(&mut self, mut new: impl FnMut(&Claim) -> bool) {
        let ir = self.engine.ir();
        let mut step = Vec::new();
        let mut new = |claim: &Claim| {
            let new = new(claim);
            if new {
                step.push(claim.clone());
            }
            new
        };
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
        step.retain(|(what, _, old)| what != "trigger" || self.triggers.contains_key(old));
        self.step = step;
    }

    pub(super) fn trigger<'n>(&'n self, name: &'n SmolStr) -> &'n SmolStr {
        self.triggers.get(name).unwrap_or(name)
    }

    /// The name under which a field of an entity is stored.
    pub(super) fn stored<'n>(&'n self, owner: &SmolStr, name: &'n SmolStr) -> &'n SmolStr {
        let moved = self.fields.get(&(owner.clone(), name.clone()));
        moved.map_or(name, |(_, stored)| stored)
    }

    /// The declared name of a field.
    pub(super) fn declared(&self, owner: &SmolStr, name: &SmolStr) -> SmolStr {
        let moved = self.fields.get(&(owner.clone(), name.clone()));
        moved.map_or_else(|| name.clone(), |(name, _)| name.clone())
    }

    /// The type of a field by its stored name.
    pub(super) fn type_of(&self, entity: &SmolStr, stored: &SmolStr) -> Option<&'e Type> {
        let index = self.engine.index();
        let id = index.entity_id(entity)?;
        let at = index.wire_field(id, stored)?;
        let decl = self.engine.ir().entities.get(id.index())?;
        Some(&decl.fields.get(at)?.ty)
    }

    /// A value with new names, if it has any. Variants are of an enum that only the type tells.
    pub(super) fn value(&self, ty: Option<&Type>, value: &Value) -> Option<Value> {
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

    pub(super) fn all(&self, values: &[Value]) -> Vec<Value> {
        let moved = |value: &Value| self.value(None, value).unwrap_or_else(|| value.clone());
        values.iter().map(moved).collect()
    }

    /// A version of a record, if anything of it moves.
    pub(super) fn version(&self, entity: &SmolStr, record: &Arc<Record>) -> Option<Arc<Record>> {
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
        moved.untold = record.untold.as_ref().map(|told| {
            let names = told.iter().map(|name| self.stored(entity, name).clone());
            names.collect()
        });
        (moved != **record).then(|| Arc::new(moved))
    }

    pub(super) fn before(&self, entity: Option<&SmolStr>, before: &Before) -> Before {
        match (entity, before) {
            (Some(entity), Before::Version(version)) => {
                let moved = self.version(entity, version);
                Before::Version(moved.unwrap_or_else(|| Arc::clone(version)))
            }
            _ => before.clone(),
        }
    }

    pub(super) fn kind(&self, kind: &KindName) -> KindName {
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

    pub(super) fn goal(&self, flow: &SmolStr, goal: &SmolStr) -> (SmolStr, SmolStr) {
        let flow = self.trigger(flow).clone();
        let moved = self.goals.get(&(flow.clone(), goal.clone()));
        let goal = moved.unwrap_or(goal).clone();
        (flow, goal)
    }

    pub(super) fn captured(&self, event: &Captured) -> Captured {
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

    /// What a limit counts under.
    pub(super) fn mark(&self, key: &MarkKey) -> MarkKey {
        MarkKey {
            name: self.cooldowns.get(&key.name).unwrap_or(&key.name).clone(),
            per: self.all(&key.per),
        }
    }

    pub(super) fn firing(&self, key: &FiringKey) -> FiringKey {
        FiringKey {
            trigger: self.trigger(&key.trigger).clone(),
            subject: key.subject.clone(),
            finer: self.all(&key.finer),
        }
    }

    pub(super) fn pending(&self, pending: &Pending) -> Pending {
        let of = pending.outer.as_ref().or(pending.key.subject.as_ref());
        let of = of.map(|key| &key.entity);
        let last = pending.last.as_ref().map(|last| {
            let moved = of.and_then(|entity| self.version(entity, last));
            moved.unwrap_or_else(|| Arc::clone(last))
        });
        let watches = pending.watches.iter();
        let phase = match &pending.phase {
            Phase::Limit(turn) => Phase::Limit(Turn {
                keys: turn.keys.iter().map(|key| self.mark(key)).collect(),
                closed: turn.closed,
            }),
            phase => phase.clone(),
        };
        Pending {
            key: self.firing(&pending.key),
            event: self.captured(&pending.event),
            before: self.before(of, &pending.before),
            last,
            phase,
            watches: watches
                .map(|(kind, about)| (self.kind(kind), about.clone()))
                .collect(),
            ..pending.clone()
        }
    }

    pub(super) fn sweep(&self, sweep: &Sweep) -> Sweep {
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
