//! Diagnostics that are written beside what they report.

use std::fmt;

/// A diagnostic that a line must give.
pub(crate) struct Expected {
    /// The line, counted from 0.
    pub(crate) line: usize,
    pub(crate) rule: String,
    /// A part of what it says.
    pub(crate) part: Option<String>,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.part {
            Some(part) => write!(f, "{}: {part}", self.rule),
            None => f.write_str(&self.rule),
        }
    }
}

/// What a text says that it gives.
pub(crate) fn of(text: &str) -> Vec<Expected> {
    let mut all = Vec::new();
    for (line, written) in text.lines().enumerate() {
        for expected in written.split("//~").skip(1) {
            let (rule, part) = match expected.split_once(": ") {
                Some((rule, part)) => (rule, Some(part.trim().to_owned())),
                None => (expected, None),
            };
            all.push(Expected {
                line,
                rule: rule.trim().to_owned(),
                part,
            });
        }
    }
    all
}
