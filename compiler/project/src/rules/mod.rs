//! This crate's rules, one a file with its page beside it; and all rules there are.

pub(crate) mod empty_project;
pub(crate) mod file_not_utf8;
pub(crate) mod file_too_large;
pub(crate) mod file_unreadable;

use smol_str::SmolStr;
use trig_compiler::rules::Rule;
use trig_compiler::{Diagnostic, Severity, manifest, rules};
use trig_grammar::Span;

/// An error about the whole of a file whose text is not at hand.
fn of_file(rule: &'static str, message: String, file: &SmolStr, offset: usize) -> Diagnostic {
    let offset = u32::try_from(offset).unwrap_or(u32::MAX);
    Diagnostic::error(rule, message, file, Span::empty(offset))
}

/// Rules that concern one thing.
#[derive(Clone, Debug)]
pub struct Group {
    /// What they concern, as a heading.
    pub title: &'static str,
    /// By name.
    pub rules: Vec<Rule>,
}

/// All rules, those of the compiler included, in groups.
pub fn groups() -> Vec<Group> {
    let of_level = |level| {
        let of_level = rules::ALL.iter().filter(|r| r.level == level);
        of_level.copied().collect()
    };
    vec![
        Group {
            title: "Errors in `.trig` files",
            rules: of_level(Severity::Error),
        },
        Group {
            title: "Warnings in `.trig` files",
            rules: of_level(Severity::Warning),
        },
        Group {
            title: "The manifest, `trig.toml`",
            rules: manifest::RULES.to_vec(),
        },
        Group {
            title: "Files",
            rules: vec![
                empty_project::RULE,
                file_not_utf8::RULE,
                file_too_large::RULE,
                file_unreadable::RULE,
            ],
        },
    ]
}

/// All rules by name.
pub fn explained() -> Vec<Rule> {
    let mut all: Vec<Rule> = groups().into_iter().flat_map(|g| g.rules).collect();
    all.sort_by_key(|r| r.name);
    all
}
