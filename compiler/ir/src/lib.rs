//! The intermediate representation of a Trig project: what the compiler writes and the engine runs.
//!
//! It is plain data with a version. Declarations are indexed by dense ids, which are valid inside one IR only;
//! whatever is stored beyond it is keyed by full names.

mod action;
mod clock;
mod decl;
mod expr;
mod id;
mod record;
mod revision;
mod schedule;
mod source;
mod test_case;
mod text;
mod time;
mod trigger;
mod ty;
mod value;
mod versions;
mod zone;

pub use action::*;
pub use clock::*;
pub use decl::*;
pub use expr::*;
pub use id::*;
pub use record::*;
pub use revision::*;
pub use schedule::*;
pub use source::*;
pub use test_case::*;
pub use text::*;
pub use time::*;
pub use trigger::*;
pub use ty::*;
pub use value::*;
pub use versions::*;
pub use zone::*;

pub use jiff::civil::{Date, Time};
pub use rust_decimal::Decimal;
pub use smol_str::SmolStr;

use serde::{Deserialize, Serialize};

/// The version of this format. A reader refuses any other.
pub const IR_VERSION: u32 = 3;

/// A compiled project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ir {
    /// [`IR_VERSION`] of the compiler that wrote it.
    pub version: u32,
    /// The data that it was compiled for.
    pub versions: Versions,
    /// Which project it is.
    pub project: Project,
    /// The files that it was compiled from, catalogues first.
    pub files: Vec<SourceFile>,
    /// Entities, by [`EntityId`].
    pub entities: Vec<Entity>,
    /// Enums, by [`EnumId`].
    pub enums: Vec<Enum>,
    /// Declared events, by [`EventId`].
    pub events: Vec<Event>,
    /// Declared actions, by [`ActionId`].
    pub actions: Vec<ActionDecl>,
    /// Pipelines, by [`PipelineId`].
    pub pipelines: Vec<Pipeline>,
    /// Conditions, by [`ConditionId`].
    pub conditions: Vec<Condition>,
    /// Schedules, by [`ScheduleId`].
    pub schedules: Vec<Schedule>,
    /// Feeds, by name.
    pub feeds: Vec<Feed>,
    /// Breakers, by name.
    pub breakers: Vec<Breaker>,
    /// Shared cooldowns that had another name.
    pub renamed_cooldowns: Vec<Renamed>,
    /// Triggers and flows, by [`TriggerId`]; sorted by priority (higher first), then by name: the order in which they run.
    pub triggers: Vec<Trigger>,
}

/// What the manifest says of the project, secrets excepted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Project {
    /// The workspace's identity: keys all stored state.
    pub id: SmolStr,
    /// Its name for people.
    pub name: String,
    /// The project's zone, an IANA name.
    pub zone: SmolStr,
    /// The currency of amounts that come without one, ISO 4217.
    pub currency: Option<SmolStr>,
    /// The connectors that it declares, by name. Empty: it says nothing of them.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub connectors: Vec<SmolStr>,
}
