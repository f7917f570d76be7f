//! `file-not-utf8`: a file that is not UTF-8

use smol_str::SmolStr;
use trig_compiler::rules::Rule;
use trig_compiler::{Diagnostic, Severity};

pub(crate) const RULE: Rule = Rule {
    name: "file-not-utf8",
    level: Severity::Error,
    summary: "a file that is not UTF-8",
    explain: include_str!("file_not_utf8.md"),
};

/// The `bytes` of `file` are UTF-8 up to `offset` only.
pub(crate) fn not_utf8(file: &SmolStr, bytes: &[u8], offset: usize) -> Diagnostic {
    let before = bytes.get(..offset).unwrap_or_default();
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let byte = bytes.get(offset).copied().unwrap_or_default();
    let utf16 = matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
    let message =
        format!("`{file}` is not UTF-8: byte 0x{byte:02x} at offset {offset}, in line {line}");
    super::of_file(RULE.name, message, file, offset).help(if utf16 {
        "it looks like UTF-16: save it as UTF-8"
    } else {
        "save it as UTF-8"
    })
}
