//! The log from outside: what it promises, and what it does when the disk does not.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod beside;
mod damage;
mod disk;
mod fault;
mod io;
mod laws;
mod power;
mod roundtrip;
mod support;
mod tail;
