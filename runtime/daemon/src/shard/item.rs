//! What a batch holds, before and after it is durable.

use smol_str::SmolStr;
use tokio::sync::oneshot;
use trig_engine::{Arrival, Audit, EffectResult, Output};

use super::command::{Accepted, Activation, Applied, Fired, Intake, Refusal};

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
    Tick {
        workspace: SmolStr,
    },
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
                _ => {}
            }
        }
        self.effects += output.effects.len();
    }
}
