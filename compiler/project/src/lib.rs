//! A Trig project on a disk: finding it, reading it, and showing what the compiler says of it.

mod find;
mod load;
mod read;
pub mod render;
mod rules;
mod walk;

pub use find::find;
pub use load::{Loaded, load, load_file, load_stream};
pub use read::MAX_FILE;
pub use rules::{Group, explained, groups};

use std::path::PathBuf;

/// The rule of a file or directory that the system would not let us read.
pub const UNREADABLE: &str = rules::file_unreadable::RULE.name;

/// Why a project could not be looked at at all. What is wrong with single files is a diagnostic instead.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The path names nothing.
    #[error("`{}` does not exist", .0.display())]
    Missing(PathBuf),
    /// The path names a file that is no part of a project.
    #[error("`{}` is neither a directory nor a `.trig` file", .0.display())]
    NoProject(PathBuf),
    /// There are more files and directories than a project can have.
    #[error("`{}` holds more than {max} files and directories", .root.display())]
    TooMany {
        /// Where they were looked for.
        root: PathBuf,
        /// How many are looked at.
        max: usize,
    },
    /// The file system refused.
    #[error("`{}` cannot be read: {source}", .path.display())]
    Io {
        /// What was to be read.
        path: PathBuf,
        /// What the file system says.
        source: std::io::Error,
    },
}
