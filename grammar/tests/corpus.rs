//! Every file of `corpus/` covers a part of the language and has no errors.

mod common;

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
