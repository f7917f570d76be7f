//! Arithmetic and functions.

use trig_grammar::{Span, ast};
use trig_ir::{ArithOp, Expr, Function, Millis, Type, Value};

use super::cx::{Cx, Env, Typed};
use crate::model::{Decl, Lookup};
use crate::rules;

/// The functions, by name.
pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("days_between", Function::DaysBetween),
    ("length", Function::Length),
    ("lower", Function::Lower),
    ("max", Function::Max),
    ("min", Function::Min),
    ("now", Function::Now),
    ("today", Function::Today),
];

impl Cx<'_> {
    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one operator, as they stand in the tree"
    )]
    pub(super) fn arithmetic(
        &mut self,
        env: &Env,
        op: ArithOp,
        text: &str,
        op_span: Span,
        left: &ast::Expr,
        right: &ast::Expr,
        expected: Option<&Type>,
    ) -> Typed {
        // what `/` gives is a decimal whatever its operands are: that one is wanted says nothing of them
        let expected = expected.filter(|_| op != ArithOp::Div);
        // a literal takes the type of what stands beside it
        let literal = is_number(left);
        let hint = |ty: &Type| (*ty == Type::Decimal).then_some(Type::Decimal);
        let (l, r) = if literal {
            let wanted = if is_decimal(left) {
                Some(&Type::Decimal)
            } else {
                expected
            };
            let r = self.expr(env, right, wanted);
            (self.expr(env, left, hint(&r.ty).as_ref().or(expected)), r)
        } else {
            let l = self.expr(env, left, expected);
            let r = self.expr(env, right, hint(&l.ty).as_ref());
            (l, r)
        };
        if l.is_poison() || r.is_poison() {
            return Typed::poison();
        }
        self.require_value(env, left.span, &l);
        self.require_value(env, right.span, &r);
        let Some(ty) = result(op, &l.ty, &r.ty) else {
            let (a, b) = (self.model.type_name(&l.ty), self.model.type_name(&r.ty));
            self.report(rules::type_mismatch::operands(
                self.path,
                op_span,
                text,
                (left.span, a.as_str()),
                (right.span, b.as_str()),
            ));
            return Typed::poison();
        };
        if let (Type::Date, Expr::Const(Value::Duration(by))) = (&l.ty, &r.expr)
            && by.0 % Millis::DAY.0 != 0
        {
            let message = format!("`{by}` is no whole number of days");
            let help = format!("a day has no hours: use `now {text} {by}`");
            self.report(rules::type_mismatch::message(self.path, right.span, message).help(help));
        }
        Typed::new(Expr::Arith(op, Box::new(l.expr), Box::new(r.expr)), ty)
    }

    pub(super) fn negated(
        &mut self,
        env: &Env,
        inner: &ast::Expr,
        expected: Option<&Type>,
    ) -> Typed {
        let typed = self.expr(env, inner, expected);
        if !matches!(
            typed.ty,
            Type::Int | Type::Decimal | Type::Money | Type::Duration | Type::Any
        ) {
            let ty = self.model.type_name(&typed.ty);
            self.report(rules::type_mismatch::problem(
                self.path, inner.span, "a number", &ty,
            ));
            return Typed::poison();
        }
        self.require_value(env, inner.span, &typed);
        Typed::new(Expr::Neg(Box::new(typed.expr)), typed.ty)
    }

    /// A use with parentheses: a function, or a condition with parameters.
    pub(super) fn call(&mut self, env: &Env, call: &ast::Call) -> Typed {
        let name = call.callee.text();
        if let Lookup::Found(full, Decl::Condition(id)) =
            self.model.scope.lookup(self.catalogue, &name)
        {
            let full = full.clone();
            return self.ask(env, call, id, full);
        }
        let Some((_, function)) = FUNCTIONS.iter().find(|(n, _)| *n == name) else {
            let mut known: Vec<&str> = FUNCTIONS.iter().map(|(n, _)| *n).collect();
            let conditions = |d| matches!(d, Decl::Condition(_));
            known.extend(self.model.scope.names(conditions));
            if !call.callee.is_missing() {
                let span = call.callee.span;
                let found = self.model.scope.lookup(self.catalogue, &name);
                let problem = match found {
                    Lookup::Found(_, Decl::Action(_)) => rules::misplaced_clause::RULE.with_help(
                        self.path,
                        span,
                        format!("`{name}` is an action: it is done, and has no value"),
                        format!("in a test, write `expect called {name}(…)`"),
                    ),
                    _ => rules::unknown_name::problem(self.path, span, "function", &name, &known),
                };
                self.report(problem);
            }
            return Typed::poison();
        };
        for arg in &call.args {
            if let Some(name) = &arg.name {
                self.report(rules::misplaced_clause::problem(
                    self.path,
                    name.span,
                    "a function takes its arguments by position",
                ));
                return Typed::poison();
            }
        }
        let args: Vec<&ast::Expr> = call.args.iter().map(|a| &a.value).collect();
        let (wanted, ty): (&[Type], Type) = match function {
            Function::Lower => (&[Type::Text], Type::Text),
            Function::DaysBetween => (&[Type::Date, Type::Date], Type::Int),
            Function::Now => (&[], Type::DateTime),
            Function::Today => (&[], Type::Date),
            Function::Length => return self.length(env, call, &args),
            Function::Min | Function::Max | Function::Currency => {
                return self.extreme(env, call, *function, &args);
            }
        };
        if !self.arity(call, &name, args.len(), wanted.len()) {
            return Typed::poison();
        }
        let args = args
            .iter()
            .zip(wanted)
            .map(|(arg, ty)| self.value(env, arg, ty))
            .collect();
        Typed::new(Expr::Call(*function, args), ty)
    }

    fn length(&mut self, env: &Env, call: &ast::Call, args: &[&ast::Expr]) -> Typed {
        if !self.arity(call, "length", args.len(), 1) {
            return Typed::poison();
        }
        let typed: Vec<Typed> = args.iter().map(|arg| self.expr(env, arg, None)).collect();
        for (arg, typed) in args.iter().zip(&typed) {
            if !matches!(
                typed.ty,
                Type::Text | Type::Url | Type::List(_) | Type::Set(_) | Type::Any
            ) {
                let ty = self.model.type_name(&typed.ty);
                self.report(rules::type_mismatch::problem(
                    self.path,
                    arg.span,
                    "a text or collection",
                    &ty,
                ));
            }
        }
        Typed::new(
            Expr::Call(
                Function::Length,
                typed.into_iter().map(|t| t.expr).collect(),
            ),
            Type::Int,
        )
    }

    fn extreme(
        &mut self,
        env: &Env,
        call: &ast::Call,
        function: Function,
        args: &[&ast::Expr],
    ) -> Typed {
        let Some(first) = args.first().filter(|_| args.len() > 1) else {
            let name = call.callee.text();
            self.report(rules::type_mismatch::message(
                self.path,
                call.span,
                format!("`{name}` takes at least two values"),
            ));
            return Typed::poison();
        };
        // a literal takes the type of what stands beside it
        let leading = args.iter().find(|arg| !is_number(arg)).unwrap_or(first);
        let decimal = args.iter().any(|arg| is_decimal(arg));
        let wanted = decimal.then_some(Type::Decimal);
        let known = self.expr(env, leading, wanted.as_ref());
        if !super::operator::is_ordered(&known.ty) {
            let ty = self.model.type_name(&known.ty);
            self.report(rules::type_mismatch::problem(
                self.path,
                leading.span,
                "a number, amount or time",
                &ty,
            ));
        }
        self.require_value(env, leading.span, &known);
        let ty = known.ty.clone();
        let mut known = Some(known.expr);
        let mut exprs = Vec::with_capacity(args.len());
        for arg in args {
            exprs.push(match known.take_if(|_| std::ptr::eq(*arg, *leading)) {
                Some(known) => known,
                None => self.value(env, arg, &ty),
            });
        }
        Typed::new(Expr::Call(function, exprs), ty)
    }

    pub(super) fn arity(
        &mut self,
        call: &ast::Call,
        name: &str,
        found: usize,
        wanted: usize,
    ) -> bool {
        if found == wanted {
            return true;
        }
        let values = if wanted == 1 { "value" } else { "values" };
        self.report(rules::type_mismatch::message(
            self.path,
            call.span,
            format!(
                "`{name}` takes {wanted} {values}, and {found} {} given",
                is_or_are(found)
            ),
        ));
        false
    }
}

/// The verb of a number of things.
pub(super) fn is_or_are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// Whether an expression is a number that is written, whose type depends on what stands beside it.
pub(super) fn is_number(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ast::ExprKind::Number(_) | ast::ExprKind::Percent(_) => true,
        ast::ExprKind::Paren(inner) | ast::ExprKind::Unary(ast::UnaryOp::Neg, inner) => {
            is_number(inner)
        }
        _ => false,
    }
}

/// Whether that is one with a fraction.
pub(super) fn is_decimal(expr: &ast::Expr) -> bool {
    match &expr.kind {
        ast::ExprKind::Number(n) => !n.is_int(),
        ast::ExprKind::Percent(_) => true,
        ast::ExprKind::Paren(inner) | ast::ExprKind::Unary(ast::UnaryOp::Neg, inner) => {
            is_decimal(inner)
        }
        _ => false,
    }
}

/// The type of a result; `None` where the operands do not go together.
fn result(op: ArithOp, left: &Type, right: &Type) -> Option<Type> {
    use ArithOp::{Add, Div, Mul, Sub};
    use Type as T;
    Some(match (op, left, right) {
        (_, T::Any, other) | (_, other, T::Any) => other.clone(),
        (Add | Sub | Mul, T::Int, T::Int) => T::Int,
        (Div, T::Int, T::Int) => T::Decimal,
        (_, T::Decimal, T::Decimal) => T::Decimal,
        (Add | Sub, T::Money, T::Money) => T::Money,
        (Mul | Div, T::Money, T::Int | T::Decimal) | (Mul, T::Int | T::Decimal, T::Money) => {
            T::Money
        }
        (Add | Sub, T::Duration, T::Duration) => T::Duration,
        (Mul | Div, T::Duration, T::Int) | (Mul, T::Int, T::Duration) => T::Duration,
        (Add | Sub, T::DateTime, T::Duration) => T::DateTime,
        (Sub, T::DateTime, T::DateTime) => T::Duration,
        (Add | Sub, T::Date, T::Duration) => T::Date,
        _ => return None,
    })
}
