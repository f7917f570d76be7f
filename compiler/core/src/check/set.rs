//! `set`: fields of records.

use trig_grammar::ast;
use trig_ir::{ActionKind, Expr, Field, Place, Root, SetOp, Type, Value};

use super::cx::{Cx, Env};
use crate::rules;

impl Cx<'_> {
    pub(super) fn set(
        &mut self,
        env: &Env,
        path: &ast::Path,
        op: ast::SetOp,
        value: &ast::Expr,
    ) -> Option<ActionKind> {
        let (mut place, ty, _) = self.place(env, path)?;
        let field = place.path.pop();
        let (Some(field), Root::Subject | Root::Outer | Root::Event | Root::Binder(_)) =
            (field, place.root)
        else {
            self.report(rules::misplaced_clause::problem(
                self.path,
                path.span,
                format!("`{}` is no field of a record", path.text()),
            ));
            return None;
        };
        if place.root == Root::Event && place.path.is_empty() {
            self.report(rules::misplaced_clause::problem(
                self.path,
                path.span,
                "an event has happened: its fields cannot be set",
            ));
            return None;
        }
        if matches!(ty, Type::Stage(_)) {
            self.report(rules::misplaced_clause::with_help(
                self.path,
                path.span,
                "a stage is not set: the record moves",
                "write `move to STAGE`",
            ));
            return None;
        }
        let optional = self
            .field_at(env, &place, &field)
            .is_some_and(|f| f.optional);
        let (op, value) = match op {
            // an empty collection is a value like any other
            ast::SetOp::Assign if value.kind == ast::ExprKind::Empty && ty.element().is_some() => {
                (SetOp::Assign, Expr::Const(Value::Empty))
            }
            ast::SetOp::Assign => {
                let typed = self.expr(env, value, Some(&ty));
                if self.require_type(value.span, &typed, &ty) && !optional {
                    self.require_value(value.span, &typed);
                }
                (SetOp::Assign, typed.expr)
            }
            ast::SetOp::Add | ast::SetOp::Remove => {
                let op = if op == ast::SetOp::Add {
                    SetOp::Add
                } else {
                    SetOp::Remove
                };
                (op, self.change(env, &ty, path, value)?)
            }
        };
        Some(ActionKind::Set {
            record: place,
            field,
            op,
            value,
        })
    }

    /// What is added to or taken from a field.
    pub(super) fn change(
        &mut self,
        env: &Env,
        ty: &Type,
        path: &ast::Path,
        value: &ast::Expr,
    ) -> Option<Expr> {
        match ty {
            Type::Int | Type::Decimal | Type::Money | Type::Duration => {
                Some(self.value(env, value, ty))
            }
            Type::Set(of) | Type::List(of) => {
                if let Some(name) = path.names.last() {
                    self.known_value(&name.text, value);
                }
                let many = matches!(value.kind, ast::ExprKind::List(_));
                let wanted = if many {
                    Type::List(of.clone())
                } else {
                    (**of).clone()
                };
                Some(self.value(env, value, &wanted))
            }
            Type::Any => None,
            other => {
                let ty = self.model.type_name(other);
                self.report(rules::type_mismatch::message(
                    self.path,
                    path.span,
                    format!("`+=` and `-=` change numbers, amounts and sets, and this is `{ty}`"),
                ));
                None
            }
        }
    }

    /// The declaration of the field at the end of a place.
    fn field_at(&self, env: &Env, owner: &Place, field: &str) -> Option<&Field> {
        let mut names = owner.path.iter();
        let mut entity = match owner.root {
            Root::Subject | Root::Old => env.subject?,
            Root::Outer => env.outer?,
            Root::Event => {
                let first = names.next()?;
                match env
                    .event
                    .as_ref()?
                    .fields
                    .iter()
                    .find(|f| f.name == *first)?
                    .ty
                {
                    Type::Entity(id) => id,
                    _ => return None,
                }
            }
            Root::Binder(slot) => match env.binders.get(slot as usize)?.1 {
                Type::Entity(id) => id,
                _ => return None,
            },
            Root::Candidate => return None,
        };
        for name in names {
            match self.model.entity(entity)?.field(name)?.ty {
                Type::Entity(id) => entity = id,
                _ => return None,
            }
        }
        self.model.entity(entity)?.field(field)
    }
}
