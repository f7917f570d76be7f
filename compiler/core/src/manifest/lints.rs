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
                out.push(value::not_one_of(
                    other,
                    "level",
                    &["deny", "warn", "allow"],
                    text.span,
                ));
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
