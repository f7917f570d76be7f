//! The daemon from outside: real sockets, real files, a clock that is moved by hand where time matters.

mod damage;
mod delivery;
mod http;
mod reload;
mod restart;
mod support;
