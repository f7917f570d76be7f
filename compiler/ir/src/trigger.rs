//! Triggers.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{Action, Clock, EntityId, EventId, Expr, Loc, Millis, Missed, Period, Place};

/// A trigger, or a flow: that is a trigger which nothing but [`EventKind::Started`] starts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    /// Its name: its identity, unique in the project.
    pub name: SmolStr,
    /// The name that it had: its state moves once, in the revision that introduces this.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub was: Option<SmolStr>,
    /// Its label, or its name.
    pub label: String,
    /// It is a flow.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub flow: bool,
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
    /// First, it waits until its events have come to rest.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub debounce: Option<Debounce>,
    /// Then, until something holds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Until>,
    /// Then, for a time; where the start has no delay of its own.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub after: Option<After>,
    /// Must hold when it would fire.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub during: Option<Guard>,
    /// What becomes of a further firing of a key while one waits or runs.
    #[serde(skip_serializing_if = "Mode::is_single", default)]
    pub mode: Mode,
    /// Tested together when it would fire; consumed together if all allow it.
    pub limits: Vec<Limit>,
    /// What becomes of occurrences of its clocks that were missed. `None`: the last one runs, if it is not too late.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub missed: Option<Missed>,
    /// What it does.
    pub actions: Vec<Action>,
}

impl Trigger {
    /// Calls `f` with each action, in the order in which they are written; those in `if` and `for each` included, after
    /// the one that holds them.
    pub fn for_each_action<'t>(&'t self, f: &mut impl FnMut(&'t Action)) {
        for action in &self.actions {
            action.for_each(f);
        }
    }
}

/// One `on` of a trigger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// Where it stands.
    pub loc: Loc,
    /// The events that start it.
    pub pattern: Pattern,
    /// When its events happen, where they are of kind [`EventKind::Clock`] or [`EventKind::Due`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub clock: Option<Clock>,
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
    /// Only the first of them, of those that the filter lets through; guards do not count.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub first: Option<First>,
    /// As it is written, for people.
    pub text: String,
}

/// `first … per KEY each PERIOD`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct First {
    /// Per what, from [`crate::Root::Event`]. Empty: the first of all.
    pub key: Vec<Place>,
    /// In which calendar period of the trigger's zone. `None`: ever.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub period: Option<Period>,
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
    /// The clock came to an occurrence of [`Start::clock`], which happens for that start alone. `at`, an instant; there
    /// is no `record`.
    Clock,
    /// The clock came to an instant that depends on a date field of a record, by [`Start::clock`]; happens for that
    /// start alone. `at`, an instant.
    Due(EntityId, SmolStr),
    /// A flow is to start, by the flow's name. Its subject is `record`.
    Started(SmolStr),
    /// A goal of a flow was reached: names of flow and goal.
    GoalReached(SmolStr, SmolStr),
    /// The body of a flow came to a goal that was not reached: names of flow and goal.
    GoalSkipped(SmolStr, SmolStr),
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
    /// The `where` of a `for each`
    Where,
    /// `until`, `wait until`
    Until,
    /// `goal NAME when`
    Goal,
    /// `while`
    While,
    /// `during`
    During,
}

impl GuardKind {
    /// The word that its clause begins with; `stage` for the one that nobody has written.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::By => "by",
            Self::Stage => "stage",
            Self::When => "when",
            Self::Where => "where",
            Self::Until => "until",
            Self::Goal => "goal",
            Self::While => "while",
            Self::During => "during",
        }
    }
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

impl ActorKind {
    /// The word for it, as `by` takes it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::User => "user",
            Self::Api => "api",
            Self::Automation => "automation",
        }
    }
}

/// `for each X of Y [where …]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ForEach {
    /// Where it stands.
    pub loc: Loc,
    /// Where the records stand.
    pub source: EachSource,
    /// Which of them: in a clause, over [`crate::Root::Subject`] (the element) and [`crate::Root::Outer`]; in an
    /// action, over its [`crate::Root::Binder`] beside the firing's own roots.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub filter: Option<Guard>,
}

/// Over which records a `for each` runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EachSource {
    /// A collection of references; in a clause from [`crate::Root::Outer`] or [`crate::Root::Event`].
    Of(Place),
    /// All records of an entity, as of the event. In clauses only; there is no [`crate::Root::Outer`] then.
    All(EntityId),
}

/// What becomes of a further firing of a key (trigger, subject, finer entities) while one waits or runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It is suppressed.
    #[default]
    Single,
    /// It takes the place of the other, which is cancelled.
    Restart,
    /// Both.
    Parallel,
}

impl Mode {
    /// Whether it is [`Self::Single`].
    pub fn is_single(&self) -> bool {
        *self == Self::Single
    }
}

/// Waits until no further event of its key has come for a while; the last one counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Debounce {
    /// Where it stands.
    pub loc: Loc,
    /// For how long nothing may come.
    pub duration: Millis,
    /// From the first event on, it waits no longer than this.
    pub up_to: Millis,
    /// Must hold throughout: the first event after which it does not cancels.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub holds: Option<Guard>,
    /// Each of these cancels.
    pub unless: Vec<Cancel>,
}

/// Waits until something holds: tested at once, after every change of a record that it reads, and whenever a schedule
/// that it asks opens or closes (for `today`: at midnight; for `now`: each minute).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Until {
    /// Where it stands.
    pub loc: Loc,
    /// What is waited for.
    pub test: Guard,
    /// For how long, and what then. `None`: as long as it takes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub within: Option<Within>,
}

/// For how long something is waited for, and what then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Within {
    /// For how long.
    pub duration: Millis,
    /// What then.
    pub otherwise: Otherwise,
}

/// What becomes of a firing when what it waits for does not come in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Otherwise {
    /// It ends. `drop`, and `stop` among actions.
    Drop,
    /// It goes on.
    Continue,
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
    /// In which time.
    pub window: LimitWindow,
    /// Per what, from the firing's roots. Empty: one for all.
    pub key: Vec<Place>,
    /// A firing that has no room waits its turn, in the order of arrival; else it is dropped.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub wait: bool,
}

/// The time in which firings count for a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitWindow {
    /// For ever.
    Ever,
    /// Sliding, its end excluded.
    Sliding(Millis),
    /// The calendar period of the trigger's zone.
    Calendar(Period),
}

/// Which clause a limit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    /// `once`
    Once,
    /// `cooldown`
    Cooldown,
    /// `limit`
    Limit,
}

impl LimitKind {
    /// The word that its clause begins with.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Cooldown => "cooldown",
            Self::Limit => "limit",
        }
    }
}
