//! The plan in a row: tokens, separators, groups and indentation.

use crate::plan::{Comma, Plan, Sep};

/// One step of printing.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Piece {
    /// A group begins: whether it breaks in any case.
    Open(bool),
    /// The innermost group ends.
    Close,
    /// So many steps of indentation more.
    Indent(usize),
    /// So many less.
    Outdent(usize),
    /// What stands between two tokens, or at the ends of the file.
    Gap {
        /// What separates them.
        sep: Sep,
        /// The token before.
        before: Option<usize>,
        /// The token after; the number of tokens at the end.
        next: usize,
    },
    /// A token.
    Token(usize),
    /// Printed in any case.
    Text(&'static str),
    /// Printed where the group breaks.
    IfBroken(&'static str),
}

/// The whole file.
pub(crate) fn pieces(plan: &Plan<'_>) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(plan.len() * 4);
    let mut before = None;
    let printed = plan.order.iter().copied();
    let printed = printed.filter(|&token| plan.marks.get(token).is_some_and(|m| !m.dropped));
    for token in printed.chain([plan.len()]) {
        let Some(mark) = plan.marks.get(token) else {
            continue;
        };
        let steps = |n: usize, piece: fn(usize) -> Piece| (n > 0).then(|| piece(n));
        pieces.extend(steps(mark.indent, Piece::Indent));
        pieces.extend(steps(mark.outdent, Piece::Outdent));
        pieces.push(Piece::Gap {
            sep: plan.sep(before, token),
            before,
            next: token,
        });
        pieces.extend(mark.prefix.map(Piece::IfBroken));
        pieces.extend(mark.opens.iter().map(|&breaks| Piece::Open(breaks)));
        if token < plan.len() {
            pieces.push(Piece::Token(token));
        }
        pieces.extend((0..mark.closes).map(|_| Piece::Close));
        pieces.extend(steps(mark.dedent, Piece::Outdent));
        pieces.extend(mark.comma.map(|comma| match comma {
            Comma::Always => Piece::Text(","),
            Comma::IfBroken => Piece::IfBroken(","),
        }));
        if mark.bracket {
            pieces.push(Piece::Indent(1));
        }
        before = Some(token);
    }
    force(plan, &mut pieces);
    pieces
}

/// A group breaks if a comment or a group in it does.
fn force(plan: &Plan<'_>, pieces: &mut [Piece]) {
    let mut open: Vec<usize> = Vec::new();
    let mut breaking = Vec::new();
    // Groups from the outermost up to here are known to break.
    let mut known = 0;
    for (i, piece) in pieces.iter().enumerate() {
        match *piece {
            Piece::Open(breaks) => {
                open.push(i);
                if breaks {
                    breaking.extend(open.iter().copied().skip(known));
                    known = open.len();
                }
            }
            Piece::Close => {
                open.pop();
                known = known.min(open.len());
            }
            Piece::Gap { before, next, .. } if plan.has_notes(before, next) => {
                breaking.extend(open.iter().copied().skip(known));
                known = open.len();
            }
            _ => {}
        }
    }
    for i in breaking {
        if let Some(Piece::Open(breaks)) = pieces.get_mut(i) {
            *breaks = true;
        }
    }
}
