//! Clocks follow the active revision: armed at its activation, offsets again whenever their field changes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use smol_str::SmolStr;
use trig_ir::{Clock, EntityId, Millis, Offset, RecordKey, Timestamp, Trigger, TriggerId, Value};

use super::named::clocks;
use super::{missed, next, offset};
use crate::apply::Run;
use crate::decode::read_as;
use crate::state::{Begun, ClockKey, ClockName, ClockRow, DueKey, DueRow, Record};
use crate::{Audit, Engine, Why};

/// So many settled instants of a trigger are remembered for a record, and one more: the newest of those that are
/// forgotten. Up to that one, everything counts as settled.
const SETTLED_KEPT: usize = 64;

/// Whether an instant has had its turn, by the row of its trigger and record.
fn is_settled(all: &[Timestamp], due: Timestamp) -> bool {
    let forgotten = all.first().filter(|_| all.len() > SETTLED_KEPT);
    forgotten.is_some_and(|upto| due <= *upto) || all.binary_search(&due).is_ok()
}

/// An offset of a trigger.
struct Rule<'a> {
    id: TriggerId,
    trigger: &'a Trigger,
    name: ClockName,
    clock: &'a Clock,
    offset: &'a Offset,
}

/// The offsets of an entity.
fn rules(engine: &Engine, entity: EntityId) -> Vec<Rule<'_>> {
    let mut found = Vec::new();
    for id in engine.index().offsets_of(entity) {
        let Some(trigger) = engine.ir().triggers.get(id.index()) else {
            continue;
        };
        for (_, name, clock) in clocks(trigger) {
            let Clock::Offset(offset) = clock else {
                continue;
            };
            if offset.entity == entity && !trigger.disabled {
                found.push(Rule {
                    id: *id,
                    trigger,
                    name,
                    clock,
                    offset,
                });
            }
        }
    }
    found
}

/// Under which name it is stored since when an offset is there.
fn begun(engine: &Engine, trigger: &SmolStr, offset: &Offset) -> Option<Begun> {
    let entity = engine.ir().entities.get(offset.entity.index())?;
    let index = engine.index();
    let at = index.field(offset.entity, &offset.field);
    let field = at.and_then(|at| index.stored_name(offset.entity, at));
    let field = field.unwrap_or(&offset.field).clone();
    Some((trigger.clone(), entity.name.clone(), field))
}

/// The field of an offset, in a version of the record. `None`: not known.
fn field(engine: &Engine, offset: &Offset, key: &RecordKey, record: &Record) -> Option<Value> {
    let index = engine.index();
    let at = index.field(offset.entity, &offset.field)?;
    let stored = index.stored_name(offset.entity, at)?;
    let decl = engine.ir().entities.get(offset.entity.index())?;
    let ty = &decl.fields.get(at)?.ty;
    let value = record.fields.get(stored);
    let value = value.or_else(|| record.fields.get(&offset.field))?;
    Some(read_as(engine, ty, value, &key.connector).into_owned())
}

impl Run<'_> {
    /// Arms the clocks of a revision that becomes active. One that was there goes on; another one begins now.
    pub(crate) fn arm_clocks(&mut self) {
        let mut old: BTreeMap<SmolStr, Vec<ClockRow>> = BTreeMap::new();
        let all = self.state.clocks.scan(Bound::Unbounded);
        let all: Vec<(ClockKey, ClockRow)> =
            all.map(|(key, row)| (key.clone(), row.clone())).collect();
        for (key, row) in all {
            self.state.remove_clock(&key);
            old.entry(key.0).or_default().push(row);
        }
        let engine = self.engine;
        let mut entities = BTreeSet::new();
        let mut since = BTreeSet::new();
        for (at, trigger) in (0u32..).zip(&engine.ir().triggers) {
            if trigger.disabled {
                continue;
            }
            for (_, name, clock) in clocks(trigger) {
                if let Clock::Offset(offset) = clock {
                    entities.insert(offset.entity);
                    since.extend(begun(engine, &trigger.name, offset));
                    continue;
                }
                let there = old.get_mut(&trigger.name).and_then(|rows| {
                    let same = |row: &ClockRow| row.clock == *clock && row.zone == trigger.zone;
                    let nth = rows.iter().position(same)?;
                    Some(rows.swap_remove(nth).next)
                });
                let zone = engine.index().trigger_zone(TriggerId(at));
                let row = ClockRow {
                    clock: clock.clone(),
                    zone: trigger.zone.clone(),
                    priority: trigger.priority,
                    next: there.unwrap_or_else(|| next(clock, zone, self.now)),
                };
                self.state.put_clock((trigger.name.clone(), name), row);
            }
        }
        self.arm_offsets(&entities, since);
    }

    fn arm_offsets(&mut self, entities: &BTreeSet<EntityId>, since: BTreeSet<Begun>) {
        let all = self.state.dues.scan(Bound::Unbounded);
        let all: Vec<DueKey> = all.map(|(key, _)| key.clone()).collect();
        for key in &all {
            self.state.remove_due(key);
        }
        let all = self.state.begun.scan(Bound::Unbounded);
        let gone: Vec<Begun> = all
            .map(|(key, _)| key)
            .filter(|key| !since.contains(*key))
            .cloned()
            .collect();
        for key in &gone {
            self.state.begun.remove(key);
        }
        let triggers: BTreeSet<&SmolStr> = since.iter().map(|(trigger, ..)| trigger).collect();
        let all = self.state.settled.scan(Bound::Unbounded);
        let gone: Vec<(SmolStr, RecordKey)> = all
            .map(|(key, _)| key)
            .filter(|(trigger, _)| !triggers.contains(trigger))
            .cloned()
            .collect();
        for key in &gone {
            self.state.settled.remove(key);
        }
        for key in since {
            if !self.state.begun.has(&key) {
                self.state.begun.put(key, self.now);
            }
        }
        for entity in entities {
            let Some(decl) = self.engine.ir().entities.get(entity.index()) else {
                continue;
            };
            let from = RecordKey {
                entity: decl.name.clone(),
                connector: SmolStr::default(),
                id: SmolStr::default(),
            };
            let records: Vec<(RecordKey, std::sync::Arc<Record>)> = self
                .state
                .records
                .scan(Bound::Included(&from))
                .take_while(|(key, _)| key.entity == decl.name)
                .map(|(key, record)| (key.clone(), std::sync::Arc::clone(record)))
                .collect();
            let rules = rules(self.engine, *entity);
            for (key, record) in records {
                for rule in &rules {
                    self.arm_offset(rule, &key, &record);
                }
            }
        }
    }

    /// Arms the offsets of a record anew: it has a new version.
    pub(crate) fn arm_offsets_of(&mut self, key: &RecordKey, record: &Record) {
        let engine = self.engine;
        let Some(entity) = engine.index().entity_id(&key.entity) else {
            return;
        };
        if engine.index().offsets_of(entity).is_empty() {
            return;
        }
        for rule in rules(engine, entity) {
            self.arm_offset(&rule, key, record);
        }
    }

    fn arm_offset(&mut self, rule: &Rule<'_>, key: &RecordKey, record: &Record) {
        let row = (rule.trigger.name.clone(), rule.name.clone(), key.clone());
        let due = self.due_of(rule, key, record);
        match due {
            Some(due) => {
                let priority = rule.trigger.priority;
                let new = DueRow { due, priority };
                if self.state.dues.get(&row) != Some(&new) {
                    self.state.put_due(row, new);
                }
            }
            None => {
                self.state.remove_due(&row);
            }
        }
    }

    /// When an offset of a record is due next; perhaps before now, where that is not too late.
    fn due_of(&mut self, rule: &Rule<'_>, key: &RecordKey, record: &Record) -> Option<Timestamp> {
        let engine = self.engine;
        let since = begun(engine, &rule.trigger.name, rule.offset)?;
        let since = *self.state.begun.get(&since)?;
        let floor = record.seen.map_or(since, |seen| seen.at.max(since));
        let value = field(engine, rule.offset, key, record)?;
        let zone = engine.index().trigger_zone(rule.id);
        let settled = self
            .state
            .settled
            .get(&(rule.trigger.name.clone(), key.clone()));
        let open =
            |due: &Timestamp| *due >= floor && settled.is_none_or(|all| !is_settled(all, *due));
        let now = self.now;
        let allowed = |due| missed::allowed(rule.trigger, rule.clock, due, None);
        if rule.offset.yearly {
            let (last, next) = offset::anniversaries(rule.offset, zone, &value, now);
            let last = last.filter(open).filter(|due| now - *due <= allowed(*due));
            return last.or(next);
        }
        let due = offset::due(rule.offset, zone, &value).filter(open)?;
        let trigger = &rule.trigger.name;
        if self.came_late(trigger, Some(key), due, now - due, allowed(due)) {
            self.settle(trigger, key, due);
            return None;
        }
        Some(due)
    }

    /// Whether an occurrence comes too late to run: then it is missed.
    pub(super) fn came_late(
        &mut self,
        trigger: &SmolStr,
        subject: Option<&RecordKey>,
        due: Timestamp,
        late: Millis,
        allowed: Millis,
    ) -> bool {
        let missed = late > allowed;
        if missed {
            let reason = format!("{late} late, and no more than {allowed} is allowed");
            self.miss(trigger, subject, due, &reason);
        }
        missed
    }

    /// Remembers that a due instant has had its turn. Whether it had had it before.
    ///
    /// INVARIANT (once): what was settled stays settled, however many come after it.
    pub(crate) fn settle(&mut self, trigger: &SmolStr, key: &RecordKey, due: Timestamp) -> bool {
        let row = (trigger.clone(), key.clone());
        let mut all = self.state.settled.get(&row).cloned().unwrap_or_default();
        if is_settled(&all, due) {
            return true;
        }
        if let Err(at) = all.binary_search(&due) {
            all.insert(at, due);
        }
        if all.len() > SETTLED_KEPT.saturating_add(1) {
            all.remove(0);
        }
        self.state.settled.put(row, all);
        false
    }

    pub(crate) fn miss(
        &mut self,
        trigger: &SmolStr,
        subject: Option<&RecordKey>,
        due: Timestamp,
        reason: &str,
    ) {
        self.audit(Audit::Missed {
            trigger: trigger.clone(),
            subject: subject.cloned(),
            due,
            reason: reason.to_owned(),
        });
    }

    /// The record is gone, and what was due for it.
    pub(crate) fn disarm_offsets_of(&mut self, key: &RecordKey) {
        let engine = self.engine;
        let Some(entity) = engine.index().entity_id(&key.entity) else {
            return;
        };
        for rule in rules(engine, entity) {
            let trigger = &rule.trigger.name;
            let row = (trigger.clone(), rule.name, key.clone());
            if self.state.remove_due(&row) {
                self.audit(Audit::Cancelled {
                    trigger: trigger.clone(),
                    subject: Some(key.clone()),
                    why: Why::SubjectGone,
                });
            }
            self.state.settled.remove(&(row.0, row.2));
        }
    }
}
