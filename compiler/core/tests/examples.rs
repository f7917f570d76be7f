//! Every example compiles without a finding.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use trig_compiler::{SourceSet, compile};

fn read(dir: &Path) -> SourceSet {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "trig") {
            let name = path.file_name().unwrap().to_str().unwrap().into();
            files.push((name, std::fs::read_to_string(&path).unwrap().into()));
        }
    }
    files.sort();
    let manifest = std::fs::read_to_string(dir.join("trig.toml"))
        .ok()
        .map(Into::into);
    SourceSet { manifest, files }
}

#[test]
fn every_example_is_clean() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut seen = 0;
    for entry in std::fs::read_dir(examples).unwrap() {
        let dir = entry.unwrap().path();
        let compilation = compile(&read(&dir));
        assert_eq!(compilation.diagnostics, [], "{}", dir.display());
        seen += 1;
    }
    assert!(seen > 0);
}
