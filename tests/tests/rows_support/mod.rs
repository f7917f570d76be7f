//! What a project says of rows, and what its tests show of them.

mod names;
mod project;

pub(crate) use names::{says, triggers_that_say};
pub(crate) use project::Project;
