//! Reading one file.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use smol_str::SmolStr;
use trig_compiler::Diagnostic;

use crate::rules::{file_not_utf8, file_too_large, file_unreadable};

/// The largest file that is read, in bytes.
pub const MAX_FILE: u64 = 8 * 1024 * 1024;

/// The text of the file at `path`, which is called `name` in diagnostics.
pub(crate) fn read(path: &Path, name: &SmolStr) -> Result<String, Box<Diagnostic>> {
    let bytes =
        bytes(path).map_err(|e| Box::new(file_unreadable::unreadable(name, &e.to_string())))?;
    text(bytes, name)
}

/// The text that these bytes are, of what is called `name` in diagnostics.
pub(crate) fn text(bytes: Vec<u8>, name: &SmolStr) -> Result<String, Box<Diagnostic>> {
    if bytes.len() as u64 > MAX_FILE {
        return Err(Box::new(file_too_large::too_large(name)));
    }
    String::from_utf8(bytes).map_err(|e| {
        Box::new(file_not_utf8::not_utf8(
            name,
            e.as_bytes(),
            e.utf8_error().valid_up_to(),
        ))
    })
}

/// The bytes of a file, at most one more than is allowed: its size may be a lie.
pub(crate) fn bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let size = file.metadata()?.len().min(MAX_FILE);
    all(file, usize::try_from(size).unwrap_or_default() + 1)
}

/// What is left to read, at most one byte more than is allowed.
pub(crate) fn all(from: impl Read, capacity: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(capacity);
    from.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
