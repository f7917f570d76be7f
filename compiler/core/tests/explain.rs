//! What `trigc explain` shows is true: each wrong example is reported by exactly its rule, each repaired one is clean.
//!
//! In a rule's page, a block ```` ```trig fails ```` is a project that the rule reports, and a block ```` ```trig ````
//! one that is clean; `toml` blocks are manifests.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use trig_compiler::rules::{ALL, Rule};
use trig_compiler::{SourceSet, compile, manifest};

/// Rules whose page has no example, with the reason.
const WITHOUT: [(&str, &str); 2] = [
    (
        "not-yet-supported",
        "what it reports shrinks with every version",
    ),
    ("manifest-missing", "no manifest is no text"),
];

/// A fenced block of a page.
struct Block {
    info: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for line in page.lines() {
        match (line.strip_prefix("```"), open) {
            (Some(info), false) => {
                open = true;
                blocks.push(Block {
                    info: info.to_owned(),
                    text: String::new(),
                });
            }
            (Some(_), true) => open = false,
            (None, true) => {
                let block = blocks.last_mut().unwrap();
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, false) => {}
        }
    }
    assert!(!open, "a block is not closed");
    blocks
}

/// The rules that report something in a block, each once, and how it reads.
fn reported(block: &Block) -> (Vec<&'static str>, String) {
    let is_manifest = block.info.starts_with("toml");
    let source = if is_manifest {
        "use crm\n"
    } else {
        &block.text
    };
    let manifest = if is_manifest {
        &block.text
    } else {
        common::MANIFEST
    };
    let sources = SourceSet {
        manifest: Some(manifest.into()),
        files: vec![("main.trig".into(), source.into())],
    };
    let diagnostics = compile(&sources).diagnostics;
    let mut rules: Vec<&str> = diagnostics.iter().map(|d| d.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    (rules, common::render(&sources, &diagnostics))
}

fn all() -> impl Iterator<Item = &'static Rule> {
    ALL.iter().chain(&manifest::RULES)
}

#[test]
fn examples_are_what_they_say() {
    let mut wrong = Vec::new();
    for rule in all() {
        let (mut failing, mut clean) = (0, 0);
        for block in blocks(rule.explain) {
            let expected: &[&str] = match block.info.as_str() {
                "trig fails" | "toml fails" => {
                    failing += 1;
                    &[rule.name]
                }
                "trig" | "toml" => {
                    clean += 1;
                    &[]
                }
                other => panic!("{}: a block is `{other}`", rule.name),
            };
            let (rules, rendered) = reported(&block);
            if rules != expected {
                wrong.push(format!("{}: {rendered}\n{}", rule.name, block.text));
            }
        }
        if WITHOUT.iter().any(|(name, _)| *name == rule.name) {
            assert_eq!(failing, 0, "`{}` has an example after all", rule.name);
        } else if failing == 0 || clean == 0 {
            wrong.push(format!(
                "`{}` needs a wrong example and its repair\n",
                rule.name
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pages_read_well() {
    for rule in all() {
        let page = rule.explain;
        assert!(
            page.ends_with('\n') && !page.starts_with('\n'),
            "{}",
            rule.name
        );
        for line in page.lines() {
            assert!(line.chars().count() <= 120, "{}: {line}", rule.name);
        }
        let words = page.split_whitespace().count();
        assert!(words >= 25, "`{}` is explained in {words} words", rule.name);
    }
}
