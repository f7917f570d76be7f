//! Snapshots of every construct, and the laws of formatting over files, random programs and random changes to both.

mod generate;
mod laws;
mod mangle;
mod snapshots;
mod tree;

use std::fs;
use std::path::{Path, PathBuf};

/// Every file that is part of the repository and has no errors: the corpus of the grammar, the examples, the catalogues
/// and the cases of this crate. Path and text.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    for folder in [
        "grammar/tests/corpus",
        "examples",
        "compiler/core/catalogues",
        "compiler/fmt/src/tests/cases",
    ] {
        let before = found.len();
        below(&root.join(folder), &mut found);
        assert!(found.len() > before, "no files in {folder}");
    }
    found.retain(|(_, text)| trig_grammar::parse(text).errors.is_empty());
    found
}

fn below(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            below(&path, found);
        } else if path.extension().is_some_and(|e| e == "trig") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
}

/// What [`crate::format`] compares, so that a mistake of its own leaves a file as it is.
#[test]
fn what_a_text_must_keep() {
    let of = |text: &str| {
        let file = trig_grammar::parse(text);
        let (words, comments) = crate::inventory(text, &file);
        (words.join(" "), comments.join(" "))
    };
    let text =
        "enum E = A | B\ntrigger T {\n    on x(a: 1) // one\n    do log(text: \"x\") // two\n}\n";
    let moved = "enum E = | A | B\ntrigger T {\n    // two\n    do log(text: \"x\",)\n    on x(a: 1,) // one\n}\n";
    assert_eq!(of(text), of(moved));
    for other in [
        text.replace("1", "2"),
        text.replace("// two", "// tow"),
        text.replace("\"x\"", "\"x \""),
        text.replace("a: 1", "a: 1, b: 1"),
    ] {
        assert_ne!(of(text), of(&other), "{other}");
    }
}
