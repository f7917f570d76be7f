//! One input: what is due, then the input itself, then everything that these set off.

use std::sync::Arc;

use trig_ir::{RecordKey, Timestamp};

use crate::cascade::{Cascade, Change, DEEPEST_CHAIN, Event, Item};
use crate::derive::Derived;
use crate::key::Root;
use crate::state::{Before, Changes, Layers, Record, Seen, Timer};
use crate::{
    Actor, Audit, Cause, EffectKind, EffectResult, Engine, Input, InputKind, Options, Outcome,
    Output,
};

/// So many firings that had waited run before one input; what is left is due at the next.
const MOST_TIMERS: u32 = 100_000;

/// The evaluation of one input, on an overlay of the state.
pub(crate) struct Run<'e> {
    pub(crate) engine: &'e Engine,
    pub(crate) state: Layers<'e>,
    pub(crate) options: Options,
    pub(crate) out: Output,
    /// The time of what is being evaluated: the input's, or the due time of what had waited.
    pub(crate) now: Timestamp,
    pub(crate) cascade: Cascade,
    input: &'e Input,
    next_seq: u32,
}

impl<'e> Run<'e> {
    pub(crate) fn new(
        engine: &'e Engine,
        mut state: Layers<'e>,
        input: &'e Input,
        options: Options,
    ) -> Self {
        state.meta.position = input.position;
        Self {
            engine,
            now: state.meta.now,
            state,
            options,
            out: Output::default(),
            cascade: Cascade::new(Root::Position(input.position), 0),
            input,
            next_seq: 0,
        }
    }

    pub(crate) fn finish(self) -> (Changes, Output) {
        (self.state.into_changes(), self.out)
    }

    pub(crate) fn position(&self) -> u64 {
        self.input.position
    }

    pub(crate) fn audit(&mut self, audit: Audit) {
        self.out.audit.push(audit);
    }

    pub(crate) fn input(&mut self) {
        let at = self.input.at.max(self.state.meta.now);
        if !matches!(self.input.kind, InputKind::Revision(_)) {
            self.due(at);
        }
        self.now = at;
        self.state.meta.now = at;
        self.state.forget(at);
        self.begin(Root::Position(self.input.position));
        match &self.input.kind {
            InputKind::Arrival(arrival) => self.arrival(arrival),
            InputKind::Tick => {}
            InputKind::Result(result) => self.result(result),
            InputKind::Revision(revision) => self.activate(revision),
            InputKind::Slice => self.slice(),
        }
        self.drain();
    }

    /// Begins a cascade.
    pub(crate) fn begin(&mut self, root: Root) {
        self.cascade = Cascade::new(root, self.next_seq);
    }

    /// Runs the firings that are due, each at its own time.
    fn due(&mut self, until: Timestamp) {
        let mut left = MOST_TIMERS;
        while let Some((timer, ())) = self.state.timers.first() {
            let (due, _, trigger, subject, wakes) = timer.clone();
            if due > until {
                return;
            }
            if left == 0 {
                self.audit(Audit::Cut {
                    reason: format!(
                        "more than {MOST_TIMERS} firings are due; the rest runs before the next input"
                    ),
                });
                return;
            }
            left -= 1;
            self.now = self.now.max(due);
            match wakes {
                Timer::Firing(number) => self.wake(number),
                Timer::Clock(name) => {
                    self.clock_due(&trigger, &name, subject.as_ref(), due, until);
                }
            }
            self.drain();
        }
    }

    /// Works off the queue.
    fn drain(&mut self) {
        while let Some(item) = self.cascade.queue.pop_front() {
            match item {
                Item::Version(record, version, upto) => {
                    self.test_again(&record, version.as_ref(), upto);
                }
                Item::Event(event) => self.event(&event),
            }
        }
    }

    fn event(&mut self, event: &Event) {
        if self.options.trace {
            self.trace_event(event);
        }
        self.tell(event);
        self.cancel(event);
        // what stands behind the end of a chain has happened, too, and cancels; it only starts nothing
        if event.depth <= DEEPEST_CHAIN {
            self.start(event);
        }
    }

    /// The number of the next event: inside the input, and inside the cascade.
    pub(crate) fn number(&mut self) -> (u32, u32) {
        let seq = self.next_seq;
        self.next_seq = self.next_seq.saturating_add(1);
        (seq, seq - self.cascade.first_seq)
    }

    /// Puts events at the end of the queue.
    pub(crate) fn queue(
        &mut self,
        events: Vec<Derived>,
        change: Option<&Change>,
        cause: Option<&Cause>,
        by: &Actor,
        depth: u32,
    ) {
        if depth > DEEPEST_CHAIN && !events.is_empty() {
            self.audit(Audit::Cut {
                reason: format!("a chain of more than {DEEPEST_CHAIN} events"),
            });
        }
        self.count_changes(&events);
        for derived in events {
            let (seq, nth) = self.number();
            if !derived.heard {
                continue;
            }
            self.cascade.queue.push_back(Item::Event(Event {
                seq,
                nth,
                depth,
                cause: cause.cloned(),
                kind: derived.kind,
                fields: derived.fields,
                by: by.clone(),
                at_creation: derived.at_creation,
                change: change.cloned(),
            }));
        }
    }

    /// Stores a version of a record, and queues the test of what waits on it.
    pub(crate) fn store(&mut self, key: &RecordKey, version: &Arc<Record>) {
        let version = self.seen(key, version);
        self.state.records.put(key.clone(), Arc::clone(&version));
        self.arm_offsets_of(key, &version);
        self.look_again(key, Some(version));
    }

    /// Queues the test of what waits on a record that has a new version, or is gone.
    pub(crate) fn look_again(&mut self, key: &RecordKey, version: Option<Arc<Record>>) {
        let upto = self.state.meta.next_arming;
        let item = Item::Version(key.clone(), version, upto);
        self.cascade.queue.push_back(item);
    }

    /// The version, with when the record was first heard of.
    fn seen(&mut self, key: &RecordKey, version: &Arc<Record>) -> Arc<Record> {
        if version.seen.is_some() {
            return Arc::clone(version);
        }
        let there = self.state.records.get(key).and_then(|record| record.seen);
        let seen = there.unwrap_or_else(|| {
            let number = self.state.meta.next_seen;
            self.state.meta.next_seen = number.saturating_add(1);
            Seen {
                number,
                at: self.now,
            }
        });
        Arc::new(Record {
            seen: Some(seen),
            ..version.as_ref().clone()
        })
    }

    fn result(&mut self, result: &EffectResult) {
        let effect = self.state.outbox_keys.get(&result.key).copied();
        let Some(number) = effect else {
            self.audit(Audit::Unhandled {
                field: None,
                reason: format!("no effect with the key `{}` waits for a result", result.key),
            });
            return;
        };
        let effect = self.state.outbox.get(&number).cloned();
        self.state.outbox.remove(&number);
        self.state.outbox_keys.remove(&result.key);
        self.audit(Audit::Ended {
            key: result.key.clone(),
            outcome: result.outcome,
            detail: result.detail.clone(),
        });
        if let Some(effect) = effect
            && let EffectKind::Write { record, .. } = &effect.what
        {
            for key in self.state.writes_by(record, number) {
                if result.outcome == Outcome::Done {
                    self.state.confirm_write(&key, self.now);
                } else {
                    self.undo(&key);
                }
            }
        }
    }
}

/// What was known before, as `old.` reads it.
pub(crate) fn before(record: Option<&Arc<Record>>) -> Before {
    match record {
        Some(record) => Before::Version(Arc::clone(record)),
        None => Before::Unknown,
    }
}
