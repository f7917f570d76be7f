//! `manifest-unknown-key`: a table or key of the manifest that Trig does not know

use trig_grammar::Span;

use super::file;
use crate::Diagnostic;
use crate::rules::{Rule, Severity};

pub(crate) const RULE: Rule = Rule {
    name: "manifest-unknown-key",
    level: Severity::Error,
    summary: "a table or key of the manifest that Trig does not know",
    explain: include_str!("unknown_key.md"),
};

/// The table at `path` (empty for the file) knows no `key`, only those of `known`.
pub(crate) fn unknown(path: &str, key: &str, place: Span, known: &[&str]) -> Diagnostic {
    let (message, all) = if path.is_empty() {
        let tables: Vec<String> = known.iter().map(|k| format!("`[{k}]`")).collect();
        (
            format!("the manifest knows no `{key}`"),
            format!("its tables are {}", tables.join(", ")),
        )
    } else {
        let keys: Vec<String> = known.iter().map(|k| format!("`{k}`")).collect();
        (
            format!("`{path}` knows no `{key}`"),
            format!("its keys are {}", keys.join(", ")),
        )
    };
    let diagnostic = Diagnostic::error(RULE.name, message, &file(), place).note(all);
    let part_of = |k: &&str| key.contains(*k) || (key.len() > 2 && k.contains(key));
    match crate::nearest(key, known.iter().copied()).or_else(|| known.iter().copied().find(part_of))
    {
        // `timezone` is far from `zone`, and yet it is meant
        Some(near) => diagnostic
            .help(format!("did you mean `{near}`?"))
            .replace_with(near),
        None => diagnostic,
    }
}

#[cfg(test)]
mod tests {
    use crate::manifest::tests::check;

    #[test]
    fn table() {
        check("table", "[projekt]\nid = \"acme\"\n");
        check(
            "far_table",
            "colour = 1\n[project]\nid = \"acme\"\n\n[whatever]\nx = 1\n",
        );
    }

    #[test]
    fn key() {
        check(
            "keys",
            "[project]\nid = \"acme\"\ntimezone = \"UTC\"\nlocal = \"de\"\n\n[http]\nalow = []\n\n[daemon]\nmax-body = 1\n",
        );
    }

    #[test]
    fn key_of_a_connector() {
        check(
            "connector",
            "[project]\nid = \"acme\"\n\n[connectors.crm]\nkind = \"http\"\nurll = \"https://acme.com\"\nlimits = { request = 7 }\nsecret = { var = \"A\" }\n",
        );
    }
}
