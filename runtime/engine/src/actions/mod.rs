//! The body of a firing: worked out on a draft, so that a field that is not known leaves nothing behind.

mod call;
mod create;
mod ctx;
mod emit;
mod move_to;
mod set;
mod start;
mod when;

pub(crate) use set::{combined, typed};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value as Json};
use smol_str::SmolStr;
use trig_ir::{
    ActionKind, EachSource, EntityId, EventKind, ForEach, Loc, RecordKey, Timestamp, Value,
};

use crate::decode::stored_as;
use crate::derive::FieldChange;
use crate::eval::{Records, Scope, Unknown, elements};
use crate::fire::Firing;
use crate::json::native;
use crate::key;
use crate::matching::{holds_with, not_known};
use crate::pending::{Awaited, awaited};
use crate::program::{Line, Op, Program};
use crate::state::{Fields, Layers, Record};
use crate::{Audit, EffectKind, Engine, Why};
use ctx::Ctx;

/// What a body does, in order.
pub(crate) enum Step {
    Audit(Audit),
    Effect(Decided),
    Change(Box<Changed>),
    Emit(EventKind, Fields),
    /// Ends a flow for the subject: its name, and the number of the action.
    Stop(SmolStr, u32),
}

/// What a body has done, up to where it waits or ends.
pub(crate) struct Ran {
    pub(crate) steps: Vec<Step>,
    /// `None`: it has ended.
    pub(crate) pause: Option<Pause>,
}

/// Where a body waits.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pause {
    /// For a time.
    For { line: usize, until: Timestamp },
    /// Until what that line says holds.
    Until { line: usize },
}

/// Where a body begins, or goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Begin {
    Line(usize),
    /// Behind the goal of that line, which was reached.
    Goal(usize),
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
    Create {
        entity: SmolStr,
        connector: SmolStr,
        fields: Map<String, Json>,
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

    fn gone(&self, key: &RecordKey) -> bool {
        self.base.gone(key) && !self.records.contains_key(key)
    }
}

/// So many steps a body may take in one run: lines, and elements of a `for each`.
const MOST_STEPS: u32 = 10_000;

/// Why a body leaves nothing of a run behind.
pub(crate) enum Failed {
    /// A field that was needed is not known.
    Unknown(Unknown, Loc),
    /// It has more steps than a body may take.
    TooLong(Loc),
}

impl Failed {
    pub(crate) fn why(&self) -> Why {
        match self {
            Self::Unknown(unknown, loc) => not_known(unknown, *loc),
            Self::TooLong(loc) => Why::TooLong {
                most: MOST_STEPS,
                loc: *loc,
            },
        }
    }

    fn at(loc: Loc) -> impl Fn(Unknown) -> Self {
        move |unknown| Self::Unknown(unknown, loc)
    }
}

/// A body that is being worked out.
struct Body<'a, 'f> {
    draft: Draft<'a>,
    scope: Scope<'a>,
    firing: &'a Firing<'f>,
    identity: &'a str,
    /// The steps that it may still take.
    left: u32,
}

/// Works out a body, up to where it waits or ends.
pub(crate) fn run<'a>(
    base: &'a Layers<'a>,
    scope: Scope<'a>,
    firing: &'a Firing<'_>,
    identity: &'a str,
    begin: Begin,
) -> Result<Ran, Failed> {
    let mut body = Body {
        draft: Draft {
            base,
            records: BTreeMap::new(),
            steps: Vec::new(),
        },
        scope,
        firing,
        identity,
        left: MOST_STEPS,
    };
    let Some(program) = scope.engine.index().program(firing.id) else {
        return Ok(Ran {
            steps: Vec::new(),
            pause: None,
        });
    };
    let at = match begin {
        Begin::Line(at) => at,
        Begin::Goal(at) => {
            body.goal(program, at, true);
            at.saturating_add(1)
        }
    };
    let pause = body.run(program, at, &mut Vec::new(), false)?;
    Ok(Ran {
        steps: body.draft.steps,
        pause,
    })
}

impl Body<'_, '_> {
    /// Runs the lines from one on. In a `for each` nothing waits, and nothing ends the body.
    fn run(
        &mut self,
        program: &Program,
        from: usize,
        bound: &mut Vec<(u32, Value)>,
        nested: bool,
    ) -> Result<Option<Pause>, Failed> {
        let mut at = from;
        while let Some(line) = program.line(at) {
            let here = at;
            at += 1;
            self.step(line.loc)?;
            match &line.op {
                Op::Act(ActionKind::Stop { flow: None }) if !nested => {
                    self.acted(line.step, "stopped here".to_owned(), None);
                    return Ok(None);
                }
                Op::Act(ActionKind::Stop { flow: Some(flow) }) => {
                    self.draft.steps.push(Step::Stop(flow.clone(), line.step));
                    if !nested && *flow == self.firing.trigger.name {
                        return Ok(None);
                    }
                }
                Op::Act(kind) => {
                    let done = perform(self.ctx(bound), kind);
                    let done = done.map_err(Failed::at(line.loc))?;
                    self.take(line.step, bound, done);
                }
                Op::Test { test, otherwise } => {
                    let holds = self.ctx(bound).eval().test(test);
                    if !holds.map_err(Failed::at(line.loc))? {
                        at = *otherwise;
                    }
                }
                Op::Jump(to) => at = *to,
                Op::Each { each, slot, body } => self.each(line, each, *slot, body, bound)?,
                Op::Wait(_) | Op::Until(_) | Op::Goal { .. } if nested => {
                    let reason = "nothing waits in a `for each`".to_owned();
                    self.take(line.step, bound, Done::NoOp(reason));
                }
                Op::Wait(duration) => {
                    let value = self.ctx(bound).eval().value(duration);
                    let value = value.map_err(Failed::at(line.loc))?.value;
                    if let Value::Duration(duration) = value.as_ref()
                        && duration.0 > 0
                    {
                        let until = self.scope.now.plus(*duration);
                        return Ok(Some(Pause::For { line: here, until }));
                    }
                }
                Op::Until(until) => {
                    if !matches!(awaited(self.ctx(bound).scope, &until.test), Awaited::Held) {
                        return Ok(Some(Pause::Until { line: here }));
                    }
                }
                Op::Goal { .. } => self.goal(program, here, false),
            }
        }
        Ok(None)
    }

    fn step(&mut self, loc: Loc) -> Result<(), Failed> {
        self.left = self.left.checked_sub(1).ok_or(Failed::TooLong(loc))?;
        Ok(())
    }

    fn ctx<'s>(&'s self, bound: &'s [(u32, Value)]) -> Ctx<'s> {
        Ctx {
            scope: Scope {
                records: &self.draft,
                ..self.scope
            },
            bound,
        }
    }

    /// Runs a body for each element, in the order of ids.
    fn each(
        &mut self,
        line: &Line,
        each: &ForEach,
        slot: u32,
        body: &Program,
        bound: &mut Vec<(u32, Value)>,
    ) -> Result<(), Failed> {
        let EachSource::Of(place) = &each.source else {
            let reason = "there is nothing to go through".to_owned();
            self.take(line.step, bound, Done::NoOp(reason));
            return Ok(());
        };
        let mut all = BTreeSet::new();
        {
            let ctx = self.ctx(bound);
            let source = ctx.eval().load(place);
            let source = source.map_err(Failed::at(line.loc))?;
            all.extend(elements(&source).filter_map(|element| match element {
                Value::Record(key) => Some(key.clone()),
                _ => None,
            }));
        }
        for element in all {
            self.step(line.loc)?;
            bound.push((slot, Value::Record(element)));
            let passes = match &each.filter {
                None => Ok(true),
                Some(guard) => {
                    let ctx = self.ctx(bound);
                    holds_with(ctx.eval(), guard).map_err(Failed::at(guard.loc))
                }
            };
            let ran = match passes {
                Ok(true) => self.run(body, 0, bound, true).map(|_| ()),
                Ok(false) => Ok(()),
                Err(failed) => Err(failed),
            };
            bound.pop();
            ran?;
        }
        Ok(())
    }

    /// A goal was reached, or the body came to it by itself.
    fn goal(&mut self, program: &Program, at: usize, reached: bool) {
        let Some(line) = program.line(at) else {
            return;
        };
        let Op::Goal { name, .. } = &line.op else {
            return;
        };
        let flow = self.firing.trigger.name.clone();
        let (text, kind) = if reached {
            let kind = EventKind::GoalReached(flow, name.clone());
            (format!("reached goal {name}"), kind)
        } else {
            let kind = EventKind::GoalSkipped(flow, name.clone());
            (format!("skipped goal {name}"), kind)
        };
        let mut fields = Fields::default();
        if let Some(subject) = &self.firing.key.subject {
            let subject = Value::Record(subject.clone());
            fields.set(SmolStr::new_static("record"), subject);
        }
        self.acted(line.step, text, None);
        self.draft.steps.push(Step::Emit(kind, fields));
    }

    fn acted(&mut self, step: u32, text: String, effect: Option<SmolStr>) {
        self.draft.steps.push(Step::Audit(Audit::Acted {
            trigger: self.firing.key.trigger.clone(),
            step,
            text,
            effect,
        }));
    }
}

fn perform(ctx: Ctx<'_>, kind: &ActionKind) -> Result<Done, Unknown> {
    match kind {
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
            move_to::perform(ctx, record, to, allowed, as_user.as_ref())
        }
        ActionKind::Set {
            record,
            field,
            op,
            value,
        } => set::perform(ctx, record, field, *op, value),
        ActionKind::Emit { event, args } => emit::perform(ctx, *event, args),
        ActionKind::Call { action, args } => call::perform(ctx, *action, args),
        ActionKind::Create { entity, args } => create::perform(ctx, *entity, args),
        ActionKind::Start { flow, subject } => start::perform(ctx, flow, subject.as_ref()),
        // these have lines of their own, or stand where they may not
        ActionKind::Stop { .. }
        | ActionKind::Wait(_)
        | ActionKind::WaitUntil(_)
        | ActionKind::If { .. }
        | ActionKind::ForEach { .. }
        | ActionKind::Goal { .. } => Ok(Done::NoOp("nothing ends in a `for each`".to_owned())),
    }
}

impl Body<'_, '_> {
    fn take(&mut self, step: u32, bound: &[(u32, Value)], done: Done) {
        let engine: &Engine = self.scope.engine;
        match done {
            Done::NoOp(reason) => self.draft.steps.push(Step::Audit(Audit::NoOp {
                trigger: self.firing.key.trigger.clone(),
                step,
                reason,
            })),
            Done::Emit { kind, fields, text } => {
                self.acted(step, text, None);
                self.draft.steps.push(Step::Emit(kind, fields));
            }
            Done::Call { action, args, text } => {
                let key = key::effect(self.identity, step, bound);
                self.acted(step, text, Some(key.clone()));
                self.draft.steps.push(Step::Effect(Decided {
                    key,
                    subject: self.firing.key.subject.clone(),
                    what: EffectKind::Call { action, args },
                }));
            }
            Done::Create {
                entity,
                connector,
                fields,
                text,
            } => {
                let key = key::effect(self.identity, step, bound);
                self.acted(step, text, Some(key.clone()));
                self.draft.steps.push(Step::Effect(Decided {
                    key,
                    subject: self.firing.key.subject.clone(),
                    what: EffectKind::Create {
                        entity,
                        connector,
                        fields,
                    },
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
                let key = key::effect(self.identity, step, bound);
                self.acted(step, text, Some(key.clone()));
                let mut fields = Map::new();
                fields.insert(stored.to_string(), native(engine, &decl.ty, &to));
                self.draft.steps.push(Step::Effect(Decided {
                    key,
                    subject: Some(record.clone()),
                    what: EffectKind::Write {
                        record: record.clone(),
                        fields,
                        as_user,
                    },
                }));
                let before = self.draft.record(&record).cloned();
                let mut after = before.as_deref().cloned().unwrap_or(Record {
                    local: true,
                    ..Record::default()
                });
                let now = engine.index().name_now(&record.entity, &decl.name);
                if *stored != now {
                    after.fields.remove(&now);
                }
                let ty = Some(&decl.ty);
                let from = from.map(|from| stored_as(engine, ty, from));
                let to = stored_as(engine, ty, to);
                after.fields.set(stored.clone(), to.clone());
                after.tell(stored);
                let after = Arc::new(after);
                self.draft
                    .records
                    .insert(record.clone(), Arc::clone(&after));
                self.draft.steps.push(Step::Change(Box::new(Changed {
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
