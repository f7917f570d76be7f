//! `manifest-missing-key`: a table of the manifest without a key that it needs

use trig_grammar::Span;

use super::file;
use crate::Diagnostic;
use crate::rules::{Rule, Severity};

pub(crate) const RULE: Rule = Rule {
    name: "manifest-missing-key",
    level: Severity::Error,
    summary: "a table of the manifest without a key that it needs",
    explain: include_str!("missing_key.md"),
};

/// The table at `path` (empty for the file) has no `key`; `example` is a line that would do.
pub(crate) fn missing(path: &str, place: Span, key: &str, example: &str) -> Diagnostic {
    let message = if path.is_empty() {
        format!("the manifest has no `[{key}]`")
    } else {
        format!("`{path}` has no `{key}`")
    };
    let separator = if example.contains('\n') { ":\n\n" } else { " " };
    Diagnostic::error(RULE.name, message, &file(), place).help(match separator {
        " " => format!("add `{example}`"),
        _ => format!("add these lines{separator}{example}"),
    })
}

#[cfg(test)]
mod tests {
    use crate::manifest::tests::check;

    #[test]
    fn no_project() {
        check("empty", "");
        check("only_lints", "[lints]\ndead-guard = \"deny\"\n");
    }

    #[test]
    fn no_id() {
        check("no_id", "[project]\nname = \"Acme\"\n");
    }

    #[test]
    fn no_kind() {
        check(
            "no_kind",
            "[project]\nid = \"acme\"\n\n[connectors.kommo]\nurl = \"https://acme.kommo.com\"\n",
        );
    }
}
