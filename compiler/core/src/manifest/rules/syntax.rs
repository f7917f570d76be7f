//! `manifest-syntax`: a manifest that is no TOML

use trig_grammar::Span;

use super::file;
use crate::Diagnostic;
use crate::rules::{Rule, Severity};

pub(crate) const RULE: Rule = Rule {
    name: "manifest-syntax",
    level: Severity::Error,
    summary: "a manifest that is no TOML",
    explain: include_str!("syntax.md"),
};

/// The file is no TOML; `what` is what the TOML parser says.
pub(crate) fn broken(what: &str, place: Span) -> Diagnostic {
    Diagnostic::error(RULE.name, what, &file(), place)
        .note("nothing else of the manifest was checked")
}

/// `key` is given at `place`, after it was given at `first`.
pub(crate) fn duplicate(key: &str, place: Span, first: Option<Span>) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(RULE.name, format!("`{key}` is given twice"), &file(), place)
            .here("given again here");
    match first {
        Some(first) => diagnostic.label("first given here", &file(), first),
        None => diagnostic,
    }
}

#[cfg(test)]
mod tests {
    use crate::manifest::tests::check;

    #[test]
    fn unquoted_text() {
        check("unquoted", "[project]\nid = acme\nzone = Europe/Berlin\n");
    }

    #[test]
    fn open_string_and_nothing_else_is_reported() {
        check("open_string", "[project]\nid = \"acme\nunknown = 1\n");
    }

    #[test]
    fn open_header() {
        check("open_header", "[project\nid = \"acme\"\n");
    }

    #[test]
    fn no_value() {
        check("no_value", "[project]\nid\nname = \n");
    }

    #[test]
    fn duplicate_key() {
        check(
            "duplicate_key",
            "[project]\nid = \"acme\"\nid = \"other\"\n",
        );
    }

    #[test]
    fn duplicate_table() {
        check(
            "duplicate_table",
            "[project]\nid = \"acme\"\n\n[project]\nzone = \"UTC\"\n",
        );
    }

    #[test]
    fn an_id_given_in_two_ways() {
        check(
            "duplicate_id",
            "[project]\nid = \"acme\"\n\n[ids]\nSales.New = 1\n\"Sales.New\" = 2\n",
        );
    }

    #[test]
    fn non_ascii_before_the_error() {
        check("non_ascii", "# Größe: 日本語\n[project]\nid = ü\n");
    }
}
