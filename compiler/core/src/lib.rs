//! Syntax trees and a manifest to names, types and IR. A library: no printing, no exit, no clock, no files.

mod allowed;
mod catalogue;
mod check;
mod conditions;
mod db;
mod diagnostic;
pub mod graph;
mod line_index;
mod literal;
pub mod manifest;
mod model;
mod places;
mod problem;
mod relocate;
pub mod rules;
mod settings;
mod source_set;
mod tests_of;
mod workspace;

pub use catalogue::catalogue_text;
pub use diagnostic::*;
pub use rules::syntax_error::diagnostic as syntax_diagnostic;
pub use source_set::*;
pub use workspace::*;
