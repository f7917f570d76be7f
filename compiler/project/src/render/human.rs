//! Diagnostics for people: the lines of the source with what is wrong drawn under them.

use std::io::{self, Write};

use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::Error;
use codespan_reporting::term::{Config, emit_to_write_style};
use trig_compiler::{Diagnostic, Label, Severity};

use super::excerpt::Excerpts;
use super::sanitize::message;
use super::style::Colours;
use super::texts::Texts;

/// Writes `diagnostics` in their order, coloured if `colour`.
///
/// # Errors
/// If `out` refuses.
pub fn human(
    texts: &Texts<'_>,
    diagnostics: &[Diagnostic],
    colour: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let config = Config::default();
    let mut out = Colours { out, on: colour };
    for diagnostic in diagnostics {
        let (excerpts, shown) = convert(texts, diagnostic);
        emit_to_write_style(&mut out, &config, &excerpts, &shown).map_err(|e| match e {
            Error::Io(e) => e,
            other => io::Error::other(other.to_string()),
        })?;
    }
    Ok(())
}

fn convert(texts: &Texts<'_>, diagnostic: &Diagnostic) -> (Excerpts, codespan::Diagnostic<usize>) {
    let severity = match diagnostic.severity {
        Severity::Error => codespan::Severity::Error,
        Severity::Warning => codespan::Severity::Warning,
    };
    let mut shown = codespan::Diagnostic::new(severity)
        .with_code(diagnostic.rule)
        .with_message(message(&diagnostic.message));
    let mut excerpts = Excerpts::default();
    // the primary place's file first, then the others in the order in which they are named
    let mut files: Vec<&str> = Vec::new();
    for label in &diagnostic.labels {
        if !files.contains(&label.file.as_str()) {
            files.push(&label.file);
        }
    }
    for file in files {
        let labels: Vec<(usize, &Label)> = diagnostic
            .labels
            .iter()
            .enumerate()
            .filter(|(_, l)| l.file == file)
            .collect();
        let path = message(&texts.shown_path(file)).into_owned();
        let Some(text) = texts.get(file) else {
            shown.notes.push(format!("in `{path}`"));
            continue;
        };
        let ranges: Vec<_> = labels
            .iter()
            .map(|(_, l)| l.start as usize..l.end as usize)
            .collect();
        let (id, ranges) = excerpts.add(path, &text, &ranges);
        for ((n, label), range) in labels.into_iter().zip(ranges) {
            let style = if n == 0 {
                codespan::LabelStyle::Primary
            } else {
                codespan::LabelStyle::Secondary
            };
            let message = message(&label.message).into_owned();
            shown
                .labels
                .push(codespan::Label::new(style, id, range).with_message(message));
        }
    }
    let notes = diagnostic
        .notes
        .iter()
        .map(|n| format!("note: {}", message(n)));
    let help = diagnostic
        .help
        .iter()
        .map(|h| format!("help: {}", message(h)));
    shown.notes.extend(notes.chain(help));
    (excerpts, shown)
}
