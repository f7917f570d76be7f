//! The daemon from outside: real sockets, real files, a clock that is moved by hand where time matters.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops at the first failure"
)]

mod clocks;
mod damage;
mod delivery;
mod exit;
mod feeds;
mod flows;
mod hooks;
mod http;
mod play;
mod receiver;
mod reload;
mod restart;
mod start;
mod support;
