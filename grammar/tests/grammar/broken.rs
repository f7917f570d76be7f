//! What is wrong with a text is said in words for people, at the place where it is wrong.

use std::fmt::Write as _;

use crate::common;
use trig_grammar::parse;

#[test]
fn errors_read_well() {
    for (name, text) in common::files("broken") {
        let file = parse(&text);
        let mut out = String::new();
        for line in text.lines() {
            writeln!(out, "| {line}").unwrap();
        }
        writeln!(out, "\nunclosed: {}\n", file.unclosed).unwrap();
        out.push_str(&common::render(&text, &file.errors));
        let stem = format!("broken_{}", name.trim_end_matches(".trig"));
        insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(stem, out);
        });
    }
}

/// Names of the grammar's rules and of Rust's types say nothing to a user.
#[test]
fn no_error_names_a_rule() {
    for (name, text) in common::files("broken") {
        for error in parse(&text).errors {
            let label = error
                .related
                .as_ref()
                .map_or("", |(_, label)| label.as_str());
            for words in [
                error.message.as_str(),
                label,
                error.help.as_deref().unwrap_or_default(),
            ] {
                for rule in [
                    "missing_", "bad_", "req_", "_clause", "_action", "Rule", "EOI", "Some(",
                    "None",
                ] {
                    assert!(!words.contains(rule), "{name}: {words}");
                }
            }
        }
    }
}
