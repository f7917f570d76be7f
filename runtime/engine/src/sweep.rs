//! Sweeps: fan-outs over all records of an entity, or over very many, go on in slices that are inputs of their own.
//! Who is in is decided when the sweep begins, `where` when the slice has its turn.

use std::ops::Bound;
use std::sync::Arc;

use smol_str::SmolStr;
use trig_ir::{EachSource, ForEach, RecordKey, Trigger, TriggerId};

use crate::apply::Run;
use crate::cascade::{Change, Event, MOST_AN_HOUR};
use crate::key::Root;
use crate::matching::Started;
use crate::state::{Captured, FiringKey, Over, Sweep};
use crate::{Audit, Engine, Why, starts};

/// So many records are one slice; a fan-out over no more is no sweep.
pub(crate) const SLICE: usize = 1_000;

/// What the revision has of a sweep.
struct Under<'e> {
    id: TriggerId,
    trigger: &'e Trigger,
    nth: usize,
    each: &'e ForEach,
}

/// `Err`: why it cannot go on.
fn under<'e>(engine: &'e Engine, sweep: &Sweep) -> Result<Under<'e>, Why> {
    let found = || {
        let id = engine.index().trigger_id(&sweep.trigger)?;
        let trigger = engine.ir().triggers.get(id.index())?;
        let each = trigger.each.as_ref()?;
        let goes_on = match (&each.source, &sweep.over) {
            (EachSource::All(entity), Over::All(name, _)) => {
                engine.index().entity_id(name) == Some(*entity)
            }
            (EachSource::Of(_), Over::These(_)) => true,
            _ => false,
        };
        let kind = engine.index().kind(&sweep.event.kind)?;
        let nth = starts::find(trigger, &kind, &sweep.start)?;
        goes_on.then_some(Under {
            id,
            trigger,
            nth,
            each,
        })
    };
    match found() {
        None => Err(Why::Removed),
        Some(under) if under.trigger.disabled => Err(Why::Disabled),
        Some(under) => Ok(under),
    }
}

impl Run<'_> {
    /// Begins a sweep.
    pub(crate) fn sweep(&mut self, started: &Started<'_>, over: Over) {
        let event = started.event;
        let kind = self.engine.kind_name(&event.kind);
        let start = starts::name(started.trigger, started.nth);
        let (Some(kind), Some(start)) = (kind, start) else {
            return;
        };
        // a sweep that a slice starts may lead back to it: there neither the chain rule nor its length cuts a circle
        if matches!(started.origin.root, Root::Slice(_)) {
            let key = FiringKey {
                trigger: started.trigger.name.clone(),
                subject: started.subject.clone(),
                finer: started.finer.clone(),
            };
            if self.state.spend(&key, self.now) > MOST_AN_HOUR {
                let most = MOST_AN_HOUR;
                self.refused(started, key.subject, Some(Why::Budget { most }));
                return;
            }
        }
        let change = event.change.as_ref();
        let sweep = Sweep {
            trigger: started.trigger.name.clone(),
            start,
            event: Captured {
                kind,
                fields: event.fields.clone(),
                by: event.by.clone(),
            },
            change: change.map(|c| (c.record.clone(), c.before.clone(), Arc::clone(&c.version))),
            outer: started.subject.clone(),
            finer: started.finer.clone(),
            origin: started.origin.clone(),
            started: started.position,
            over,
            cursor: None,
        };
        let number = self.state.meta.next_sweep;
        self.state.meta.next_sweep = number.saturating_add(1);
        self.audit(Audit::Sweep {
            trigger: sweep.trigger.clone(),
        });
        self.state.sweeps.put(number, Arc::new(sweep));
    }

    /// Works off one slice of the oldest sweep.
    pub(crate) fn slice(&mut self) {
        let Some((number, sweep)) = self.state.sweeps.first() else {
            return;
        };
        let (number, sweep) = (*number, Arc::clone(sweep));
        let engine = self.engine;
        let under = match under(engine, &sweep) {
            Ok(under) => under,
            Err(why) => {
                self.end_sweep(number, &sweep, why);
                return;
            }
        };
        let records = self.next_slice(&sweep);
        match records.last() {
            Some(last) if records.len() == SLICE => {
                let cursor = Some(last.clone());
                let sweep = sweep.as_ref().clone();
                let rest = Sweep { cursor, ..sweep };
                self.state.sweeps.put(number, Arc::new(rest));
            }
            _ => self.state.sweeps.remove(&number),
        }
        let (Some(kind), Some(start)) = (
            engine.index().kind(&sweep.event.kind),
            under.trigger.starts.get(under.nth),
        ) else {
            return;
        };
        self.begin(Root::Slice(self.position()));
        // in this input it has a number of its own; its identity is the one that it had
        let (seq, nth) = self.number();
        let change = sweep.change.clone();
        let event = Event {
            seq,
            nth,
            depth: 0,
            cause: None,
            kind,
            fields: sweep.event.fields.clone(),
            by: sweep.event.by.clone(),
            at_creation: false,
            change: change.map(|(record, before, version)| Change {
                record,
                before,
                version,
            }),
        };
        if self.options.trace {
            self.trace_event(&event);
        }
        let started = Started {
            id: under.id,
            trigger: under.trigger,
            nth: under.nth,
            start,
            event: &event,
            subject: sweep.outer.clone(),
            finer: sweep.finer.clone(),
            origin: sweep.origin.clone(),
            position: sweep.started,
        };
        self.each(&started, under.each, records);
    }

    /// The records of the next slice, by id.
    fn next_slice(&self, sweep: &Sweep) -> Vec<RecordKey> {
        match &sweep.over {
            Over::These(all) => {
                let done = sweep.cursor.as_ref();
                let at = all.partition_point(|key| done.is_some_and(|done| key <= done));
                all.iter().skip(at).take(SLICE).cloned().collect()
            }
            Over::All(entity, upto) => {
                let first = RecordKey {
                    entity: entity.clone(),
                    connector: SmolStr::default(),
                    id: SmolStr::default(),
                };
                let from = match &sweep.cursor {
                    Some(cursor) => Bound::Excluded(cursor),
                    None => Bound::Included(&first),
                };
                self.state
                    .records
                    .scan(from)
                    .take_while(|(key, _)| key.entity == *entity)
                    .filter(|(_, record)| record.seen.is_none_or(|seen| seen.number < *upto))
                    .map(|(key, _)| key.clone())
                    .take(SLICE)
                    .collect()
            }
        }
    }

    fn end_sweep(&mut self, number: u64, sweep: &Sweep, why: Why) {
        self.state.sweeps.remove(&number);
        self.audit(Audit::Cancelled {
            trigger: sweep.trigger.clone(),
            subject: sweep.outer.clone(),
            why,
        });
    }

    /// Ends the sweeps that the revision has no more.
    pub(crate) fn adopt_sweeps(&mut self) {
        let all = self.state.sweeps.scan(Bound::Unbounded);
        let all: Vec<(u64, Arc<Sweep>)> = all.map(|(n, s)| (*n, Arc::clone(s))).collect();
        for (number, sweep) in all {
            if let Err(why) = under(self.engine, &sweep) {
                self.end_sweep(number, &sweep, why);
            }
        }
    }
}
