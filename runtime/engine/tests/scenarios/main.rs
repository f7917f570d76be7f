//! What the engine does, told as stories: inputs, and below each what came of it. `*` marks an action with an effect,
//! `->` an effect.

mod actions;
mod arrivals;
mod asked;
mod clocks;
mod coverage;
mod flows;
mod guards;
mod hostile;
mod laws;
mod laws_time;
mod life_laws;
mod limits;
mod mode;
mod order;
mod outside;
mod phases;
mod queue;
mod reload;
mod renames;
mod support;
mod sweeps;
mod undone;
mod unknown;
mod waiting;
