//! Wire formats from outside: bytes in, arrivals out.

#[cfg(test)]
mod cloudevents;
#[cfg(test)]
mod common;
#[cfg(test)]
mod webhooks;
