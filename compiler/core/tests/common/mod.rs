//! What the tests of this crate share.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;

use trig_compiler::{Diagnostic, MANIFEST_PATH, SourceSet, catalogue_text};

/// A manifest that is enough for most.
pub(crate) const MANIFEST: &str = r#"[project]
id = "acme"
language = "1"
zone = "Europe/Berlin"
currency = "USD"

[connectors.ops]
kind = "http"
url = "https://ops.example.com/hook"
"#;

/// Diagnostics with the lines that they are about, and carets under them.
pub(crate) fn render(sources: &SourceSet, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for d in diagnostics {
        let _ = writeln!(out, "{:?}[{}]: {}", d.severity, d.rule, d.message);
        for label in &d.labels {
            let text = match label.file.as_str() {
                MANIFEST_PATH => sources.manifest.as_deref().unwrap_or_default(),
                path => match sources.files.iter().find(|(p, _)| p == path) {
                    Some((_, text)) => text,
                    None => catalogue_text(path).unwrap(),
                },
            };
            let (start, end) = (label.start as usize, label.end as usize);
            let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
            let line = text[line_start..].lines().next().unwrap_or_default();
            let number = text[..start].matches('\n').count() + 1;
            let width = text[start..end.min(line_start + line.len()).max(start)]
                .chars()
                .count()
                .max(1);
            let indent = text[line_start..start].chars().count();
            let _ = writeln!(out, "  {}:{number}: {line}", label.file);
            let pad = " ".repeat(2 + label.file.len() + 1 + number.to_string().len() + 2 + indent);
            let _ = writeln!(out, "{pad}{} {}", "^".repeat(width), label.message);
        }
        for note in &d.notes {
            let _ = writeln!(out, "  note: {note}");
        }
        if let Some(help) = &d.help {
            let _ = writeln!(out, "  help: {help}");
        }
        for fix in &d.fixes {
            let _ = writeln!(out, "  fix: {}", fix.title);
        }
    }
    if out.is_empty() {
        "(clean)\n".to_owned()
    } else {
        out
    }
}
