//! Syntax trees and a manifest to names, types and IR. A library: no printing, no exit, no clock, no files.

mod diagnostic;
pub mod manifest;
mod source_set;

pub use diagnostic::*;
pub use source_set::*;
