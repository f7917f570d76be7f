//! The grammar as its users see it: text in, tree and errors out.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod broken;
mod common;
mod corpus;
mod hostile;
mod laws;
