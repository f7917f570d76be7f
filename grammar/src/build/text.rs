//! Texts: escapes decoded, interpolations built where they count.

use super::{Builder, Node};
use crate::ast::{Call, Expr, ExprKind, TextLit, TextPart};
use crate::parser::{self, Rule};
use crate::scan;
use crate::span::Span;

impl Builder<'_> {
    /// A text from its node: escapes decoded, interpolations built where they count.
    pub(super) fn string(&mut self, node: &Node<'_>) -> TextLit {
        let span = self.span(node);
        let text = node.as_str();
        if let Some(rest) = text.strip_prefix("\"\"\"") {
            let body = rest.strip_suffix("\"\"\"");
            if body.is_none() {
                self.not_ended(span, "`\"\"\"`");
            }
            let body = body.unwrap_or(rest);
            let parts = match body {
                "" => Vec::new(),
                body => vec![TextPart::Literal(crate::unix_line_ends(body).into_owned())],
            };
            return TextLit { span, parts };
        }
        let body = text.get(1..).unwrap_or_default();
        let mut reader = TextReader {
            body,
            start: span.start + 1,
            at: 0,
            literal: String::with_capacity(body.len()),
            parts: Vec::new(),
        };
        let ended = self.read_text(&mut reader);
        reader.flush();
        if !ended {
            self.not_ended(span, "`\"`");
        }
        TextLit {
            span,
            parts: reader.parts,
        }
    }

    /// An error for a text that has no end.
    fn not_ended(&mut self, span: Span, quote: &str) {
        self.errors.help(
            span,
            format!("this text is not closed: expected {quote}"),
            "a text ends on its line; one of several lines stands between `\"\"\"`",
        );
    }

    /// Reads the inside of a text up to its closing quote. Gives whether there is one.
    fn read_text(&mut self, reader: &mut TextReader<'_>) -> bool {
        while let Some(c) = reader.next() {
            match c {
                '"' => return true,
                '\\' => self.escape(reader),
                '{' if self.interpolates => self.interpolation(reader),
                c => reader.literal.push(c),
            }
        }
        false
    }

    fn escape(&mut self, reader: &mut TextReader<'_>) {
        let start = reader.offset() - 1;
        let decoded = match reader.next() {
            Some('n') => Some('\n'),
            Some(c @ ('{' | '}' | '"' | '\\')) => Some(c),
            Some('u') => reader.unicode(),
            _ => None,
        };
        match decoded {
            Some(c) => reader.literal.push(c),
            None => {
                let span = Span::new(start, reader.offset());
                let written = reader.since(start);
                self.errors.help(
                    span,
                    format!("`{written}` is no escape"),
                    "a text knows `\\\"`, `\\\\`, `\\n`, `\\{`, `\\}` and `\\u{20AC}`; a backslash itself is `\\\\`",
                );
                reader.literal.push_str(written);
            }
        }
    }

    /// `{path}`, `{call(…)}`, `{path:format}`, the brace being read already.
    fn interpolation(&mut self, reader: &mut TextReader<'_>) {
        let start = reader.offset() - 1;
        let rest = reader.rest();
        let end = rest.find(['}', '"', '\\']);
        let Some(length) = end.filter(|&n| rest.as_bytes().get(n) == Some(&b'}')) else {
            self.errors.help(
                Span::new(start, start + 1),
                "expected `}` after this `{`",
                "between the braces stands a path or a call without texts; for a brace itself write `\\{`",
            );
            reader.literal.push('{');
            return;
        };
        let inside = rest.get(..length).unwrap_or_default();
        reader.at += length + 1;
        let span = Span::new(start, reader.offset());
        let (expr, format) = self.interpolated(inside, span);
        reader.flush();
        reader.parts.push(TextPart::Interpolation {
            span,
            expr: Box::new(expr),
            format,
        });
    }

    /// What stands between the braces of an interpolation.
    fn interpolated(&mut self, inside: &str, span: Span) -> (Expr, Option<String>) {
        let outer = self.base;
        let shallow = scan::scan(inside).too_deep.is_none();
        let nodes = if shallow {
            parser::interpolation(inside)
        } else {
            None
        };
        self.base = span.start + 1;
        let mut expr = Expr {
            span: Span::empty(span.start + 1),
            kind: ExprKind::Missing,
        };
        let mut format = None;
        for node in nodes.into_iter().flatten().flat_map(Node::into_inner) {
            match node.as_rule() {
                Rule::path => {
                    let path = self.path(&node);
                    expr = Expr {
                        span: path.span,
                        kind: ExprKind::Path(path),
                    };
                }
                Rule::args => {
                    let end = self.end(&node);
                    let args = self.args(node);
                    if let ExprKind::Path(callee) = expr.kind {
                        let span = Span::new(callee.span.start, end);
                        let call = Call { span, callee, args };
                        expr = Expr {
                            span,
                            kind: ExprKind::Call(call),
                        };
                    }
                }
                Rule::format => format = Some(node.as_str().trim().to_owned()),
                Rule::rest if !node.as_str().is_empty() => {
                    let rest = Span::new(self.start(&node), span.end - 1);
                    if node.as_str().starts_with('{') && !self.errors.explains(rest.start) {
                        let name = node.as_str().trim_matches(['{', '}', ' ']);
                        self.errors.help(
                            rest,
                            "a value in a text stands between single braces",
                            format!("write `{{{name}}}`; a brace itself is `\\{{`"),
                        );
                    } else if !self.errors.explains(rest.start) {
                        self.errors.help(
                            rest,
                            "only a path or a call can stand in a text",
                            "compute the value in a `condition`, or give it to the action as an argument of its own",
                        );
                    }
                }
                _ => {}
            }
        }
        self.base = outer;
        if expr.kind == ExprKind::Missing && !self.errors.explains(span.start + 1) {
            self.errors.help(
                span,
                "expected a path or a call between the braces",
                "for a brace itself write `\\{`",
            );
        }
        (expr, format)
    }
}

/// The inside of a text while it is read.
struct TextReader<'t> {
    body: &'t str,
    /// Where `body` begins in the file.
    start: u32,
    at: usize,
    literal: String,
    parts: Vec<TextPart>,
}

impl<'t> TextReader<'t> {
    fn rest(&self) -> &'t str {
        self.body.get(self.at..).unwrap_or_default()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn offset(&self) -> u32 {
        self.start + self.at as u32
    }

    /// What was read since an offset of the file.
    fn since(&self, offset: u32) -> &'t str {
        self.body
            .get((offset - self.start) as usize..self.at)
            .unwrap_or_default()
    }

    /// `{20AC}` after `\u`.
    fn unicode(&mut self) -> Option<char> {
        let inside = self.rest().strip_prefix('{')?;
        let length = inside.find(|c: char| !c.is_ascii_hexdigit())?;
        let digits = inside.get(..length)?;
        inside.get(length..)?.strip_prefix('}')?;
        self.at += length + 2;
        u32::from_str_radix(digits, 16)
            .ok()
            .and_then(char::from_u32)
    }

    /// Ends the literal piece.
    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.parts
                .push(TextPart::Literal(std::mem::take(&mut self.literal)));
        }
    }
}
