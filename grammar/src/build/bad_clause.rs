//! What stands where a clause should: what was probably meant.

use super::{Builder, stray};
use crate::ast::{Clause, ClauseKind, Pattern, PatternKind, PatternTail};
use crate::span::Span;
use crate::words::{self, ACTIONS, CLAUSE_PARTS, CLAUSES, OPERATORS, PATTERN_TAILS};

impl Builder<'_> {
    /// Says what is wrong with a text that is no clause; `last` is the clause before it.
    pub(super) fn bad_clause(&mut self, span: Span, text: &str, last: Option<&Clause>) {
        if self.errors.explains(span.start) {
            return;
        }
        let (word, at) = stray(text, span);
        let again = matches!(last, Some(clause) if clause.kind == ClauseKind::Bad);
        if again && words::near(word, &[CLAUSES]).is_none() {
            // What cannot be read goes on over this line; it is named once.
            return;
        }
        if self.habit(word, at, last) || self.separator(word, at) {
            return;
        }
        if word == "{" {
            self.errors
                .help(at, "`{` begins no clause", "actions stand in `do { … }`");
            return;
        }
        let open_pattern = matches!(
            last.map(|c| &c.kind),
            Some(ClauseKind::On {
                pattern: Pattern {
                    kind: PatternKind::Path {
                        tail: PatternTail::None,
                        ..
                    },
                    ..
                },
                ..
            })
        );
        let tails: &[&str] = if open_pattern { PATTERN_TAILS } else { &[] };
        if let Some(near) = words::near(word, &[tails, CLAUSES, CLAUSE_PARTS, OPERATORS]) {
            let what = if tails.contains(&near) {
                "cannot follow an event"
            } else {
                "is not a clause"
            };
            self.errors
                .at(at, format!("`{word}` {what}; did you mean `{near}`?"));
        } else if word == "goal" {
            self.errors.help(
                at,
                "`goal` is not a clause",
                "goals stand among the actions of a flow: `flow NAME { do { … goal NAME on … } }`",
            );
        } else if ACTIONS.contains(&word)
            || text
                .get(word.len()..)
                .is_some_and(|t| t.starts_with(['.', '(']))
        {
            self.errors.help(
                at,
                format!("`{word}` is not a clause"),
                "actions stand after `do`",
            );
        } else if CLAUSE_PARTS.contains(&word) || OPERATORS.contains(&word) {
            let message = format!("`{word}` does not belong after what stands before it");
            match part_of(word) {
                Some(help) => self.errors.help(at, message, help),
                None => self.errors.at(at, message),
            }
        } else if word == "between" {
            self.errors.help(
                at,
                "`between` is not a word of the language",
                "a range is written `in 1_000..5_000 USD`",
            );
        } else if open_pattern && word.starts_with(['<', '>', '=', '!']) {
            self.errors.help(
                at,
                format!("`{word}` cannot follow an event"),
                "what happens is a change: `rises above 50`, `falls below 50`, `changed to 50`",
            );
        } else {
            self.errors.help(
                at,
                format!("`{word}` is not a clause"),
                "a clause begins with a word such as `on`, `when`, `after` or `do`",
            );
        }
    }
}

/// Where a word belongs that goes on with a clause.
fn part_of(word: &str) -> Option<&'static str> {
    Some(match word {
        "unless" | "while" => "it goes with a wait: `after 1h unless …`, `debounce 1h unless …`",
        "yearly" | "at" => {
            "it goes with a time: `on day of contact.birthday yearly at 09:00`, `on every day at 09:00`"
        }
        "within" => "it goes with `until`: `until … within 7d else drop`",
        "per" | "each" => {
            "it goes with `once`, `cooldown` or `limit`: `once each day`, `limit 3 each day per contact`"
        }
        "where" => "it goes with `for each`: `for each contact of deal where …`",
        "via" => "it goes with `for`: `for deal via task.deal`",
        _ => return None,
    })
}
