//! Events and the queue that they stand in.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use trig_ir::{EventKind, RecordKey};

use crate::eval::EventView;
use crate::key::{Origin, Root};
use crate::state::{Before, Fields, FiringKey, Record};
use crate::{Actor, Cause};

/// A chain of events that cause one another is cut behind this one.
pub(crate) const DEEPEST_CHAIN: u32 = 32;
/// So many firings an input, or a firing that had waited, may cause.
pub(crate) const MOST_FIRINGS: u32 = 10_000;
/// So often something may fire within an hour, for one subject, where its cause went through time: there neither the
/// chain rule nor its length cuts a circle.
pub(crate) const MOST_AN_HOUR: u32 = 100;
/// And so often without subject.
pub(crate) const MOST_AN_HOUR_ALONE: u32 = 10_000;

/// The change of a record that an event tells of.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) record: RecordKey,
    pub(crate) before: Before,
    /// The version that guards see; of a deleted record, the last one.
    pub(crate) version: Arc<Record>,
}

/// An event of a cascade.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// Its number inside the input.
    pub(crate) seq: u32,
    /// Its number inside the cascade.
    pub(crate) nth: u32,
    /// How many firings stand between it and what the cascade began with.
    pub(crate) depth: u32,
    pub(crate) cause: Option<Cause>,
    pub(crate) kind: EventKind,
    pub(crate) fields: Fields,
    pub(crate) by: Actor,
    /// A value given at creation: counts only where a pattern says `or created`.
    pub(crate) at_creation: bool,
    pub(crate) change: Option<Change>,
}

impl Event {
    pub(crate) fn view(&self) -> EventView<'_> {
        EventView {
            kind: Some(&self.kind),
            fields: &self.fields,
        }
    }

    /// The last version of a record that this event deleted.
    pub(crate) fn last(&self) -> Option<&Arc<Record>> {
        match (&self.kind, &self.change) {
            (EventKind::Deleted(_), Some(change)) => Some(&change.version),
            _ => None,
        }
    }
}

/// What stands in the queue.
#[derive(Debug)]
pub(crate) enum Item {
    /// A record has a new version, or is gone (`None`): what waits on something that it decides is tested again; what has
    /// begun to wait from this arming number on has seen it.
    Version(RecordKey, Option<Arc<Record>>, u64),
    Event(Event),
}

/// What one input, or one firing that had waited, sets off.
#[derive(Debug)]
pub(crate) struct Cascade {
    pub(crate) root: Root,
    /// The number, inside the input, of its first event.
    pub(crate) first_seq: u32,
    pub(crate) queue: VecDeque<Item>,
    /// What has fired in it.
    pub(crate) fired: BTreeSet<FiringKey>,
    pub(crate) firings: u32,
    /// Nothing more starts; what is in the queue still cancels.
    pub(crate) cut: bool,
}

impl Cascade {
    pub(crate) fn new(root: Root, first_seq: u32) -> Self {
        Self {
            root,
            first_seq,
            queue: VecDeque::new(),
            fired: BTreeSet::new(),
            firings: 0,
            cut: false,
        }
    }

    pub(crate) fn origin(&self, nth: u32) -> Origin {
        Origin {
            root: self.root.clone(),
            nth,
        }
    }
}
