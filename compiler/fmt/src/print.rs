//! From pieces to text: which groups fit their line, and where comments stand.

use crate::pieces::Piece;
use crate::plan::{Plan, Sep};
use crate::trivia::Note;

/// The widest line, in characters.
const WIDTH: usize = 100;
/// One step of indentation, in spaces.
const STEP: usize = 4;

/// Prints a whole file.
pub(crate) fn print(plan: &Plan<'_>, pieces: &[Piece]) -> String {
    let mut printer = Printer {
        plan,
        pieces,
        out: String::new(),
        column: 0,
        level: 0,
        broken: Vec::new(),
    };
    for at in 0..pieces.len() {
        printer.piece(at);
    }
    printer.out
}

struct Printer<'p, 't> {
    plan: &'p Plan<'t>,
    pieces: &'p [Piece],
    out: String,
    column: usize,
    level: usize,
    /// For each open group, whether it breaks.
    broken: Vec<bool>,
}

impl Plan<'_> {
    /// Whether a comment stands between two tokens.
    pub(crate) fn has_notes(&self, before: Option<usize>, next: usize) -> bool {
        self.trailing(before).is_some() || !self.leading(next).is_empty()
    }

    fn trailing(&self, token: Option<usize>) -> Option<&Note> {
        token.and_then(|i| self.trivia.get(i)?.trailing.as_ref())
    }

    fn leading(&self, token: usize) -> &[Note] {
        self.trivia.get(token).map_or(&[], |t| t.leading.as_slice())
    }
}

impl Printer<'_, '_> {
    fn piece(&mut self, at: usize) {
        let Some(&piece) = self.pieces.get(at) else {
            return;
        };
        match piece {
            Piece::Open(breaks) => {
                let breaks = breaks || (self.breaks() && !self.fits(at + 1));
                self.broken.push(breaks);
            }
            Piece::Close => {
                self.broken.pop();
            }
            Piece::Indent(steps) => self.level += steps,
            Piece::Outdent(steps) => self.level = self.level.saturating_sub(steps),
            Piece::Gap { sep, before, next } => self.gap(sep, before, next),
            Piece::Token(token) => self.text(self.plan.word(token)),
            Piece::Text(text) => self.text(text),
            Piece::IfBroken(text) if self.breaks() => self.text(text),
            Piece::IfBroken(_) => {}
        }
    }

    /// Whether the innermost group breaks. The file itself does.
    fn breaks(&self) -> bool {
        self.broken.last().copied().unwrap_or(true)
    }

    fn text(&mut self, text: &str) {
        self.out.push_str(text);
        match text.rfind('\n') {
            Some(last) => self.column = text.get(last + 1..).map_or(0, |t| t.chars().count()),
            None => self.column += text.chars().count(),
        }
    }

    fn line(&mut self, blank: bool, level: usize) {
        if self.out.is_empty() {
            return;
        }
        self.out.push_str(if blank { "\n\n" } else { "\n" });
        self.column = level * STEP;
        self.out.extend(std::iter::repeat_n(' ', self.column));
    }

    fn gap(&mut self, sep: Sep, before: Option<usize>, next: usize) {
        let ends = match sep {
            Sep::Start | Sep::Eof => true,
            _ => self.plan.has_notes(before, next) || (self.breaks() && may_break(sep)),
        };
        if !ends {
            self.text(flat(sep));
            return;
        }
        // A line that ends where none should goes on further in.
        let left = before.map_or("", |i| self.plan.word(i));
        let right = self.plan.word(next);
        let goes_on = matches!(sep, Sep::None | Sep::Space) && left != "}" && right != "{";
        let level = self.level + usize::from(goes_on);
        if let Some(note) = self.plan.trailing(before) {
            self.out.push(' ');
            self.out.push_str(self.plan.note(note));
        }
        let among = matches!(sep, Sep::Member | Sep::End | Sep::Eof);
        let notes = self.plan.leading(next);
        for (i, note) in notes.iter().enumerate() {
            let first = i == 0 && left == "{";
            let inside = usize::from(matches!(sep, Sep::Close | Sep::End));
            let blank = (among || i > 0) && note.blank && !first;
            self.line(blank, level + inside);
            self.out.push_str(self.plan.note(note));
        }
        if sep == Sep::Eof {
            if !self.out.is_empty() {
                self.out.push('\n');
            }
            return;
        }
        let apart = match sep {
            Sep::Member => true,
            Sep::First | Sep::Start => !notes.is_empty(),
            _ => false,
        };
        let blank = self.plan.trivia.get(next).is_some_and(|t| t.blank);
        self.line(apart && blank, level);
    }

    /// Whether what begins at a piece, up to the end of its group and on to where a line may end, fits the line.
    fn fits(&self, from: usize) -> bool {
        let mut left = WIDTH.saturating_sub(self.column);
        // Groups inside of this one, this one included; groups that begin after it.
        let (mut inside, mut later) = (1_usize, 0_usize);
        let mut outer = self.broken.iter().rev();
        let mut breaks = true;
        for &piece in self.pieces.get(from..).unwrap_or_default() {
            let width = match piece {
                Piece::Open(_) if inside > 0 => {
                    inside += 1;
                    0
                }
                Piece::Open(_) => {
                    later += 1;
                    0
                }
                Piece::Close if inside > 0 => {
                    inside -= 1;
                    if inside == 0 {
                        breaks = outer.next().copied().unwrap_or(true);
                    }
                    0
                }
                Piece::Close if later > 0 => {
                    later -= 1;
                    0
                }
                Piece::Close => {
                    breaks = outer.next().copied().unwrap_or(true);
                    0
                }
                Piece::Indent(_) | Piece::Outdent(_) => 0,
                Piece::Gap { sep, before, next } => {
                    let may = inside == 0 && (later > 0 || breaks) && may_break(sep);
                    if may || matches!(sep, Sep::Eof) || self.plan.has_notes(before, next) {
                        return true;
                    }
                    flat(sep).len()
                }
                Piece::Token(token) => {
                    let word = self.plan.word(token);
                    if let Some(line) = word.find('\n') {
                        let line = word.get(..line).unwrap_or_default();
                        return line.chars().count() <= left;
                    }
                    word.chars().count()
                }
                Piece::Text(text) => text.len(),
                Piece::IfBroken(text) if inside == 0 && later == 0 && breaks => text.len(),
                Piece::IfBroken(_) => 0,
            };
            let Some(rest) = left.checked_sub(width) else {
                return false;
            };
            left = rest;
        }
        true
    }
}

fn may_break(sep: Sep) -> bool {
    !matches!(sep, Sep::None | Sep::Space)
}

fn flat(sep: Sep) -> &'static str {
    match sep {
        Sep::None | Sep::Soft | Sep::Close | Sep::Start | Sep::Eof => "",
        Sep::Space | Sep::Line | Sep::First | Sep::End => " ",
        Sep::Member => "  ",
    }
}
