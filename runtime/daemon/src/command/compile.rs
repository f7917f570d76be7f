//! The compiler, as the daemon uses it.

use std::path::Path;
use std::sync::Arc;

use trig_compiler::{Diagnostic, Severity, SourceSet, manifest};
use trig_project::render::{self, Texts};

use crate::project::{Compiled, Compiler, Report};

/// The compiler. Its diagnostics are coloured where `colour` says so.
pub(super) fn compiler(colour: bool) -> Compiler {
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
    let (manifest, diagnostics) = manifest::parse(loaded.sources.manifest.as_deref());
    let diagnostics = loaded.with(diagnostics);
    let report = report(dir, &loaded.sources, &diagnostics, colour);
    Compiled {
        manifest,
        ir: None,
        sources: loaded.sources,
        report,
    }
}

fn report(dir: &Path, sources: &SourceSet, diagnostics: &[Diagnostic], colour: bool) -> Report {
    let texts = Texts::new(dir, sources, |_| None);
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
