//! What the compiler says of broken projects: input and diagnostics in one snapshot.

mod common;

use common::{MANIFEST, render};
use trig_compiler::{SourceSet, compile};

/// Each file of `tests/diagnostics` is a project. A line `// FILE name.trig` begins another file of it.
#[test]
fn diagnostics() {
    insta::glob!("diagnostics/*.trig", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let mut files: Vec<(smol_str::SmolStr, String)> = vec![("main.trig".into(), String::new())];
        for line in text.split_inclusive('\n') {
            match line.strip_prefix("// FILE ") {
                Some(name) => files.push((name.trim().into(), String::new())),
                None => files.last_mut().unwrap().1.push_str(line),
            }
        }
        let files: Vec<_> = files
            .into_iter()
            .map(|(name, text)| (name, text.into()))
            .collect();
        let sources = SourceSet {
            manifest: Some(MANIFEST.into()),
            files,
        };
        let compilation = compile(&sources);
        let errors = compilation
            .diagnostics
            .iter()
            .any(|d| d.severity == trig_compiler::Severity::Error);
        assert_eq!(compilation.ir.is_none(), errors);
        let rendered = render(&sources, &compilation.diagnostics);
        insta::assert_snapshot!(format!("{text}\n=====\n{rendered}"));
    });
}
