//! Where things stand in the source.

use serde::{Deserialize, Serialize};

use crate::FileId;

/// A file that the project was compiled from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Its path relative to the project, with `/`; a catalogue's is `catalogue:NAME`.
    pub path: String,
}

/// A place in a source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Loc {
    /// The file.
    pub file: FileId,
    /// Its line, from 1.
    pub line: u32,
    /// Byte offset of its start.
    pub start: u32,
    /// Byte offset one past its end.
    pub end: u32,
}
