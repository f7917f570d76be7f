//! The tests of a project: compiled beside its IR, and no part of it.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{ActionId, ActorKind, EntityId, EventId, Expr, Loc, Millis, Place, SetOp, Timestamp};

/// A `test`. Its expressions see its records as [`crate::Root::Binder`]s.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestCase {
    /// What it shows.
    pub title: String,
    /// Where it stands.
    pub loc: Loc,
    /// The time at which it begins: its first `clock`, where nothing happens or is expected before it, else the first
    /// day of 2026 in the project's zone.
    pub begins: Timestamp,
    /// In order.
    pub steps: Vec<TestStep>,
}

/// A statement of a test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestStep {
    /// Where it stands.
    pub loc: Loc,
    /// As it is written, for people.
    pub text: String,
    /// What it says.
    pub kind: TestStepKind,
}

/// What a statement of a test says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestStepKind {
    /// A record that is known beforehand. Raises nothing. Fields that it does not name are `empty`.
    Given(TestRecord),
    /// The time is this from here on.
    Clock(Timestamp),
    /// What the outside does with an action from here on; else every one succeeds at once.
    Answer {
        /// The action.
        action: ActionId,
        /// What the outside does.
        with: Answer,
    },
    /// An event happens.
    Send {
        /// The event.
        event: EventId,
        /// Its fields.
        args: Vec<(SmolStr, Expr)>,
        /// By whom; else by a customer.
        by: Option<ActorKind>,
    },
    /// A field of a record changes.
    Set {
        /// The record.
        record: Place,
        /// The field.
        field: SmolStr,
        /// How.
        op: SetOp,
        /// The value.
        value: Expr,
        /// By whom; else by a user.
        by: Option<ActorKind>,
    },
    /// A record is created.
    Create {
        /// The record.
        record: TestRecord,
        /// By whom; else by a user.
        by: Option<ActorKind>,
    },
    /// A record is deleted, by a user.
    Delete(Place),
    /// A flow is started by hand, by a user.
    Start {
        /// The flow, by name.
        flow: SmolStr,
        /// For which record.
        subject: Place,
    },
    /// Time passes, and everything that is due happens.
    Advance(Millis),
    /// This must hold now.
    Holds(Expr),
    /// A trigger must have fired, or not, since the test began.
    Fired {
        /// It must not.
        negated: bool,
        /// The trigger or flow, by name.
        trigger: SmolStr,
        /// For this record only.
        subject: Option<Place>,
        /// Exactly so often.
        times: Option<u32>,
        /// Where it must not: what must have stopped it, at least once, as the word of its clause (`cooldown`, `when`):
        /// one of [`REASONS`].
        because: Option<SmolStr>,
    },
    /// Something must have stopped a trigger at least once since the test began. It may have fired at other times.
    Stopped {
        /// The trigger or flow, by name.
        trigger: SmolStr,
        /// For this record only.
        subject: Option<Place>,
        /// The word of its clause: one of [`REASONS`].
        because: SmolStr,
    },
    /// An action must have been asked for, or not, since the test began.
    Called {
        /// It must not.
        negated: bool,
        /// The action.
        action: ActionId,
        /// The arguments that it must have had, among others.
        args: Vec<(SmolStr, Expr)>,
        /// Exactly so often.
        times: Option<u32>,
    },
}

/// A record of a test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestRecord {
    /// The number of its [`crate::Root::Binder`].
    pub slot: u32,
    /// Its name in the test, and its native id.
    pub name: SmolStr,
    /// Its entity.
    pub entity: EntityId,
    /// Its fields.
    pub fields: Vec<(SmolStr, Expr)>,
    /// Fields that are not known.
    pub unknown: Vec<SmolStr>,
}

/// What the outside does with an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It succeeds.
    Success,
    /// It is refused for good.
    Failure,
    /// Nothing ever comes back.
    Silence,
}

/// What may stand after `because`: the words of what can keep a trigger from firing.
pub const REASONS: &[&str] = &[
    "breaker",
    "budget",
    "by",
    "cooldown",
    "disabled",
    "during",
    "filter",
    "first",
    "gone",
    "late",
    "limit",
    "missed",
    "none",
    "once",
    "repeated",
    "restarted",
    "stage",
    "stopped",
    "unknown",
    "unless",
    "until",
    "waiting",
    "when",
    "where",
    "while",
];
