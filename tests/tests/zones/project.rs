//! Projects out of text.

use trig_compiler::{SourceSet, compile};
use trig_ir::Ir;

/// Compiles a project whose zone is this one.
pub(crate) fn compiled(zone: &str, text: &str) -> Ir {
    let manifest = format!(
        "[project]\nid = \"zones\"\nlanguage = \"1\"\nzone = \"{zone}\"\ncurrency = \"EUR\"\n\n\
         [connectors.kommo]\nkind = \"kommo\"\n"
    );
    let compilation = compile(&SourceSet {
        manifest: Some(manifest.into()),
        files: vec![("main.trig".into(), text.into())],
    });
    let told: Vec<&String> = compilation.diagnostics.iter().map(|d| &d.message).collect();
    compilation.ir.unwrap_or_else(|| panic!("{told:?}\n{text}"))
}
