//! (revision, state, input) -> (state changes, effects). Pure: no I/O, no clock, no randomness.

mod input;
mod output;

pub use input::*;
pub use output::*;

/// The version of the meaning of a revision. Any change that makes the engine answer an old input differently raises
/// it: a log position is only evaluated under the version recorded for it.
pub const SEMANTICS_VERSION: u32 = 1;
