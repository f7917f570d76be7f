//! Wire formats from outside: bytes in, arrivals out.

#[cfg(test)]
mod catalogues;
#[cfg(test)]
mod cloudevents;
#[cfg(test)]
mod common;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod webhooks;
