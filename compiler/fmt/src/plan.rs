//! What the printer is told about each token: what separates it from the one before, which groups begin and end at it,
//! and what is to be indented.

use std::collections::HashSet;

use trig_grammar::Span;
use trig_grammar::ast::Comment;

use crate::lex::lex;
use crate::trivia::{Note, Trivia, attach};

/// What separates a token from the one before it, where no comment does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sep {
    /// Nothing, ever.
    None,
    /// A space, ever.
    Space,
    /// A space, or a line end where the group breaks.
    Line,
    /// Nothing, or a line end where the group breaks.
    Soft,
    /// As [`Sep::Soft`], before a bracket that closes.
    Close,
    /// The beginning of a member of a block: two spaces, or a line end.
    Member,
    /// The first member: a space, or a line end.
    First,
    /// The end of a block: a space, or a line end.
    End,
    /// The beginning of the file.
    Start,
    /// The end of the file.
    Eof,
}

/// A comma that the printer adds after a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comma {
    /// In any case.
    Always,
    /// After the last element, where the elements have lines of their own.
    IfBroken,
}

/// What is known of one token.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mark {
    /// What separates it from the one before, if that is not the usual.
    pub(crate) sep: Option<Sep>,
    /// How many steps of indentation begin before the separator.
    pub(crate) indent: usize,
    /// How many steps end before the separator.
    pub(crate) outdent: usize,
    /// Groups that begin with it: whether they break in any case.
    pub(crate) opens: Vec<bool>,
    /// How many groups end with it.
    pub(crate) closes: usize,
    /// How many steps of indentation end after it.
    pub(crate) dedent: usize,
    /// Whether a step of indentation begins after it.
    pub(crate) bracket: bool,
    /// Printed before it where the group breaks.
    pub(crate) prefix: Option<&'static str>,
    /// The comma after it.
    pub(crate) comma: Option<Comma>,
    /// Not printed.
    pub(crate) dropped: bool,
}

/// The whole file, as it is to be printed.
pub(crate) struct Plan<'t> {
    text: &'t str,
    tokens: Vec<Span>,
    /// One for each token, and one for the end of the file.
    pub(crate) marks: Vec<Mark>,
    pub(crate) trivia: Vec<Trivia>,
    /// The tokens in the order in which they are printed.
    pub(crate) order: Vec<usize>,
    /// For each bracket, the one that belongs to it.
    partners: Vec<Option<usize>>,
    /// Opening braces whose block breaks together with others.
    joined: HashSet<usize>,
}

impl<'t> Plan<'t> {
    pub(crate) fn new(text: &'t str, comments: &[Comment]) -> Self {
        let tokens = lex(text, comments);
        let mut plan = Self {
            text,
            marks: vec![Mark::default(); tokens.len() + 1],
            trivia: attach(text, &tokens, comments),
            order: (0..tokens.len()).collect(),
            partners: Vec::new(),
            joined: HashSet::new(),
            tokens,
        };
        plan.partners = plan.pair();
        plan
    }

    fn pair(&self) -> Vec<Option<usize>> {
        let mut partners = vec![None; self.tokens.len()];
        let mut open = Vec::new();
        for i in 0..self.tokens.len() {
            match self.word(i) {
                "(" | "[" | "{" => open.push(i),
                ")" | "]" | "}" => {
                    if let Some(start) = open.pop() {
                        partners[start] = Some(i);
                        partners[i] = Some(start);
                    }
                }
                _ => {}
            }
        }
        partners
    }

    /// A token as it is written; empty beyond the last one.
    pub(crate) fn word(&self, token: usize) -> &'t str {
        self.text.get(self.span(token).range()).unwrap_or_default()
    }

    /// Where a token stands.
    pub(crate) fn span(&self, token: usize) -> Span {
        self.tokens.get(token).copied().unwrap_or_default()
    }

    /// A comment as it is printed.
    pub(crate) fn note(&self, note: &Note) -> &'t str {
        self.text
            .get(note.span.range())
            .unwrap_or_default()
            .trim_end()
    }

    /// The number of tokens; also the index of the end of the file.
    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(crate) fn mark(&mut self, token: usize) -> &mut Mark {
        let last = self.tokens.len();
        &mut self.marks[token.min(last)]
    }

    /// The bracket that belongs to the one at `token`.
    pub(crate) fn partner(&self, token: usize) -> Option<usize> {
        self.partners.get(token).copied().flatten()
    }

    /// The first token of a span.
    pub(crate) fn first(&self, span: Span) -> usize {
        self.tokens.partition_point(|t| t.start < span.start)
    }

    /// The last token of a span that is not empty.
    pub(crate) fn last(&self, span: Span) -> usize {
        let beyond = self.tokens.partition_point(|t| t.end <= span.end);
        beyond.saturating_sub(1)
    }

    /// The token before a span, if it is this word.
    pub(crate) fn keyword(&self, word: &str, span: Span) -> Option<usize> {
        let before = self.first(span).checked_sub(1)?;
        (self.word(before) == word).then_some(before)
    }

    /// Lines that break together.
    pub(crate) fn group(&mut self, first: usize, last: usize, breaks: bool) {
        self.mark(first).opens.push(breaks);
        self.mark(last).closes += 1;
    }

    /// A span whose lines break together.
    pub(crate) fn unit(&mut self, span: Span) {
        self.group(self.first(span), self.last(span), false);
    }

    /// Tokens that may have a line of their own, further in.
    pub(crate) fn part(&mut self, first: usize, last: usize, steps: usize) {
        let mark = self.mark(first);
        mark.sep = Some(Sep::Line);
        mark.indent += steps;
        self.mark(last).dedent += steps;
    }

    /// A member of a block.
    pub(crate) fn member(&mut self, span: Span) {
        self.mark(self.first(span)).sep = Some(Sep::Member);
    }

    /// No space before a token.
    pub(crate) fn glue(&mut self, token: usize) {
        self.mark(token).sep = Some(Sep::None);
    }

    /// Things with commas between them and no brackets around them.
    pub(crate) fn list(&mut self, spans: &[Span]) {
        let (Some(head), Some(tail)) = (spans.first(), spans.last()) else {
            return;
        };
        if spans.len() > 1 {
            self.group(self.first(*head), self.last(*tail), false);
        }
        for span in spans.iter().skip(1) {
            self.part(self.first(*span), self.last(*span), 1);
        }
    }

    /// The elements between the brackets at `open`. Their commas are those of the one style.
    pub(crate) fn elements(&mut self, open: usize, spans: &[Span]) {
        let Some(close) = self.partner(open) else {
            return;
        };
        for (i, span) in spans.iter().enumerate() {
            let (first, last) = (self.first(*span), self.last(*span));
            let next = spans.get(i + 1).map_or(close, |next| self.first(*next));
            if i > 0 {
                self.mark(first).sep = Some(Sep::Line);
            }
            if self.drop_commas(last + 1, next) {
                self.mark(last).comma = Some(if i + 1 < spans.len() {
                    Comma::Always
                } else {
                    Comma::IfBroken
                });
            }
        }
    }

    /// The arguments of what ends before the bracket, if there is one.
    pub(crate) fn arguments(&mut self, callee: Span, spans: &[Span]) {
        let open = self.last(callee) + 1;
        if self.word(open) == "(" {
            self.glue(open);
            self.elements(open, spans);
        }
    }

    /// Takes out the commas from `from` on up to `to`. Gives whether none is left.
    pub(crate) fn drop_commas(&mut self, from: usize, to: usize) -> bool {
        let mut all = true;
        for token in from..to {
            all &= self.word(token) != "," || self.drop_token(token);
        }
        all
    }

    /// Takes out a token, not its comments. It stays where a doc comment before it would come to belong to what
    /// follows.
    pub(crate) fn drop_token(&mut self, token: usize) -> bool {
        if self.doc_before(token) {
            return false;
        }
        self.mark(token).dropped = true;
        let Some(before) = (0..token).rev().find(|&i| !self.marks[i].dropped) else {
            return true;
        };
        let mut notes = std::mem::take(&mut self.trivia[token].leading);
        if let Some(note) = self.trivia[token].trailing.take() {
            if notes.is_empty() && self.trivia[before].trailing.is_none() {
                self.trivia[before].trailing = Some(note);
            } else {
                notes.push(note);
            }
        }
        self.before_next(token, notes);
        true
    }

    /// Comments before a comma go behind it.
    fn hoist(&mut self, comma: usize) {
        let Some(before) = comma.checked_sub(1) else {
            return;
        };
        if self.doc_before(comma) || self.marks[before].dropped {
            return;
        }
        let mut notes = std::mem::take(&mut self.trivia[comma].leading);
        if let Some(note) = self.trivia[before].trailing.take() {
            notes.extend(self.trivia[comma].trailing.replace(note));
        } else if !notes.is_empty() {
            notes.extend(self.trivia[comma].trailing.take());
        }
        self.before_next(comma, notes);
    }

    fn before_next(&mut self, token: usize, mut notes: Vec<Note>) {
        if let Some(next) = self.trivia.get_mut(token + 1) {
            notes.append(&mut next.leading);
            next.leading = notes;
        }
    }

    fn doc_before(&self, token: usize) -> bool {
        let before = token.checked_sub(1).and_then(|i| self.trivia.get(i));
        let trailing = before.and_then(|t| t.trailing.as_ref());
        let leading = self.trivia.get(token).into_iter().flat_map(|t| &t.leading);
        trailing.into_iter().chain(leading).any(|note| note.doc)
    }

    /// Blocks that break together: those that begin at these braces, up to the end of the last one.
    pub(crate) fn join(&mut self, open: &[usize]) {
        let ends = open.last().and_then(|&last| self.partner(last));
        if let (Some(&first), Some(end)) = (open.first(), ends) {
            let breaks = open.iter().any(|&brace| self.has_lines(brace));
            self.group(first, end, breaks);
            self.joined.extend(open);
        }
    }

    /// Whether a block is written on several lines.
    fn has_lines(&self, brace: usize) -> bool {
        let end = self.partner(brace).unwrap_or(brace);
        (brace + 1..=end).any(|i| self.trivia[i].newline)
    }

    /// What every bracket means, whatever stands in it, and where the comments of commas stand.
    pub(crate) fn brackets(&mut self) {
        let mut open = Vec::new();
        for token in 0..self.tokens.len() {
            match self.word(token) {
                "{" => {
                    if !self.joined.contains(&token)
                        && let Some(end) = self.partner(token)
                    {
                        let breaks = self.has_lines(token);
                        self.group(token, end, breaks);
                    }
                    self.mark(token).bracket = true;
                    open.push("{");
                }
                word @ ("(" | "[") => {
                    if let Some(end) = self.partner(token) {
                        self.group(token, end, false);
                    }
                    self.mark(token).bracket = true;
                    open.push(word);
                }
                "}" | ")" | "]" => {
                    self.mark(token).outdent += 1;
                    open.pop();
                }
                "," if !self.marks[token].dropped => {
                    self.hoist(token);
                    let next = self.mark(token + 1);
                    if open.last().is_some_and(|&bracket| bracket != "{") {
                        next.sep.get_or_insert(Sep::Line);
                    }
                }
                _ => {}
            }
        }
    }

    /// What separates two tokens that are printed one after the other.
    pub(crate) fn sep(&self, before: Option<usize>, token: usize) -> Sep {
        let end = token >= self.tokens.len();
        let Some(before) = before else {
            return if end { Sep::Eof } else { Sep::Start };
        };
        let (left, right) = (self.word(before), self.word(token));
        match (left, right) {
            _ if end => Sep::Eof,
            ("{", "}") | ("(", ")") | ("[", "]") if self.is_bare(before, token) => Sep::None,
            (_, "}") => Sep::End,
            ("{", _) => Sep::First,
            (_, ")" | "]") => Sep::Close,
            ("(" | "[", _) => Sep::Soft,
            _ => self
                .marks
                .get(token)
                .and_then(|mark| mark.sep)
                .unwrap_or_else(|| usual(left, right)),
        }
    }

    fn is_bare(&self, before: usize, token: usize) -> bool {
        self.trivia[before].trailing.is_none() && self.trivia[token].leading.is_empty()
    }
}

/// What separates two tokens wherever they stand.
fn usual(left: &str, right: &str) -> Sep {
    let tight = left == ".." || matches!(right, ".." | "," | ":" | "?");
    if tight { Sep::None } else { Sep::Space }
}
