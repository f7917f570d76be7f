//! Diagnostics as data: rendered at the edge, for people, CI or an editor.

use serde::Serialize;
use smol_str::SmolStr;
use trig_grammar::Span;

/// Something that is wrong, or doubtful, in a project.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Diagnostic {
    /// The rule's name: kebab-case, stable, never reused.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong: lower case, no final period, the user's words in backticks.
    pub message: String,
    /// The places. The first one is primary; there always is one.
    pub labels: Vec<Label>,
    /// Further facts, a line each.
    pub notes: Vec<String>,
    /// What to do next.
    pub help: Option<String>,
    /// Changes that mend it.
    pub fixes: Vec<Fix>,
}

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The project does not compile.
    Error,
    /// The project compiles, and somebody should look.
    Warning,
}

/// A place that belongs to a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Label {
    /// The file's path, as in the source set; `trig.toml` and catalogues included.
    pub file: SmolStr,
    /// Byte offset of its start.
    pub start: u32,
    /// Byte offset one past its end.
    pub end: u32,
    /// What is there; may be empty for the primary place.
    pub message: String,
}

/// A change that mends a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Fix {
    /// What it does: `replace with `stage``.
    pub title: String,
    /// What is replaced by what; not overlapping.
    pub edits: Vec<Edit>,
}

/// A replacement of text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Edit {
    /// The file's path.
    pub file: SmolStr,
    /// Byte offset of its start.
    pub start: u32,
    /// Byte offset one past its end.
    pub end: u32,
    /// The new text.
    pub text: String,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(
        rule: &'static str,
        message: impl Into<String>,
        file: &SmolStr,
        span: Span,
    ) -> Self {
        Self::new(rule, Severity::Error, message, file, span)
    }

    /// A warning at a place.
    pub fn warning(
        rule: &'static str,
        message: impl Into<String>,
        file: &SmolStr,
        span: Span,
    ) -> Self {
        Self::new(rule, Severity::Warning, message, file, span)
    }

    fn new(
        rule: &'static str,
        severity: Severity,
        message: impl Into<String>,
        file: &SmolStr,
        span: Span,
    ) -> Self {
        Self {
            rule,
            severity,
            message: message.into(),
            labels: vec![Label {
                file: file.clone(),
                start: span.start,
                end: span.end,
                message: String::new(),
            }],
            notes: Vec::new(),
            help: None,
            fixes: Vec::new(),
        }
    }

    /// Says what is at the primary place.
    #[must_use]
    pub fn here(mut self, message: impl Into<String>) -> Self {
        if let Some(first) = self.labels.first_mut() {
            first.message = message.into();
        }
        self
    }

    /// Adds a place.
    #[must_use]
    pub fn label(mut self, message: impl Into<String>, file: &SmolStr, span: Span) -> Self {
        self.labels.push(Label {
            file: file.clone(),
            start: span.start,
            end: span.end,
            message: message.into(),
        });
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a fix that replaces the primary place by `text`.
    #[must_use]
    pub fn replace_with(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        if let Some(first) = self.labels.first() {
            let edit = Edit {
                file: first.file.clone(),
                start: first.start,
                end: first.end,
                text: text.clone(),
            };
            self.fixes.push(Fix {
                title: format!("replace with `{text}`"),
                edits: vec![edit],
            });
        }
        self
    }

    /// Proposes the candidate nearest to `word`, if one is near: as help, and as a fix of the primary place.
    #[must_use]
    pub fn did_you_mean<'a>(
        self,
        word: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        match nearest(word, candidates) {
            Some(near) => {
                let near = near.to_owned();
                self.help(format!("did you mean `{near}`?"))
                    .replace_with(near)
            }
            None => self,
        }
    }

    /// The order in which diagnostics are shown: by file, place, rule and message.
    pub fn sort_key(&self) -> (&str, u32, u32, &str, &str) {
        match self.labels.first() {
            Some(l) => (
                l.file.as_str(),
                l.start,
                l.end,
                self.rule,
                self.message.as_str(),
            ),
            None => ("", 0, 0, self.rule, self.message.as_str()),
        }
    }
}

/// The candidate nearest to `word`, if one is near enough to be meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let allowed = (lower.chars().count() / 3).max(1);
    let words = words_of(word);
    candidates
        .into_iter()
        .filter(|c| *c != word)
        .map(
            |c| match strsim::damerau_levenshtein(&lower, &c.to_lowercase()) {
                // `send_email` is `email.send`
                _ if words.len() > 1 && words == words_of(c) => (0, c),
                distance => (distance, c),
            },
        )
        .filter(|(distance, _)| *distance <= allowed)
        .min_by(|a, b| a.0.cmp(&b.0).then(a.1.cmp(b.1)))
        .map(|(_, c)| c)
}

/// Names in backticks, one after the other.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>, between: &str) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(between)
}

/// The words of a name, sorted: what `.`, `_` and capitals divide.
fn words_of(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut goes_on = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            goes_on = false;
            continue;
        }
        match words.last_mut() {
            Some(last) if goes_on && !c.is_uppercase() => last.extend(c.to_lowercase()),
            _ => words.push(c.to_lowercase().collect()),
        }
        goes_on = true;
    }
    words.sort_unstable();
    words
}
