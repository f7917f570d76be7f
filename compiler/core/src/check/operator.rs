//! Operators.

use trig_grammar::{Span, ast};
use trig_ir::{ArithOp, CompareOp, Expr, TextOp, Type, Value};

use super::arith::is_number;
use super::cx::{Cx, Env, Typed};
use super::expr::has_op;
use crate::rules;

impl Cx<'_> {
    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one operator, as they stand in the tree"
    )]
    pub(super) fn binary(
        &mut self,
        env: &Env,
        span: Span,
        op: ast::BinaryOp,
        op_span: Span,
        left: &ast::Expr,
        right: &ast::Expr,
        expected: Option<&Type>,
    ) -> Typed {
        use ast::BinaryOp as B;
        match op {
            B::And | B::Or => self.logic(env, op, left, right),
            B::Eq | B::Ne | B::Lt | B::Le | B::Gt | B::Ge => {
                self.comparison(env, op, op_span, left, right)
            }
            B::In => self.membership(env, left, right),
            B::NotIn => {
                let inner = self.membership(env, left, right);
                Typed::bool(Expr::Not(Box::new(inner.expr)))
            }
            B::Has | B::HasAny | B::HasAll | B::HasNone => self.has(env, span, op, left, right),
            B::Contains | B::ContainsAny | B::StartsWith | B::EndsWith | B::Like => {
                self.text_test(env, span, op, left, right)
            }
            B::OrElse => {
                let left_typed = self.expr(env, left, expected);
                let ty = left_typed.ty.clone();
                let right_typed = self.expr(env, right, Some(&ty));
                self.require_type(right.span, &right_typed, &ty);
                let expr = Expr::OrElse(Box::new(left_typed.expr), Box::new(right_typed.expr));
                Typed {
                    expr,
                    ty: if ty == Type::Any { right_typed.ty } else { ty },
                    optional: right_typed.optional,
                }
            }
            B::Add => self.arithmetic(env, ArithOp::Add, "+", op_span, left, right, expected),
            B::Sub => self.arithmetic(env, ArithOp::Sub, "-", op_span, left, right, expected),
            B::Mul => self.arithmetic(env, ArithOp::Mul, "*", op_span, left, right, expected),
            B::Div => self.arithmetic(env, ArithOp::Div, "/", op_span, left, right, expected),
        }
    }

    /// `and` and `or`, chains of one of them in one node.
    fn logic(
        &mut self,
        env: &Env,
        op: ast::BinaryOp,
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> Typed {
        let mut operands = Vec::new();
        let mut rest = vec![right, left];
        while let Some(next) = rest.pop() {
            match &next.kind {
                ast::ExprKind::Binary {
                    op: inner,
                    left,
                    right,
                    ..
                } if *inner == op => {
                    rest.push(right);
                    rest.push(left);
                }
                _ => operands.push(next),
            }
        }
        let mut inner = env.clone();
        let mut exprs = Vec::with_capacity(operands.len());
        for operand in operands {
            let expr = self.condition(&inner, operand);
            // the next one is asked where this one holds, or does not: what stands behind `x is empty or` is asked only
            // where `x` is there
            inner
                .present
                .learn(self.model, &expr, op == ast::BinaryOp::And);
            exprs.push(expr);
        }
        Typed::bool(if op == ast::BinaryOp::And {
            Expr::And(exprs)
        } else {
            Expr::Or(exprs)
        })
    }

    fn comparison(
        &mut self,
        env: &Env,
        op: ast::BinaryOp,
        op_span: Span,
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> Typed {
        let (compare, text) = match op {
            ast::BinaryOp::Eq => (CompareOp::Eq, "=="),
            ast::BinaryOp::Ne => (CompareOp::Ne, "!="),
            ast::BinaryOp::Lt => (CompareOp::Lt, "<"),
            ast::BinaryOp::Le => (CompareOp::Le, "<="),
            ast::BinaryOp::Gt => (CompareOp::Gt, ">"),
            _ => (CompareOp::Ge, ">="),
        };
        // the side whose type is known by itself says what a bare stage or variant on the other one means
        let (l, r) = if self.needs_hint(env, left) && !self.needs_hint(env, right) {
            let r = self.expr(env, right, None);
            (self.beside(env, left, &r), r)
        } else {
            let l = self.expr(env, left, None);
            self.known_beside(&l, right);
            let r = self.beside(env, right, &l);
            (l, r)
        };
        if l.is_poison() || r.is_poison() {
            return Typed::bool(Expr::Const(Value::Bool(false)));
        }
        let ordered = !matches!(compare, CompareOp::Eq | CompareOp::Ne);
        let fits = self.fits(&l.ty, &r.ty) || self.fits(&r.ty, &l.ty);
        let kind = if l.ty == Type::Any { &r.ty } else { &l.ty };
        if !fits || (ordered && !is_ordered(kind)) {
            let (a, b) = (self.model.type_name(&l.ty), self.model.type_name(&r.ty));
            let mut problem = rules::type_mismatch::operands(
                self.path,
                op_span,
                text,
                (left.span, a.as_str()),
                (right.span, b.as_str()),
            );
            let help = match (l.ty.element(), r.ty.element()) {
                (Some(of), None) if self.fits(of, &r.ty) || r.ty == Type::Text => {
                    let (all, one) = (self.source(left.span), self.source(right.span));
                    Some(format!("to ask for one element, write `{all} has {one}`"))
                }
                _ => {
                    let right = self.mended(right.span, &l.ty, &r.ty);
                    right.or_else(|| self.mended(left.span, &r.ty, &l.ty))
                }
            };
            if let Some(help) = help {
                problem = problem.help(help);
            }
            self.report(problem);
        }
        Typed::bool(Expr::Compare(compare, Box::new(l.expr), Box::new(r.expr)))
    }

    /// The other operand of `known`. Beside one that is wrong, names that lead nowhere say nothing more.
    fn beside(&mut self, env: &Env, expr: &ast::Expr, known: &Typed) -> Typed {
        if !known.is_poison() {
            return self.expr(env, expr, Some(&known.ty));
        }
        let mut env = env.clone();
        env.lenient = true;
        self.expr(&env, expr, None)
    }

    /// Whether a bare name or literal means nothing certain before the other side is known.
    fn needs_hint(&self, env: &Env, expr: &ast::Expr) -> bool {
        match &expr.kind {
            ast::ExprKind::Paren(inner) => self.needs_hint(env, inner),
            ast::ExprKind::Path(path) => match path.single() {
                Some(name) => {
                    let own = match (
                        &env.candidate,
                        env.bare().and_then(|(_, s)| self.model.entity(s)),
                    ) {
                        (Some(c), _) => c.fields.iter().any(|f| f.name == name.text),
                        (None, Some(e)) => e.fields.iter().any(|f| f.name == name.text),
                        (None, None) => false,
                    };
                    !own && self.param(path).is_none()
                        && !env.binders.iter().any(|(n, _)| *n == name.text)
                }
                None => false,
            },
            ast::ExprKind::Empty | ast::ExprKind::Text(_) => true,
            _ if is_number(expr) => true,
            _ => false,
        }
    }

    fn has(
        &mut self,
        env: &Env,
        span: Span,
        op: ast::BinaryOp,
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> Typed {
        let collection = self.expr(env, left, None);
        self.known_beside(&collection, right);
        let Some(has) = has_op(op) else {
            return Typed::poison();
        };
        let Some(of) = collection.ty.element().cloned() else {
            if !collection.is_poison() {
                let ty = self.model.type_name(&collection.ty);
                let message = format!("`has` asks a list or set, and this is `{ty}`");
                let help = match collection.ty {
                    Type::Text | Type::Url => "for a piece of a text, write `contains`",
                    _ => "to compare a single value, write `==` or `in`",
                };
                self.report(
                    rules::misplaced_clause::RULE.with_help(self.path, left.span, message, help),
                );
            }
            self.expr(env, right, None);
            return Typed::poison();
        };
        let wanted = if has == trig_ir::HasOp::One {
            of
        } else {
            Type::List(Box::new(of))
        };
        let word = self.source(Span::new(left.span.end, right.span.start));
        self.refuse_empty(span, right, &word);
        let written = right;
        // nothing has `empty`: as an operand of a comparison, a single one may be
        let right = if has == trig_ir::HasOp::One {
            let typed = self.expr(env, right, Some(&wanted));
            self.require_type(right.span, &typed, &wanted);
            typed.expr
        } else {
            self.value(env, right, &wanted)
        };
        self.refuse_empty_constant(written, &right, span, &word);
        Typed::bool(Expr::Has(has, Box::new(collection.expr), Box::new(right)))
    }

    fn text_test(
        &mut self,
        env: &Env,
        span: Span,
        op: ast::BinaryOp,
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> Typed {
        let (test, word) = match op {
            ast::BinaryOp::Contains => (TextOp::Contains, "contains"),
            ast::BinaryOp::ContainsAny => (TextOp::ContainsAny, "contains any"),
            ast::BinaryOp::StartsWith => (TextOp::StartsWith, "starts with"),
            ast::BinaryOp::EndsWith => (TextOp::EndsWith, "ends with"),
            _ => (TextOp::Like, "like"),
        };
        let text = self.expr(env, left, None);
        let fits = match test {
            TextOp::Like => matches!(text.ty, Type::Url | Type::Any),
            _ => matches!(text.ty, Type::Text | Type::Url | Type::Any),
        };
        if !fits {
            let ty = self.model.type_name(&text.ty);
            let wanted = if test == TextOp::Like { "url" } else { "text" };
            let message = format!("`{word}` asks a `{wanted}`, and this is `{ty}`");
            let help = match text.ty {
                Type::List(_) | Type::Set(_) => "for an element of a collection, write `has`",
                _ => "to compare a whole value, write `==` or `in`",
            };
            self.report(
                rules::misplaced_clause::RULE.with_help(self.path, left.span, message, help),
            );
        }
        let wanted = if test == TextOp::ContainsAny {
            Type::List(Box::new(Type::Text))
        } else {
            Type::Text
        };
        let right = if self.refuse_empty(span, right, word) {
            Expr::Const(Value::Empty)
        } else {
            let value = self.value(env, right, &wanted);
            self.refuse_empty_constant(right, &value, span, word);
            value
        };
        Typed::bool(Expr::Text(test, Box::new(text.expr), Box::new(right)))
    }

    /// An empty list, or an empty text, after an operator chooses among nothing.
    fn refuse_empty(&mut self, span: Span, right: &ast::Expr, op: &str) -> bool {
        let empty = match &right.kind {
            ast::ExprKind::List(items) => items.is_empty(),
            ast::ExprKind::Text(text) => text.parts.is_empty(),
            _ => false,
        };
        if empty {
            self.report(rules::empty_choice::problem(self.path, span, op));
        }
        empty
    }
}

impl Cx<'_> {
    /// The same of a name that stands for an empty list: a parameter of a template.
    pub(super) fn refuse_empty_constant(
        &mut self,
        written: &ast::Expr,
        value: &Expr,
        span: Span,
        op: &str,
    ) {
        let empty = match value {
            Expr::Const(Value::List(items)) => items.is_empty(),
            Expr::Const(Value::Set(items)) => items.is_empty(),
            _ => false,
        };
        if empty && !matches!(written.kind, ast::ExprKind::List(_)) {
            self.report(rules::empty_choice::problem(self.path, span, op));
        }
    }
}

/// The value of an expression that is a constant, perhaps with a sign before it.
pub(super) fn constant_of(expr: &Expr) -> Option<Value> {
    match expr {
        Expr::Const(value) => Some(value.clone()),
        Expr::Neg(inner) => crate::literal::negative(constant_of(inner)?),
        _ => None,
    }
}

/// Whether `<` has a meaning.
pub(super) fn is_ordered(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Int
            | Type::Decimal
            | Type::Money
            | Type::Date
            | Type::Time
            | Type::DateTime
            | Type::Duration
            | Type::Any
    )
}
