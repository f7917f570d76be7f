//! A table of the manifest, and how its keys are read: what has the wrong type is reported and then missing.

use smol_str::SmolStr;
use toml::Spanned as Toml;
use toml::de::{DeTable, DeValue};
use trig_grammar::Span;
use trig_ir::Millis;

use super::Spanned;
use super::duration;
use super::rules::{missing_key, unknown_key, value};
use crate::Diagnostic;

/// A table of the manifest.
#[derive(Clone)]
pub(super) struct Section<'t> {
    text: &'t str,
    /// Its path: `connectors.kommo`; empty for the file.
    path: String,
    /// Where it stands: its header, an inline table, or the start of the file.
    pub(super) span: Span,
    table: &'t DeTable<'t>,
}

/// A key of a table with its value.
pub(super) struct Entry<'t> {
    section: Section<'t>,
    /// The key.
    pub(super) name: &'t str,
    /// Where the key stands.
    pub(super) key: Span,
    /// Where the value stands.
    pub(super) span: Span,
    /// The value.
    pub(super) value: &'t DeValue<'t>,
}

impl<'t> Section<'t> {
    /// The whole file.
    pub(super) fn root(text: &'t str, table: &'t DeTable<'t>) -> Self {
        Self {
            text,
            path: String::new(),
            span: Span::empty(0),
            table,
        }
    }

    /// Reports every key that is not among `known`.
    pub(super) fn only(&self, known: &[&str], out: &mut Vec<Diagnostic>) {
        for entry in self.entries() {
            if !known.contains(&entry.name) {
                out.push(unknown_key::unknown(
                    &self.path, entry.name, entry.key, known,
                ));
            }
        }
    }

    /// Its keys, sorted.
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry<'t>> + use<'_, 't> {
        self.table
            .iter()
            .map(|(key, value)| self.entry_of(key, value))
    }

    /// The value under `name`, if there is one.
    pub(super) fn get(&self, name: &str) -> Option<Entry<'t>> {
        self.table
            .get_key_value(name)
            .map(|(key, value)| self.entry_of(key, value))
    }

    /// Reports that `name` is missing.
    pub(super) fn missing(&self, name: &str, example: &str, out: &mut Vec<Diagnostic>) {
        out.push(missing_key::missing(&self.path, self.span, name, example));
    }

    /// The table under `name`.
    pub(super) fn section(&self, name: &str, out: &mut Vec<Diagnostic>) -> Option<Self> {
        self.get(name)?.section(out)
    }

    /// The text under `name`; an empty one is reported.
    pub(super) fn text(&self, name: &str, out: &mut Vec<Diagnostic>) -> Option<Spanned<&'t str>> {
        self.get(name)?.text(out)
    }

    /// The duration under `name`, longer than nothing.
    pub(super) fn duration(
        &self,
        name: &str,
        out: &mut Vec<Diagnostic>,
    ) -> Option<Spanned<Millis>> {
        let entry = self.get(name)?;
        let text = entry.text(out)?;
        match duration::parse(text.value) {
            Some(millis) => Some(Spanned {
                value: millis,
                span: text.span,
            }),
            None => {
                out.push(
                    value::wrong(format!("`{}` is no duration", text.value), text.span)
                        .help("write a number and a unit, as in `90s`, `10m`, `1h30m` or `30d`"),
                );
                None
            }
        }
    }

    /// The whole number from `1` to `max` under `name`.
    pub(super) fn count(&self, name: &str, max: u32, out: &mut Vec<Diagnostic>) -> Option<u32> {
        let entry = self.get(name)?;
        let n = entry.integer(out)?;
        match u32::try_from(n.value) {
            Ok(count) if (1..=max).contains(&count) => Some(count),
            _ => {
                out.push(value::wrong(
                    format!("`{}` must be between 1 and {max}", entry.path()),
                    n.span,
                ));
                None
            }
        }
    }

    fn entry_of(
        &self,
        key: &'t Toml<toml::de::DeString<'t>>,
        value: &'t Toml<DeValue<'t>>,
    ) -> Entry<'t> {
        Entry {
            section: self.clone(),
            name: key.get_ref().as_ref(),
            key: span_in(self.text, key.span()),
            span: span_in(self.text, value.span()),
            value: value.get_ref(),
        }
    }
}

impl<'t> Entry<'t> {
    /// Its path in the file: `connectors.kommo.url`.
    pub(super) fn path(&self) -> String {
        join(&self.section.path, self.name)
    }

    /// Its value as a table.
    pub(super) fn section(&self, out: &mut Vec<Diagnostic>) -> Option<Section<'t>> {
        match self.value {
            DeValue::Table(table) => Some(Section {
                text: self.section.text,
                path: self.path(),
                span: self.span,
                table,
            }),
            _ => self.wrong_type("a table", out),
        }
    }

    /// Its value as text that is not empty.
    pub(super) fn text(&self, out: &mut Vec<Diagnostic>) -> Option<Spanned<&'t str>> {
        match self.value {
            DeValue::String(text) if text.trim().is_empty() => {
                let message = format!("`{}` is empty", self.path());
                out.push(value::wrong(message, self.span));
                None
            }
            DeValue::String(text) => Some(Spanned {
                value: text.as_ref(),
                span: self.span,
            }),
            _ => self.wrong_type("text", out),
        }
    }

    /// Its value as a whole number.
    pub(super) fn integer(&self, out: &mut Vec<Diagnostic>) -> Option<Spanned<i64>> {
        let DeValue::Integer(integer) = self.value else {
            return self.wrong_type("a whole number", out);
        };
        match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(n) => Some(Spanned {
                value: n,
                span: self.span,
            }),
            Err(_) => {
                let message = format!("the number of `{}` is too large", self.path());
                out.push(value::wrong(message, self.span));
                None
            }
        }
    }

    /// Its value as a list of texts; what is no text is reported and left out.
    pub(super) fn texts(&self, out: &mut Vec<Diagnostic>) -> Vec<Spanned<&'t str>> {
        let DeValue::Array(array) = self.value else {
            return self.wrong_type("a list of texts", out).unwrap_or_default();
        };
        let mut texts = Vec::with_capacity(array.len());
        for item in array.iter() {
            let item = Entry {
                section: self.section.clone(),
                name: self.name,
                key: self.key,
                span: span_in(self.section.text, item.span()),
                value: item.get_ref(),
            };
            texts.extend(item.text(out));
        }
        texts
    }

    /// Reports that the value is not `expected`; always `None`.
    pub(super) fn wrong_type<T>(&self, expected: &str, out: &mut Vec<Diagnostic>) -> Option<T> {
        out.push(value::wrong_type(
            &self.path(),
            expected,
            kind_of(self.value),
            self.span,
        ));
        None
    }
}

/// What a user calls a value of this type.
fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// `name` below `path`.
pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// The span of a range into `text`, widened to whole characters and cut at the end of the text.
pub(super) fn span_in(text: &str, range: std::ops::Range<usize>) -> Span {
    let start = text.floor_char_boundary(range.start);
    let end = text.ceil_char_boundary(range.end).max(start);
    Span::new(offset(start), offset(end))
}

fn offset(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl<T> Spanned<T> {
    /// Another value at the same place.
    pub(super) fn with<U>(&self, value: U) -> Spanned<U> {
        Spanned {
            value,
            span: self.span,
        }
    }
}

impl Spanned<&str> {
    /// The text, kept.
    pub(super) fn keep(&self) -> Spanned<SmolStr> {
        self.with(SmolStr::new(self.value))
    }
}
