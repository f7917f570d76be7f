//! `trigc` as it is run.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

mod check;
mod ci;
mod common;
mod exit;
mod fmt;
mod init;
mod next;
mod show;
mod test;
