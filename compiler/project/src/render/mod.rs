//! Diagnostics for people and for programs.

mod excerpt;
mod human;
mod json;
mod lines;
mod sanitize;
mod style;
mod texts;

pub use human::human;
pub use json::{Report, Summary};
pub use texts::{Catalogues, Texts};
