//! What a batch holds, before and after it is durable.

use smol_str::SmolStr;
use tokio::sync::oneshot;
use trig_engine::{Arrival, Audit, EffectResult, InputKind, Output};

use super::command::{Accepted, Activation, Applied, Fired, Intake, Kept, Refusal, StartedFlow};
use trig_ir::Ir;

/// One thing that a batch holds.
#[derive(Debug)]
pub(crate) enum Item {
    Input(Intake),
    Result {
        workspace: SmolStr,
        result: EffectResult,
        done: oneshot::Sender<()>,
    },
    Attempt {
        workspace: SmolStr,
        key: SmolStr,
        attempt: u32,
        done: oneshot::Sender<()>,
    },
    Activate {
        activation: Activation,
        done: oneshot::Sender<Result<(), Refusal>>,
    },
    Tick {
        workspace: SmolStr,
    },
    Slice {
        workspace: SmolStr,
    },
}

/// What is left to do with an item once it is durable.
pub(super) enum Step {
    Arrivals {
        workspace: SmolStr,
        arrivals: Vec<Arrival>,
        reply: Option<(oneshot::Sender<Result<Accepted, Refusal>>, Accepted)>,
    },
    Result {
        workspace: SmolStr,
        result: EffectResult,
        done: oneshot::Sender<()>,
    },
    Attempt {
        workspace: SmolStr,
        key: SmolStr,
        attempt: u32,
        done: oneshot::Sender<()>,
    },
    Activate {
        activation: Activation,
        done: oneshot::Sender<Result<(), Refusal>>,
    },
    /// Nothing came: time went on, or a sweep does.
    Time { workspace: SmolStr, kind: InputKind },
}

impl Applied {
    pub(super) fn add(&mut self, output: &Output) {
        for audit in &output.audit {
            match audit {
                Audit::Fired {
                    trigger, subject, ..
                } => self.fired.push(Fired {
                    trigger: trigger.clone(),
                    subject: subject.clone(),
                }),
                Audit::Duplicate { .. } => self.duplicates += 1,
                Audit::Unhandled { field, reason } => self.kept.push(Kept {
                    field: field.clone(),
                    reason: reason.clone(),
                }),
                _ => {}
            }
        }
        self.effects += output.effects.len();
    }

    /// What became of the start of `flow`. The output was traced.
    pub(super) fn start(&mut self, flow: &str, output: &Output, ir: Option<&Ir>) {
        let mut start = StartedFlow::default();
        for audit in &output.audit {
            match audit {
                Audit::Fired { trigger, .. } if trigger == flow => start.started = true,
                Audit::Armed {
                    trigger,
                    due,
                    phase,
                    ..
                } if trigger == flow => {
                    start.started = true;
                    start.waits = Some(crate::show::waits(phase, *due));
                }
                Audit::NotFired { trigger, why, .. } if trigger == flow => {
                    start.reason = Some(why.told(ir));
                }
                // the start itself was not understood; about anything else, somebody would have fired
                Audit::Unhandled { reason, .. } if start.reason.is_none() => {
                    start.reason = Some(reason.clone());
                }
                _ => {}
            }
        }
        if start.started {
            start.reason = None;
        }
        self.start = Some(start);
    }
}
