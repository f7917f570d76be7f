//! From the parser's nodes to the typed tree.
//!
//! Every function is total: it takes what is there, puts a `Missing` node where something is not, and notes an error.
//! Nothing here recurses without bound: brackets are counted before the parser runs, and chains without brackets
//! (`else if`, operators, `list of`) are cut by the limits in this module.

mod action;
mod bad_clause;
mod clause;
mod declare;
mod expr;
mod habit;
mod item;
mod list;
mod literal;
mod name;
mod operator;
mod pattern;
mod pipeline;
mod schedule;
mod test;
mod text;
mod trigger;
mod types;

use std::iter::Peekable;

use pest::iterators::{Pair, Pairs};

use crate::ast::{Doc, File, SyntaxError};
use crate::error::{self, Errors};
use crate::parser::{self, Rule};
use crate::scan::{self, MAX_DEPTH, Scan};
use crate::span::Span;
use crate::words;

/// How deep the tree of one expression may be. Bounds the recursion of whatever walks it, its `Drop` included.
const MAX_EXPR: usize = 256;
/// How many actions may stand inside one another; each `else if` stands inside the one before it.
const MAX_ACTIONS: usize = 100;
/// How many `list of` and `set of` may follow one another.
const MAX_COLLECTIONS: usize = 8;

type Node<'t> = Pair<'t, Rule>;
type Kids<'t> = Peekable<Pairs<'t, Rule>>;

/// Parses a whole file.
pub(crate) fn file(text: &str) -> File {
    if u32::try_from(text.len()).is_err() {
        return refused(Span::empty(0), "the file is larger than 4 GiB", None);
    }
    let scan = scan::scan(text);
    if let Some(at) = scan.too_deep {
        let message = format!("brackets nest more than {MAX_DEPTH} deep");
        let help = Some("take the inner part out into a `condition` or a `template`".to_owned());
        return File {
            comments: scan.comments,
            ..refused(Span::new(at, at + 1), &message, help)
        };
    }
    let Some(mut nodes) = parser::file(text) else {
        let help = Some("split the file into smaller ones".to_owned());
        return File {
            comments: scan.comments,
            ..refused(
                Span::empty(0),
                "the file cannot be read: it nests too deep",
                help,
            )
        };
    };
    let mut builder = Builder {
        text,
        base: 0,
        scan: &scan,
        errors: Errors::new(text),
        unclosed: false,
        interpolates: false,
        depth: 0,
        nesting: 0,
    };
    let items = nodes
        .next()
        .map(|node| builder.items(node))
        .unwrap_or_default();
    if let Some(open) = scan.not_closed.filter(|_| !builder.unclosed) {
        // It stands in something that could not be read.
        builder.not_closed(open, text.trim_end().len() as u32);
    }
    if let Some(&at) = scan.lone_returns.first() {
        builder.errors.help(
            Span::new(at, at + 1),
            "a carriage return alone ends no line",
            "end the lines of the file with a line feed, or with both",
        );
    }
    let errors = builder.errors.finish();
    let unclosed = builder.unclosed;
    File {
        items,
        errors,
        unclosed,
        comments: scan.comments,
    }
}

/// A file of which nothing is read.
fn refused(span: Span, message: &str, help: Option<String>) -> File {
    File {
        errors: vec![SyntaxError {
            span,
            message: message.to_owned(),
            related: None,
            help,
        }],
        // Nothing may be compiled of it.
        unclosed: true,
        ..File::default()
    }
}

/// What the building of a tree carries along.
struct Builder<'t> {
    /// The text of the file.
    text: &'t str,
    /// Where the text that the nodes were made of begins in the file: not 0 in an interpolation.
    base: u32,
    scan: &'t Scan,
    errors: Errors<'t>,
    unclosed: bool,
    /// Whether a text may hold interpolations here: in the arguments of an action.
    interpolates: bool,
    /// How many operators are being built inside one another.
    depth: usize,
    /// How many actions are.
    nesting: usize,
}

impl<'t> Builder<'t> {
    /// Where a node stands in the file.
    fn span(&self, node: &Node<'_>) -> Span {
        let text = node.as_str().as_bytes();
        // Only a text that is not closed ends in space.
        let trailing = text.iter().rev().take_while(|b| b.is_ascii_whitespace());
        let length = text.len() - trailing.count();
        // INVARIANT (size): texts of 4 GiB and more are refused before anything is built.
        let start = node.as_span().start() as u32 + self.base;
        Span::new(start, start + length as u32)
    }

    /// Where a node begins in the file.
    fn start(&self, node: &Node<'_>) -> u32 {
        self.span(node).start
    }

    /// Where a node ends in the file.
    fn end(&self, node: &Node<'_>) -> u32 {
        self.span(node).end
    }

    /// The `///` lines before `offset`, joined. Plain comments may stand between them and what they belong to.
    fn doc(&self, offset: u32) -> Option<Doc> {
        let comments = &self.scan.comments;
        let before = comments.partition_point(|c| c.span.end <= offset);
        let mut next = offset;
        let mut lines = Vec::new();
        for comment in comments.iter().take(before).rev() {
            if !error::is_space(self.text, comment.span.end, next)
                || !(comment.doc || lines.is_empty())
            {
                break;
            }
            if comment.doc {
                lines.push(comment.span);
            }
            next = comment.span.start;
        }
        lines.reverse();
        let span = lines.first()?.to(*lines.last()?);
        let mut text = String::with_capacity(span.len());
        for (i, line) in lines.iter().enumerate() {
            if i > 0 {
                text.push('\n');
            }
            let line = self.text.get(line.range()).unwrap_or_default();
            let line = line.strip_prefix("///").unwrap_or(line);
            text.push_str(line.strip_prefix(' ').unwrap_or(line).trim_end());
        }
        Some(Doc { span, text })
    }

    /// A block that is not closed: `open` is its opening bracket, `end` the place where its end was looked for.
    fn not_closed(&mut self, open: u32, end: u32) {
        let bracket = match self.text.as_bytes().get(open as usize) {
            Some(b'{') => "}",
            Some(b'[') => "]",
            _ => ")",
        };
        if bracket == "}" {
            self.unclosed = true;
            // A brace that is closed too far left swallowed the one that this block misses.
            let suspects = &self.scan.suspects;
            let from = suspects.partition_point(|&(_, closed)| closed <= open);
            let suspect = suspects
                .iter()
                .skip(from)
                .take_while(|&&(_, closed)| closed <= end)
                .find(|&&(at, _)| open < at);
            if let Some(&(at, closed)) = suspect {
                self.errors.push(SyntaxError {
                    span: Span::new(closed, closed + 1),
                    message: "a `}` is missing before this one".to_owned(),
                    related: Some((
                        Span::new(at, at + 1),
                        "by its indentation, this block is not closed".to_owned(),
                    )),
                    help: Some(
                        "nothing of this file is used until every block is closed".to_owned(),
                    ),
                });
                return;
            }
        }
        let rest = self.text.get(end as usize..).unwrap_or_default();
        let rest = rest.trim_start();
        let next = rest.get(..error::word_length(rest)).unwrap_or_default();
        let message = if bracket == "}" && words::begins_item(next) {
            format!("expected `}}` before `{next}`")
        } else {
            format!("expected `{bracket}`")
        };
        self.errors.push(SyntaxError {
            span: Span::empty(end),
            message,
            related: Some((Span::new(open, open + 1), "this is not closed".to_owned())),
            help: (bracket == "}")
                .then(|| "nothing of this file is used until every block is closed".to_owned()),
        });
    }
}

impl Builder<'_> {
    /// The end of a bracketed node that stands at `span`: an error where its closing bracket is missing.
    fn close(&mut self, kids: &mut Kids<'_>, span: Span) {
        if let Some(hole) = take(kids, Rule::missing_close) {
            let end = self.start(&hole);
            self.not_closed(span.start, end);
        }
    }

    /// Where something should stand that does not: at its hole, or at `end`, where what it should follow ends.
    fn hole(&self, kids: &mut Kids<'_>, rule: Rule, end: u32) -> u32 {
        take(kids, rule).map_or(end, |node| self.start(&node))
    }

    /// What does not belong between brackets, if something does not.
    fn junk(&mut self, kids: &mut Kids<'_>, expected: &str) {
        if let Some(node) = take(kids, Rule::bad_inside) {
            self.bad_inside(&node, expected);
        }
    }

    /// What does not belong between brackets.
    fn bad_inside(&mut self, node: &Node<'_>, expected: &str) {
        let span = self.span(node);
        if !self.errors.explains(span.start) {
            let (word, at) = stray(node.as_str(), span);
            if self.foreign_comment(word, at) {
                return;
            }
            self.errors
                .at(at, format!("expected {expected} before `{word}`"));
        }
    }

    /// What does not belong in the head of a declaration.
    fn bad_head(&mut self, node: &Node<'_>, lists: &[&[&'static str]]) {
        let span = self.span(node);
        if self.errors.explains(span.start) {
            return;
        }
        let (word, span) = stray(node.as_str(), span);
        if self.foreign_comment(word, span) {
            return;
        }
        match words::near(word, lists) {
            Some(near) => self.errors.at(
                span,
                format!("`{word}` does not belong here; did you mean `{near}`?"),
            ),
            None => self
                .errors
                .at(span, format!("`{word}` does not belong here")),
        }
    }

    /// A sign with which other languages separate things, or begin a comment. Gives whether it is one.
    fn separator(&mut self, word: &str, at: Span) -> bool {
        let found = matches!(word, ";" | ",");
        if found {
            self.errors.help(
                at,
                format!("`{word}` separates nothing here"),
                "remove it; every clause and action begins with a word of its own",
            );
        }
        found || self.foreign_comment(word, at)
    }

    /// A sign with which other languages begin a comment. Gives whether it is one.
    fn foreign_comment(&mut self, word: &str, at: Span) -> bool {
        let found = matches!(word, "#" | "--" | "/*" | "*/");
        if found {
            self.errors.help(
                at,
                format!("`{word}` begins no comment"),
                "a comment is written `// …`, up to the end of its line",
            );
        }
        found
    }

    /// Takes what may be said once only; says so where it was said before. `word` is how it begins, at `start`.
    fn set_once<T>(&mut self, slot: &mut Option<T>, value: T, word: &str, start: u32) {
        if slot.replace(value).is_some() {
            self.twice(word, start);
        }
    }

    /// The same of a mark: a word that stands alone.
    fn mark_once(&mut self, mark: &mut bool, word: &str, start: u32) {
        if std::mem::replace(mark, true) {
            self.twice(word, start);
        }
    }

    fn twice(&mut self, word: &str, start: u32) {
        let span = Span::new(start, start + word.len() as u32);
        self.errors.at(span, format!("`{word}` is given twice"));
    }

    /// A `{` that is missing after the head of a declaration.
    fn missing_block(&mut self, what: &str, end: u32) {
        if !self.errors.explains(end) {
            self.errors.at(
                Span::empty(end),
                format!("expected `{{` after the head of {what}"),
            );
        }
    }
}

/// The first word or sign of a text that could not be read, and where it stands; the text stands at `span`.
fn stray(text: &str, span: Span) -> (&str, Span) {
    let word = text.get(..error::word_length(text)).unwrap_or(text);
    (word, Span::new(span.start, span.start + word.len() as u32))
}

/// Whether the next node is of this kind.
fn at(kids: &mut Kids<'_>, rule: Rule) -> bool {
    kids.peek().is_some_and(|node| node.as_rule() == rule)
}

/// The next node, if it is of this kind.
fn take<'t>(kids: &mut Kids<'t>, rule: Rule) -> Option<Node<'t>> {
    kids.next_if(|node| node.as_rule() == rule)
}

/// The nodes inside a node.
fn kids(node: Node<'_>) -> Kids<'_> {
    node.into_inner().peekable()
}
