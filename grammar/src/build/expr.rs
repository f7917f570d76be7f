//! Expressions: precedence applied to the parser's flat lists of operands and operators.

use super::operator::{Infix, Level, read_infix};
use super::{Builder, Kids, MAX_EXPR, Node, kids, take};
use crate::ast::{Call, Expr, ExprKind, UnaryOp};
use crate::parser::Rule;
use crate::span::Span;

/// An expression and how deep its tree is.
///
/// INVARIANT (height): no expression is deeper than [`MAX_EXPR`].
pub(super) struct Tall {
    pub(super) expr: Expr,
    pub(super) height: usize,
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

    pub(super) fn tall(&mut self, kids: &mut Kids<'_>, what: &str, after: &str, end: u32) -> Tall {
        if let Some(node) =
            kids.next_if(|k| matches!(k.as_rule(), Rule::expr | Rule::or_expr | Rule::value))
        {
            return self.whole(node);
        }
        let offset = self.hole(kids, Rule::missing_expr, end);
        self.errors.expected(what, after, offset);
        missing(offset)
    }

    /// A whole expression: an `if`, or operands and operators.
    pub(super) fn whole(&mut self, node: Node<'_>) -> Tall {
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
