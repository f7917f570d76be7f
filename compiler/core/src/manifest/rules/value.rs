//! `manifest-value`: a value of the manifest that its key cannot have

use trig_grammar::Span;

use super::file;
use crate::Diagnostic;
use crate::rules::{Rule, Severity};

pub(crate) const RULE: Rule = Rule {
    name: "manifest-value",
    level: Severity::Error,
    summary: "a value of the manifest that its key cannot have",
    explain: include_str!("value.md"),
};

/// The value at `place` cannot stand there.
pub(crate) fn wrong(message: impl Into<String>, place: Span) -> Diagnostic {
    Diagnostic::error(RULE.name, message, &file(), place)
}

/// The value of `key` is `found` where it must be `expected`.
pub(crate) fn wrong_type(key: &str, expected: &str, found: &str, place: Span) -> Diagnostic {
    wrong(format!("`{key}` must be {expected}, not {found}"), place)
}

/// `word` is none of `choices`.
pub(crate) fn not_one_of(word: &str, what: &str, choices: &[&str], place: Span) -> Diagnostic {
    let all: Vec<String> = choices.iter().map(|c| format!("`{c}`")).collect();
    let diagnostic = wrong(format!("`{word}` is no {what}"), place)
        .note(format!("there are {}", all.join(", ")));
    match crate::nearest(word, choices.iter().copied()) {
        Some(near) => diagnostic.propose_text(near),
        None => diagnostic,
    }
}

impl Diagnostic {
    /// Proposes another text for the value at the primary place, quotes included in the fix.
    pub(in crate::manifest) fn propose_text(self, text: &str) -> Self {
        if text.is_empty() {
            return self;
        }
        self.help(format!("did you mean `{text}`?"))
            .replace_with(format!("\"{text}\""))
    }
}

#[cfg(test)]
mod tests {
    use crate::manifest::tests::check;

    #[test]
    fn types() {
        check(
            "types",
            "lints = 1\nhttp = []\n[project]\nid = 7\nname = true\nzone = 1.5\nlocale = 2026-01-01\ncurrency = [\"EUR\"]\nlanguage = 1\n[[connectors]]\nkind = \"http\"\n",
        );
    }

    #[test]
    fn ids_of_projects() {
        check("id_capitals", "[project]\nid = \"Acme GmbH\"\n");
        check("id_dash", "[project]\nid = \"-acme\"\n");
        check("id_empty", "[project]\nid = \" \"\n");
        check("id_japanese", "[project]\nid = \"日本\"\n");
        let long = "a".repeat(64);
        check("id_long", &format!("[project]\nid = \"{long}\"\n"));
    }

    #[test]
    fn zones() {
        for (name, zone) in [
            ("zone_typo", "Europe/Berln"),
            ("zone_city", "New York"),
            ("zone_case", "europe/berlin"),
            ("zone_far", "Middle-earth"),
        ] {
            check(name, &format!("[project]\nid = \"a\"\nzone = \"{zone}\"\n"));
        }
    }

    #[test]
    fn project_values() {
        check(
            "project_values",
            "[project]\nid = \"a\"\nlanguage = \"2\"\nlocale = \"de_DE.UTF-8\"\ncurrency = \"eur\"\n",
        );
        check(
            "project_values_far",
            "[project]\nid = \"a\"\nlocale = \"german\"\ncurrency = \"Euro\"\n",
        );
    }

    #[test]
    fn lints() {
        check(
            "lints",
            "[project]\nid = \"a\"\n[lints]\ndead-guard = \"alow\"\nslow-loop = \"error\"\nshadowed = true\n",
        );
    }

    #[test]
    fn ids() {
        check(
            "ids",
            "[project]\nid = \"a\"\n[ids]\n\"Sales New\" = 1\nSales.Won = true\n\"\" = 1\nlead.budget = 99999999999999999999\n\"Sales.\" = \"x\"\n",
        );
    }

    #[test]
    fn connectors() {
        check(
            "connectors",
            "[project]\nid = \"a\"\n[connectors.\"my crm\"]\nkind = \"komo\"\nurl = \"acme.kommo.com\"\ndeliver = \"ftp://acme.com\"\nlimits = { requests = 0, per = \"1 second\", parallel = -1, timeout = 5, attempts = 1.5 }\n",
        );
    }

    #[test]
    fn secrets_are_not_repeated() {
        check(
            "secrets",
            "[project]\nid = \"a\"\n[connectors.a]\nkind = \"http\"\nsecret = \"hunter2\"\nurl = \"https://me:hunter2@acme.com\"\n[connectors.b]\nkind = \"http\"\nsecret = { env = \"hunter-2\" }\n[connectors.c]\nkind = \"http\"\nsecret = { env = \"A\", file = \"b\" }\n[connectors.d]\nkind = \"http\"\nsecret = {}\n",
        );
    }

    #[test]
    fn hosts() {
        check(
            "hosts",
            "[project]\nid = \"a\"\n[http]\nallow = [\"https://api.acme.com/v1\", \"a b\", \"*\", 7, \"a.*.com\"]\n",
        );
    }

    #[test]
    fn daemon() {
        check(
            "daemon",
            "[project]\nid = \"a\"\n[daemon]\nlisten = \"localhost:8080\"\nstore = \"\"\nmax_body = \"1 TB\"\nretention = \"a month\"\ndebounce = 5\ntoken = \"abc\"\n",
        );
        check(
            "daemon_small",
            "[project]\nid = \"a\"\n[daemon]\nlisten = \"1.2.3\"\nmax_body = 5\n",
        );
    }
}
