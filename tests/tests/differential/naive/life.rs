//! The life of a firing after its event: chain rule, debounce, mode, until, after, and what is asked when it would
//! fire.

use trig_ir::*;

use super::{Firing, Naive, Phase};
use crate::eval::Unknown;
use crate::model::subject_text;

impl Naive {
    /// A firing has passed its event.
    pub(super) fn arm(&mut self, mut firing: Firing) {
        let (ir, at) = self.trigger(&firing.trigger);
        let trigger = &ir.triggers[at];
        if !trigger.again {
            // what this cascade has armed, and what rests no more, is one of it as well
            let armed = self.firings.iter().any(|f| {
                f.cascade == self.cascades
                    && !matches!(f.phase, Phase::Debounce(_))
                    && chain(f) == chain(&firing)
            });
            let repeated = armed || self.fired.contains(&chain(&firing));
            self.histogram.note("chain", !repeated);
            if repeated {
                return self.stop(&firing, "repeated");
            }
        }
        let Some(debounce) = &trigger.debounce else {
            return self.mode(firing);
        };
        let quiet = self.now.plus(debounce.duration);
        let same_key = self
            .firings
            .iter()
            .position(|f| matches!(f.phase, Phase::Debounce(_)) && key(f) == key(&firing));
        self.histogram.note("debounce", same_key.is_none());
        if let Some(guard) = &debounce.holds
            && !self.guard(&firing, guard, None)
        {
            return;
        }
        let latest = match same_key {
            Some(at) => {
                // the last event counts, the first one says until when at the latest
                let before = self.firings.remove(at);
                firing.number = before.number;
                match before.phase {
                    Phase::Debounce(latest) => latest,
                    _ => quiet,
                }
            }
            None => self.now.plus(debounce.up_to),
        };
        firing.phase = Phase::Debounce(latest);
        firing.due = Some(quiet.min(latest));
        self.wait(firing);
    }

    pub(super) fn wait(&mut self, mut firing: Firing) {
        firing.since = self.now;
        firing.versions = self.versions;
        self.put_back(firing);
    }

    pub(super) fn put_back(&mut self, firing: Firing) {
        self.firings.push(firing);
        self.firings.sort_by_key(|f| f.number);
    }

    /// `mode` decides about arming.
    pub(super) fn mode(&mut self, firing: Firing) {
        let (ir, at) = self.trigger(&firing.trigger);
        let trigger = &ir.triggers[at];
        let others: Vec<u64> = self
            .firings
            .iter()
            .filter(|f| !matches!(f.phase, Phase::Debounce(_)) && key(f) == key(&firing))
            .map(|f| f.number)
            .collect();
        match trigger.mode {
            Mode::Single => {
                self.histogram.note("mode single", others.is_empty());
                if !others.is_empty() {
                    return self.stop(&firing, "waiting");
                }
            }
            Mode::Restart => {
                self.histogram.note("mode restart", others.is_empty());
                for number in others {
                    if let Some(other) = self.take(number) {
                        self.stop(&other, "restarted");
                    }
                }
            }
            Mode::Parallel => self.histogram.note("mode parallel", others.is_empty()),
        }
        self.until(firing);
    }

    pub(super) fn take(&mut self, number: u64) -> Option<Firing> {
        let at = self.firings.iter().position(|f| f.number == number)?;
        Some(self.firings.remove(at))
    }

    fn until(&mut self, mut firing: Firing) {
        let (ir, at) = self.trigger(&firing.trigger);
        let Some(until) = &ir.triggers[at].until else {
            return self.after(firing);
        };
        let (held, _) = self.test(&firing, &until.test.test, None);
        self.histogram.note("until", held == Ok(true));
        match held {
            Ok(true) => self.after(firing),
            Ok(false) => {
                let deadline = until.within.map(|w| self.now.plus(w.duration));
                firing.phase = Phase::Until(deadline);
                firing.due = self.look_again(&until.test.test, deadline);
                self.wait(firing);
            }
            Err(Unknown) => self.stop(&firing, "unknown"),
        }
    }

    pub(super) fn after(&mut self, mut firing: Firing) {
        let (ir, at) = self.trigger(&firing.trigger);
        let Some(after) = delay(&ir.triggers[at], &firing) else {
            return self.would_fire(firing);
        };
        if let Some(guard) = &after.holds
            && !self.guard(&firing, guard, None)
        {
            return;
        }
        firing.phase = Phase::After;
        firing.due = Some(self.now.plus(after.duration));
        self.wait(firing);
    }

    /// The subject still exists, `while`, its turn in the queue, `during`, the limits.
    pub(super) fn would_fire(&mut self, mut firing: Firing) {
        let (ir, at) = self.trigger(&firing.trigger);
        let trigger = &ir.triggers[at];
        if let Some(subject) = &firing.subject
            && self.deleted.contains(subject)
        {
            return self.stop(&firing, "gone");
        }
        if let Some(after) = delay(trigger, &firing) {
            self.histogram.note("after", true);
            if !after.unless.is_empty() {
                self.histogram.note("unless", true);
            }
            if let Some(guard) = &after.holds
                && !self.guard(&firing, guard, None)
            {
                return;
            }
        }
        if trigger.limits.iter().any(|l| l.wait) {
            let passes = self.turn(trigger, &firing);
            self.histogram.note("limit else wait", passes);
            if !passes {
                firing.phase = Phase::Queue(self.next_number());
                firing.due = None;
                return self.wait(firing);
            }
        }
        self.fires(firing);
    }

    /// `during` and the limits; then it fires.
    pub(super) fn fires(&mut self, firing: Firing) {
        let (ir, at) = self.trigger(&firing.trigger);
        let trigger = &ir.triggers[at];
        if let Some(during) = &trigger.during
            && !self.guard(&firing, during, None)
        {
            return;
        }
        if !self.limits_allow(trigger, &firing) {
            return self.stop(&firing, "limit");
        }
        if !self.within_budget(&firing) {
            return self.stop(&firing, "budget");
        }
        self.consume(trigger, &firing);
        self.fired.push(chain(&firing));
        self.seen.fired.push((
            firing.trigger.clone(),
            subject_text(firing.subject.as_ref()),
            self.now,
        ));
        self.run(firing, 0);
    }

    /// What goes through time has so many firings within the hour that begins with the first of them.
    fn within_budget(&mut self, firing: &Firing) -> bool {
        if !firing.through_time || matches!(firing.phase, Phase::Queue(_)) {
            return true;
        }
        let now = self.now;
        let spent = self.budgets.entry(chain(firing)).or_default();
        if spent
            .first()
            .is_some_and(|first| first.plus(Millis::HOUR) <= now)
        {
            spent.clear();
        }
        spent.push(now);
        let within = spent.len()
            <= if firing.subject.is_some() {
                100
            } else {
                10_000
            };
        self.histogram.note("budget", within);
        within
    }
}

/// The delay of the start that armed a firing, else the trigger's.
pub(super) fn delay<'t>(trigger: &'t Trigger, firing: &Firing) -> Option<&'t After> {
    let start = trigger.starts.get(firing.start);
    start
        .and_then(|s| s.after.as_ref())
        .or(trigger.after.as_ref())
}

fn key(firing: &Firing) -> (&SmolStr, &Option<RecordKey>, &Vec<Value>) {
    (&firing.trigger, &firing.subject, &firing.finer)
}

fn chain(firing: &Firing) -> (SmolStr, Option<RecordKey>, Vec<Value>) {
    (
        firing.trigger.clone(),
        firing.subject.clone(),
        firing.finer.clone(),
    )
}
