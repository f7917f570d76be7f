//! Literals.

use super::{Builder, Kids, Node, kids, take};
use crate::ast::{
    Call, DateLit, DurationLit, DurationUnit, Expr, ExprKind, MonthDayLit, Name, Number, TextLit,
    TextPart, TimeLit,
};
use crate::parser::{self, Rule};
use crate::span::Span;

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

impl Builder<'_> {
    /// An expression that is one literal; `None` for nodes of other kinds.
    pub(super) fn literal(&mut self, node: &Node<'_>) -> Option<ExprKind> {
        let span = self.span(node);
        let text = node.as_str();
        Some(match node.as_rule() {
            Rule::number => ExprKind::Number(number_at(text, span.start)),
            Rule::percent => ExprKind::Percent(number_at(text.trim_end_matches('%'), span.start)),
            Rule::money => {
                let digits = text.split(' ').next().unwrap_or(text);
                let currency = text.get(text.len().saturating_sub(3)..).unwrap_or_default();
                ExprKind::Money(
                    number_at(digits, span.start),
                    Name {
                        span: Span::new(span.end - currency.len() as u32, span.end),
                        text: currency.to_owned(),
                    },
                )
            }
            Rule::string => ExprKind::Text(self.string(node)),
            Rule::duration => ExprKind::Duration(self.duration(node)),
            Rule::time => ExprKind::Time(time_at(text, span.start)),
            Rule::date => ExprKind::Date(date_at(text, span.start)),
            Rule::datetime => {
                let (date, time) = datetime_at(text, span);
                ExprKind::DateTime(date, time)
            }
            Rule::month_day => ExprKind::MonthDay(month_day_at(text, span)),
            Rule::constant => match text {
                "true" => ExprKind::Bool(true),
                "false" => ExprKind::Bool(false),
                _ => ExprKind::Empty,
            },
            _ => return None,
        })
    }

    /// A duration from its node.
    pub(super) fn duration(&mut self, node: &Node<'_>) -> DurationLit {
        let mut parts = Vec::new();
        let mut amount: u32 = 0;
        for byte in node.as_str().bytes() {
            let unit = match byte {
                b'0'..=b'9' => {
                    amount = amount
                        .saturating_mul(10)
                        .saturating_add(u32::from(byte - b'0'));
                    continue;
                }
                b's' => DurationUnit::Second,
                b'm' => DurationUnit::Minute,
                b'h' => DurationUnit::Hour,
                b'd' => DurationUnit::Day,
                b'w' => DurationUnit::Week,
                _ => continue,
            };
            parts.push((amount, unit));
            amount = 0;
        }
        DurationLit {
            span: self.span(node),
            parts,
        }
    }

    /// The next duration; the words say what is expected after what.
    pub(super) fn req_duration(
        &mut self,
        kids: &mut Kids<'_>,
        after: &str,
        end: u32,
    ) -> DurationLit {
        if let Some(node) = take(kids, Rule::duration) {
            return self.duration(&node);
        }
        let offset = take(kids, Rule::missing_literal).map_or(end, |node| self.start(&node));
        self.errors
            .expected("a duration such as `10m`", after, offset);
        DurationLit {
            span: Span::empty(offset),
            parts: Vec::new(),
        }
    }

    /// The next number; the words say what is expected after what.
    pub(super) fn req_number(&mut self, kids: &mut Kids<'_>, after: &str, end: u32) -> Number {
        if let Some(node) = take(kids, Rule::number) {
            return number_at(node.as_str(), self.start(&node));
        }
        let offset = take(kids, Rule::missing_literal).map_or(end, |node| self.start(&node));
        self.errors.expected("a number", after, offset);
        Number {
            span: Span::empty(offset),
            text: "0".to_owned(),
        }
    }

    /// The next text; the words say what is expected after what.
    pub(super) fn req_string(
        &mut self,
        kids: &mut Kids<'_>,
        what: &str,
        after: &str,
        end: u32,
    ) -> TextLit {
        if let Some(node) = take(kids, Rule::string) {
            return self.string(&node);
        }
        let offset = take(kids, Rule::missing_literal).map_or(end, |node| self.start(&node));
        self.errors.expected(what, after, offset);
        TextLit {
            span: Span::empty(offset),
            parts: Vec::new(),
        }
    }

    /// A time of day from its node.
    pub(super) fn time(&self, node: &Node<'_>) -> TimeLit {
        time_at(node.as_str(), self.start(node))
    }

    /// `at TIME`.
    pub(super) fn at_time(&mut self, node: Node<'_>) -> Option<TimeLit> {
        let end = self.end(&node);
        let mut inner = kids(node);
        if let Some(time) = take(&mut inner, Rule::time) {
            return Some(self.time(&time));
        }
        self.errors
            .expected("a time of day such as `09:00`", "`at`", end);
        None
    }

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
                body => vec![TextPart::Literal(body.to_owned())],
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
        let shallow = crate::scan::scan(inside).too_deep.is_none();
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
                    if !self.errors.explains(rest.start) {
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

/// A number of which the text stands at `start`.
pub(super) fn number_at(text: &str, start: u32) -> Number {
    Number {
        span: Span::new(start, start + text.len() as u32),
        text: text.chars().filter(|&c| c != '_').collect(),
    }
}

/// A date and time of which the text is `text`.
pub(super) fn datetime_at(text: &str, span: Span) -> (DateLit, TimeLit) {
    let (date, time) = text.split_once(' ').unwrap_or((text, ""));
    let time = time.trim_start();
    (
        date_at(date, span.start),
        time_at(time, span.end - time.len() as u32),
    )
}

fn time_at(text: &str, start: u32) -> TimeLit {
    let (hour, minute) = text.split_once(':').unwrap_or((text, ""));
    TimeLit {
        span: Span::new(start, start + text.len() as u32),
        hour: hour.parse().unwrap_or(99),
        minute: minute.parse().unwrap_or(99),
    }
}

/// A date of which the text stands at `start`.
pub(super) fn date_at(text: &str, start: u32) -> DateLit {
    let mut parts = text.split('-');
    let mut next = || parts.next().unwrap_or_default();
    DateLit {
        span: Span::new(start, start + text.len() as u32),
        year: next().parse().unwrap_or(9999),
        month: next().parse().unwrap_or(99),
        day: next().parse().unwrap_or(99),
    }
}

/// A day of the year of which the text is `text`.
pub(super) fn month_day_at(text: &str, span: Span) -> MonthDayLit {
    let (day, month) = text.split_once(' ').unwrap_or((text, ""));
    let month = MONTHS.iter().position(|&m| m == month.trim_start());
    MonthDayLit {
        span,
        day: day.parse().unwrap_or(99),
        month: month.map_or(1, |n| n as u8 + 1),
    }
}
