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

/// Line ends of other systems, and the mark with which some editors begin a file, change nothing.
#[test]
fn line_ends_and_byte_order_marks_change_nothing() {
    for (name, text) in common::files("corpus") {
        let other = format!("\u{FEFF}{}", text.replace('\n', "\r\n"));
        let file = trig_grammar::parse(&other);
        assert!(
            file.errors.is_empty(),
            "{name}\n{}",
            common::render(&other, &file.errors)
        );
        let before = common::tree::without_spans(&trig_grammar::parse(&text).items);
        let after = common::tree::without_spans(&file.items);
        assert_eq!(before, after, "{name}");
    }
}

/// The formatter needs every comment, wherever it stands.
#[test]
fn every_comment_is_kept() {
    let text = "// a\ntrigger A { // b\n  /// c\n  on x(\"// no\") // d  \n  foo /// e\n} ////f\r\n`// no` \"\"\"// no\n// no\"\"\" //";
    let file = trig_grammar::parse(text);
    let comments: Vec<_> = file
        .comments
        .iter()
        .map(|c| (&text[c.span.range()], c.doc))
        .collect();
    let expected = [
        ("// a", false),
        ("// b", false),
        ("/// c", true),
        ("// d  ", false),
        ("/// e", true),
        ("////f", false),
        ("//", false),
    ];
    assert_eq!(comments, expected);
}

#[test]
fn a_doc_comment_belongs_to_what_follows() {
    let text = "/// one\n///two\n\nuse a\n/// of b\n// plain\nuse b\n/// field\nentity c { /// d\n  d: text /// e\n  e: text }";
    let file = trig_grammar::parse(text);
    let docs: Vec<_> = file
        .items
        .iter()
        .map(|item| item.doc.as_ref().map(|doc| doc.text.as_str()))
        .collect();
    assert_eq!(docs, [Some("one\ntwo"), Some("of b"), Some("field")]);
    let trig_grammar::ast::ItemKind::Entity(entity) = &file.items[2].kind else {
        panic!("{:?}", file.items[2]);
    };
    let docs: Vec<_> = entity
        .fields
        .iter()
        .map(|field| field.doc.as_ref().map(|doc| doc.text.as_str()))
        .collect();
    assert_eq!(docs, [Some("d"), Some("e")]);
}
