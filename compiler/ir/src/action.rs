//! What triggers do.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{
    ActionId, Cancel, EntityId, EventId, Expr, ForEach, Guard, Loc, Place, StageName, Until,
};

/// An action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// Where it stands.
    pub loc: Loc,
    /// What it does.
    pub kind: ActionKind,
}

impl Action {
    /// Calls `f` with it, and with each action in it.
    pub(crate) fn for_each<'a>(&'a self, f: &mut impl FnMut(&'a Self)) {
        f(self);
        let (first, second): (&[Self], &[Self]) = match &self.kind {
            ActionKind::If {
                then, otherwise, ..
            } => (then, otherwise),
            ActionKind::ForEach { body, .. } => (body, &[]),
            _ => (&[], &[]),
        };
        for action in first.iter().chain(second) {
            action.for_each(f);
        }
    }
}

/// What an action does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// Moves a record to a stage. Refused moves are recorded and change nothing.
    Move {
        /// The record.
        record: Place,
        /// Where to.
        to: StageName,
        /// May go to an earlier stage, or leave a final one.
        backwards: bool,
        /// May go to another pipeline.
        across: bool,
        /// In whose name.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        as_user: Option<SmolStr>,
    },
    /// Writes a field. Writing the value that is there is no event; an `empty` that comes of a failed computation is
    /// not written.
    Set {
        /// The record.
        record: Place,
        /// The field.
        field: SmolStr,
        /// How.
        op: SetOp,
        /// The value.
        value: Expr,
    },
    /// Raises an event of the project.
    Emit {
        /// The event.
        event: EventId,
        /// Its fields.
        args: Vec<(SmolStr, Expr)>,
    },
    /// Asks a connector to do something.
    Call {
        /// The action.
        action: ActionId,
        /// Its arguments, defaults filled in.
        args: Vec<(SmolStr, Expr)>,
    },
    /// Asks the CRM for a new record. It is known here once the CRM reports it.
    Create {
        /// Of which entity.
        entity: EntityId,
        /// Its fields.
        args: Vec<(SmolStr, Expr)>,
    },
    /// Starts a flow, by name.
    Start {
        /// The flow.
        flow: SmolStr,
        /// For whom; `None`: the flow has no subject.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        subject: Option<Place>,
    },
    /// Ends what waits or runs.
    Stop {
        /// The flow, by name, that ends for the subject; `None`: this body ends here.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        flow: Option<SmolStr>,
    },
    /// Waits for a duration. An `empty` or negative one is none.
    Wait(Expr),
    /// Waits until something holds.
    WaitUntil(Until),
    /// Does one or the other.
    If {
        /// The condition.
        test: Expr,
        /// As it is written, for people.
        text: String,
        /// Where it holds.
        then: Vec<Action>,
        /// Elsewhere.
        otherwise: Vec<Action>,
    },
    /// Does something for each record: nothing in it waits, starts or stops this body, or is a goal.
    ForEach {
        /// The records; [`crate::EachSource::Of`] only.
        each: ForEach,
        /// The number of their [`crate::Root::Binder`].
        slot: u32,
        /// What is done for each.
        body: Vec<Action>,
    },
    /// Reached while the body waits before it: the body goes on behind it. Reached by the body itself: it is skipped.
    /// Stands in no `if` or `for each`.
    Goal {
        /// Its name.
        name: SmolStr,
        /// The name that it had.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        was: Option<SmolStr>,
        /// What reaches it.
        reached: Reached,
    },
}

/// What reaches a goal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reached {
    /// An event that belongs to the firing, as an `unless` does.
    On(Box<Cancel>),
    /// Something holds: tested when a record that it reads changes.
    When(Guard),
}

/// How a field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetOp {
    /// Replaced.
    Assign,
    /// Added to, or joined with.
    Add,
    /// Subtracted from, or taken out of.
    Remove,
}
