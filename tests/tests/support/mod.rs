//! The built binaries, and a receiver of deliveries.

mod binary;
mod http;
mod receiver;

pub(crate) use binary::binary;
pub(crate) use http::{Sent, post};
pub(crate) use receiver::Receiver;
