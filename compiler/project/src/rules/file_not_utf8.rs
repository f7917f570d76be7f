//! # file-not-utf8
//!
//! Trig files are UTF-8, and this one holds a byte that cannot be. Most editors can save a file as UTF-8; on a command
//! line `iconv -f LATIN1 -t UTF-8` converts it.
//!
//! The file is left out, and the others are checked without it.

use smol_str::SmolStr;
use trig_compiler::Diagnostic;

pub(crate) const NAME: &str = "file-not-utf8";

/// The `bytes` of `file` are UTF-8 up to `offset` only.
pub(crate) fn not_utf8(file: &SmolStr, bytes: &[u8], offset: usize) -> Diagnostic {
    let before = bytes.get(..offset).unwrap_or_default();
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let byte = bytes.get(offset).copied().unwrap_or_default();
    let utf16 = matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
    let message =
        format!("`{file}` is not UTF-8: byte 0x{byte:02x} at offset {offset}, in line {line}");
    super::of_file(NAME, message, file, offset).help(if utf16 {
        "it looks like UTF-16: save it as UTF-8"
    } else {
        "save it as UTF-8"
    })
}
