//! Wire formats from outside: bytes in, arrivals out.

mod cloudevents;
mod common;
