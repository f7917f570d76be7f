//! The catalogues are projects like any other: they must be clean.

use trig_compiler::{SourceSet, compile};

#[test]
fn every_catalogue_is_clean() {
    let sources = SourceSet {
        manifest: Some("[project]\nid = \"acme\"\nlanguage = \"1\"\nzone = \"UTC\"\n".into()),
        files: vec![("main.trig".into(), "use kommo\nuse activecampaign\n".into())],
    };
    let compilation = compile(&sources);
    assert_eq!(compilation.diagnostics, []);
    let ir = compilation.ir.expect("a project without errors has an IR");
    assert!(ir.entities.iter().any(|e| e.name == "kommo.lead"));
    assert!(ir.entities.iter().any(|e| e.name == "activecampaign.deal"));
}
