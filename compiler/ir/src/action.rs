//! What triggers do.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{ActionId, EventId, Expr, Loc, Place, StageName};

/// An action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// Where it stands.
    pub loc: Loc,
    /// What it does.
    pub kind: ActionKind,
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
