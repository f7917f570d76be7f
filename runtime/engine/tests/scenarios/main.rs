//! What the engine does, told as stories: inputs, and below each what came of it. `*` marks an action with an effect,
//! `->` an effect.

mod actions;
mod arrivals;
mod coverage;
mod flows;
mod guards;
mod hostile;
mod laws;
mod life_laws;
mod limits;
mod mode;
mod order;
mod phases;
mod queue;
mod reload;
mod support;
mod unknown;
mod waiting;
