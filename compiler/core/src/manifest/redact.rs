//! Hiding what must not be shown, wherever lines of a manifest are.

use std::borrow::Cow;
use std::ops::Range;

/// Words in a key that say that its value is secret.
const SECRET_WORDS: [&str; 6] = ["secret", "token", "password", "passwd", "key", "credential"];

/// The text of a manifest with credentials that somebody wrote into it, as text under a key like `secret` or in front
/// of the `@` of an address, replaced by `*`.
///
/// Works on lines and not on tables, because a manifest that is no TOML is shown too. Every byte keeps its place.
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut hidden = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        // a line inside of a secret of several lines is hidden already
        if hidden.last().is_none_or(|r: &Range<usize>| r.end <= start) {
            after_key(text, line, start, &mut hidden);
            before_at(line, start, &mut hidden);
        }
        start += line.len();
    }
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    for range in hidden {
        for byte in bytes.get_mut(range).into_iter().flatten() {
            if *byte != b'\n' {
                *byte = b'*';
            }
        }
    }
    // ranges end at ASCII characters; were one to cut another character, nothing would be shown
    Cow::Owned(String::from_utf8(bytes).unwrap_or_else(|e| "*".repeat(e.as_bytes().len())))
}

/// Texts to the right of a key like `secret`; references (`{ env = "…" }`) stay.
fn after_key(text: &str, line: &str, start: usize, hidden: &mut Vec<Range<usize>>) {
    let mut from = 0;
    while let Some(eq) = find(line, from, '=') {
        let key = line.get(from..eq).unwrap_or_default();
        let key = key
            .rsplit([',', '{'])
            .next()
            .unwrap_or_default()
            .to_lowercase();
        let value = line.get(eq + 1..).unwrap_or_default().trim_start();
        let at = line.len() - value.len();
        if value.starts_with(['{', '[']) {
            from = at + 1;
            continue;
        }
        let mut end = at + value_len(value);
        if SECRET_WORDS.iter().any(|w| key.contains(w)) {
            let quotes = value.len() - value.trim_start_matches(['"', '\'']).len();
            if quotes >= 3 {
                end = at + long_len(text.get(start + at..).unwrap_or_default());
            }
            hidden.push(start + at + quotes..start + end.max(at + quotes));
        }
        from = end.max(eq + 1);
    }
}

/// How long the text of several lines at the start of `value` is.
fn long_len(value: &str) -> usize {
    let quote = value.get(..3).unwrap_or_default();
    let inner = value.get(3..).unwrap_or_default();
    inner.find(quote).map_or(value.len(), |end| end + 3)
}

/// How long the value at the start of `value` is: to its closing quote, the next comma, or the end of the line.
fn value_len(value: &str) -> usize {
    let line = value.trim_end();
    for quote in ['"', '\''] {
        if let Some(inner) = line.strip_prefix(quote) {
            return inner.find(quote).map_or(line.len(), |end| end + 1);
        }
    }
    line.find([',', '}', '#']).unwrap_or(line.len())
}

/// What stands between `://` and `@`.
fn before_at(line: &str, start: usize, hidden: &mut Vec<Range<usize>>) {
    let mut from = 0;
    while let Some(found) = line.get(from..).and_then(|rest| rest.find("://")) {
        let at = from + found + 3;
        let rest = line.get(at..).unwrap_or_default();
        let authority = rest
            .split(['/', '"', '\'', ' ', '?'])
            .next()
            .unwrap_or_default();
        if let Some(end) = authority.rfind('@') {
            hidden.push(start + at..start + at + end);
        }
        from = at;
    }
}

fn find(line: &str, from: usize, c: char) -> Option<usize> {
    line.get(from..)?.find(c).map(|i| from + i)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(redact(text), expected);
    }

    #[test]
    fn hides_credentials() {
        check("secret = \"abc\"", "secret = \"***\"");
        check("api_key='a\"b' # c", "api_key='***' # c");
        check("token = abc", "token = ***");
        check(
            "token = \"\"\"\na\nb\"\"\"\nid = 1",
            "token = \"\"\"\n*\n*\"\"\"\nid = 1",
        );
        check("secret = \"un", "secret = \"**");
        check(
            "c = { kind = \"http\", secret = \"x,=y\" }",
            "c = { kind = \"http\", secret = \"****\" }",
        );
        check("url = \"https://u:p@h/x\"", "url = \"https://***@h/x\"");
    }

    #[test]
    fn leaves_the_rest() {
        for text in [
            "secret = { env = \"ACME_TOKEN\" }\n",
            "secret = { file = \"a/b\" }",
            "url = \"https://acme.com/a@b\"",
            "id = \"acme\"\nzone = \"UTC\"\n",
        ] {
            check(text, text);
        }
    }

    proptest! {
        #[test]
        fn every_byte_keeps_its_place(text in "(secret ?= ?|[\"'=,{}@:/ \nü]|[a-z]){0,40}") {
            let shown = redact(&text);
            prop_assert_eq!(shown.len(), text.len());
            for (a, b) in text.lines().zip(shown.lines()) {
                prop_assert_eq!(a.len(), b.len());
            }
        }
    }
}
