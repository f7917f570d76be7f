//! Text in HTML.

use std::fmt::Write as _;

/// Text as it stands between tags and in quoted attributes. Characters that no page may hold, or that turn the reading
/// direction, are replaced.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(shown(c)),
        }
    }
    out
}

/// What is shown instead of `c`; `c` itself where it is harmless. Not what a terminal is shown: a page keeps the ends of
/// lines, has no use for pictures of control characters, and is no XML with U+FFFE or U+FFFF in it.
pub(crate) fn shown(c: char) -> char {
    match c {
        '\n' | '\t' => c,
        '\0'..='\x1f'
        | '\x7f'..='\u{9f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}'
        | '\u{fffe}'
        | '\u{ffff}' => '\u{fffd}',
        c => c,
    }
}

/// A name as part of an `id`, and of the address that leads there.
pub(crate) fn anchor(kind: &str, name: &str) -> String {
    let mut out = format!("{kind}-");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "~{byte:02x}");
        }
    }
    out
}

/// The first characters of a text, so that it fits.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(most.saturating_sub(1)).collect();
    out.push('…');
    out
}
