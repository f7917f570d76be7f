//! Diagnostics for programs.
//!
//! ```json
//! {
//!   "version": 1,
//!   "diagnostics": [{
//!     "rule": "unknown-name", "severity": "error", "message": "there is no stage `Wn`",
//!     "labels": [{
//!       "file": "shop/main.trig", "start": 120, "end": 122, "line": 7, "column": 12, "message": "", "primary": true
//!     }],
//!     "notes": [], "help": "did you mean `Won`?",
//!     "fixes": [{
//!       "title": "replace with `Won`", "edits": [{ "file": "shop/main.trig", "start": 120, "end": 122, "text": "Won" }]
//!     }]
//!   }],
//!   "summary": { "projects": 1, "files": 3, "triggers": 12, "errors": 1, "warnings": 0 }
//! }
//! ```
//!
//! `start` and `end` are byte offsets; `line` and `column` count from 1, columns in characters, and are `null` where
//! the file could not be read. `help` is `null` where there is none. Within version 1 keys may be added, and none
//! changes or goes.

use std::io::{self, Write};

use serde::Serialize;
use trig_compiler::{Diagnostic, Severity};

use super::texts::Texts;

/// What is reported of one or more projects.
#[derive(Debug, Serialize)]
pub struct Report {
    version: u32,
    diagnostics: Vec<Entry>,
    summary: Summary,
}

/// Figures of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Projects that were looked at.
    pub projects: usize,
    /// `.trig` files that they have.
    pub files: usize,
    /// Triggers that they declare.
    pub triggers: usize,
    /// Errors that were found.
    pub errors: usize,
    /// Warnings that were found.
    pub warnings: usize,
}

#[derive(Debug, Serialize)]
struct Entry {
    rule: &'static str,
    severity: Severity,
    message: String,
    labels: Vec<LabelEntry>,
    notes: Vec<String>,
    help: Option<String>,
    fixes: Vec<FixEntry>,
}

#[derive(Debug, Serialize)]
struct LabelEntry {
    file: String,
    start: u32,
    end: u32,
    line: Option<usize>,
    column: Option<usize>,
    message: String,
    primary: bool,
}

#[derive(Debug, Serialize)]
struct FixEntry {
    title: String,
    edits: Vec<EditEntry>,
}

#[derive(Debug, Serialize)]
struct EditEntry {
    file: String,
    start: u32,
    end: u32,
    text: String,
}

impl Summary {
    /// Counts `diagnostics`.
    pub fn count(&mut self, diagnostics: &[Diagnostic]) {
        let is_error = |d: &&Diagnostic| d.severity == Severity::Error;
        let errors = diagnostics.iter().filter(is_error).count();
        self.errors += errors;
        self.warnings += diagnostics.len() - errors;
    }
}

impl Default for Report {
    fn default() -> Self {
        Self {
            version: 1,
            diagnostics: Vec::new(),
            summary: Summary::default(),
        }
    }
}

impl Report {
    /// Adds the diagnostics of a project, in their order.
    pub fn add(&mut self, texts: &Texts<'_>, diagnostics: &[Diagnostic]) {
        self.diagnostics
            .extend(diagnostics.iter().map(|d| entry(texts, d)));
    }

    /// Writes it as one line.
    ///
    /// # Errors
    /// If `out` refuses.
    pub fn write(mut self, summary: Summary, out: &mut dyn Write) -> io::Result<()> {
        self.summary = summary;
        serde_json::to_writer(&mut *out, &self)?;
        writeln!(out)
    }
}

fn entry(texts: &Texts<'_>, diagnostic: &Diagnostic) -> Entry {
    Entry {
        rule: diagnostic.rule,
        severity: diagnostic.severity,
        message: diagnostic.message.clone(),
        labels: diagnostic
            .labels
            .iter()
            .enumerate()
            .map(|(n, l)| {
                let place = texts.as_read(&l.file).map(|t| t.place(l.start as usize));
                LabelEntry {
                    file: texts.shown_path(&l.file),
                    start: l.start,
                    end: l.end,
                    line: place.as_ref().map(|p| p.line),
                    column: place.as_ref().map(|p| p.column),
                    message: l.message.clone(),
                    primary: n == 0,
                }
            })
            .collect(),
        notes: diagnostic.notes.clone(),
        help: diagnostic.help.clone(),
        fixes: diagnostic
            .fixes
            .iter()
            .map(|f| FixEntry {
                title: f.title.clone(),
                edits: f
                    .edits
                    .iter()
                    .map(|e| EditEntry {
                        file: texts.shown_path(&e.file),
                        start: e.start,
                        end: e.end,
                        text: e.text.clone(),
                    })
                    .collect(),
            })
            .collect(),
    }
}
