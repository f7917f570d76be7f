//! Comments and line ends: which token they belong to.

use trig_grammar::Span;
use trig_grammar::ast::Comment;

/// A comment, as it is printed.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) span: Span,
    pub(crate) doc: bool,
    /// Whether a blank line stands before it.
    pub(crate) blank: bool,
}

/// What stands around a token.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trivia {
    /// Comments before it, each on a line of its own.
    pub(crate) leading: Vec<Note>,
    /// The comment after it on its line.
    pub(crate) trailing: Option<Note>,
    /// Whether a blank line stands before it, after its comments.
    pub(crate) blank: bool,
    /// Whether it begins a line.
    pub(crate) newline: bool,
}

/// What stands around each token, and before the end of the file.
pub(crate) fn attach(text: &str, tokens: &[Span], comments: &[Comment]) -> Vec<Trivia> {
    let mut trivia = vec![Trivia::default(); tokens.len() + 1];
    let mut comments = comments.iter().peekable();
    let mut before = 0;
    let end = Span::empty(text.len() as u32);
    for (i, token) in tokens.iter().chain([&end]).enumerate() {
        let lines = |from: u32, to: u32| {
            let gap = text.get(from as usize..to as usize).unwrap_or_default();
            gap.bytes().filter(|&b| b == b'\n').count()
        };
        let newline = lines(before, token.start) > 0;
        while let Some(comment) = comments.next_if(|c| c.span.start < token.start) {
            let above = lines(before, comment.span.start);
            let note = Note {
                span: comment.span,
                doc: comment.doc,
                blank: above > 1,
            };
            before = comment.span.end;
            match i.checked_sub(1) {
                Some(last) if above == 0 => trivia[last].trailing = Some(note),
                _ => trivia[i].leading.push(note),
            }
        }
        trivia[i].newline = newline;
        trivia[i].blank = lines(before, token.start) > 1;
        before = token.end;
    }
    trivia
}
