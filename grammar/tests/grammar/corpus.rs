//! Every file of `corpus/` covers a part of the language: it has no errors, and its tree is the one in the snapshot.

use std::fmt::Write as _;

use crate::common;

#[test]
fn the_corpus_has_no_errors() {
    let mut wrong = String::new();
    for (name, text) in common::files("corpus") {
        let file = trig_grammar::parse(&text);
        if !file.errors.is_empty() || file.unclosed {
            wrong.push_str(&format!(
                "== {name}\n{}\n",
                common::render(&text, &file.errors)
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_corpus_gives_these_trees() {
    for (name, text) in common::files("corpus") {
        let file = trig_grammar::parse(&text);
        let mut out = String::new();
        for item in &file.items {
            let start = item
                .doc
                .as_ref()
                .map_or(item.span.start, |doc| doc.span.start);
            let source = &text[start as usize..item.span.end as usize];
            for line in source.lines() {
                writeln!(out, "| {line}").unwrap();
            }
            writeln!(out, "{}\n", common::tree::show(item)).unwrap();
        }
        let stem = name.trim_end_matches(".trig");
        insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(stem, out);
        });
    }
}
