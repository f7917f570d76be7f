//! Comparing text: one folding table and one normal form, for engine and prover alike.

use smol_str::SmolStr;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// The letter that `c` folds to, for comparisons that ignore case. Letter to letter: never changes the number of
/// characters.
pub fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    // final sigma folds like sigma
    if c == 'ς' {
        return 'σ';
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// `text` with every letter folded.
pub fn fold(text: &str) -> String {
    text.chars().map(fold_char).collect()
}

/// A tag as it is compared: trimmed and folded.
pub fn fold_tag(tag: &str) -> String {
    fold(tag.trim())
}

/// Text as it is stored: NFC.
pub fn normalize(text: &str) -> SmolStr {
    if is_nfc(text) {
        SmolStr::new(text)
    } else {
        text.nfc().collect::<String>().into()
    }
}

/// Whether `text` contains `part`, ignoring case.
pub fn contains_folded(text: &str, part: &str) -> bool {
    fold(text).contains(&fold(part))
}
