//! The daemon that runs Trig projects: everything with a socket, a file or a clock.
//!
//! Bodies come in over HTTP ([`intake`]), are made durable and evaluated by one writer ([`shard`]), and what they lead
//! to goes out again ([`outbox`]). What is durable stands in a store ([`store`]); projects are watched and reloaded
//! ([`watch`], [`reload`]) while that goes on.

pub mod clock;
pub mod closing;
mod command;
pub mod compile;
pub mod config;
pub mod daemon;
pub mod feed;
pub mod happened;
pub mod intake;
pub mod outbox;
pub mod play;
pub mod position;
pub mod project;
pub mod registry;
pub mod reload;
pub mod shard;
pub mod show;
pub mod store;
pub mod watch;

pub use command::main;
