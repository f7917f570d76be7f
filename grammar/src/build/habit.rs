//! What people write by the habit of other languages where a clause should stand, and what it is here.

use super::Builder;
use crate::ast::{Clause, ClauseKind};
use crate::span::Span;
use crate::words::ACTIONS;

impl Builder<'_> {
    /// Says what is meant by a word that begins no clause, where that is known; `last` is the clause before it. Gives
    /// whether it is.
    pub(super) fn habit(&mut self, word: &str, at: Span, last: Option<&Clause>) -> bool {
        let last = last.map(|clause| &clause.kind);
        let after_start =
            matches!(last, Some(ClauseKind::On { clauses, .. }) if clauses.is_empty());
        let (message, help) = match word {
            "or" | "," if after_start => (
                format!("`{word}` does not join starts"),
                "each of them is an `on` of its own: `on …  on …`".to_owned(),
            ),
            "and" | "&" | "if" if after_start => (
                format!("`{word}` cannot follow an event"),
                "what must hold besides stands after `when`".to_owned(),
            ),
            "if" | "where" if !matches!(last, Some(ClauseKind::For(_))) => (
                format!("`{word}` is not a clause"),
                "what must hold stands after `when`; to decide among the actions, write `do { if … { … } }`"
                    .to_owned(),
            ),
            "then" => (
                "`then` is not a clause".to_owned(),
                "what is done stands after `do`".to_owned(),
            ),
            _ if matches!(last, Some(ClauseKind::During(_)))
                && word.starts_with(|c: char| c.is_ascii_digit()) =>
            {
                (
                    "`during` takes a schedule by its name".to_owned(),
                    "declare it, outside of the trigger: `schedule Office { mon..fri 09:00..18:00 }`, and write \
                     `during Office`"
                        .to_owned(),
                )
            }
            // `wait` is rather the clause `after`
            _ if ACTIONS.contains(&word) && !["wait", "if", "else", "for", "goal"].contains(&word) => (
                format!("`{word}` is not a clause"),
                format!("actions stand after `do`: `do {word} …`"),
            ),
            _ => return false,
        };
        self.errors.help(at, message, help);
        true
    }
}
