//! Bodies: a body is written out as a list of steps, and a firing remembers the step at which it goes on.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use trig_ir::*;

use super::{Firing, Naive, Phase, Sent, Written};
use crate::eval::{Touched, Unknown, elements};
use crate::model::{Event, Fields, to_json};

enum Step<'a> {
    Do(&'a Action),
    /// Where the condition does not hold.
    JumpUnless(&'a Expr, usize),
    Jump(usize),
}

fn steps(actions: &[Action]) -> Vec<Step<'_>> {
    let mut all = Vec::new();
    write_out(actions, &mut all);
    all
}

fn write_out<'a>(actions: &'a [Action], all: &mut Vec<Step<'a>>) {
    for action in actions {
        let ActionKind::If {
            test,
            then,
            otherwise,
            ..
        } = &action.kind
        else {
            all.push(Step::Do(action));
            continue;
        };
        let head = all.len();
        all.push(Step::Jump(0));
        write_out(then, all);
        let middle = all.len();
        all.push(Step::Jump(0));
        write_out(otherwise, all);
        all[head] = Step::JumpUnless(test, middle + 1);
        all[middle] = Step::Jump(all.len());
    }
}

/// The `wait until` at which a body waits that goes on at a step.
pub(super) fn wait_until_before(trigger: &Trigger, step: usize) -> Option<&Until> {
    match steps(&trigger.actions).get(step.checked_sub(1)?)? {
        Step::Do(action) => match &action.kind {
            ActionKind::WaitUntil(until) => Some(until),
            _ => None,
        },
        _ => None,
    }
}

impl Naive {
    /// Runs the body from a step on, to its end or to where it waits.
    pub(super) fn run(&mut self, mut firing: Firing, from: usize) {
        let (ir, at) = self.trigger(&firing.trigger);
        let trigger = &ir.triggers[at];
        let steps = steps(&trigger.actions);
        let mut at = from;
        while let Some(step) = steps.get(at) {
            at += 1;
            match step {
                Step::Jump(to) => at = *to,
                Step::JumpUnless(test, to) => {
                    let (held, _) = self.test(&firing, &Test::Expr((*test).clone()), None);
                    self.histogram.note("if", held == Ok(true));
                    if held != Ok(true) {
                        at = *to;
                    }
                }
                Step::Do(action) => match &action.kind {
                    ActionKind::Stop { flow: None } => return,
                    ActionKind::Wait(duration) => {
                        let duration = self.expr(&firing, duration, &BTreeMap::new());
                        let waits = matches!(duration, Value::Duration(d) if d.0 > 0);
                        self.histogram.note("wait", !waits);
                        if let Value::Duration(duration) = duration
                            && waits
                        {
                            firing.phase = Phase::Body(at);
                            firing.due = Some(self.now.plus(duration));
                            return self.pause(trigger, firing);
                        }
                    }
                    ActionKind::WaitUntil(until) => {
                        let (held, _) = self.test(&firing, &until.test.test, None);
                        self.histogram.note("wait until", held == Ok(true));
                        if held != Ok(true) {
                            let deadline = until.within.map(|w| self.now.plus(w.duration));
                            firing.phase = Phase::BodyUntil(at, deadline);
                            firing.due = self.look_again(&until.test.test, deadline);
                            return self.pause(trigger, firing);
                        }
                    }
                    ActionKind::Goal { name, .. } => {
                        self.histogram.note("goal", false);
                        self.tell_goal(&firing, name, false);
                    }
                    _ => self.act(&firing, action, &BTreeMap::new()),
                },
            }
        }
    }

    pub(super) fn tell_goal(&mut self, firing: &Firing, name: &SmolStr, reached: bool) {
        let names = (firing.trigger.clone(), name.clone());
        let kind = match reached {
            true => EventKind::GoalReached(names.0, names.1),
            false => EventKind::GoalSkipped(names.0, names.1),
        };
        self.raise(firing, kind, Fields::new(), firing.subject.clone());
    }

    fn raise(&mut self, by: &Firing, kind: EventKind, fields: Fields, of: Option<RecordKey>) {
        let mut event = Event::new(kind, ActorKind::Automation, by.event.depth + 1);
        event.fields = fields;
        if let Some(record) = of {
            event = event.with("record", Value::Record(record));
        }
        self.queue.push_back(event);
    }

    /// The body waits; not for long, where a goal behind holds already.
    fn pause(&mut self, trigger: &Trigger, mut firing: Firing) {
        if let Some((step, goal)) = self.goal_holds(trigger, &firing, None, None) {
            firing.phase = Phase::Going(step, Some(goal));
            firing.due = Some(self.now);
        }
        self.wait(firing);
    }

    /// The step behind a goal that holds, of those before which the body waits; where a record has changed, of those
    /// that read it.
    pub(super) fn goal_holds(
        &mut self,
        trigger: &Trigger,
        firing: &Firing,
        changed: Option<&RecordKey>,
        version: Option<&Event>,
    ) -> Option<(usize, SmolStr)> {
        self.goal(trigger, firing, &|naive, reached| match reached {
            Reached::On(_) => false,
            Reached::When(guard) => {
                let (held, touched) = naive.test(firing, &guard.test, version);
                held == Ok(true) && changed.is_none_or(|key| reads(&touched, key))
            }
        })
    }

    /// The step behind a goal that an event reaches.
    pub(super) fn goal_reached(
        &mut self,
        trigger: &Trigger,
        firing: &Firing,
        event: &Event,
    ) -> Option<(usize, SmolStr)> {
        self.goal(trigger, firing, &|naive, reached| match reached {
            Reached::On(cancel) => naive.belongs(cancel, firing, event),
            Reached::When(_) => false,
        })
    }

    fn goal(
        &mut self,
        trigger: &Trigger,
        firing: &Firing,
        is_reached: &dyn Fn(&Self, &Reached) -> bool,
    ) -> Option<(usize, SmolStr)> {
        let (Phase::Body(from) | Phase::BodyUntil(from, _)) = firing.phase else {
            return None;
        };
        for (at, step) in steps(&trigger.actions).iter().enumerate().skip(from) {
            let Step::Do(action) = step else { continue };
            let ActionKind::Goal { name, reached, .. } = &action.kind else {
                continue;
            };
            if is_reached(self, reached) {
                self.histogram.note("goal", true);
                return Some((at + 1, name.clone()));
            }
        }
        None
    }

    pub(super) fn expr(
        &self,
        firing: &Firing,
        expr: &Expr,
        binders: &BTreeMap<u32, Value>,
    ) -> Value {
        let touched = RefCell::new(Default::default());
        let mut scope = self.scope(firing, None, &touched);
        scope.binders = binders.clone();
        scope.value(expr).unwrap_or(Value::Empty)
    }

    pub(super) fn record_at(
        &self,
        firing: &Firing,
        place: &Place,
        binders: &BTreeMap<u32, Value>,
    ) -> Option<RecordKey> {
        match self.expr(firing, &Expr::Load(place.clone()), binders) {
            Value::Record(key) => Some(key),
            _ => None,
        }
    }

    fn values(
        &self,
        firing: &Firing,
        args: &[(SmolStr, Expr)],
        binders: &BTreeMap<u32, Value>,
    ) -> Fields {
        args.iter()
            .map(|(name, expr)| (name.clone(), self.expr(firing, expr, binders)))
            .collect()
    }

    fn act(&mut self, firing: &Firing, action: &Action, binders: &BTreeMap<u32, Value>) {
        match &action.kind {
            ActionKind::Move {
                record,
                to,
                backwards,
                across,
                ..
            } => {
                let record = self.record_at(firing, record, binders);
                let moved =
                    record.is_some_and(|key| self.move_to(firing, &key, to, *backwards, *across));
                self.done("move", firing, moved);
            }
            ActionKind::Set {
                record,
                field,
                op,
                value,
            } => {
                let record = self.record_at(firing, record, binders);
                let written =
                    record.is_some_and(|key| self.set(firing, &key, field, *op, value, binders));
                self.done("set", firing, written);
            }
            ActionKind::Emit { event, args } => {
                let fields = self.values(firing, args, binders);
                self.raise(firing, EventKind::Event(*event), fields, None);
            }
            ActionKind::Call { action, args } => {
                let ir = self.ir.clone();
                let declared = &ir.actions[action.index()];
                let fields = self.values(firing, args, binders);
                if let Some(when) = &declared.when {
                    let touched = RefCell::new(Default::default());
                    let mut scope = self.scope(firing, None, &touched);
                    scope.arguments = Some(&fields);
                    let held = scope.holds(when) == Ok(true);
                    self.done("call", firing, held);
                    if !held {
                        return;
                    }
                }
                let name = &declared.name;
                self.effect(format!("call {name} {}", Json::Object(json_of(&fields))));
            }
            ActionKind::Create { entity, args } => {
                let name = self.ir.entities[entity.index()].name.clone();
                let fields = self.values(firing, args, binders);
                let fields = Json::Object(json_of(&fields));
                self.effect(format!("create {name} in {} {fields}", Self::connector()));
            }
            ActionKind::Start { flow, subject } => {
                let record = subject
                    .as_ref()
                    .map(|place| self.record_at(firing, place, binders));
                match record {
                    Some(None) => self.done("start", firing, false),
                    record => {
                        self.done("start", firing, true);
                        let kind = EventKind::Started(flow.clone());
                        self.raise(firing, kind, Fields::new(), record.flatten());
                    }
                }
            }
            ActionKind::Stop { flow: Some(flow) } => self.stop_flow(firing, flow),
            ActionKind::ForEach { each, slot, body } => {
                let EachSource::Of(place) = &each.source else {
                    unreachable!("actions go over collections only");
                };
                let all = self.expr(firing, &Expr::Load(place.clone()), binders);
                let mut members = elements(&all);
                members.sort();
                members.dedup();
                for member in members {
                    let mut inner = binders.clone();
                    inner.insert(*slot, member);
                    if let Some(guard) = &each.filter
                        && let Test::Expr(filter) = &guard.test
                    {
                        let held = self.expr(firing, filter, &inner) == Value::Bool(true);
                        self.histogram.note("for each where", held);
                        if !held {
                            continue;
                        }
                    }
                    for action in body {
                        self.act(firing, action, &inner);
                    }
                }
            }
            other => unreachable!("no single action: {other:?}"),
        }
    }

    fn stop_flow(&mut self, firing: &Firing, flow: &SmolStr) {
        let ends: Vec<Firing> = self
            .firings
            .iter()
            .filter(|f| f.trigger == *flow && f.subject == firing.subject)
            .cloned()
            .collect();
        self.done("stop", firing, !ends.is_empty());
        for other in ends {
            self.take(other.number);
            self.stop(&other, "stopped");
        }
    }

    fn done(&mut self, what: &'static str, firing: &Firing, done: bool) {
        self.histogram.note(what, done);
        if !done {
            self.seen.no_ops.push(firing.trigger.clone());
        }
    }

    fn effect(&mut self, text: String) {
        self.send(text, None);
    }

    fn send(&mut self, text: String, written: Option<Written>) {
        self.sent.push(Sent {
            key: SmolStr::default(),
            written,
            ended: None,
        });
        self.seen.effects.push(text);
    }

    pub(super) fn write(&mut self, written: Written) {
        let fields = json!({ written.field.as_str(): to_json(&written.to) });
        self.send(format!("write {} {fields}", written.record), Some(written));
    }

    /// A value, and whether it is a failed computation.
    pub(super) fn computed(
        &self,
        firing: &Firing,
        expr: &Expr,
        binders: &BTreeMap<u32, Value>,
    ) -> Result<Value, Unknown> {
        let value = self.expr(firing, expr, binders);
        match expr {
            Expr::Arith(..) if value.is_empty() => Err(Unknown),
            _ => Ok(value),
        }
    }
}

/// Whether something of a record was read.
pub(super) fn reads(touched: &Touched, key: &RecordKey) -> bool {
    touched.iter().any(|(read, _)| read == key)
}

fn json_of(fields: &Fields) -> Map<String, Json> {
    fields
        .iter()
        .map(|(name, value)| (name.to_string(), to_json(value)))
        .collect()
}
