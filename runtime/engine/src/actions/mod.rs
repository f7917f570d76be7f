//! The body of a firing: worked out on a draft, so that a field that is not known leaves nothing behind.

mod call;
mod emit;
mod move_to;
mod set;
mod when;

pub(crate) use set::{combined, typed};

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};
use smol_str::SmolStr;
use trig_ir::{Action, ActionKind, EntityId, EventKind, Loc, RecordKey, Value};

use crate::derive::FieldChange;
use crate::eval::{Records, Scope, Unknown};
use crate::fire::Firing;
use crate::json::native;
use crate::key;
use crate::state::{Fields, Layers, Record};
use crate::{Audit, EffectKind, Engine};

/// What a body does, in order.
pub(crate) enum Step {
    Audit(Audit),
    Effect(Decided),
    Change(Box<Changed>),
    Emit(EventKind, Fields),
}

/// An effect.
pub(crate) struct Decided {
    pub(crate) key: SmolStr,
    pub(crate) subject: Option<RecordKey>,
    pub(crate) what: EffectKind,
}

/// A record that gets a new version. The effect that carries it out stands before it.
pub(crate) struct Changed {
    pub(crate) record: RecordKey,
    pub(crate) entity: EntityId,
    pub(crate) stored: SmolStr,
    pub(crate) value: Value,
    pub(crate) change: FieldChange,
    pub(crate) before: Option<Arc<Record>>,
    pub(crate) after: Arc<Record>,
}

/// What an action comes to.
enum Done {
    /// Nothing, and why.
    NoOp(String),
    /// A field of a record gets another value.
    Write {
        record: RecordKey,
        entity: EntityId,
        field: usize,
        /// `None`: not known.
        from: Option<Value>,
        to: Value,
        as_user: Option<SmolStr>,
        text: String,
    },
    Emit {
        kind: EventKind,
        fields: Fields,
        text: String,
    },
    Call {
        action: SmolStr,
        args: Map<String, Json>,
        text: String,
    },
}

/// The records as the actions before have left them.
struct Draft<'a> {
    base: &'a Layers<'a>,
    records: BTreeMap<RecordKey, Arc<Record>>,
    steps: Vec<Step>,
}

impl Records for Draft<'_> {
    fn record(&self, key: &RecordKey) -> Option<&Arc<Record>> {
        self.records.get(key).or_else(|| self.base.record(key))
    }
}

/// Works out a body.
pub(crate) fn run(
    base: &Layers<'_>,
    scope: Scope<'_>,
    firing: &Firing<'_>,
    identity: &str,
) -> Result<Vec<Step>, (Unknown, Loc)> {
    let mut draft = Draft {
        base,
        records: BTreeMap::new(),
        steps: Vec::new(),
    };
    for (action, step) in firing.trigger.actions.iter().zip(0u32..) {
        let done = {
            let scope = Scope {
                records: &draft,
                ..scope
            };
            perform(scope, action).map_err(|unknown| (unknown, action.loc))?
        };
        draft.take(scope.engine, firing, identity, step, done);
    }
    Ok(draft.steps)
}

fn perform(scope: Scope<'_>, action: &Action) -> Result<Done, Unknown> {
    match &action.kind {
        ActionKind::Move {
            record,
            to,
            backwards,
            across,
            as_user,
        } => {
            let allowed = move_to::Allowed {
                backwards: *backwards,
                across: *across,
            };
            move_to::perform(scope, record, to, allowed, as_user.as_ref())
        }
        ActionKind::Set {
            record,
            field,
            op,
            value,
        } => set::perform(scope, record, field, *op, value),
        ActionKind::Emit { event, args } => emit::perform(scope, *event, args),
        ActionKind::Call { action, args } => call::perform(scope, *action, args),
        ActionKind::Create { .. }
        | ActionKind::Start { .. }
        | ActionKind::Stop { .. }
        | ActionKind::Wait(_)
        | ActionKind::WaitUntil(_)
        | ActionKind::If { .. }
        | ActionKind::ForEach { .. }
        | ActionKind::Goal { .. } => Ok(Done::NoOp("not carried out yet".to_owned())),
    }
}

impl Draft<'_> {
    fn take(
        &mut self,
        engine: &Engine,
        firing: &Firing<'_>,
        identity: &str,
        step: u32,
        done: Done,
    ) {
        let trigger = firing.trigger.name.clone();
        let acted = |steps: &mut Vec<Step>, text: String, effect: Option<SmolStr>| {
            steps.push(Step::Audit(Audit::Acted {
                trigger: trigger.clone(),
                step,
                text,
                effect,
            }));
        };
        match done {
            Done::NoOp(reason) => self.steps.push(Step::Audit(Audit::NoOp {
                trigger: trigger.clone(),
                step,
                reason,
            })),
            Done::Emit { kind, fields, text } => {
                acted(&mut self.steps, text, None);
                self.steps.push(Step::Emit(kind, fields));
            }
            Done::Call { action, args, text } => {
                let key = key::effect(identity, step);
                acted(&mut self.steps, text, Some(key.clone()));
                self.steps.push(Step::Effect(Decided {
                    key,
                    subject: firing.key.subject.clone(),
                    what: EffectKind::Call { action, args },
                }));
            }
            Done::Write {
                record,
                entity,
                field,
                from,
                to,
                as_user,
                text,
            } => {
                let Some(stored) = engine.index().stored_name(entity, field) else {
                    return;
                };
                let decl = engine.ir().entities.get(entity.index());
                let Some(decl) = decl.and_then(|decl| decl.fields.get(field)) else {
                    return;
                };
                let key = key::effect(identity, step);
                acted(&mut self.steps, text, Some(key.clone()));
                let mut fields = Map::new();
                fields.insert(stored.to_string(), native(engine, &decl.ty, &to));
                self.steps.push(Step::Effect(Decided {
                    key,
                    subject: Some(record.clone()),
                    what: EffectKind::Write {
                        record: record.clone(),
                        fields,
                        as_user,
                    },
                }));
                let before = self.record(&record).cloned();
                let mut after = before.as_deref().cloned().unwrap_or(Record {
                    local: true,
                    ..Record::default()
                });
                if *stored != decl.name {
                    after.fields.remove(&decl.name);
                }
                after.fields.set(stored.clone(), to.clone());
                let after = Arc::new(after);
                self.records.insert(record.clone(), Arc::clone(&after));
                self.steps.push(Step::Change(Box::new(Changed {
                    record,
                    entity,
                    stored: stored.clone(),
                    value: to.clone(),
                    change: FieldChange {
                        field,
                        from,
                        to: Some(to),
                    },
                    before,
                    after,
                })));
            }
        }
    }
}
