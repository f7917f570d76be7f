//! Triggers.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{Action, EntityId, EventId, Expr, Loc, Millis, Place};

/// A trigger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    /// Its name: its identity, unique in the project.
    pub name: SmolStr,
    /// Its label, or its name.
    pub label: String,
    /// Where it is declared.
    pub loc: Loc,
    /// The stage in which it stands, as `Pipeline.Stage`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub home: Option<SmolStr>,
    /// Higher runs first.
    pub priority: i32,
    /// Never fires.
    pub disabled: bool,
    /// May fire more than once in one cascade.
    pub again: bool,
    /// Its zone, an IANA name.
    pub zone: SmolStr,
    /// The type of its subject.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subject: Option<EntityId>,
    /// What starts it.
    pub starts: Vec<Start>,
    /// Makes each of several records the subject.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub each: Option<ForEach>,
    /// Tested at the event, in this order, before `each`; the first that does not hold decides.
    pub guards: Vec<Guard>,
    /// The delay, where the start has none of its own.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub after: Option<After>,
    /// Must hold when it would fire.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub during: Option<Guard>,
    /// Tested together when it would fire; consumed together if all allow it.
    pub limits: Vec<Limit>,
    /// What it does.
    pub actions: Vec<Action>,
}

/// One `on` of a trigger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// Where it stands.
    pub loc: Loc,
    /// The events that start it.
    pub pattern: Pattern,
    /// How the event leads to the subject (before `for each`), from [`crate::Root::Event`]. `None` if the trigger
    /// has no subject.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subject: Option<Place>,
    /// References of the event to finer entities than the subject (an invoice of a deal), from
    /// [`crate::Root::Event`]: part of a firing's identity.
    pub finer: Vec<Place>,
    /// Guards of this start alone; tested before those of the trigger.
    pub guards: Vec<Guard>,
    /// The delay of this start alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub after: Option<After>,
}

/// A pattern of events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pattern {
    /// The kind of event.
    pub event: EventKind,
    /// For [`EventKind::Changed`]: a value given at creation counts as well.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub or_created: bool,
    /// What must hold of it, over [`crate::Root::Candidate`] (and, in `unless`, over the firing's own roots).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub filter: Option<Expr>,
    /// As it is written, for people.
    pub text: String,
}

/// A kind of event. All but the first are derived by the engine from changes of records; their fields are `record`
/// and those named here.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A declared event.
    Event(EventId),
    /// A record was created. `to`: its stage, if it has one.
    Created(EntityId),
    /// A record was deleted.
    Deleted(EntityId),
    /// A record's stage changed, not at creation. `from`, `to`.
    Moved(EntityId),
    /// A record came into a stage, by creation (`from` is `empty`) or by a move. `from`, `to`.
    Entered(EntityId),
    /// A field changed. `from`, `to`.
    Changed(EntityId, SmolStr),
    /// A set got an element. `value`.
    Gained(EntityId, SmolStr),
    /// A set lost an element. `value`.
    Lost(EntityId, SmolStr),
}

/// Something that must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Guard {
    /// Which clause it is.
    pub kind: GuardKind,
    /// Where it stands.
    pub loc: Loc,
    /// What it tests.
    pub test: Test,
    /// As it is written, for people.
    pub text: String,
}

/// Which clause a guard is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardKind {
    /// `by`
    By,
    /// Implied by the stage in which the trigger stands.
    Stage,
    /// `when`
    When,
    /// `while`
    While,
    /// `during`
    During,
}

/// What a guard tests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// The event was caused by one of these.
    By(Vec<ActorKind>),
    /// The expression is true.
    Expr(Expr),
}

/// Who causes an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A customer.
    Customer,
    /// A user of the CRM, by hand.
    User,
    /// A program.
    Api,
    /// This project, or the CRM's own automation.
    Automation,
}

/// `for each X of Y [where …]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ForEach {
    /// Where it stands.
    pub loc: Loc,
    /// Where the records stand: a collection of references, from [`crate::Root::Outer`] or [`crate::Root::Event`].
    pub source: Place,
    /// Which of them, over [`crate::Root::Subject`] (the element) and [`crate::Root::Outer`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub filter: Option<Guard>,
}

/// A delay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct After {
    /// Where it stands.
    pub loc: Loc,
    /// How long.
    pub duration: Millis,
    /// Must hold throughout: the first event after which it does not cancels.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub holds: Option<Guard>,
    /// Each of these cancels.
    pub unless: Vec<Cancel>,
}

/// An event that cancels a pending firing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cancel {
    /// The events. Its filter may read the firing's [`crate::Root::Subject`], [`crate::Root::Event`] and
    /// [`crate::Root::Outer`] beside [`crate::Root::Candidate`].
    pub pattern: Pattern,
    /// Restricts who caused it.
    pub by: Vec<ActorKind>,
    /// How it leads to the firing's subject, from [`crate::Root::Candidate`]: must be the same record. `None` where
    /// the pattern's filter says how they belong together.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subject: Option<Place>,
    /// References of equal, finer type: (from the starting event, from the candidate); must be equal pairwise.
    /// Indexed as the trigger's starts: an entry of the start that armed the firing counts.
    pub finer: Vec<Vec<(Place, Place)>>,
}

/// How often it may fire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// Where it stands.
    pub loc: Loc,
    /// Under which name its marks are stored: the trigger's, or the shared cooldown's.
    pub name: SmolStr,
    /// Which clause it is, for people.
    pub kind: LimitKind,
    /// How many in the window.
    pub count: u32,
    /// The sliding window.
    pub window: Millis,
    /// Per what, from the firing's roots. Empty: one for all.
    pub key: Vec<Place>,
}

/// Which clause a limit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    /// `cooldown`
    Cooldown,
}
