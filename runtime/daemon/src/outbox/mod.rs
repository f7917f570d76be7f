//! Effects on their way out: in order per connector and subject, others side by side, each until it has ended.

mod backoff;
mod client;
mod lane;
mod order;
mod route;
mod sink;

pub use backoff::Backoff;
pub(crate) use client::chain;
pub use client::{Client, client};
pub use lane::{Outbox, Settings};
pub use order::{Orders, Pending};
pub(crate) use route::LOG_ACTION;
pub use sink::Sink;
