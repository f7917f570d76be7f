//! What a result is known by from one run to the next: lines may move, and it stays the same.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};
use trig_compiler::Diagnostic;

use crate::render::texts::Texts;

/// The name and version of the way in which it is computed.
const NAME: &str = "trigc/v1";

/// Fingerprints, each given once.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    /// How often each was asked for.
    seen: HashMap<[u8; 32], u32>,
}

impl Fingerprints {
    /// From rule, file, message and the text of the line; where all of these are equal, from their order.
    pub(super) fn of(
        &mut self,
        texts: &Texts<'_>,
        diagnostic: &Diagnostic,
    ) -> BTreeMap<&'static str, String> {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        part(diagnostic.rule.as_bytes());
        part(diagnostic.message.as_bytes());
        if let Some(label) = diagnostic.labels.first() {
            part(texts.shown_path(&label.file).as_bytes());
            if let Some(text) = texts.get(&label.file) {
                let line = text.lines.line(text.snap(label.start as usize));
                let line = text.text.get(text.lines.range(line, &text.text));
                part(line.unwrap_or_default().trim().as_bytes());
            }
        }
        let same: [u8; 32] = hash.finalize().into();
        let count = self.seen.entry(same).or_default();
        *count += 1;
        let mut value: String = same.iter().take(16).map(|b| format!("{b:02x}")).collect();
        value.push_str(&format!(":{count}"));
        BTreeMap::from([(NAME, value)])
    }
}
