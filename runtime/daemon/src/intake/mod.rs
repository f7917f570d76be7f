//! HTTP: what comes in, and what is answered.

mod answer;
mod body;
mod normalise;
mod routes;
mod server;
#[cfg(test)]
mod tests;

pub use routes::{Door, router};
pub use server::{Server, serve};
