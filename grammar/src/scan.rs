//! A quick look at the bytes of a text before the parser runs: its comments, how deep its brackets nest, and which
//! brace was probably forgotten.
//!
//! It sees texts, quoted names and comments exactly as the grammar does.

use crate::Span;
use crate::ast::Comment;
use crate::words;

/// How deep `(`, `[` and `{` may nest. It bounds the recursion of the parser and of everything after it.
pub(crate) const MAX_DEPTH: usize = 64;

/// What the scan found.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// Every comment, in source order.
    pub(crate) comments: Vec<Comment>,
    /// The first bracket that nests deeper than [`MAX_DEPTH`].
    pub(crate) too_deep: Option<u32>,
    /// Carriage returns that end no line, outside of texts.
    pub(crate) lone_returns: Vec<u32>,
    /// The first brace that is never closed.
    pub(crate) not_closed: Option<u32>,
    /// Opening braces that are closed by a `}` which stands further left than the line they are on: the block whose
    /// own `}` was probably forgotten. Opening brace and the brace that closes it.
    pub(crate) suspects: Vec<(u32, u32)>,
}

struct Open {
    bracket: u8,
    at: usize,
    /// The indentation of the line on which it stands.
    indent: usize,
}

struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    line_start: usize,
    indent: usize,
    open: Vec<Open>,
    /// No `"""` closes any text from here on.
    no_raw_end: bool,
    found: Scan,
}

/// Scans a text of less than 4 GiB.
pub(crate) fn scan(text: &str) -> Scan {
    let mut scanner = Scanner {
        text,
        bytes: text.as_bytes(),
        at: 0,
        line_start: 0,
        indent: 0,
        open: Vec::new(),
        no_raw_end: false,
        found: Scan::default(),
    };
    scanner.begin_line();
    scanner.run();
    scanner.drop_open(0);
    scanner.found
}

impl Scanner<'_> {
    fn run(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => {
                    self.at += 1;
                    self.begin_line();
                }
                b'\r' => {
                    if self.bytes.get(self.at + 1) != Some(&b'\n') {
                        self.found.lone_returns.push(self.at as u32);
                    }
                    self.at += 1;
                }
                b'/' if self.bytes.get(self.at + 1) == Some(&b'/') => self.comment(),
                b'"' => self.string(),
                b'`' => self.quoted(),
                // Once it is too deep, only comments are still looked for.
                _ if self.found.too_deep.is_some() => self.at += 1,
                b'(' | b'[' | b'{' => {
                    self.open.push(Open {
                        bracket: byte,
                        at: self.at,
                        indent: self.indent,
                    });
                    if self.open.len() > MAX_DEPTH {
                        self.found.too_deep = Some(self.at as u32);
                    }
                    self.at += 1;
                }
                b')' | b']' | b'}' => {
                    self.close(byte);
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
    }

    fn begin_line(&mut self) {
        self.line_start = self.at;
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        self.indent = rest
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count();
        // An item that begins a line without indentation ends every bracket except the pipeline and the stage in which
        // it may stand.
        if self.indent == 0 && self.open.len() > 2 && begins_item(rest) {
            self.drop_open(2);
        }
    }

    /// Forgets what is open beyond a depth.
    fn drop_open(&mut self, depth: usize) {
        let braces = self.open.iter().skip(depth).filter(|o| o.bracket == b'{');
        let first = braces.map(|o| o.at as u32).min();
        if self.found.not_closed.is_none() {
            self.found.not_closed = first;
        }
        self.open.truncate(depth);
    }

    fn comment(&mut self) {
        let start = self.at;
        let end = self.line_end(start);
        let line = self.text.get(start..end).unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        let returns = line.match_indices('\r').map(|(n, _)| (start + n) as u32);
        self.found.lone_returns.extend(returns);
        self.found.comments.push(Comment {
            span: Span::new(start as u32, (start + line.len()) as u32),
            doc: line.starts_with("///") && !line.starts_with("////"),
        });
        self.at = end;
    }

    fn line_end(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        rest.iter()
            .position(|&b| b == b'\n')
            .map_or(self.bytes.len(), |n| from + n)
    }

    fn string(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if rest.starts_with("\"\"\"") {
            let end = if self.no_raw_end {
                None
            } else {
                rest.get(3..).and_then(|r| r.find("\"\"\""))
            };
            self.at = match end {
                Some(n) => self.at + 3 + n + 3,
                None => {
                    self.no_raw_end = true;
                    self.line_end(self.at)
                }
            };
            return;
        }
        self.at += 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => return,
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' if self.bytes.get(self.at + 1).is_some_and(|&b| b != b'\n') => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    fn quoted(&mut self) {
        let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
        let end = rest.iter().position(|&b| matches!(b, b'`' | b'\n'));
        self.at += match end {
            Some(n) if n > 0 && rest.get(n) == Some(&b'`') => n + 2,
            _ => 1,
        };
    }

    fn close(&mut self, byte: u8) {
        let opener = match byte {
            b')' => b'(',
            b']' => b'[',
            _ => b'{',
        };
        // A round or square bracket never reaches over a brace.
        let found = self
            .open
            .iter()
            .rev()
            .take_while(|o| byte == b'}' || o.bracket != b'{')
            .position(|o| o.bracket == opener);
        let Some(index) = found.map(|n| self.open.len() - 1 - n) else {
            return;
        };
        if byte == b'}'
            && let Some(open) = self.open.get(index)
            && self.line_start + self.indent == self.at
            && self.indent < open.indent
        {
            self.found.suspects.push((open.at as u32, self.at as u32));
        }
        self.open.truncate(index);
    }
}

/// Whether an item begins here: its keyword, space, and a name or text.
fn begins_item(line: &[u8]) -> bool {
    let length = line.iter().take_while(|b| b.is_ascii_lowercase()).count();
    let word = line.get(..length).unwrap_or_default();
    str::from_utf8(word).is_ok_and(words::begins_item)
        && matches!(line.get(length), Some(b' ' | b'\t'))
}
