//! The compiler, as the daemon uses it.

use std::path::Path;
use std::sync::Arc;

use trig_compiler::{Diagnostic, Severity, SourceSet};
use trig_project::render::{self, Texts};

use crate::project::{Compiled, Compiler, Report};

/// The compiler. Its diagnostics are coloured where `colour` says so.
pub fn compiler(colour: bool) -> Compiler {
    Arc::new(move |dir| compile(dir, colour))
}

fn compile(dir: &Path, colour: bool) -> Compiled {
    let loaded = match trig_project::load(dir) {
        Ok(loaded) => loaded,
        Err(e) => {
            return Compiled {
                report: Report {
                    errors: 1,
                    text: format!("error: {e}\n"),
                    json: serde_json::json!([{"message": e.to_string()}]),
                    ..Report::default()
                },
                ..Compiled::default()
            };
        }
    };
    let compilation = trig_compiler::compile(&loaded.sources);
    let diagnostics = loaded.with(compilation.diagnostics);
    let report = report(dir, &loaded.sources, &diagnostics, colour);
    Compiled {
        manifest: compilation.manifest,
        // a file that could not be read is an error, too
        ir: compilation.ir.filter(|_| report.errors == 0).map(Arc::new),
        sources: loaded.sources,
        report,
    }
}

fn report(dir: &Path, sources: &SourceSet, diagnostics: &[Diagnostic], colour: bool) -> Report {
    let texts = Texts::new(dir, sources);
    let mut text = Vec::new();
    // writing into memory does not fail
    drop(render::human(&texts, diagnostics, colour, &mut text));
    let count = |severity| {
        diagnostics
            .iter()
            .filter(|d| d.severity == severity)
            .count()
    };
    Report {
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        text: String::from_utf8_lossy(&text).into_owned(),
        json: serde_json::to_value(diagnostics).unwrap_or_default(),
    }
}
