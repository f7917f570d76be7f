//! Whether guards can hold, imply one another, or hold together: decided, with an example, or honestly left open.
//!
//! A guard becomes a [`Formula`] over variables, one for each place that it reads. Every atom tests one variable against
//! constants, so a set of atoms is consistent if it is so variable by variable: finite sets, spans on a line, amounts by
//! currency, sets of tags and regular languages can each say whether a value is left. What a guard asks beyond that is an
//! opaque truth value: an answer that needs it is a guess, and says so.

mod cell;
mod formula;
mod guard;
mod line;
mod search;
mod text;

pub use cell::Chosen;
pub use formula::{Decl, Domain, Formula, Pred, Var};
pub use guard::{Frame, Guards, Meaning, Schedules, Spot};
pub use line::Spans;
pub use search::{Answer, BUDGET, Model, Vars};
pub use text::{Lang, url_like};
