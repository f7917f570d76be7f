//! Dense ids of declarations. Valid inside one IR; never stored.

use serde::{Deserialize, Serialize};

macro_rules! dense_id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// The position in the table of its kind.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

dense_id! {
    /// A source file, in [`crate::Ir::files`].
    FileId,
    /// An entity, in [`crate::Ir::entities`].
    EntityId,
    /// An enum, in [`crate::Ir::enums`].
    EnumId,
    /// A declared event, in [`crate::Ir::events`].
    EventId,
    /// A declared action, in [`crate::Ir::actions`].
    ActionId,
    /// A pipeline, in [`crate::Ir::pipelines`].
    PipelineId,
    /// A condition, in [`crate::Ir::conditions`].
    ConditionId,
    /// A schedule, in [`crate::Ir::schedules`].
    ScheduleId,
    /// A trigger, in [`crate::Ir::triggers`].
    TriggerId,
}
