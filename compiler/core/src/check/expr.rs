//! Expressions: their types, and what they are lowered to.

use trig_grammar::{Span, ast};
use trig_ir::{Expr, HasOp, Type, Value};

use super::arith::{is_decimal, is_number};
use super::cx::{Cx, Env, Typed};
use super::literal;
use crate::rules;

impl Cx<'_> {
    /// Lowers an expression; `expected` is what its place asks for, where that is known. It guides literals and bare
    /// names only: the caller still checks the type.
    pub(super) fn expr(&mut self, env: &Env, expr: &ast::Expr, expected: Option<&Type>) -> Typed {
        use ast::ExprKind as K;
        match &expr.kind {
            K::Missing => Typed::poison(),
            K::Empty => Typed {
                expr: Expr::Const(Value::Empty),
                ty: Type::Any,
                optional: true,
            },
            K::Text(text) => self.text(env, text, expected),
            K::Bool(_)
            | K::Number(_)
            | K::Percent(_)
            | K::Money(..)
            | K::User(_)
            | K::Duration(_)
            | K::Time(_)
            | K::Date(_) => self.literal(expr, expected),
            K::DateTime(date, time) => self.instant(date, time),
            K::MonthDay(day) => {
                self.report(rules::misplaced_clause::problem(
                    self.path,
                    day.span,
                    "a day of the year stands in recurrences only",
                ));
                Typed::poison()
            }
            K::List(items) => self.list(env, items, expected),
            K::Range(..) => {
                self.report(rules::misplaced_clause::problem(
                    self.path,
                    expr.span,
                    "a range stands after `in` only",
                ));
                Typed::poison()
            }
            K::Path(path) => {
                let mut typed = self.path(env, path, expected);
                // a guard has shown that it is there
                typed.optional &=
                    !matches!(&typed.expr, Expr::Load(place) if env.present.has(place));
                typed
            }
            K::Call(call) => self.call(env, call),
            K::Paren(inner) => self.expr(env, inner, expected),
            K::Unary(ast::UnaryOp::Not, inner) => {
                let inner = self.condition(env, inner);
                Typed::bool(Expr::Not(Box::new(inner)))
            }
            K::Unary(ast::UnaryOp::Neg, inner) => self.negated(env, inner, expected),
            K::Binary {
                op,
                op_span,
                left,
                right,
            } => self.binary(env, expr.span, *op, *op_span, left, right, expected),
            K::IsEmpty { expr, negated } => {
                let inner = self.expr(env, expr, None);
                let test = Expr::IsEmpty(Box::new(inner.expr));
                Typed::bool(if *negated {
                    Expr::Not(Box::new(test))
                } else {
                    test
                })
            }
            K::If {
                cond,
                then,
                otherwise,
            } => {
                let cond = self.condition(env, cond);
                let mut holds = env.clone();
                holds.present.learn(self.model, &cond, true);
                let mut fails = env.clone();
                fails.present.learn(self.model, &cond, false);
                // a literal takes the type of what stands beside it
                let (then_typed, else_typed) = if is_number(then) {
                    let decimal = is_decimal(then).then_some(&Type::Decimal);
                    let other = self.expr(&fails, otherwise, decimal.or(expected));
                    let wanted = Some(&other.ty).filter(|ty| **ty != Type::Any);
                    (self.expr(&holds, then, wanted.or(expected)), other)
                } else {
                    let typed = self.expr(&holds, then, expected);
                    let wanted = Some(&typed.ty).filter(|_| !typed.is_poison());
                    let other = self.expr(&fails, otherwise, wanted.or(expected));
                    (typed, other)
                };
                self.require_type(otherwise.span, &else_typed, &then_typed.ty);
                Typed {
                    expr: Expr::If(
                        Box::new(cond),
                        Box::new(then_typed.expr),
                        Box::new(else_typed.expr),
                    ),
                    ty: if then_typed.ty == Type::Any {
                        else_typed.ty
                    } else {
                        then_typed.ty
                    },
                    optional: then_typed.optional || else_typed.optional,
                }
            }
            K::Any {
                binder,
                source,
                filter,
            } => self.any(env, binder, source, filter.as_deref()),
        }
    }

    /// Lowers an expression of a given type that always has a value.
    pub(super) fn value(&mut self, env: &Env, expr: &ast::Expr, ty: &Type) -> Expr {
        let typed = self.expr(env, expr, Some(ty));
        if self.require_type(expr.span, &typed, ty) {
            self.require_value(env, expr.span, &typed);
        }
        typed.expr
    }

    /// Lowers an expression that must be true or false.
    pub(super) fn condition(&mut self, env: &Env, expr: &ast::Expr) -> Expr {
        self.value(env, expr, &Type::Bool)
    }

    /// Whether `typed` can stand where `wanted` is asked for; says so where it cannot.
    pub(super) fn require_type(&mut self, span: Span, typed: &Typed, wanted: &Type) -> bool {
        if self.fits(&typed.ty, wanted) {
            return true;
        }
        let help = self.mended(span, wanted, &typed.ty);
        let (wanted, found) = (
            format!("`{}`", self.model.type_name(wanted)),
            self.model.type_name(&typed.ty),
        );
        let mut problem = rules::type_mismatch::problem(self.path, span, &wanted, &found);
        if let Some(help) = help {
            problem = problem.help(help);
        }
        self.report(problem);
        false
    }

    /// Says so where a value may be `empty`.
    pub(super) fn require_value(&mut self, env: &Env, span: Span, typed: &Typed) {
        if !typed.optional {
            return;
        }
        let example = match &typed.ty {
            Type::Bool => "false",
            Type::Int | Type::Decimal => "0",
            Type::Money => "0 USD",
            Type::Text | Type::Url => "\"…\"",
            _ => "…",
        };
        let source = self.source(span);
        let short = source.len() <= 60;
        let what = if short {
            format!("`{source}`")
        } else {
            "this value".to_owned()
        };
        let remedy =
            matches!(typed.expr, Expr::Load(_)).then(|| env.present.remedy(&typed.expr, &source));
        self.report(rules::optional_value::problem(
            self.path,
            span,
            &what,
            example,
            remedy.flatten().filter(|_| short),
        ));
    }

    /// Whether a value of type `from` can stand where `to` is asked for.
    pub(super) fn fits(&self, from: &Type, to: &Type) -> bool {
        match (from, to) {
            (Type::Any, _) | (_, Type::Any) => true,
            (Type::Url, Type::Text) => true,
            (Type::StageOf(p), Type::Stage(entity)) => {
                self.model.pipeline(*p).is_some_and(|p| p.entity == *entity)
            }
            (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) => self.fits(a, b),
            _ => from == to,
        }
    }

    fn literal(&mut self, expr: &ast::Expr, expected: Option<&Type>) -> Typed {
        match literal::constant(expr) {
            Ok(Some((value, ty))) => match expected {
                Some(wanted) if *wanted != Type::Any => {
                    match literal::fitted(value.clone(), ty.clone(), wanted) {
                        Ok(value) => Typed::constant(value, wanted.clone()),
                        Err(_) => Typed::constant(value, ty),
                    }
                }
                _ => Typed::constant(value, ty),
            },
            Ok(None) => Typed::poison(),
            Err((span, message)) => {
                self.report(rules::invalid_literal::problem(self.path, span, message));
                Typed::poison()
            }
        }
    }

    fn instant(&mut self, date: &ast::DateLit, time: &ast::TimeLit) -> Typed {
        let instant = literal::date(date).and_then(|d| {
            let local = d.to_datetime(literal::time(time)?);
            self.local(local)
        });
        match instant {
            Ok(t) => Typed::constant(Value::DateTime(t), Type::DateTime),
            Err(message) => {
                self.report(rules::invalid_literal::problem(
                    self.path,
                    date.span.to(time.span),
                    message,
                ));
                Typed::poison()
            }
        }
    }

    fn list(&mut self, env: &Env, items: &[ast::Expr], expected: Option<&Type>) -> Typed {
        let mut of = expected.and_then(Type::element).cloned();
        let mut exprs = Vec::with_capacity(items.len());
        for item in items {
            let typed = self.expr(env, item, of.as_ref());
            match &of {
                Some(wanted) if self.require_type(item.span, &typed, wanted) => {
                    self.require_value(env, item.span, &typed);
                }
                None if !typed.is_poison() => of = Some(typed.ty),
                _ => {}
            }
            exprs.push(typed.expr);
        }
        let list = constant_list(exprs);
        let of = Box::new(of.unwrap_or(Type::Any));
        // where a set is asked for, a list of constants is one
        match (expected, list) {
            (Some(Type::Set(_)), Expr::Const(Value::List(values))) => Typed::new(
                Expr::Const(Value::Set(values.into_iter().collect())),
                Type::Set(of),
            ),
            (_, list) => Typed::new(list, Type::List(of)),
        }
    }

    fn any(
        &mut self,
        env: &Env,
        binder: &ast::Name,
        source: &ast::Path,
        filter: Option<&ast::Expr>,
    ) -> Typed {
        let Some((place, ty, _)) = self.place(env, source) else {
            return Typed::poison();
        };
        let Some(of) = ty.element().cloned() else {
            let ty = self.model.type_name(&ty);
            self.report(rules::type_mismatch::problem(
                self.path,
                source.span,
                "a list or set",
                &ty,
            ));
            return Typed::poison();
        };
        self.refuse_hidden(env, binder, &of);
        let slot = u32::try_from(env.binders.len()).unwrap_or(u32::MAX);
        let mut inner = env.clone();
        inner.binders.push((binder.text.as_str().into(), of));
        let filter = match filter {
            Some(filter) => self.condition(&inner, filter),
            None => Expr::Const(Value::Bool(true)),
        };
        Typed::bool(Expr::Any {
            slot,
            source: Box::new(Expr::Load(place)),
            filter: Box::new(filter),
        })
    }
}

/// A list of constants is a constant.
pub(super) fn constant_list(items: Vec<Expr>) -> Expr {
    if items.iter().all(|e| matches!(e, Expr::Const(_))) {
        let values = items.into_iter().filter_map(|e| {
            if let Expr::Const(v) = e {
                Some(v)
            } else {
                None
            }
        });
        return Expr::Const(Value::List(values.collect()));
    }
    Expr::List(items)
}

/// Which test a `has` operator is.
pub(super) fn has_op(op: ast::BinaryOp) -> Option<HasOp> {
    Some(match op {
        ast::BinaryOp::Has => HasOp::One,
        ast::BinaryOp::HasAny => HasOp::Any,
        ast::BinaryOp::HasAll => HasOp::All,
        ast::BinaryOp::HasNone => HasOp::None,
        _ => return None,
    })
}
