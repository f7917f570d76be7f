//! What events do to what waits: `unless`, `while`, `until`, goals; and what time does to it.

use std::cell::RefCell;

use trig_ir::*;

use super::body::reads;
use super::life::delay;
use super::{Firing, Naive, Phase};
use crate::calendar;
use crate::model::Event;

impl Naive {
    /// Ends what this event cancels, in the order in which it was armed.
    pub(super) fn cancel(&mut self, event: &Event) {
        for firing in self.firings.clone() {
            let (ir, at) = self.trigger(&firing.trigger);
            let trigger = &ir.triggers[at];
            let cancels = self.cancels_of(trigger, &firing);
            if cancels.iter().any(|c| self.belongs(c, &firing, event)) {
                self.histogram.note("unless", false);
                self.take(firing.number);
                self.stop(&firing, "unless");
            }
        }
    }

    /// `while`: the first version of a record with which it does not hold cancels.
    fn still_holds(&mut self, firing: &Firing, key: &RecordKey, version: Option<&Event>) {
        let (ir, at) = self.trigger(&firing.trigger);
        let trigger = &ir.triggers[at];
        let holds = match firing.phase {
            Phase::Debounce(_) => trigger.debounce.as_ref().and_then(|d| d.holds.as_ref()),
            Phase::After | Phase::Queue(_) => delay(trigger, firing).and_then(|a| a.holds.as_ref()),
            _ => None,
        };
        if let Some(guard) = holds {
            let (held, touched) = self.test(firing, &guard.test, version);
            if reads(&touched, key) && held != Ok(true) {
                self.histogram.note("while", false);
                self.take(firing.number);
                let why = if held.is_err() { "unknown" } else { "while" };
                self.stop(firing, why);
            }
        }
    }

    /// A record was reported: what waits looks at it before anything answers what is derived from it.
    pub(super) fn reported(&mut self, key: &RecordKey) {
        for firing in self.firings.clone() {
            self.still_holds(&firing, key, None);
        }
        self.wake_for(key, None);
    }

    /// What waits looks at the version that this event tells of, if that is newer than its waiting.
    pub(super) fn look_at(&mut self, event: &Event) {
        let Some((key, _)) = &event.changed else {
            return;
        };
        for firing in self.firings.clone() {
            if firing.versions < event.version {
                self.still_holds(&firing, key, Some(event));
            }
        }
        self.wake_for(key, Some(event));
    }

    /// Whether an event is one of those, and belongs to the firing.
    pub(super) fn belongs(&self, cancel: &Cancel, firing: &Firing, event: &Event) -> bool {
        if cancel.pattern.event != event.kind || event.given {
            return false;
        }
        if !cancel.by.is_empty() && !cancel.by.contains(&event.by) {
            return false;
        }
        let touched = RefCell::new(Default::default());
        let mut scope = self.scope(firing, Some(event), &touched);
        scope.candidate = Some(event);
        if let Some(filter) = &cancel.pattern.filter
            && scope.holds(filter) != Ok(true)
        {
            return false;
        }
        if let Some(place) = &cancel.subject
            && scope.load(place).ok() != firing.subject.clone().map(Value::Record)
        {
            return false;
        }
        let pairs = cancel.finer.get(firing.start);
        pairs.into_iter().flatten().all(|(mine, theirs)| {
            let (mine, theirs) = (scope.load(mine), scope.load(theirs));
            mine == theirs
        })
    }

    /// Notes what this event lets go on.
    pub(super) fn wake(&mut self, event: &Event) {
        for mut firing in self.firings.clone() {
            let (ir, at) = self.trigger(&firing.trigger);
            if let Some((step, goal)) = self.goal_reached(&ir.triggers[at], &firing, event) {
                firing.phase = Phase::Going(step, Some(goal));
                self.soon(firing);
            }
        }
    }

    /// A record has changed. What waits only for that goes on when all that the change causes has happened; what waits
    /// for a time then, begins to do so at once.
    fn wake_for(&mut self, key: &RecordKey, version: Option<&Event>) {
        for mut firing in self.firings.clone() {
            if version.is_some_and(|event| event.version <= firing.versions) {
                continue;
            }
            let (ir, at) = self.trigger(&firing.trigger);
            // a goal lies behind what is waited for
            let reached = self.goal_holds(&ir.triggers[at], &firing, Some(key), version);
            if let Some((step, goal)) = reached {
                firing.phase = Phase::Going(step, Some(goal));
                self.soon(firing);
                continue;
            }
            let held = self.waits_for(&ir, &firing).is_some_and(|until| {
                let (held, touched) = self.test(&firing, &until.test.test, version);
                reads(&touched, key) && held == Ok(true)
            });
            if !held {
                continue;
            }
            let delayed = delay(&ir.triggers[at], &firing).is_some();
            if delayed && matches!(firing.phase, Phase::Until(_)) {
                self.go_on(firing);
            } else {
                // it has held: what comes in between does not matter
                firing.phase = match firing.phase {
                    Phase::BodyUntil(step, _) => Phase::Going(step, None),
                    _ => Phase::Held,
                };
                self.soon(firing);
            }
        }
    }

    fn soon(&mut self, mut firing: Firing) {
        firing.due = Some(self.now);
        self.take(firing.number);
        self.put_back(firing);
    }

    /// What a firing waits for, if it is no time.
    pub(super) fn waits_for<'i>(&self, ir: &'i Ir, firing: &Firing) -> Option<&'i Until> {
        let trigger = ir.triggers.iter().find(|t| t.name == firing.trigger)?;
        match &firing.phase {
            Phase::Until(_) => trigger.until.as_ref(),
            Phase::BodyUntil(step, _) => super::body::wait_until_before(trigger, *step),
            _ => None,
        }
    }

    /// What it waited for has come.
    pub(super) fn go_on(&mut self, firing: Firing) {
        self.take(firing.number);
        match firing.phase {
            Phase::BodyUntil(step, _) => self.run(firing, step),
            _ => self.after(firing),
        }
    }

    /// When something that waits until something holds is looked at again.
    pub(super) fn look_again(&self, test: &Test, deadline: Option<Timestamp>) -> Option<Timestamp> {
        let Test::Expr(expr) = test else {
            return deadline;
        };
        let mut schedules = Vec::new();
        schedules_in(expr, &mut schedules);
        let changes = schedules.into_iter().flat_map(|id| {
            let schedule = &self.ir.schedules[id.index()];
            [true, false].map(|open| calendar::next_change(schedule, self.now, open))
        });
        changes.chain([deadline]).flatten().min()
    }

    /// Time has come for a firing that waits.
    pub(super) fn time_comes(&mut self, mut firing: Firing) {
        self.take(firing.number);
        let (ir, _) = self.trigger(&firing.trigger);
        match firing.phase.clone() {
            Phase::Debounce(_) => self.mode(firing),
            Phase::After => self.would_fire(firing),
            Phase::Held => self.after(firing),
            Phase::Queue(_) => self.fires(firing),
            Phase::Body(step) => self.run(firing, step),
            Phase::Going(step, goal) => {
                if let Some(goal) = goal {
                    self.tell_goal(&firing, &goal, true);
                }
                self.run(firing, step);
            }
            Phase::Until(deadline) | Phase::BodyUntil(_, deadline) => {
                let Some(until) = self.waits_for(&ir, &firing) else {
                    return;
                };
                let (held, _) = self.test(&firing, &until.test.test, None);
                if held == Ok(true) {
                    return self.go_on(firing);
                }
                if deadline.is_some_and(|d| d <= self.now) {
                    let within = until.within.map(|w| w.otherwise);
                    let drops = within == Some(Otherwise::Drop);
                    let clause = match firing.phase {
                        Phase::BodyUntil(..) => "within a wait",
                        _ => "within",
                    };
                    self.histogram.note(clause, !drops);
                    if drops {
                        return self.stop(&firing, "late");
                    }
                    return self.go_on(firing);
                }
                firing.due = self.look_again(&until.test.test, deadline);
                self.put_back(firing);
            }
        }
    }
}

fn schedules_in(expr: &Expr, found: &mut Vec<ScheduleId>) {
    if let Expr::Open(id) = expr {
        found.push(*id);
    }
    expr.for_each_child(&mut |child| schedules_in(child, found));
}
