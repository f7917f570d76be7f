//! Records, their versions, and the events that come of changes.

use std::collections::BTreeMap;

use trig_ir::*;

use super::{Naive, Written};
use crate::eval::same;
use crate::model::{Event, Fields, plain, tag_key};

/// What a report says that is no news.
enum Echo {
    /// What was written last.
    Newest,
    /// What was written, or stood there, before that.
    Outdated,
}

/// How long a confirmed write is remembered.
const RECENT: Millis = Millis(10 * Millis::MINUTE.0);

impl Naive {
    /// A record as the CRM reports it.
    pub(super) fn snapshot(
        &mut self,
        key: &RecordKey,
        values: Fields,
        clock: Option<i64>,
        created: bool,
        by: ActorKind,
    ) {
        self.first_seen.entry(key.clone()).or_insert(self.now);
        self.deleted.remove(key);
        let known = self.records.get(key).cloned();
        let newest = self.clocks.get(key).copied();
        let older = matches!((clock, newest), (Some(now), Some(then)) if now < then);
        if clock.is_some() && newest.is_some() {
            self.histogram.note("source clock", !older);
        }
        if let Some(clock) = clock
            && !older
        {
            self.clocks.insert(key.clone(), clock);
        }
        let Some(known) = known else {
            self.records.insert(key.clone(), values.clone());
            if created {
                self.created(key, &values, by);
            }
            return;
        };
        let mut changes = Fields::new();
        for (name, value) in values {
            if older && known.contains_key(&name) {
                continue;
            }
            match self.echo(key, &name, &value) {
                None => {
                    changes.insert(name, value);
                }
                // it is as we wrote it; nobody hears of that
                Some(Echo::Newest) => {
                    if let Some(record) = self.records.get_mut(key) {
                        record.insert(name, value);
                    }
                }
                Some(Echo::Outdated) => {}
            }
        }
        if self.change(key, changes, by, 0) {
            self.reported(key);
        }
    }

    /// Whether the CRM only says what we wrote ourselves, or what stood there before we did: as long as a write is under
    /// way, and a little longer.
    fn echo(&self, key: &RecordKey, field: &SmolStr, value: &Value) -> Option<Echo> {
        let now = self.now;
        let recent = |ended: Timestamp| now < ended.plus(RECENT);
        let ours = |w: &&Written| w.record == *key && w.field == *field;
        let mut found = None;
        for sent in &self.sent {
            let Some(written) = sent.written.as_ref().filter(ours) else {
                continue;
            };
            if sent.ended.is_some_and(|ended| !recent(ended)) {
                continue;
            }
            let before = sent.ended.is_none() && same(&written.from, value);
            found = match found {
                _ if same(&written.to, value) => Some(Echo::Newest),
                None if !before => None,
                _ => Some(Echo::Outdated),
            };
        }
        found
    }

    /// A record comes into being. Each value that was given counts for those who ask for it.
    fn created(&mut self, key: &RecordKey, values: &Fields, by: ActorKind) {
        let entity = self.entity_of(key);
        let about = |kind| {
            let mut event = Event::new(kind, by, 0).with("record", Value::Record(key.clone()));
            event.changed = Some((key.clone(), values.clone()));
            event.old = Some(Fields::new());
            event
        };
        let stage = values.get("stage").cloned().unwrap_or(Value::Empty);
        let mut events = vec![about(EventKind::Created(entity)).with("to", stage.clone())];
        if !stage.is_empty() {
            events.push(about(EventKind::Entered(entity)).with("to", stage));
        }
        for (name, value) in values {
            if !value.is_empty() {
                let mut event =
                    about(EventKind::Changed(entity, name.clone())).with("to", value.clone());
                event.given = true;
                events.push(event);
            }
        }
        self.queue.extend(events);
    }

    /// A new version of a known record; what has changed is told in this order: moved, enters, fields by name,
    /// elements by field and value.
    pub(super) fn change(
        &mut self,
        key: &RecordKey,
        changes: BTreeMap<SmolStr, Value>,
        by: ActorKind,
        depth: u32,
    ) -> bool {
        let entity = self.entity_of(key);
        let old = self.records.get(key).cloned().unwrap_or_default();
        let mut new = old.clone();
        // a value that was not known before is no change
        let mut changed: Vec<(SmolStr, Value, Value)> = Vec::new();
        for (name, to) in changes {
            let to = plain(&to);
            match old.get(&name) {
                Some(from) if same(from, &to) => continue,
                Some(from) => changed.push((name.clone(), from.clone(), to.clone())),
                None => {}
            }
            new.insert(name, to);
        }
        self.records.insert(key.clone(), new.clone());
        self.versions += 1;
        let version = self.versions;
        let about = |kind| {
            let mut event = Event::new(kind, by, depth).with("record", Value::Record(key.clone()));
            event.changed = Some((key.clone(), new.clone()));
            event.old = Some(old.clone());
            event.version = version;
            event
        };
        let mut events = Vec::new();
        for (name, from, to) in &changed {
            if name == "stage" {
                let between = |kind| {
                    about(kind)
                        .with("from", from.clone())
                        .with("to", to.clone())
                };
                events.push(between(EventKind::Moved(entity)));
                if !to.is_empty() {
                    events.push(between(EventKind::Entered(entity)));
                }
            }
        }
        for (name, from, to) in &changed {
            let kind = EventKind::Changed(entity, name.clone());
            events.push(
                about(kind)
                    .with("from", from.clone())
                    .with("to", to.clone()),
            );
        }
        for (name, from, to) in &changed {
            if name != "tags" {
                continue;
            }
            let missing = |a: &Value, b: &Value| -> Vec<Value> {
                let there: Vec<String> = tags(b).iter().map(tag_key).collect();
                let mut found = tags(a);
                found.retain(|tag| !there.contains(&tag_key(tag)));
                found
            };
            for tag in missing(to, from) {
                let kind = EventKind::Gained(entity, name.clone());
                events.push(about(kind).with("value", tag));
            }
            for tag in missing(from, to) {
                let kind = EventKind::Lost(entity, name.clone());
                events.push(about(kind).with("value", tag));
            }
        }
        self.queue.extend(events);
        for (name, ..) in &changed {
            self.count_change(name);
        }
        !changed.is_empty()
    }

    /// A record goes, and with it all that is pending for it.
    pub(super) fn delete(&mut self, key: &RecordKey, by: ActorKind) {
        let Some(old) = self.records.remove(key) else {
            return;
        };
        self.clocks.remove(key);
        self.deleted.insert(key.clone());
        let (gone, left): (Vec<_>, Vec<_>) = std::mem::take(&mut self.firings)
            .into_iter()
            .partition(|f| f.subject.as_ref() == Some(key));
        self.firings = left;
        for firing in gone {
            self.stop(&firing, "gone");
        }
        self.reported(key);
        let mut event = Event::new(EventKind::Deleted(self.entity_of(key)), by, 0)
            .with("record", Value::Record(key.clone()));
        event.old = Some(old);
        self.queue.push_back(event);
    }

    /// What an event says of records, before anything answers it.
    pub(super) fn update(&mut self, event: &Event) {
        let EventKind::Event(id) = &event.kind else {
            return;
        };
        let ir = self.ir.clone();
        for update in &ir.events[id.index()].updates {
            let Some(Value::Record(key)) = event.fields.get(&update.record) else {
                continue;
            };
            let value = event
                .fields
                .get(&update.value)
                .cloned()
                .unwrap_or(Value::Empty);
            let Some(record) = self.records.get(key) else {
                continue;
            };
            if value.is_empty() {
                self.histogram.note("update", false);
                continue;
            }
            let known = record.get(&update.field).cloned();
            let new = match update.op {
                SetOp::Assign => value,
                SetOp::Add => add(&known.unwrap_or(Value::Empty), &value),
                SetOp::Remove => remove(&known.unwrap_or(Value::Empty), &value),
            };
            let changes = BTreeMap::from([(update.field.clone(), new)]);
            let changed = self.change(&key.clone(), changes, event.by, event.depth);
            self.histogram.note("update", changed);
        }
    }

    pub(super) fn entity_of(&self, key: &RecordKey) -> EntityId {
        let at = self.ir.entities.iter().position(|e| e.name == key.entity);
        EntityId(at.unwrap() as u32)
    }
}

fn tags(value: &Value) -> Vec<Value> {
    match value {
        Value::Set(items) => items.iter().cloned().collect(),
        _ => Vec::new(),
    }
}

/// A set with a tag; one that has it already stays as it is.
pub(super) fn add(set: &Value, tag: &Value) -> Value {
    let mut items = tags(set);
    if !items.iter().any(|i| same(i, tag)) {
        items.push(tag.clone());
    }
    Value::Set(items.into_iter().collect())
}

/// A set without a tag.
pub(super) fn remove(set: &Value, tag: &Value) -> Value {
    let mut items = tags(set);
    items.retain(|i| !same(i, tag));
    Value::Set(items.into_iter().collect())
}
