//! What the tests of the grammar share.

pub(crate) mod tree;

use std::fs;
use std::path::Path;

use trig_grammar::Span;
use trig_grammar::ast::SyntaxError;

/// The files of a folder of tests (or of any folder, by its whole path), in the order of their names: name and text.
pub(crate) fn files(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(folder);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "trig"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no files in {}", folder.display());
    files
}

/// What must hold for every valid source: the corpus, and the files of every example.
pub(crate) fn sources() -> Vec<(String, String)> {
    let mut sources = files("corpus");
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    for example in fs::read_dir(examples).unwrap() {
        let example = example.unwrap().path();
        sources.extend(files(&example.to_string_lossy()));
    }
    sources
}

/// Errors as text, each with the line it is on and carets below it.
pub(crate) fn render(text: &str, errors: &[SyntaxError]) -> String {
    let mut out = String::new();
    for error in errors {
        out.push_str(&format!("error: {}\n", error.message));
        place(&mut out, text, error.span, "");
        if let Some((span, label)) = &error.related {
            place(&mut out, text, *span, label);
        }
        if let Some(help) = &error.help {
            out.push_str(&format!("  help: {help}\n"));
        }
    }
    out
}

fn place(out: &mut String, text: &str, span: Span, label: &str) {
    let start = text[..span.start as usize].rfind('\n').map_or(0, |n| n + 1);
    let end = text[start..].find('\n').map_or(text.len(), |n| start + n);
    let number = text[..start].matches('\n').count() + 1;
    let line = &text[start..end];
    let column = text[start..span.start as usize].chars().count();
    let last = (span.end as usize).min(end).max(span.start as usize);
    let width = text[span.start as usize..last].chars().count().max(1);
    let below = if span.is_empty() {
        "^".to_owned()
    } else {
        "^".repeat(width)
    };
    out.push_str(&format!(
        "{number:4} | {line}\n     | {}{below}",
        " ".repeat(column)
    ));
    if !label.is_empty() {
        out.push_str(&format!(" {label}"));
    }
    out.push('\n');
}
