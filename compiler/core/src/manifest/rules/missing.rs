//! `manifest-missing`: a project without a `trig.toml`

use trig_grammar::Span;

use super::file;
use crate::Diagnostic;
use crate::rules::{Rule, Severity};

pub(crate) const RULE: Rule = Rule {
    name: "manifest-missing",
    level: Severity::Error,
    summary: "a project without a `trig.toml`",
    explain: include_str!("missing.md"),
};

const MINIMAL: &str = "create it with these lines:

[project]
id = \"acme\"
language = \"1\"
zone = \"Europe/Berlin\"";

/// There is no manifest.
pub(crate) fn missing() -> Diagnostic {
    Diagnostic::error(
        RULE.name,
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
        assert_eq!(only.rule, super::RULE.name);
    }

    #[test]
    fn the_proposed_manifest_is_one() {
        let (_, toml) = super::MINIMAL.split_once("\n\n").unwrap();
        assert_eq!(parse(Some(toml)).1, []);
    }
}
