//! What a test has heard from the engine: what expectations and coverage ask for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};
use smol_str::SmolStr;
use trig_engine::{Audit, EffectKind, Output, Why};
use trig_ir::{Ir, Loc, RecordKey};

/// What a test has heard so far.
pub(crate) struct Heard {
    /// Firings: trigger and subject, in order.
    pub(crate) fired: Vec<(SmolStr, Option<RecordKey>)>,
    /// What kept triggers from firing: trigger, subject, and the reason's word and words.
    pub(crate) kept: BTreeSet<(SmolStr, Option<RecordKey>, Reason)>,
    /// Triggers that something armed.
    pub(crate) armed: BTreeSet<(SmolStr, Option<RecordKey>)>,
    /// Calls: full name of the action, and its arguments.
    pub(crate) called: Vec<(SmolStr, Map<String, Json>)>,
    /// Tests of guards: trigger, place; whether it has held, whether it has not.
    pub(crate) tested: BTreeMap<(SmolStr, Loc), Sides>,
    reasons: bool,
}

/// Why a trigger did not fire.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reason {
    /// One of [`trig_ir::REASONS`]; empty for what has no word.
    pub(crate) word: &'static str,
    pub(crate) told: String,
}

/// The outcomes of a guard that have been seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sides {
    pub(crate) held: bool,
    pub(crate) stopped: bool,
}

impl Sides {
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            held: self.held || other.held,
            stopped: self.stopped || other.stopped,
        }
    }
}

impl Heard {
    pub(crate) fn new(reasons: bool) -> Self {
        Self {
            fired: Vec::new(),
            kept: BTreeSet::new(),
            armed: BTreeSet::new(),
            called: Vec::new(),
            tested: BTreeMap::new(),
            reasons,
        }
    }

    pub(crate) fn listen(&mut self, output: &Output, ir: &Ir) {
        for audit in &output.audit {
            match audit {
                Audit::Fired {
                    trigger, subject, ..
                } => self.fired.push((trigger.clone(), subject.clone())),
                Audit::NotFired {
                    trigger,
                    subject,
                    why,
                }
                | Audit::Cancelled {
                    trigger,
                    subject,
                    why,
                } if self.reasons => self.keep(trigger, subject.as_ref(), why, ir),
                Audit::Missed {
                    trigger,
                    subject,
                    reason,
                    ..
                } if self.reasons => {
                    let reason = Reason {
                        word: "missed",
                        told: reason.clone(),
                    };
                    self.kept.insert((trigger.clone(), subject.clone(), reason));
                }
                Audit::Armed {
                    trigger, subject, ..
                } if self.reasons => {
                    self.armed.insert((trigger.clone(), subject.clone()));
                }
                Audit::Tested { trigger, loc, held } => {
                    let sides = self.tested.entry((trigger.clone(), *loc)).or_default();
                    if *held {
                        sides.held = true;
                    } else {
                        sides.stopped = true;
                    }
                }
                _ => {}
            }
        }
        for effect in &output.effects {
            if let EffectKind::Call { action, args } = &effect.what {
                self.called.push((action.clone(), args.clone()));
            }
        }
    }

    fn keep(&mut self, trigger: &SmolStr, subject: Option<&RecordKey>, why: &Why, ir: &Ir) {
        let reason = Reason {
            word: why.word(ir).unwrap_or_default(),
            told: why.told(Some(ir)),
        };
        self.kept
            .insert((trigger.clone(), subject.cloned(), reason));
    }
}
