//! The rules: one file each, with what it means, how it reads, and its tests.

pub(crate) mod ambiguous_name;
pub(crate) mod condition_cycle;
pub(crate) mod condition_too_large;
pub(crate) mod duplicate_clause;
pub(crate) mod duplicate_field;
pub(crate) mod duplicate_name;
pub(crate) mod duplicate_test;
pub(crate) mod empty_choice;
pub(crate) mod expect_nothing;
pub(crate) mod hidden_name;
pub(crate) mod impossible_rename;
pub(crate) mod invalid_literal;
pub(crate) mod may_be_empty;
pub(crate) mod misplaced_clause;
pub(crate) mod missing_argument;
pub(crate) mod missing_clause;
pub(crate) mod no_subject;
pub(crate) mod not_yet_supported;
pub(crate) mod optional_value;
pub(crate) mod syntax_error;
pub(crate) mod test_without_expect;
pub(crate) mod type_mismatch;
pub(crate) mod uncorrelated_unless;
pub(crate) mod unknown_argument;
pub(crate) mod unknown_field;
pub(crate) mod unknown_name;
pub(crate) mod unknown_zone;
pub(crate) mod unreachable_action;
pub(crate) mod unused_allow;
pub(crate) mod wrong_kind;

use smol_str::SmolStr;
use trig_grammar::Span;

use crate::Diagnostic;
pub(crate) use crate::diagnostic::Severity;
use crate::problem::Problem;

/// What is known of a rule beside its diagnostics.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its name: kebab-case, stable, never reused.
    pub name: &'static str,
    /// How bad it is where nothing else is said.
    pub level: Severity,
    /// What it reports: reads on after "reports".
    pub summary: &'static str,
    /// What it means and what to do, in Markdown.
    pub explain: &'static str,
}

impl Rule {
    /// What is wrong at a place, as bad as the rule is where nothing else is said.
    pub(crate) fn at(&self, file: &SmolStr, span: Span, message: impl Into<String>) -> Diagnostic {
        match self.level {
            Severity::Error => Diagnostic::error(self.name, message, file, span),
            Severity::Warning => Diagnostic::warning(self.name, message, file, span),
        }
    }

    /// The same, with what to do.
    pub(crate) fn with_help(
        &self,
        file: &SmolStr,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Problem {
        self.at(file, span, message).help(help).into()
    }
}

/// Every rule, by name.
pub const ALL: &[Rule] = &[
    ambiguous_name::RULE,
    condition_cycle::RULE,
    condition_too_large::RULE,
    duplicate_clause::RULE,
    duplicate_field::RULE,
    duplicate_name::RULE,
    duplicate_test::RULE,
    empty_choice::RULE,
    expect_nothing::RULE,
    hidden_name::RULE,
    impossible_rename::RULE,
    invalid_literal::RULE,
    may_be_empty::RULE,
    misplaced_clause::RULE,
    missing_argument::RULE,
    missing_clause::RULE,
    no_subject::RULE,
    not_yet_supported::RULE,
    optional_value::RULE,
    syntax_error::RULE,
    test_without_expect::RULE,
    type_mismatch::RULE,
    uncorrelated_unless::RULE,
    unknown_argument::RULE,
    unknown_field::RULE,
    unknown_name::RULE,
    unknown_zone::RULE,
    unreachable_action::RULE,
    unused_allow::RULE,
    wrong_kind::RULE,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::ALL;

    #[test]
    fn rules_are_listed_once_by_name_and_each_has_a_file() {
        let names: Vec<&str> = ALL.iter().map(|r| r.name).collect();
        let sorted: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(names, sorted.iter().copied().collect::<Vec<_>>());
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules");
        let mut files: Vec<String> = std::fs::read_dir(directory)
            .unwrap()
            .map(|e| e.unwrap().path())
            .filter(|p| p.extension().is_some_and(|e| e == "rs"))
            .map(|p| p.file_stem().unwrap().to_str().unwrap().replace('_', "-"))
            .filter(|n| n != "mod")
            .collect();
        files.sort();
        assert_eq!(names, files);
        for rule in ALL {
            assert!(
                !rule.summary.ends_with('.') && !rule.explain.trim().is_empty(),
                "{}",
                rule.name
            );
        }
    }
}
