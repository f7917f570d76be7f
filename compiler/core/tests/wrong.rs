//! Programs as new users write them, what the compiler says of them, and the repair that its message led to.
//!
//! A file of `tests/wrong/SYSTEM` is a program with its mistake; below `// ---- repaired` stands what becomes of it. Each
//! message has to do alone: who reads nothing else must be able to write the repair.

mod common;

use common::{MANIFEST, render};
use trig_compiler::{Severity, SourceSet, compile};

const REPAIRED: &str = "// ---- repaired\n";

fn said(text: &str) -> (usize, String) {
    let sources = SourceSet {
        manifest: Some(MANIFEST.into()),
        files: vec![("main.trig".into(), text.into())],
    };
    let compilation = compile(&sources);
    let errors = compilation.diagnostics.iter();
    let errors = errors.filter(|d| d.severity == Severity::Error).count();
    (errors, render(&sources, &compilation.diagnostics))
}

#[test]
fn wrong_programs_and_their_repairs() {
    let mut astray = Vec::new();
    insta::glob!("wrong/*/*.trig", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let (wrong, repaired) = text.split_once(REPAIRED).unwrap();
        let (errors, messages) = said(wrong);
        if errors == 0 {
            astray.push(format!("{}: nothing is wrong", path.display()));
        }
        let (_, rest) = said(repaired);
        if rest != "(clean)\n" {
            astray.push(format!("{}: the repair: {rest}", path.display()));
        }
        insta::assert_snapshot!(format!(
            "{wrong}\n===== {errors}\n{messages}\n===== repaired\n{repaired}"
        ));
    });
    assert!(astray.is_empty(), "{}", astray.join("\n"));
}

#[test]
fn there_are_twenty_for_each_system() {
    for system in ["kommo", "bitrix24", "activecampaign"] {
        let folder = format!("{}/tests/wrong/{system}", env!("CARGO_MANIFEST_DIR"));
        let files = std::fs::read_dir(folder).unwrap();
        let programs = files.filter(|f| {
            let path = f.as_ref().unwrap().path();
            path.extension().is_some_and(|e| e == "trig")
        });
        assert!(programs.count() >= 20, "{system}");
    }
}
