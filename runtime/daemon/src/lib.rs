//! The daemon that runs Trig projects: everything with a socket, a file or a clock.
//!
//! Bodies come in over HTTP (`intake`), are made durable and evaluated by one writer ([`shard`]), and what they lead
//! to goes out again ([`outbox`]). What is durable stands in a store ([`store`]); projects are watched and reloaded
//! ([`watch`], `reload`) while that goes on.

pub mod clock;
pub(crate) mod closing;
mod command;
pub mod compile;
pub mod config;
pub mod daemon;
pub(crate) mod feed;
pub(crate) mod happened;
pub(crate) mod intake;
pub mod outbox;
pub(crate) mod play;
pub(crate) mod position;
pub(crate) mod project;
pub(crate) mod registry;
pub(crate) mod reload;
pub mod shard;
pub(crate) mod show;
pub mod store;
pub mod watch;

pub use command::main;
