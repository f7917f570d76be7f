//! Snapshots of records: what they change, and what they only fill in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smol_str::SmolStr;
use trig_ir::{EntityId, RecordKey, Value};

use crate::Arrival;
use crate::apply::{Run, before};
use crate::cascade::Change;
use crate::decode::read_as;
use crate::derive::{FieldChange, derived};
use crate::eval::same;
use crate::state::{Before, Record};

/// A snapshot, as it is being applied.
pub(crate) struct Snapshot<'a> {
    pub(crate) arrival: &'a Arrival,
    pub(crate) entity: EntityId,
    pub(crate) key: RecordKey,
    /// New values by stored name.
    pub(crate) fields: BTreeMap<SmolStr, Value>,
    /// Values before, by stored name, as far as the body states them.
    pub(crate) old: BTreeMap<SmolStr, Value>,
    /// Stored names of fields that the body says have changed, those of `old` included.
    pub(crate) stated: BTreeSet<SmolStr>,
    pub(crate) clock: Option<i64>,
}

impl Run<'_> {
    /// Applies a snapshot.
    pub(crate) fn snapshot(&mut self, snapshot: &Snapshot<'_>, creation: bool) {
        let key = &snapshot.key;
        let known = self.state.records.get(key).cloned();
        let grave = self.state.graves.get(key).cloned();
        let verb = if creation { "created" } else { "reported" };
        let cause = self.report(snapshot.arrival, key, verb);
        let last_clock = match (&known, &grave) {
            (Some(record), _) => record.clock,
            (None, Some(grave)) => grave.clock,
            (None, None) => None,
        };
        let late = snapshot
            .clock
            .zip(last_clock)
            .is_some_and(|(c, last)| c < last);
        if late && known.is_none() {
            // older than the deletion
            return;
        }
        self.state.dig_up(key);
        let first = known.as_ref().is_none_or(|known| known.local);
        let told = known.as_ref().and_then(|known| known.untold.as_ref());
        let created = creation && (first || told.is_some());
        // what overtook a creation is newer, unless the source's own clock says otherwise
        let overtaken = created && !first;
        let clocks = snapshot.clock.zip(last_clock);
        let older = overtaken && clocks.is_none_or(|(c, last)| c < last);
        let (mut record, mut changes) = if late || older {
            (self.filled(snapshot, known.as_ref()), Vec::new())
        } else {
            self.changed(snapshot, known.as_ref(), created)
        };
        if overtaken && let Some(told) = told {
            self.given(snapshot, &record, told, &mut changes);
        }
        record.untold = match &known {
            _ if created => None,
            Some(known) if known.local => {
                Some(known.fields.iter().map(|(name, _)| name.clone()).collect())
            }
            Some(known) => known.untold.clone(),
            None => Some(BTreeSet::new()),
        };
        for change in &changes {
            let index = self.engine.index();
            if let Some(stored) = index.stored_name(snapshot.entity, change.field) {
                record.tell(stored);
            }
        }
        self.overtaken(snapshot, &changes);
        let before = match (&known, created) {
            (_, true) => Before::Nothing,
            (known, false) => self.stated_before(snapshot, known.as_ref()),
        };
        let same_as_known = known.as_ref().is_some_and(|known| **known == record);
        if same_as_known && changes.is_empty() {
            return;
        }
        let version = Arc::new(record);
        self.store(key, &version);
        let events = derived(
            self.engine,
            snapshot.entity,
            key,
            &changes,
            created,
            self.options.trace,
        );
        let change = Change {
            record: key.clone(),
            before,
            version,
        };
        let by = &snapshot.arrival.by;
        self.queue(events, Some(&change), Some(&cause), by, 0);
    }

    /// What is known of a field, by the name under which it is stored; or by its own, if it got the other one since.
    fn there<'a>(
        &self,
        entity: EntityId,
        record: &'a Record,
        stored: &SmolStr,
    ) -> Option<&'a Value> {
        let value = record.fields.get(stored);
        value.or_else(|| {
            let at = self.engine.index().wire_field(entity, stored)?;
            let decl = self.engine.ir().entities.get(entity.index())?;
            record.fields.get(&decl.fields.get(at)?.name)
        })
    }

    /// The values that a creation which was overtaken still has to tell: those that are known now, and that nothing has
    /// told since.
    fn given(
        &self,
        snapshot: &Snapshot<'_>,
        record: &Record,
        told: &BTreeSet<SmolStr>,
        changes: &mut Vec<FieldChange>,
    ) {
        let engine = self.engine;
        let decl = engine.ir().entities.get(snapshot.entity.index());
        for (at, field) in decl.into_iter().flat_map(|d| d.fields.iter().enumerate()) {
            let Some(stored) = engine.index().stored_name(snapshot.entity, at) else {
                continue;
            };
            let there = record.fields.get(stored);
            let Some(value) = there.or_else(|| record.fields.get(&field.name)) else {
                continue;
            };
            let to = read_as(engine, &field.ty, value, &snapshot.key.connector).into_owned();
            let known = to.is_empty() || told.contains(stored);
            if !known && !changes.iter().any(|change| change.field == at) {
                changes.push(FieldChange {
                    field: at,
                    from: Some(Value::Empty),
                    to: Some(to),
                });
            }
        }
    }

    /// The record with nothing but what was not known of it.
    fn filled(&self, snapshot: &Snapshot<'_>, known: Option<&Arc<Record>>) -> Record {
        let mut record = known
            .map(|known| known.as_ref().clone())
            .unwrap_or_default();
        for (name, value) in &snapshot.fields {
            if self.there(snapshot.entity, &record, name).is_none() {
                record.fields.set(name.clone(), value.clone());
            }
        }
        record
    }

    /// The version before, with what the body says of it where nothing was known.
    fn stated_before(&self, snapshot: &Snapshot<'_>, known: Option<&Arc<Record>>) -> Before {
        let entity = snapshot.entity;
        let news =
            |name: &SmolStr| known.is_none_or(|known| self.there(entity, known, name).is_none());
        if !snapshot.old.keys().any(news) {
            return before(known);
        }
        let mut record = known
            .map(|known| known.as_ref().clone())
            .unwrap_or_default();
        for (name, value) in &snapshot.old {
            if news(name) {
                record.fields.set(name.clone(), value.clone());
            }
        }
        Before::Version(Arc::new(record))
    }

    /// The record as the snapshot has it, and which declared fields that changes.
    fn changed(
        &self,
        snapshot: &Snapshot<'_>,
        known: Option<&Arc<Record>>,
        created: bool,
    ) -> (Record, Vec<FieldChange>) {
        let engine = self.engine;
        let entity = snapshot.entity;
        let decl = engine.ir().entities.get(entity.index());
        let mut record = known
            .map(|known| known.as_ref().clone())
            .unwrap_or_default();
        record.clock = snapshot.clock.or(record.clock);
        record.local = false;
        let mut changes = Vec::new();
        let silent: Vec<&SmolStr> = snapshot
            .stated
            .iter()
            .filter(|name| !snapshot.fields.contains_key(*name))
            .collect();
        for (name, value) in &snapshot.fields {
            let at = engine.index().wire_field(entity, name);
            let Some((at, field)) = at.and_then(|at| Some((at, decl?.fields.get(at)?))) else {
                record.fields.set(name.clone(), value.clone());
                continue;
            };
            let read = |value: &Value| {
                read_as(engine, &field.ty, value, &snapshot.key.connector).into_owned()
            };
            let there = record
                .fields
                .get(name)
                .or_else(|| record.fields.get(&field.name));
            let from = there.map(read);
            let to = read(value);
            if from.as_ref().is_some_and(|from| same(from, &to)) {
                let unreadable = matches!(there, Some(Value::Raw(_)));
                if unreadable || matches!(value, Value::Raw(_)) {
                    // it reads the same: no event; but what it is has changed
                    record.fields.set(name.clone(), value.clone());
                }
                continue;
            }
            match self.echo(&snapshot.key, name, &to) {
                Echo::None => {}
                Echo::Stale => continue,
                Echo::Ours => {
                    record.fields.set(name.clone(), value.clone());
                    continue;
                }
            }
            if *name != field.name {
                record.fields.remove(&field.name);
            }
            record.fields.set(name.clone(), value.clone());
            let from = if created {
                Some(Value::Empty)
            } else {
                from.or_else(|| snapshot.old.get(name).map(read))
            };
            let told = from.is_some() || snapshot.stated.contains(name);
            let stayed = from.as_ref().is_some_and(|from| same(from, &to));
            if told && !stayed {
                changes.push(FieldChange {
                    field: at,
                    from,
                    to: Some(to),
                });
            }
        }
        for name in silent {
            // it has changed, and the body does not say to what: not known any more
            let at = engine.index().wire_field(entity, name);
            let gone = record.fields.remove(name);
            let Some((at, field)) = at.and_then(|at| Some((at, decl?.fields.get(at)?))) else {
                continue;
            };
            // it may still be known under its own name
            let own = Some(&field.name).filter(|own| *own != name);
            let gone = gone.or(own.and_then(|own| record.fields.remove(own)));
            let from = gone.or_else(|| snapshot.old.get(name).cloned());
            let read = |value: Value| {
                read_as(engine, &field.ty, &value, &snapshot.key.connector).into_owned()
            };
            changes.push(FieldChange {
                field: at,
                from: from.map(read),
                to: None,
            });
        }
        (record, changes)
    }

    /// Forgets the writes that the CRM had taken and that have been changed since: when their value comes back, somebody
    /// has set it anew.
    fn overtaken(&mut self, snapshot: &Snapshot<'_>, changes: &[FieldChange]) {
        for change in changes {
            let stored = self
                .engine
                .index()
                .stored_name(snapshot.entity, change.field);
            let Some(stored) = stored else {
                continue;
            };
            for (key, write) in self.state.writes_of(&snapshot.key, stored) {
                if write.confirmed.is_some() {
                    self.state.drop_write(&key);
                }
            }
        }
    }

    /// What a reported value is to our own writes of that field.
    fn echo(&self, record: &RecordKey, field: &SmolStr, value: &Value) -> Echo {
        let writes = self.state.writes_of(record, field);
        if let Some((_, last)) = writes.last()
            && same(&last.value, value)
        {
            return Echo::Ours;
        }
        let stale = writes.iter().any(|(_, write)| {
            let before = write.before.as_ref().filter(|_| write.confirmed.is_none());
            same(&write.value, value) || before.is_some_and(|before| same(before, value))
        });
        if stale { Echo::Stale } else { Echo::None }
    }
}

/// What a reported value is to our own writes.
enum Echo {
    /// Nothing: it is news.
    None,
    /// It says what a write under way replaces or sets, or what an earlier one has set: what stands here is newer.
    Stale,
    /// It says what our last write sets, whatever was reported in between: stored, and no event.
    Ours,
}
