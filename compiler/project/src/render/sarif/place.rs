//! Places, as SARIF names them.

use std::fmt::Write as _;

use trig_compiler::Label;

use super::model::{
    ArtifactLocation, Location, LogicalLocation, Message, PhysicalLocation, Region,
};
use crate::render::sanitize::message;
use crate::render::texts::{Texts, is_catalogue};

/// The place of a label, with what it says.
pub(super) fn location(texts: &Texts<'_>, label: &Label) -> Location {
    let mut location = Location {
        message: (!label.message.is_empty()).then(|| Message {
            text: message(&label.message).into_owned(),
        }),
        ..Location::default()
    };
    if is_catalogue(&label.file) {
        location.logical_locations.push(LogicalLocation {
            fully_qualified_name: label.file.to_string(),
            kind: "module",
        });
    } else {
        location.physical_location = Some(PhysicalLocation {
            artifact_location: artifact(texts, &label.file),
            region: region(texts, &label.file, label.start, label.end),
        });
    }
    location
}

/// The lines and columns of bytes; `None` where the file could not be read.
pub(super) fn region(texts: &Texts<'_>, file: &str, start: u32, end: u32) -> Option<Region> {
    let text = texts.as_read(file)?;
    let from = text.place_utf16(start as usize);
    let to = text.place_utf16(end.max(start) as usize);
    Some(Region {
        start_line: from.line,
        start_column: from.column,
        end_line: to.line,
        end_column: to.column,
    })
}

/// The file at a path.
pub(super) fn artifact(texts: &Texts<'_>, file: &str) -> ArtifactLocation {
    let path = texts.shown_path(file);
    if path.starts_with('/') {
        return ArtifactLocation {
            uri: format!("file://{}", encoded(&path)),
            uri_base_id: None,
        };
    }
    ArtifactLocation {
        uri: encoded(&path),
        uri_base_id: Some("%SRCROOT%"),
    }
}

/// A path as it stands in a URI: everything but letters, digits, `/` and `-._~` in bytes.
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn paths_in_uris() {
        assert_eq!(super::encoded("a/b-1.trig"), "a/b-1.trig");
        assert_eq!(super::encoded("c: ü?#%"), "c%3A%20%C3%BC%3F%23%25");
    }
}
