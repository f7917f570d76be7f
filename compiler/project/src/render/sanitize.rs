//! Text that a terminal shows as it is: a file must not be able to move the cursor, or to turn the reading direction.

use std::borrow::Cow;

use trig_compiler::Diagnostic;

/// What is shown instead of `c`; `c` itself where it is harmless: no control character but the tab, and nothing that is
/// invisible or turns the reading direction.
pub fn shown(c: char) -> char {
    match c {
        '\t' => '\t',
        // the pictures of control characters: `␛`
        '\0'..='\x1f' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}' => '\u{fffd}',
        _ => c,
    }
}

/// A text of one or more lines, each of its characters [`shown`].
pub fn message(text: &str) -> Cow<'_, str> {
    let harmless = |c: char| c == '\n' || shown(c) == c;
    if text.chars().all(harmless) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars()
            .map(|c| if c == '\n' { c } else { shown(c) })
            .collect(),
    )
}

/// A diagnostic's message with its notes and its help, a line each, shown.
pub(crate) fn whole_message(diagnostic: &Diagnostic) -> String {
    let mut whole = message(&diagnostic.message).into_owned();
    for note in &diagnostic.notes {
        whole.push_str("\nnote: ");
        whole.push_str(&message(note));
    }
    if let Some(help) = &diagnostic.help {
        whole.push_str("\nhelp: ");
        whole.push_str(&message(help));
    }
    whole
}
