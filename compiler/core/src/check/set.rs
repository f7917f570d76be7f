//! `set`: fields of records.

use trig_grammar::ast;
use trig_ir::{ActionKind, EntityId, Expr, Field, Place, Root, SetOp, Type, Value};

use super::cx::{Cx, Env};
use super::present::Written;
use crate::rules;

impl Cx<'_> {
    pub(super) fn set(
        &mut self,
        env: &mut Env,
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
            self.report(rules::misplaced_clause::RULE.with_help(
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
                self.written(env, &place, &field, true, false);
                (SetOp::Assign, Expr::Const(Value::Empty))
            }
            ast::SetOp::Assign => {
                let typed = self.expr(env, value, Some(&ty));
                if self.require_type(value.span, &typed, &ty) && !optional {
                    self.require_value(env, value.span, &typed);
                }
                let empties = typed.optional || may_compute_empty(&typed.expr);
                let fills = !typed.optional && is_kept(&typed.expr);
                self.written(env, &place, &field, empties, fills);
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

    /// What is known to be there once a field is written. `empties`: it may be empty then; `fills`: it is not.
    fn written(&self, env: &mut Env, owner: &Place, field: &str, empties: bool, fills: bool) {
        let mut present = std::mem::take(&mut env.present);
        let written = Written {
            entity: self.entity_at(env, owner),
            field,
            empties,
        };
        present.write(&written, |place| self.entity_at(env, place));
        // a record that is there, and not one that a reference leads to, perhaps
        if fills && owner.path.is_empty() {
            present.add(Place::field(owner.root, field));
        }
        env.present = present;
    }

    /// The declaration of the field at the end of a place.
    fn field_at(&self, env: &Env, owner: &Place, field: &str) -> Option<&Field> {
        let entity = self.entity_at(env, owner)?;
        self.model.entity(entity)?.field(field)
    }

    /// The entity of the record to which a place leads.
    fn entity_at(&self, env: &Env, owner: &Place) -> Option<EntityId> {
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
        Some(entity)
    }
}

/// Whether an expression that needs no `or else` may come out as `empty` all the same, and is written then: a text of
/// nothing but pieces that print nothing. (Arithmetic without a result is not written.)
fn may_compute_empty(expr: &Expr) -> bool {
    match expr {
        Expr::Concat(_) => true,
        Expr::OrElse(_, other) => may_compute_empty(other),
        Expr::If(_, then, other) => may_compute_empty(then) || may_compute_empty(other),
        _ => false,
    }
}

/// Whether the value of an expression is certainly written: it is not computed.
fn is_kept(expr: &Expr) -> bool {
    match expr {
        Expr::Const(value) => !value.is_empty(),
        Expr::Load(_) => true,
        Expr::OrElse(_, other) => is_kept(other),
        Expr::If(_, then, other) => is_kept(then) && is_kept(other),
        _ => false,
    }
}
