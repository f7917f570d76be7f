//! `once`, `cooldown`, `limit`: every firing that counted is kept, and counted again each time.

use trig_ir::*;

use super::life::delay;
use super::{Firing, Naive, Phase};
use crate::calendar;

/// A firing that counted for a limit.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    limit: SmolStr,
    kind: LimitKind,
    key: Vec<Value>,
    at: Timestamp,
    fan: u64,
}

impl Naive {
    fn limit_key(&self, limit: &Limit, firing: &Firing) -> Vec<Value> {
        let places = limit.key.iter();
        places
            .map(|p| or_subject(self.value_at(firing, p, None), firing))
            .collect()
    }

    /// Those that count at an instant, oldest first.
    fn counted(&self, trigger: &Trigger, limit: &Limit, key: &[Value], at: Timestamp) -> Vec<Mark> {
        let counts = |mark: &&Mark| {
            mark.limit == limit.name
                && mark.kind == limit.kind
                && mark.key == key
                && match limit.window {
                    LimitWindow::Ever => true,
                    LimitWindow::Sliding(window) => at < mark.at.plus(window),
                    LimitWindow::Calendar(period) => {
                        calendar::period(at, period, &trigger.zone)
                            == calendar::period(mark.at, period, &trigger.zone)
                    }
                }
        };
        self.marks.iter().filter(counts).cloned().collect()
    }

    fn has_room(&self, trigger: &Trigger, limit: &Limit, firing: &Firing, at: Timestamp) -> bool {
        let key = self.limit_key(limit, firing);
        let counted = self.counted(trigger, limit, &key, at);
        // a key of the outer record is tested once for the whole fan-out
        let shared = trigger.each.is_some() && of_outer(limit);
        (shared && counted.iter().any(|m| m.fan == firing.fan))
            || counted.len() < limit.count as usize
    }

    pub(super) fn limits_allow(&mut self, trigger: &Trigger, firing: &Firing) -> bool {
        let mut all = true;
        for limit in &trigger.limits {
            let room = self.has_room(trigger, limit, firing, self.now);
            self.histogram.note(clause(limit), room);
            all &= room;
        }
        all
    }

    pub(super) fn consume(&mut self, trigger: &Trigger, firing: &Firing) {
        for limit in &trigger.limits {
            let key = self.limit_key(limit, firing);
            let counted = self.counted(trigger, limit, &key, self.now);
            let shared = trigger.each.is_some() && of_outer(limit);
            if shared && counted.iter().any(|m| m.fan == firing.fan) {
                continue;
            }
            self.marks.push(Mark {
                limit: limit.name.clone(),
                kind: limit.kind,
                key,
                at: self.now,
                fan: firing.fan,
            });
        }
    }

    /// Whether a firing need not wait in the queue.
    pub(super) fn turn(&self, trigger: &Trigger, firing: &Firing) -> bool {
        self.ahead(trigger, firing).is_empty() && self.turn_comes(trigger, firing, self.now)
    }

    /// Who stands in the queue before it.
    fn ahead(&self, trigger: &Trigger, firing: &Firing) -> Vec<u64> {
        let keys = |f: &Firing| -> Vec<Vec<Value>> {
            let waits = trigger.limits.iter().filter(|l| l.wait);
            waits.map(|l| self.limit_key(l, f)).collect()
        };
        let mine = keys(firing);
        let came = |f: &Firing| match f.phase {
            Phase::Queue(n) => Some(n),
            _ => None,
        };
        let before = |f: &&Firing| match (came(f), came(firing)) {
            (Some(theirs), Some(ours)) => theirs < ours,
            (theirs, _) => theirs.is_some(),
        };
        let all = self.firings.iter().filter(before);
        all.filter(|f| f.trigger == firing.trigger && keys(f) == mine)
            .map(|f| f.number)
            .collect()
    }

    fn turn_comes(&self, trigger: &Trigger, firing: &Firing, at: Timestamp) -> bool {
        let waits = trigger.limits.iter().filter(|l| l.wait);
        let mut rooms = waits.map(|l| self.has_room(trigger, l, firing, at));
        rooms.all(|room| room) && self.during_open(trigger, at)
    }

    fn during_open(&self, trigger: &Trigger, at: Timestamp) -> bool {
        match trigger.during.as_ref().map(|guard| &guard.test) {
            Some(Test::Expr(Expr::Open(id))) => calendar::open(&self.ir.schedules[id.index()], at),
            Some(Test::Expr(Expr::Not(inner))) => match &**inner {
                Expr::Open(id) => !calendar::open(&self.ir.schedules[id.index()], at),
                _ => true,
            },
            _ => true,
        }
    }

    /// When the turn of a firing that stands in the queue comes, if it stands first there: found by looking at every
    /// instant at which a window ends, a period begins or the schedule changes.
    pub(super) fn turn_at(&self, firing: &Firing) -> Option<Timestamp> {
        let (ir, at) = self.trigger(&firing.trigger);
        let trigger = &ir.triggers[at];
        if !self.ahead(trigger, firing).is_empty() {
            return None;
        }
        let mut at = self.now;
        for _ in 0..100 {
            if self.turn_comes(trigger, firing, at) {
                return Some(at);
            }
            at = self.next_chance(trigger, firing, at)?;
        }
        None
    }

    fn next_chance(&self, trigger: &Trigger, firing: &Firing, at: Timestamp) -> Option<Timestamp> {
        let mut chances = Vec::new();
        for limit in trigger.limits.iter().filter(|l| l.wait) {
            match limit.window {
                LimitWindow::Ever => {}
                LimitWindow::Sliding(window) => {
                    let key = self.limit_key(limit, firing);
                    let counted = self.counted(trigger, limit, &key, at);
                    chances.extend(counted.iter().map(|m| m.at.plus(window)));
                }
                LimitWindow::Calendar(period) => {
                    chances.push(calendar::next_period(at, period, &trigger.zone));
                }
            }
        }
        for schedule in &self.ir.schedules {
            if trigger.during.is_some() {
                chances.extend(calendar::next_change(schedule, at, true));
                chances.extend(calendar::next_change(schedule, at, false));
            }
        }
        chances.into_iter().filter(|c| *c > at).min()
    }

    /// Whether an event that would cancel, cancels this one: it waits in the clause that names it.
    pub(super) fn cancels_of<'t>(&self, trigger: &'t Trigger, firing: &Firing) -> &'t [Cancel] {
        match firing.phase {
            Phase::Debounce(_) => trigger.debounce.as_ref().map_or(&[], |d| &d.unless),
            Phase::After | Phase::Queue(_) => delay(trigger, firing).map_or(&[], |a| &a.unless),
            _ => &[],
        }
    }
}

/// Where a part of a key is empty, the subject stands in its place.
pub(super) fn or_subject(value: Value, firing: &Firing) -> Value {
    match &firing.subject {
        Some(subject) if value.is_empty() => Value::Record(subject.clone()),
        _ => value,
    }
}

fn of_outer(limit: &Limit) -> bool {
    !limit.key.is_empty() && limit.key.iter().all(|p| p.root == Root::Outer)
}

fn clause(limit: &Limit) -> &'static str {
    match (limit.kind, limit.window, limit.wait) {
        (_, _, true) => "limit wait, in turn",
        (LimitKind::Once, LimitWindow::Ever, _) => "once",
        (LimitKind::Once, _, _) => "once each period",
        (LimitKind::Cooldown, _, _) => "cooldown",
        (LimitKind::Limit, LimitWindow::Calendar(_), _) => "limit calendar",
        (LimitKind::Limit, _, _) => "limit sliding",
    }
}
