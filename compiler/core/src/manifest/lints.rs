//! `[lints]`.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::rules::value;
use super::section::Section;
use super::{Keyed, Level};
use crate::Diagnostic;

pub(super) fn read(
    root: &Section<'_>,
    out: &mut Vec<Diagnostic>,
) -> BTreeMap<SmolStr, Keyed<Level>> {
    let mut lints = BTreeMap::new();
    let Some(section) = root.section("lints", out) else {
        return lints;
    };
    for entry in section.entries() {
        let Some(text) = entry.text(out) else {
            continue;
        };
        let level = match text.value {
            "deny" => Level::Deny,
            "warn" => Level::Warn,
            "allow" => Level::Allow,
            other => {
                out.push(match synonym(other) {
                    Some(level) => value::wrong(format!("`{other}` is no level"), text.span)
                        .propose_text(level),
                    None => {
                        value::not_one_of(other, "level", &["deny", "warn", "allow"], text.span)
                    }
                });
                continue;
            }
        };
        lints.insert(
            SmolStr::new(entry.name),
            Keyed {
                value: level,
                key: entry.key,
                span: entry.span,
            },
        );
    }
    lints
}

/// What a level is called here that other tools call `word`.
fn synonym(word: &str) -> Option<&'static str> {
    match word {
        "error" | "forbid" => Some("deny"),
        "warning" => Some("warn"),
        "off" | "ignore" | "none" => Some("allow"),
        _ => None,
    }
}
