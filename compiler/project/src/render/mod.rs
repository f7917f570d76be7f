//! Diagnostics for people and for programs.

mod excerpt;
mod github;
mod human;
mod json;
mod junit;
mod lines;
mod sanitize;
mod sarif;
mod style;
mod texts;

pub use github::github;
pub use human::human;
pub use json::{Report, Summary};
pub use junit::Junit;
pub use sanitize::{message, shown};
pub use sarif::Sarif;
pub use texts::Texts;
