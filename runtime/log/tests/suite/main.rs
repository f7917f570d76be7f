//! The log from outside: what it promises, and what it does when the disk does not.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod damage;
mod fault;
mod io;
mod roundtrip;
mod support;
mod tail;
