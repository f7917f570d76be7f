//! Expressions: precedence applied to the parser's flat lists of operands and operators.

use super::{Builder, Kids, MAX_EXPR, Node, kids, take};
use crate::ast::{Arg, BinaryOp, Call, Expr, ExprKind, UnaryOp};
use crate::parser::Rule;
use crate::span::Span;

/// How tightly an operator binds. `if` binds least and stands outside.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Not,
    Comparison,
    OrElse,
    Range,
    Sum,
    Product,
    Minus,
}

impl Level {
    /// What binds more tightly than this.
    fn tighter(self) -> Self {
        match self {
            Self::Or => Self::And,
            Self::And => Self::Not,
            Self::Not => Self::Comparison,
            Self::Comparison => Self::OrElse,
            Self::OrElse => Self::Range,
            Self::Range => Self::Sum,
            Self::Sum => Self::Product,
            Self::Product | Self::Minus => Self::Minus,
        }
    }
}

enum Infix {
    Binary(BinaryOp),
    Range,
}

/// An expression and how deep its tree is.
///
/// INVARIANT (height): no expression is deeper than [`MAX_EXPR`].
struct Tall {
    expr: Expr,
    height: usize,
}

impl Builder<'_> {
    /// The next expression; the words say what is expected after what.
    pub(super) fn req_expr(
        &mut self,
        kids: &mut Kids<'_>,
        what: &str,
        after: &str,
        end: u32,
    ) -> Expr {
        self.tall(kids, what, after, end).expr
    }

    /// The elements of a list, from its brackets.
    pub(super) fn list_of(&mut self, node: Node<'_>) -> Vec<Expr> {
        self.elements(node).0
    }

    /// The arguments of a call, from its brackets.
    pub(super) fn args(&mut self, node: Node<'_>) -> Vec<Arg> {
        self.tall_args(node).0
    }

    fn tall(&mut self, kids: &mut Kids<'_>, what: &str, after: &str, end: u32) -> Tall {
        if let Some(node) =
            kids.next_if(|k| matches!(k.as_rule(), Rule::expr | Rule::or_expr | Rule::value))
        {
            return self.whole(node);
        }
        let offset = take(kids, Rule::missing_expr).map_or(end, |node| self.start(&node));
        self.errors.expected(what, after, offset);
        missing(offset)
    }

    /// A whole expression: an `if`, or operands and operators.
    fn whole(&mut self, node: Node<'_>) -> Tall {
        let span = self.span(&node);
        let mut inner = kids(node);
        if let Some(node) = take(&mut inner, Rule::if_expr) {
            return self.if_expr(node);
        }
        if inner.len() > 2 * MAX_EXPR {
            return self.too_deep(span);
        }
        self.operation(&mut inner, Level::Or, span.end)
    }

    fn too_deep(&mut self, span: Span) -> Tall {
        self.errors.help(
            span,
            format!("this expression has more than {MAX_EXPR} parts"),
            "split it into conditions, or compare with a list: `x in [a, b]`",
        );
        missing(span.end)
    }

    /// Puts a node on top of operands; refuses what becomes too deep.
    fn grow(&mut self, span: Span, below: usize, kind: ExprKind) -> Tall {
        if below >= MAX_EXPR {
            return self.too_deep(span);
        }
        Tall {
            expr: Expr { span, kind },
            height: below + 1,
        }
    }

    /// `if a then b else if c then d else e`: a flat list of conditions and values.
    fn if_expr(&mut self, node: Node<'_>) -> Tall {
        let span = self.span(&node);
        let mut inner = kids(node);
        let count = inner.len();
        if count > MAX_EXPR {
            return self.too_deep(span);
        }
        let mut arms = Vec::new();
        let mut left = count;
        while left >= 3 {
            let cond = self.tall(&mut inner, "a condition", "`if`", span.end);
            let then = self.tall(&mut inner, "`then` and a value", "the condition", span.end);
            arms.push((cond, then));
            left -= 2;
        }
        let mut result = self.tall(
            &mut inner,
            "`else` and a value",
            "the value of `then`",
            span.end,
        );
        while let Some((cond, then)) = arms.pop() {
            let below = cond.height.max(then.height).max(result.height);
            let start = if arms.is_empty() {
                span.start
            } else {
                cond.expr.span.start
            };
            let kind = ExprKind::If {
                cond: Box::new(cond.expr),
                then: Box::new(then.expr),
                otherwise: Box::new(result.expr),
            };
            result = self.grow(Span::new(start, span.end), below, kind);
        }
        result
    }

    /// Operands and operators from here on that bind at least as tightly as `level`.
    fn operation(&mut self, kids: &mut Kids<'_>, level: Level, end: u32) -> Tall {
        self.depth += 1;
        let result = if self.depth > MAX_EXPR {
            let start = kids.peek().map_or(end, |k| self.start(k));
            // The list is not read on: what called this finds nothing more either.
            while kids.next().is_some() {}
            self.too_deep(Span::new(start, end))
        } else {
            let left = self.operand(kids, level, end);
            self.operators(left, kids, level, end)
        };
        self.depth -= 1;
        result
    }

    fn operators(&mut self, mut left: Tall, kids: &mut Kids<'_>, level: Level, end: u32) -> Tall {
        // The operator that must not come twice in a row, if the last one was such.
        let mut single: Option<Level> = None;
        while let Some(node) = kids.peek() {
            if node.as_rule() == Rule::is_empty {
                if level > Level::Comparison {
                    break;
                }
                let node = node.clone();
                kids.next();
                self.check_chain(&mut single, Level::Comparison, &node);
                left = self.is_empty(left, &node);
                continue;
            }
            let (infix, binds) = read_infix(node.as_str());
            if binds < level {
                break;
            }
            let node = node.clone();
            kids.next();
            self.check_infix(&node);
            self.check_chain(&mut single, binds, &node);
            let right_level = if binds == Level::OrElse {
                Level::OrElse
            } else {
                binds.tighter()
            };
            if let Some(hole) = take(kids, Rule::missing_expr) {
                let offset = self.start(&hole);
                self.errors
                    .expected("a value", &format!("`{}`", node.as_str()), offset);
                let right = missing(offset);
                left = self.join(left, infix, &node, right);
                continue;
            }
            let right = self.operation(kids, right_level, end);
            left = self.join(left, infix, &node, right);
        }
        left
    }

    fn join(&mut self, left: Tall, infix: Infix, op: &Node<'_>, right: Tall) -> Tall {
        let span = left.expr.span.to(right.expr.span);
        let below = left.height.max(right.height);
        let (mut lo, hi) = (Box::new(left.expr), Box::new(right.expr));
        let kind = match infix {
            Infix::Binary(op_kind) => ExprKind::Binary {
                op: op_kind,
                op_span: self.span(op),
                left: lo,
                right: hi,
            },
            Infix::Range => {
                share_unit(&mut lo, &hi);
                ExprKind::Range(lo, hi)
            }
        };
        self.grow(span, below, kind)
    }

    fn is_empty(&mut self, operand: Tall, op: &Node<'_>) -> Tall {
        let words = op.as_str();
        if !words.ends_with("empty") {
            let span = self.span(op);
            self.errors.help(
                span,
                format!("expected `empty` after `{words}`"),
                if words.ends_with("not") {
                    "to compare, write `!=`"
                } else {
                    "to compare, write `==`"
                },
            );
        }
        let span = operand.expr.span.to(self.span(op));
        let negated = words.trim_end_matches("empty").trim_end().ends_with("not");
        let expr = Box::new(operand.expr);
        self.grow(span, operand.height, ExprKind::IsEmpty { expr, negated })
    }

    /// One comparison or range after another means nothing.
    fn check_chain(&mut self, single: &mut Option<Level>, binds: Level, op: &Node<'_>) {
        let repeats = *single == Some(binds);
        *single = matches!(binds, Level::Comparison | Level::Range).then_some(binds);
        if !repeats {
            return;
        }
        let span = self.span(op);
        if binds == Level::Range {
            self.errors.at(span, "a range has two ends only");
        } else {
            self.errors.help(
                span,
                format!("`{}` cannot follow another comparison", op.as_str()),
                "join the two with `and`: `a < b and b < c`",
            );
        }
    }

    /// Operators of other languages, and halves of operators.
    fn check_infix(&mut self, op: &Node<'_>) {
        let span = self.span(op);
        let text = op.as_str();
        match text {
            "=" => self.errors.help(
                span,
                "`=` gives a value, it does not compare",
                "to compare, write `==`",
            ),
            "&&" => self.errors.at(span, "`&&` is written `and`"),
            "||" => self.errors.at(span, "`||` is written `or`"),
            "<>" => self.errors.at(span, "`<>` is written `!=`"),
            "starts" | "ends" => self
                .errors
                .at(span, format!("expected `with` after `{text}`")),
            _ => {}
        }
    }

    fn operand(&mut self, kids: &mut Kids<'_>, level: Level, end: u32) -> Tall {
        let Some(node) = kids.next() else {
            return missing(end);
        };
        let span = self.span(&node);
        match node.as_rule() {
            Rule::unary => self.unary(&node, kids, level, end),
            Rule::any_where => {
                let (binder, source) = self.any(node);
                if let Some(filter) = self.after_prefix(kids, "`where`", Level::Or, end) {
                    let span = span.to(filter.expr.span);
                    let kind = ExprKind::Any {
                        binder,
                        source,
                        filter: Some(Box::new(filter.expr)),
                    };
                    return self.grow(span, filter.height, kind);
                }
                leaf(
                    span,
                    ExprKind::Any {
                        binder,
                        source,
                        filter: None,
                    },
                )
            }
            _ => self.primary(node, kids),
        }
    }

    fn unary(&mut self, node: &Node<'_>, kids: &mut Kids<'_>, level: Level, end: u32) -> Tall {
        let span = self.span(node);
        let word = node.as_str();
        let (op, binds) = match word {
            "-" => (UnaryOp::Neg, Level::Minus),
            _ => (UnaryOp::Not, Level::Not),
        };
        if word == "!" {
            self.errors.at(span, "`!` is written `not`");
        }
        if binds < level {
            self.errors.help(
                span,
                "`not` cannot follow another operator",
                "put it in parentheses: `(not x)`",
            );
        }
        let after = format!("`{word}`");
        let operand = match self.after_prefix(kids, &after, binds, end) {
            Some(operand) => operand,
            None => missing(span.end),
        };
        let span = span.to(operand.expr.span);
        let kind = ExprKind::Unary(op, Box::new(operand.expr));
        self.grow(span, operand.height, kind)
    }

    /// What follows a prefix; an error and `None` where nothing does.
    fn after_prefix(
        &mut self,
        kids: &mut Kids<'_>,
        after: &str,
        level: Level,
        end: u32,
    ) -> Option<Tall> {
        if let Some(hole) = take(kids, Rule::missing_expr) {
            let offset = self.start(&hole);
            self.errors.expected("a value", after, offset);
            return None;
        }
        Some(self.operation(kids, level, end))
    }

    fn any(&mut self, node: Node<'_>) -> (crate::ast::Name, crate::ast::Path) {
        let span = self.span(&node);
        let mut inner = kids(node);
        let binder = self.req_name(&mut inner, "a name", "`any`", span.end);
        let source = self.req_path(&mut inner, "what to look through", "`in`", span.end);
        (binder, source)
    }

    fn primary(&mut self, node: Node<'_>, kids: &mut Kids<'_>) -> Tall {
        let span = self.span(&node);
        if let Some(kind) = self.literal(&node) {
            return leaf(span, kind);
        }
        match node.as_rule() {
            Rule::path => {
                let callee = self.path(&node);
                let Some(node) = take(kids, Rule::args) else {
                    return leaf(span, ExprKind::Path(callee));
                };
                let span = Span::new(span.start, self.end(&node));
                let (args, below) = self.tall_args(node);
                self.grow(span, below, ExprKind::Call(Call { span, callee, args }))
            }
            Rule::paren => {
                let mut inner = super::kids(node);
                let value = self.tall(&mut inner, "a value", "`(`", span.end);
                self.junk(&mut inner, "`)`");
                self.close(&mut inner, span);
                let below = value.height;
                self.grow(span, below, ExprKind::Paren(Box::new(value.expr)))
            }
            Rule::list => {
                let (values, below) = self.elements(node);
                self.grow(span, below, ExprKind::List(values))
            }
            Rule::user_text => {
                let mut inner = super::kids(node);
                let text = self.req_string(&mut inner, "a text", "`user`", span.end);
                leaf(span, ExprKind::User(text))
            }
            Rule::any_plain => {
                let (binder, source) = self.any(node);
                leaf(
                    span,
                    ExprKind::Any {
                        binder,
                        source,
                        filter: None,
                    },
                )
            }
            _ => missing(span.start),
        }
    }

    /// The elements of a `[list]`, and the height of the tallest.
    fn elements(&mut self, node: Node<'_>) -> (Vec<Expr>, usize) {
        let span = self.span(&node);
        let mut inner = kids(node);
        let mut values = Vec::new();
        let mut height = 0;
        let mut after_comma = true;
        while let Some(node) = inner.next_if(|k| k.as_rule() != Rule::missing_close) {
            match node.as_rule() {
                Rule::comma => self.comma(&node, &mut after_comma),
                Rule::expr => {
                    after_comma = false;
                    let value = self.whole(node);
                    height = height.max(value.height);
                    values.push(value.expr);
                }
                _ => self.bad_inside(&node, "`,` or `]`"),
            }
        }
        self.close(&mut inner, span);
        (values, height)
    }

    /// The arguments between round brackets, and the height of the tallest.
    fn tall_args(&mut self, node: Node<'_>) -> (Vec<Arg>, usize) {
        let span = self.span(&node);
        let mut inner = kids(node);
        let mut args: Vec<Arg> = Vec::new();
        let mut height = 0;
        let mut after_comma = true;
        while let Some(node) = inner.next_if(|k| k.as_rule() != Rule::missing_close) {
            match node.as_rule() {
                Rule::comma => self.comma(&node, &mut after_comma),
                Rule::arg => {
                    let start = self.start(&node);
                    let (arg, below) = self.arg(node);
                    if !after_comma && let Some(last) = args.last() {
                        let end = last.span.end;
                        if !self.errors.explains(start) {
                            let name = arg.name.as_ref().map_or("", |n| n.text.as_str());
                            self.errors
                                .at(Span::empty(end), format!("expected `,` before `{name}`"));
                        }
                    }
                    after_comma = false;
                    height = height.max(below);
                    args.push(arg);
                }
                _ => self.bad_inside(&node, "`,` or `)`"),
            }
        }
        self.close(&mut inner, span);
        (args, height)
    }

    fn comma(&mut self, node: &Node<'_>, after_comma: &mut bool) {
        if *after_comma {
            let span = self.span(node);
            if !self.errors.explains(span.start) {
                self.errors.at(span, "expected a value before this `,`");
            }
        }
        *after_comma = true;
    }

    fn arg(&mut self, node: Node<'_>) -> (Arg, usize) {
        let span = self.span(&node);
        let mut inner = kids(node);
        let name = take(&mut inner, Rule::arg_name).map(|node| self.colon_name(&node));
        let after = match &name {
            Some(name) => format!("`{}:`", name.text),
            None => "`(`".to_owned(),
        };
        let value = self.tall(&mut inner, "a value", &after, span.end);
        (
            Arg {
                span,
                name,
                value: value.expr,
            },
            value.height,
        )
    }
}

/// The expression that should stand at `offset` and does not.
fn missing(offset: u32) -> Tall {
    leaf(Span::empty(offset), ExprKind::Missing)
}

fn leaf(span: Span, kind: ExprKind) -> Tall {
    Tall {
        expr: Expr { span, kind },
        height: 1,
    }
}

/// Which operator a text is, whatever space stands between its words.
fn read_infix(text: &str) -> (Infix, Level) {
    let first = text
        .find(|c: char| !c.is_ascii_alphabetic())
        .and_then(|n| text.get(..n))
        .unwrap_or(text);
    let last = text
        .rfind(|c: char| !c.is_ascii_alphabetic())
        .and_then(|n| text.get(n + 1..))
        .unwrap_or(text);
    let (op, level) = match (first, last, text) {
        (_, _, "..") => return (Infix::Range, Level::Range),
        ("or", "else", _) => (BinaryOp::OrElse, Level::OrElse),
        ("or", _, _) | (_, _, "||") => (BinaryOp::Or, Level::Or),
        ("and", _, _) | (_, _, "&&") => (BinaryOp::And, Level::And),
        (_, _, "+") => (BinaryOp::Add, Level::Sum),
        (_, _, "-") => (BinaryOp::Sub, Level::Sum),
        (_, _, "*") => (BinaryOp::Mul, Level::Product),
        (_, _, "/") => (BinaryOp::Div, Level::Product),
        _ => (comparison(first, last, text), Level::Comparison),
    };
    (Infix::Binary(op), level)
}

/// Which comparison a text is.
pub(super) fn comparison_op(text: &str) -> BinaryOp {
    match read_infix(text) {
        (Infix::Binary(op), _) => op,
        (Infix::Range, _) => BinaryOp::Eq,
    }
}

fn comparison(first: &str, last: &str, text: &str) -> BinaryOp {
    match (first, last, text) {
        (_, _, "!=" | "<>") => BinaryOp::Ne,
        (_, _, "<") => BinaryOp::Lt,
        (_, _, "<=") => BinaryOp::Le,
        (_, _, ">") => BinaryOp::Gt,
        (_, _, ">=") => BinaryOp::Ge,
        ("in", _, _) => BinaryOp::In,
        ("not", _, _) => BinaryOp::NotIn,
        ("has", "any", _) => BinaryOp::HasAny,
        ("has", "all", _) => BinaryOp::HasAll,
        ("has", "none", _) => BinaryOp::HasNone,
        ("has", _, _) => BinaryOp::Has,
        ("contains", "any", _) => BinaryOp::ContainsAny,
        ("contains", _, _) => BinaryOp::Contains,
        ("starts", _, _) => BinaryOp::StartsWith,
        ("ends", _, _) => BinaryOp::EndsWith,
        ("like", _, _) => BinaryOp::Like,
        _ => BinaryOp::Eq,
    }
}

/// A unit after a range counts for both ends: gives that of `hi` to a bare number.
fn share_unit(lo: &mut Expr, hi: &Expr) {
    let lo = match &mut lo.kind {
        ExprKind::Unary(UnaryOp::Neg, inner) => inner.as_mut(),
        _ => lo,
    };
    let hi = match &hi.kind {
        ExprKind::Unary(UnaryOp::Neg, inner) => &inner.kind,
        kind => kind,
    };
    let ExprKind::Number(number) = &lo.kind else {
        return;
    };
    lo.kind = match hi {
        ExprKind::Money(_, currency) => {
            // Of no width: it is not written here.
            let span = Span::empty(number.span.end);
            let text = currency.text.clone();
            ExprKind::Money(number.clone(), crate::ast::Name { span, text })
        }
        ExprKind::Percent(_) => ExprKind::Percent(number.clone()),
        ExprKind::Duration(duration) => match duration.parts.as_slice() {
            &[(_, unit)] if number.is_int() => ExprKind::Duration(crate::ast::DurationLit {
                span: number.span,
                parts: vec![(number.text.parse().unwrap_or(u32::MAX), unit)],
            }),
            _ => return,
        },
        _ => return,
    };
}
