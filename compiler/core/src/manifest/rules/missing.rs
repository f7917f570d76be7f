//! # manifest-missing
//!
//! A project is a directory with a `trig.toml`. It holds what differs between installations, the project's id first:
//! everything that is stored for a project is kept under that id.
//!
//! Create the file next to the `.trig` files:
//!
//! ```toml
//! [project]
//! id = "acme"
//! language = "1"
//! zone = "Europe/Berlin"
//! currency = "EUR"
//! ```

use trig_grammar::Span;

use super::file;
use crate::Diagnostic;

pub(crate) const NAME: &str = "manifest-missing";

const MINIMAL: &str = "create it with these lines:

[project]
id = \"acme\"
language = \"1\"
zone = \"Europe/Berlin\"";

/// There is no manifest.
pub(crate) fn missing() -> Diagnostic {
    Diagnostic::error(
        NAME,
        "the project has no `trig.toml`",
        &file(),
        Span::empty(0),
    )
    .help(MINIMAL)
}

#[cfg(test)]
mod tests {
    use crate::manifest::parse;

    #[test]
    fn no_file() {
        let (manifest, found) = parse(None);
        assert_eq!(manifest.project.id.value, "");
        let [only] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!(only.rule, super::NAME);
    }

    #[test]
    fn the_proposed_manifest_is_one() {
        let (_, toml) = super::MINIMAL.split_once("\n\n").unwrap();
        assert_eq!(parse(Some(toml)).1, []);
    }
}
