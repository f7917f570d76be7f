//! Every `trig` block of README and docs is checked: those of one document are the files of one project.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use trig_compiler::{SourceSet, compile};

fn blocks(document: &str) -> Vec<String> {
    let path = format!("{}/../../{document}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let mut blocks = Vec::new();
    let mut rest = text.as_str();
    while let Some((_, after)) = rest.split_once("```trig\n") {
        let (block, after) = after.split_once("```").unwrap();
        blocks.push(block.to_owned());
        rest = after;
    }
    blocks
}

fn is_clean(document: &str) {
    let blocks = blocks(document);
    assert!(!blocks.is_empty(), "{document} shows some Trig");
    let files = (0..)
        .zip(blocks)
        .map(|(i, text): (u32, _)| (format!("block{i}.trig").into(), text.into()));
    let sources = SourceSet {
        manifest: Some(common::MANIFEST.into()),
        files: files.collect(),
    };
    let rendered = common::render(&sources, &compile(&sources).diagnostics);
    assert_eq!(rendered, "(clean)\n", "{document}");
}

#[test]
fn the_readme_is_clean() {
    is_clean("README.md");
}

#[test]
fn the_language_reference_is_clean() {
    is_clean("docs/language.md");
}
