//! The tokens of a text without errors: words with their dots, numbers, texts and signs.

use trig_grammar::Span;
use trig_grammar::ast::Comment;

/// Signs of two characters.
const PAIRS: [&str; 7] = ["==", "!=", "<=", ">=", "+=", "-=", ".."];

/// Where each token stands, in source order.
pub(crate) fn lex(text: &str, comments: &[Comment]) -> Vec<Span> {
    let mut comments = comments.iter().peekable();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(comment) = comments.next_if(|c| c.span.start as usize <= at) {
            at = (comment.span.end as usize).max(at);
            continue;
        }
        let length = length(rest);
        if !rest.starts_with([' ', '\t', '\r', '\n']) {
            tokens.push(Span::new(at as u32, (at + length) as u32));
        }
        at += length;
    }
    tokens
}

/// The length of the token with which a text begins; one for space.
fn length(text: &str) -> usize {
    let Some(first) = text.chars().next() else {
        return 0;
    };
    match first {
        '"' => string(text),
        '0'..='9' => number(text),
        '`' | '_' => path(text),
        _ if is_word(first) => path(text),
        _ if PAIRS.iter().any(|pair| text.starts_with(pair)) => 2,
        _ => first.len_utf8(),
    }
}

fn string(text: &str) -> usize {
    if let Some(body) = text.strip_prefix("\"\"\"") {
        return body.find("\"\"\"").map_or(text.len(), |n| n + 6);
    }
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |n| n + 2)
}

/// In a text without errors, whatever is no ASCII belongs to a word.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii()
}

fn word(text: &str) -> usize {
    if let Some(body) = text.strip_prefix('`') {
        return body.find('`').map_or(text.len(), |n| n + 2);
    }
    text.find(|c| !is_word(c)).unwrap_or(text.len())
}

/// A word, and the words behind its dots.
fn path(text: &str) -> usize {
    let mut length = word(text);
    while let Some(rest) = text.get(length..).and_then(|t| t.strip_prefix('.')) {
        let next = rest.chars().next();
        if !next.is_some_and(|c| c == '`' || is_word(c)) {
            break;
        }
        length += 1 + word(rest);
    }
    length
}

/// A number with its unit, a time of day, or a date.
fn number(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let rest_of = |at: usize| text.get(at..).unwrap_or_default();
    let mut length = word(text);
    let plain = text
        .bytes()
        .take(length)
        .all(|b| b.is_ascii_digit() || b == b'_');
    if !plain {
        return length;
    }
    let rest = rest_of(length);
    if length <= 2 && rest.starts_with(':') && digits(rest_of(length + 1)) == 2 {
        return length + 3;
    }
    let is_date = length == 4
        && rest.starts_with('-')
        && digits(rest_of(5)) == 2
        && rest_of(7).starts_with('-')
        && digits(rest_of(8)) == 2;
    if is_date {
        return 10;
    }
    if let Some(fraction) = rest.strip_prefix('.')
        && digits(fraction) > 0
    {
        length += 1 + word(fraction);
    }
    if rest_of(length).starts_with('%') {
        length += 1;
    }
    length
}

#[cfg(test)]
mod tests {
    use super::lex;

    #[test]
    fn tokens() {
        let text = "a.b.`c d`(x: -5..10m, \"q\\\"\" == 09:30) 2026-12-31 3.5% += 1_000 USD b..c \"\"\"r\"\n\"\"\" über?";
        let found: Vec<_> = lex(text, &[]).iter().map(|s| &text[s.range()]).collect();
        assert_eq!(
            found,
            [
                "a.b.`c d`",
                "(",
                "x",
                ":",
                "-",
                "5",
                "..",
                "10m",
                ",",
                "\"q\\\"\"",
                "==",
                "09:30",
                ")",
                "2026-12-31",
                "3.5%",
                "+=",
                "1_000",
                "USD",
                "b",
                "..",
                "c",
                "\"\"\"r\"\n\"\"\"",
                "über",
                "?"
            ]
        );
    }
}
