//! What the names of an earlier revision have become: a body that has begun goes on under its own ones, and everything
//! that is stored stands under those of the active revision.

use std::collections::HashMap;

use smol_str::SmolStr;
use trig_ir::{ActionKind, Ir, Place, StageName, Type, Value};

use super::Claim;
use crate::state::KindName;

/// What, whose, which.
type Name = (&'static str, SmolStr, SmolStr);

/// The names of a revision that have moved since. A path of them is followed when the revision's engine is given, so
/// that a name costs one look-up.
#[derive(Debug, Default)]
pub(crate) struct Moved {
    /// By the revision's own names: what they are now.
    now: HashMap<Name, SmolStr>,
    /// By what they are now: the revision's own.
    own: HashMap<Name, SmolStr>,
}

/// What a step makes of a name.
fn next(step: &[Claim], what: &str, owner: &str, name: &str) -> Option<SmolStr> {
    step.iter().find_map(|(of, new, old)| {
        if of != what || old != name {
            return None;
        }
        if owner.is_empty() {
            return Some(new.clone());
        }
        let new = new.strip_prefix(owner)?.strip_prefix('.')?;
        // `crm.lead` owns no field of `crm.lead.won`
        (what == "stage" || !new.contains('.')).then(|| new.into())
    })
}

impl Moved {
    /// `None`: all are called as they were. Steps are in their order; the names of one move at once.
    pub(super) fn new(ir: &Ir, steps: &[&[Claim]]) -> Option<Self> {
        let mut moved = Self::default();
        for trigger in &ir.triggers {
            moved.note("trigger", "", &trigger.name, steps);
            for action in &trigger.actions {
                if let ActionKind::Goal { name, .. } = &action.kind {
                    moved.note_goal(&trigger.name, name, steps);
                }
            }
        }
        for pipeline in &ir.pipelines {
            for stage in &pipeline.stages {
                moved.note("stage", &pipeline.name, &stage.name, steps);
            }
        }
        let entities = ir.entities.iter().map(|decl| (&decl.name, &decl.fields));
        let events = ir.events.iter().map(|decl| (&decl.name, &decl.fields));
        for (owner, fields) in entities.chain(events) {
            for field in fields {
                moved.note("field", owner, &field.name, steps);
            }
        }
        for decl in &ir.enums {
            for variant in &decl.variants {
                moved.note("variant", &decl.name, &variant.name, steps);
            }
        }
        (!moved.now.is_empty()).then_some(moved)
    }

    fn note(&mut self, what: &'static str, owner: &str, name: &SmolStr, steps: &[&[Claim]]) {
        let now = steps.iter().fold(name.clone(), |now, step| {
            next(step, what, owner, &now).unwrap_or(now)
        });
        self.add(what, (owner, name), (owner, now));
    }

    /// Goals stand under the flow as it is called in the same step.
    fn note_goal(&mut self, flow: &SmolStr, goal: &SmolStr, steps: &[&[Claim]]) {
        let (mut flow_now, mut now) = (flow.clone(), goal.clone());
        for step in steps {
            flow_now = next(step, "trigger", "", &flow_now).unwrap_or(flow_now);
            now = next(step, "goal", &flow_now, &now).unwrap_or(now);
        }
        self.add("goal", (flow, goal), (&flow_now, now));
    }

    fn add(&mut self, what: &'static str, own: (&str, &SmolStr), now: (&str, SmolStr)) {
        if *own.1 != now.1 {
            let name = (what, own.0.into(), own.1.clone());
            self.own
                .insert((what, now.0.into(), now.1.clone()), own.1.clone());
            self.now.insert(name, now.1);
        }
    }

    fn get(&self, what: &'static str, owner: &SmolStr, own: &SmolStr) -> SmolStr {
        let now = self.now.get(&(what, owner.clone(), own.clone()));
        now.unwrap_or(own).clone()
    }

    /// `None`: the revision has nothing of that name; what it calls so is called otherwise now.
    fn back(&self, what: &'static str, owner: &SmolStr, now: &SmolStr) -> Option<SmolStr> {
        let name = (what, owner.clone(), now.clone());
        match self.own.get(&name) {
            Some(own) => Some(own.clone()),
            None => (!self.now.contains_key(&name)).then(|| now.clone()),
        }
    }

    pub(crate) fn trigger(&self, own: &SmolStr) -> SmolStr {
        self.get("trigger", &SmolStr::default(), own)
    }

    /// A field of an entity or event.
    pub(crate) fn field(&self, owner: &SmolStr, own: &SmolStr) -> SmolStr {
        self.get("field", owner, own)
    }

    /// A kind of event as it is called now.
    pub(crate) fn kind(&self, kind: KindName) -> KindName {
        let field = |entity: &SmolStr, field: &SmolStr| self.field(entity, field);
        match kind {
            KindName::Changed(e, f) => KindName::Changed(e.clone(), field(&e, &f)),
            KindName::Gained(e, f) => KindName::Gained(e.clone(), field(&e, &f)),
            KindName::Lost(e, f) => KindName::Lost(e.clone(), field(&e, &f)),
            KindName::Due(e, f) => KindName::Due(e.clone(), field(&e, &f)),
            KindName::Started(flow) => KindName::Started(self.trigger(&flow)),
            KindName::GoalReached(flow, goal) => {
                KindName::GoalReached(self.trigger(&flow), self.get("goal", &flow, &goal))
            }
            KindName::GoalSkipped(flow, goal) => {
                KindName::GoalSkipped(self.trigger(&flow), self.get("goal", &flow, &goal))
            }
            other => other,
        }
    }

    /// A kind of event as the revision calls it. `None`: it has none such.
    pub(crate) fn own_kind(&self, kind: &KindName) -> Option<KindName> {
        let field = |entity: &SmolStr, field: &SmolStr| {
            let own = self.back("field", entity, field)?;
            Some((entity.clone(), own))
        };
        let goal = |flow: &SmolStr, goal: &SmolStr| {
            let own = self.back("goal", flow, goal)?;
            Some((self.back("trigger", &SmolStr::default(), flow)?, own))
        };
        Some(match kind {
            KindName::Changed(e, f) => field(e, f).map(|(e, f)| KindName::Changed(e, f))?,
            KindName::Gained(e, f) => field(e, f).map(|(e, f)| KindName::Gained(e, f))?,
            KindName::Lost(e, f) => field(e, f).map(|(e, f)| KindName::Lost(e, f))?,
            KindName::Due(e, f) => field(e, f).map(|(e, f)| KindName::Due(e, f))?,
            KindName::Started(flow) => {
                KindName::Started(self.back("trigger", &SmolStr::default(), flow)?)
            }
            KindName::GoalReached(f, g) => goal(f, g).map(|(f, g)| KindName::GoalReached(f, g))?,
            KindName::GoalSkipped(f, g) => goal(f, g).map(|(f, g)| KindName::GoalSkipped(f, g))?,
            other => other.clone(),
        })
    }

    /// A value of the revision, with the names that stages and variants have now. Variants are of an enum that only the
    /// type tells.
    pub(crate) fn value(&self, ir: &Ir, ty: Option<&Type>, value: &Value) -> Value {
        walk(ir, ty, value, &|what, owner, own| {
            Some(self.get(what, owner, own))
        })
    }

    /// A stored value with the names that the revision has for it; what it has no name for is `empty`.
    pub(crate) fn own_value(&self, ir: &Ir, ty: &Type, value: &Value) -> Value {
        walk(ir, Some(ty), value, &|what, owner, now| {
            self.back(what, owner, now)
        })
    }

    /// A place in an event of a kind of the revision, with the names that fields have now.
    pub(crate) fn place(&self, ir: &Ir, kind: &trig_ir::EventKind, place: &Place) -> Place {
        use trig_ir::EventKind;
        let mut fields = match kind {
            EventKind::Event(id) => ir.events.get(id.index()).map(|e| (&e.name, &e.fields)),
            _ => None,
        };
        let record = match kind {
            EventKind::Created(entity)
            | EventKind::Deleted(entity)
            | EventKind::Moved(entity)
            | EventKind::Entered(entity)
            | EventKind::Changed(entity, _)
            | EventKind::Gained(entity, _)
            | EventKind::Lost(entity, _)
            | EventKind::Due(entity, _) => Some(*entity),
            _ => None,
        };
        let mut path = Vec::with_capacity(place.path.len());
        for name in &place.path {
            let entity = match fields {
                Some((owner, decls)) => {
                    path.push(self.field(owner, name));
                    let decl = decls.iter().find(|field| field.name == *name);
                    decl.and_then(|decl| match decl.ty {
                        Type::Entity(id) => Some(id),
                        _ => None,
                    })
                }
                None => {
                    path.push(name.clone());
                    record.filter(|_| name == "record" && path.len() == 1)
                }
            };
            let entity = entity.and_then(|id| ir.entities.get(id.index()));
            fields = entity.map(|entity| (&entity.name, &entity.fields));
        }
        Place {
            root: place.root,
            path,
        }
    }
}

/// A value with other names.
fn walk(
    ir: &Ir,
    ty: Option<&Type>,
    value: &Value,
    name: &dyn Fn(&'static str, &SmolStr, &SmolStr) -> Option<SmolStr>,
) -> Value {
    let element = ty.and_then(Type::element);
    let each = |item: &Value| walk(ir, element, item, name);
    match value {
        Value::Stage(stage) => match name("stage", &stage.pipeline, &stage.stage) {
            Some(moved) => Value::Stage(StageName {
                pipeline: stage.pipeline.clone(),
                stage: moved,
            }),
            None => Value::Empty,
        },
        Value::Variant(variant) => {
            let decl = match ty {
                Some(Type::Enum(id)) => ir.enums.get(id.index()),
                _ => None,
            };
            let Some(decl) = decl else {
                return value.clone();
            };
            name("variant", &decl.name, variant).map_or(Value::Empty, Value::Variant)
        }
        Value::List(items) => {
            Value::List(items.iter().map(each).filter(|v| !v.is_empty()).collect())
        }
        Value::Set(items) => Value::Set(items.iter().map(each).filter(|v| !v.is_empty()).collect()),
        other => other.clone(),
    }
}
