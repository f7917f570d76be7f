//! Random changes to the space between tokens, and comments in it.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::lex::lex;

/// What stands between two tokens.
struct Gap<'t> {
    text: &'t str,
    left: &'t str,
    right: &'t str,
    /// Whether every block around it has another line end, right behind its `{`.
    free: bool,
}

/// Rewrites what stands before each token and after the last one.
fn rewrite(text: &str, mut change: impl FnMut(&Gap<'_>) -> String) -> String {
    let file = trig_grammar::parse(text);
    let tokens = lex(text, &file.comments);
    let word = |i: usize| tokens.get(i).map_or("", |t| &text[t.range()]);
    let mut blocks: Vec<bool> = Vec::new();
    let mut out = String::new();
    let mut end = 0;
    for i in 0..=tokens.len() {
        let start = tokens.get(i).map_or(text.len(), |t| t.start as usize);
        let gap = &text[end..start];
        let left = i.checked_sub(1).map_or("", word);
        match left {
            "{" => blocks.push(gap.contains('\n') && !gap.contains("//")),
            "}" => {
                blocks.pop();
            }
            _ => {}
        }
        out.push_str(&change(&Gap {
            text: gap,
            left,
            right: word(i),
            free: blocks.iter().all(|&lines| lines),
        }));
        out.push_str(word(i));
        end = tokens.get(i).map_or(text.len(), |t| t.end as usize);
    }
    out
}

/// Space that means the same: as many lines, none for none, some for some.
pub(super) fn spaces(text: &str, random: &mut ChaCha8Rng) -> String {
    rewrite(text, |gap| {
        let lines = gap.text.matches('\n').count();
        if gap.text.contains("//") {
            return gap.text.to_owned();
        }
        let mut out = " ".repeat(random.random_range(0..4));
        if lines > 0 {
            let unindented = usize::from(gap.text.ends_with('\n'));
            let more = if lines > 1 {
                random.random_range(0..3)
            } else {
                0
            };
            for _ in 0..(lines.min(2) + more).saturating_sub(unindented) {
                out.push_str(["\n", "\r\n", "  \n"][random.random_range(0..3)]);
                out.push_str(["\t", "   ", "      "][random.random_range(0..3)]);
            }
            // An item that begins a line without indentation would end the blocks around it, one with it not.
            if gap.text.ends_with('\n') {
                out.push('\n');
            }
        } else if gap.text.is_empty() {
            return if may_widen(gap) { out } else { String::new() };
        } else if out.is_empty() {
            out.push(' ');
        }
        out
    })
}

/// Line ends put in and taken out where none matters: not at the beginning of a block, not beside comments, and no
/// blank lines.
pub(super) fn lines(text: &str, random: &mut ChaCha8Rng) -> String {
    rewrite(text, |gap| {
        let count = gap.text.matches('\n').count();
        let fixed = gap.text.contains("//") || count > 1 || !gap.free || gap.left == "{";
        if fixed || gap.left.is_empty() || gap.right.is_empty() || random.random_bool(0.6) {
            return gap.text.to_owned();
        }
        match (count, gap.text.is_empty()) {
            (0, true) if !may_widen(gap) => String::new(),
            (0, _) => "\n  ".to_owned(),
            (_, _) => " ".to_owned(),
        }
    })
}

/// Comments put in here and there: after a token, on lines of their own, for documentation or not.
pub(super) fn comments(text: &str, rate: f64, random: &mut ChaCha8Rng) -> String {
    let mut number = 0;
    rewrite(text, |gap| {
        let closed = gap.text.is_empty() && !may_widen(gap);
        if closed || !random.random_bool(rate) {
            return gap.text.to_owned();
        }
        let mut out = String::new();
        for _ in 0..random.random_range(1..4) {
            number += 1;
            let space = [" ", "\n", "\n\n  "][random.random_range(0..3)];
            let slashes = ["//", "// ", "/// "][random.random_range(0..3)];
            out.push_str(&format!("{space}{slashes}c{number} \n"));
        }
        // A comment that was there ends its line; a new one does so, too.
        out.push_str(gap.text);
        out
    })
}

/// Whether space may come where none is.
fn may_widen(gap: &Gap<'_>) -> bool {
    matches!(gap.left, "(" | "[" | "{" | ",") || matches!(gap.right, ")" | "]" | "}" | ",")
}
