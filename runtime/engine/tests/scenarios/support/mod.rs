//! A small world by hand: a CRM with leads, contacts, conversations and orders, and short ways to write triggers.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot build its world has failed"
)]

mod build;
mod keys;
mod run;
mod tell;
mod world;

pub(crate) use build::*;
pub(crate) use keys::Keys;
pub(crate) use run::*;
pub(crate) use tell::line;
pub(crate) use world::*;
