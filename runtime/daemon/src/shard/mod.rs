//! A shard: one log, one writer, the workspaces that it serves.

mod command;
mod core;
mod digest;
mod item;
mod queue;
mod replay;
#[cfg(test)]
mod sweeps;
#[cfg(test)]
mod tests;
mod thread;
mod workspace;

pub use command::*;
pub use core::Broken;
pub use queue::{Bounds, Busy, Shard, Share};
pub use replay::{ReplayError, Replayed, replay};
pub use workspace::Workspace;

pub(crate) use core::Core;
#[cfg(test)]
pub(crate) use queue::Queue;
pub(crate) use thread::spawn;
