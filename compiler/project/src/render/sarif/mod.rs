//! Diagnostics as SARIF 2.1.0, the format of code scanning.
//!
//! Columns are units of UTF-16 from 1, as `columnKind` says; the end is one past the last. Paths are relative to the
//! directory in which the command runs, which should be the repository's root. A place in a catalogue lies in no file,
//! and is given as a logical location.

mod fingerprint;
mod model;
mod place;

use std::collections::BTreeMap;
use std::io::{self, Write};

use trig_compiler::{Diagnostic, Edit, Fix, Severity};

use self::fingerprint::Fingerprints;
use self::model::{
    ArtifactChange, Change, Driver, Level, Location, Log, Message, Replacement, Result, Rule, Run,
    Tool,
};
use super::sanitize::{message, whole_message};
use super::texts::{Texts, is_catalogue};
use crate::rules::explained;

/// What is reported of one or more projects.
#[derive(Debug)]
pub struct Sarif {
    rules: Vec<Rule>,
    results: Vec<Result>,
    fingerprints: Fingerprints,
}

impl Default for Sarif {
    fn default() -> Self {
        Self {
            rules: explained().iter().map(rule).collect(),
            results: Vec::new(),
            fingerprints: Fingerprints::default(),
        }
    }
}

impl Sarif {
    /// Adds the diagnostics of a project, in their order.
    pub fn add(&mut self, texts: &Texts<'_>, diagnostics: &[Diagnostic]) {
        for diagnostic in diagnostics {
            let result = self.result(texts, diagnostic);
            self.results.push(result);
        }
    }

    /// Writes it as one line.
    ///
    /// # Errors
    /// If `out` refuses.
    pub fn write(self, out: &mut dyn Write) -> io::Result<()> {
        let log = Log {
            schema: model::SCHEMA,
            version: "2.1.0",
            runs: [Run {
                tool: Tool {
                    driver: Driver {
                        name: "trigc",
                        version: env!("CARGO_PKG_VERSION"),
                        semantic_version: env!("CARGO_PKG_VERSION"),
                        rules: self.rules,
                    },
                },
                column_kind: "utf16CodeUnits",
                results: self.results,
            }],
        };
        serde_json::to_writer(&mut *out, &log)?;
        writeln!(out)
    }

    fn result(&mut self, texts: &Texts<'_>, diagnostic: &Diagnostic) -> Result {
        let mut places = diagnostic.labels.iter();
        let primary = places.next();
        let related = places.zip(1..).map(|(label, id)| Location {
            id: Some(id),
            ..place::location(texts, label)
        });
        Result {
            rule_id: diagnostic.rule,
            rule_index: self.rules.iter().position(|r| r.id == diagnostic.rule),
            level: level(diagnostic.severity),
            message: Message {
                text: whole_message(diagnostic),
            },
            // what is at the primary place says the result's own message
            locations: primary
                .map(|label| Location {
                    message: None,
                    ..place::location(texts, label)
                })
                .into_iter()
                .collect(),
            related_locations: related.collect(),
            partial_fingerprints: self.fingerprints.of(texts, diagnostic),
            fixes: diagnostic
                .fixes
                .iter()
                .filter_map(|f| change(texts, f))
                .collect(),
        }
    }
}

fn level(severity: Severity) -> Level {
    match severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
    }
}

fn rule(rule: &trig_compiler::rules::Rule) -> Rule {
    // the first paragraph, as plain text
    let first = rule.explain.split("\n\n").next().unwrap_or_default();
    Rule {
        id: rule.name,
        short_description: Message {
            text: rule.summary.to_owned(),
        },
        full_description: Message {
            text: first.split_whitespace().collect::<Vec<_>>().join(" "),
        },
        help: model::Help {
            text: rule.explain,
            markdown: rule.explain,
        },
        default_configuration: model::Configuration {
            level: level(rule.level),
        },
    }
}

/// A fix, if all that it changes are files of the project.
fn change(texts: &Texts<'_>, fix: &Fix) -> Option<Change> {
    let mut files: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    for edit in &fix.edits {
        files.entry(&edit.file).or_default().push(edit);
    }
    let changes = files.into_iter().map(|(file, edits)| {
        let replacements = edits.into_iter().map(|edit| {
            Some(Replacement {
                deleted_region: place::region(texts, file, edit.start, edit.end)?,
                inserted_content: Message {
                    text: edit.text.clone(),
                },
            })
        });
        Some(ArtifactChange {
            artifact_location: (!is_catalogue(file)).then(|| place::artifact(texts, file))?,
            replacements: replacements.collect::<Option<_>>()?,
        })
    });
    Some(Change {
        description: Message {
            text: message(&fix.title).into_owned(),
        },
        artifact_changes: changes.collect::<Option<_>>()?,
    })
}
