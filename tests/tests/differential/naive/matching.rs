//! At the event: pattern, `by`, `when`, `for each`.

use std::cell::RefCell;

use trig_ir::*;

use super::limits::or_subject;
use super::{Firing, Naive, Phase};
use crate::calendar;
use crate::eval::{Unknown, elements};
use crate::model::Event;

/// A fan-out over all records of an entity, to be worked off in an input of its own.
pub(super) struct Sweep {
    firing: Firing,
    members: Vec<RecordKey>,
}

impl Naive {
    /// Starts what the event matches: triggers in their order, of each the first start whose guards hold.
    pub(super) fn answer(&mut self, event: &Event) {
        let ir = self.ir.clone();
        for trigger in &ir.triggers {
            for (at, start) in trigger.starts.iter().enumerate() {
                let only = event.only.as_ref();
                if trigger.disabled
                    || start.pattern.event != event.kind
                    || (event.given && !start.pattern.or_created)
                    || only.is_some_and(|(name, n)| *name != trigger.name || *n != at)
                {
                    continue;
                }
                if self.matches(trigger, at, event) {
                    break;
                }
            }
        }
    }

    /// Whether this start is the one that answers the event.
    fn matches(&mut self, trigger: &Trigger, at: usize, event: &Event) -> bool {
        let start = &trigger.starts[at];
        let mut firing = Firing {
            number: self.next_number(),
            trigger: trigger.name.clone(),
            start: at,
            subject: None,
            outer: None,
            finer: Vec::new(),
            event: event.clone(),
            fan: self.numbers,
            through_time: self.through_time,
            cascade: self.cascades,
            phase: Phase::After,
            since: self.now,
            due: None,
            versions: 0,
        };
        let subject = start
            .subject
            .as_ref()
            .map(|place| self.value_at(&firing, place, Some(event)));
        if let Some(Value::Record(key)) = &subject {
            firing.subject = Some(key.clone());
            firing.outer = Some(key.clone());
        }
        if let Some(filter) = &start.pattern.filter {
            let touched = RefCell::new(Default::default());
            let mut scope = self.scope(&firing, Some(event), &touched);
            scope.candidate = Some(event);
            let held = scope.holds(filter);
            self.histogram.note("filter", held == Ok(true));
            if held != Ok(true) {
                return false;
            }
        }
        if matches!(&subject, Some(value) if !matches!(value, Value::Record(_))) {
            self.stop(&firing, "no subject");
            return false;
        }
        // what a breaker holds back was still the first
        let is_first = match &start.pattern.first {
            Some(first) => self.is_first(trigger, &firing, first),
            None => true,
        };
        if let Some(open) = self.paused(&event.kind) {
            self.histogram.note("breaker", !open);
            if open {
                self.stop(&firing, "breaker");
                return false;
            }
        }
        if !is_first {
            self.stop(&firing, "first");
            return false;
        }
        for guard in start.guards.iter().chain(&trigger.guards) {
            if !self.guard(&firing, guard, Some(event)) {
                return false;
            }
        }
        firing.finer = start
            .finer
            .iter()
            .map(|place| self.value_at(&firing, place, Some(event)))
            .collect();
        self.fan_out(trigger, firing, event);
        true
    }

    /// Whether a guard lets a firing pass; tells of it where not.
    pub(super) fn guard(
        &mut self,
        firing: &Firing,
        guard: &Guard,
        version: Option<&Event>,
    ) -> bool {
        let (held, _) = self.test(firing, &guard.test, version);
        self.histogram.note(clause(guard.kind), held == Ok(true));
        match held {
            Ok(true) => true,
            Ok(false) => {
                self.stop(firing, clause(guard.kind));
                false
            }
            Err(Unknown) => {
                self.stop(firing, "unknown");
                false
            }
        }
    }

    fn is_first(&mut self, trigger: &Trigger, firing: &Firing, first: &First) -> bool {
        let key = first
            .key
            .iter()
            .map(|place| self.value_at(firing, place, Some(&firing.event)))
            .map(|value| or_subject(value, firing))
            .collect();
        let day = first
            .period
            .map(|period| calendar::period(self.now, period, &trigger.zone));
        let mark = (trigger.name.clone(), firing.start, key, day);
        let is_first = !self.firsts.contains(&mark);
        self.histogram.note("first", is_first);
        if is_first {
            self.firsts.push(mark);
        }
        is_first
    }

    fn fan_out(&mut self, trigger: &Trigger, firing: Firing, event: &Event) {
        let Some(each) = &trigger.each else {
            return self.arm(firing);
        };
        match &each.source {
            EachSource::All(entity) => {
                let name = &self.ir.entities[entity.index()].name;
                let members = self.records.keys().filter(|k| k.entity == *name);
                let members: Vec<_> = members.cloned().collect();
                self.sweeps.push_back(Sweep { firing, members });
            }
            EachSource::Of(place) => {
                let mut members: Vec<RecordKey> =
                    elements(&self.value_at(&firing, place, Some(event)))
                        .into_iter()
                        .filter_map(|v| match v {
                            Value::Record(key) => Some(key),
                            _ => None,
                        })
                        .collect();
                members.sort();
                members.dedup();
                let found = self.members(each, &firing, members, Some(event));
                self.histogram.note("each", found);
                if !found {
                    self.stop(&firing, "none");
                }
            }
        }
    }

    /// Who of them are meant is settled before anything is done for one of them.
    fn members(
        &mut self,
        each: &ForEach,
        of: &Firing,
        members: Vec<RecordKey>,
        version: Option<&Event>,
    ) -> bool {
        let mut meant = Vec::new();
        for member in members {
            let mut firing = of.clone();
            firing.number = self.next_number();
            firing.subject = Some(member);
            let held = match &each.filter {
                Some(filter) => self.guard(&firing, filter, version),
                None => true,
            };
            if held {
                meant.push(firing);
            }
        }
        let found = !meant.is_empty();
        for firing in meant {
            self.arm(firing);
        }
        found
    }

    /// One slice of what fans out over all records.
    pub(super) fn slice(&mut self) {
        let Some(sweep) = self.sweeps.pop_front() else {
            return;
        };
        let (ir, at) = self.trigger(&sweep.firing.trigger);
        let Some(each) = &ir.triggers[at].each else {
            return;
        };
        let mut members = sweep.members;
        members.retain(|key| self.records.contains_key(key));
        self.members(each, &sweep.firing, members, None);
        self.cascade();
    }
}

fn clause(kind: GuardKind) -> &'static str {
    match kind {
        GuardKind::By => "by",
        GuardKind::Stage => "stage",
        GuardKind::When => "when",
        GuardKind::Where => "where",
        GuardKind::Until => "until",
        GuardKind::Goal => "goal",
        GuardKind::While => "while",
        GuardKind::During => "during",
    }
}
