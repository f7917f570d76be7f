//! (revision, state, input) -> (state changes, effects). Pure: no I/O, no clock, no randomness.
//!
//! [`Engine::apply`] is the whole of it. An input first runs the firings that are due by its time, each with its own
//! cascade, then itself. An arrival becomes a new version of a record, or a declared event; what changed is derived
//! from the two versions, in this order: `created`, `moved`, `enters`, then `changed` by name of the field, then
//! `gains` and `loses` by name of the field and value. Each event first cancels what waits, then starts what it
//! matches; what its firings cause queues behind it.
//!
//! A firing may wait before it fires, and its body may wait in turn. What has not begun follows the active revision;
//! what has begun finishes on its own: [`Engine::with_earlier`] gives the engines that that needs. Where an event or a
//! record lets a firing go on, it is due at once, and does so before the next input: a tick is due.

mod actions;
mod apply;
mod arrival;
mod boundary;
mod breaker;
mod by_hand;
mod cascade;
mod clock;
mod decode;
mod derive;
mod engine;
mod eval;
mod fan;
mod fire;
mod first;
mod index;
mod input;
mod json;
mod key;
mod limits;
mod listeners;
mod matching;
mod nearest;
mod output;
mod outside;
mod pending;
mod program;
mod reads;
mod reload;
mod rename;
mod render;
mod snapshot;
mod starts;
mod state;
mod sweep;
mod tested;
mod told;
mod undo;
mod updates;
mod webhook;

pub use clock::occurrences;
pub use engine::{Engine, Options};
pub use input::*;
pub use output::*;
pub use state::{Coming, State, Waiting};

/// The version of the meaning of a revision. Any change that makes the engine answer an old input differently raises
/// it: a log position is only evaluated under the version recorded for it.
pub const SEMANTICS_VERSION: u32 = 3;
