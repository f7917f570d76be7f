//! Expressions: chains of `and` and `or` break before the operator, lists and arguments after their commas.

use trig_grammar::Span;
use trig_grammar::ast::{Arg, BinaryOp, Call, Expr, ExprKind, UnaryOp};

use crate::plan::Plan;

impl Plan<'_> {
    /// An expression whose lines go on one step further in.
    pub(super) fn expr(&mut self, expr: &Expr) {
        self.expr_at(expr, 1);
    }

    /// `steps`: how much further in the lines of a chain are.
    fn expr_at(&mut self, expr: &Expr, steps: usize) {
        match &expr.kind {
            ExprKind::Missing
            | ExprKind::Bool(_)
            | ExprKind::Empty
            | ExprKind::Number(_)
            | ExprKind::Percent(_)
            | ExprKind::Money(..)
            | ExprKind::Text(_)
            | ExprKind::User(_)
            | ExprKind::Duration(_)
            | ExprKind::Time(_)
            | ExprKind::Date(_)
            | ExprKind::DateTime(..)
            | ExprKind::MonthDay(_)
            | ExprKind::Path(_) => {}
            ExprKind::List(values) => {
                let open = self.first(expr.span);
                let spans: Vec<Span> = values.iter().map(|value| value.span).collect();
                self.elements(open, &spans);
                for value in values {
                    self.expr(value);
                }
            }
            ExprKind::Range(low, high) => {
                self.expr_at(low, steps);
                self.expr_at(high, steps);
            }
            ExprKind::Call(call) => self.call(call),
            ExprKind::Paren(inner) => self.expr(inner),
            ExprKind::Unary(op, operand) => {
                match op {
                    UnaryOp::Neg => self.glue(self.first(expr.span) + 1),
                    UnaryOp::Not => {}
                }
                self.expr_at(operand, steps);
            }
            ExprKind::Binary {
                op: op @ (BinaryOp::And | BinaryOp::Or),
                ..
            } => {
                self.unit(expr.span);
                self.chain(expr, *op, steps);
            }
            ExprKind::Binary { left, right, .. } => {
                self.expr_at(left, steps);
                self.expr_at(right, steps);
            }
            ExprKind::IsEmpty { expr, negated: _ } => self.expr_at(expr, steps),
            ExprKind::If { .. } => {
                self.unit(expr.span);
                self.choice(expr);
            }
            ExprKind::Any {
                binder: _,
                source: _,
                filter,
            } => {
                if let Some(filter) = filter {
                    self.expr_at(filter, steps);
                }
            }
        }
    }

    /// `a and b and c`: the operands at one level, however the tree nests.
    fn chain(&mut self, expr: &Expr, of: BinaryOp, steps: usize) {
        match &expr.kind {
            ExprKind::Binary {
                op,
                op_span,
                left,
                right,
            } if *op == of => {
                self.chain(left, of, steps);
                self.part(self.first(*op_span), self.last(right.span), steps);
                self.expr(right);
            }
            // Within another chain, its lines are told apart from those of that one.
            _ => self.expr_at(expr, steps + 1),
        }
    }

    /// `if a then b else if c then d else e`: a line for each `then` and `else`.
    fn choice(&mut self, expr: &Expr) {
        let ExprKind::If {
            cond,
            then,
            otherwise,
        } = &expr.kind
        else {
            self.expr(expr);
            return;
        };
        self.expr(cond);
        if let Some(keyword) = self.keyword("then", then.span) {
            self.part(keyword, self.last(then.span), 1);
        }
        self.expr(then);
        let before = self.first(otherwise.span);
        let keyword = match self.keyword("if", otherwise.span) {
            Some(word) => word.checked_sub(1),
            None => before.checked_sub(1),
        };
        match keyword.filter(|&word| self.word(word) == "else") {
            Some(word) => {
                let line = match &otherwise.kind {
                    ExprKind::If { cond, .. } => cond.span,
                    _ => otherwise.span,
                };
                self.part(word, self.last(line), 1);
                self.choice(otherwise);
            }
            None => self.expr(otherwise),
        }
    }

    pub(super) fn call(&mut self, call: &Call) {
        self.args(call.callee.span, &call.args);
    }

    /// The arguments of what ends before them.
    pub(super) fn args(&mut self, callee: Span, args: &[Arg]) {
        let spans: Vec<Span> = args.iter().map(|arg| arg.span).collect();
        self.arguments(callee, &spans);
        for arg in args {
            self.expr(&arg.value);
        }
    }
}
