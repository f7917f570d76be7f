//! HTTP: what comes in, and what is answered.

mod answer;
mod body;
mod normalise;
mod routes;
mod server;
mod start;
#[cfg(test)]
mod tests;
mod typed;

pub(crate) use routes::{Door, list, router};
pub(crate) use server::{Server, serve};
