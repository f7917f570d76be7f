//! `if` and `for each` among actions.

use smol_str::SmolStr;
use trig_grammar::ast;
use trig_ir::{ActionKind, EachSource, EntityId, ForEach, GuardKind, Place, Root, Test, Type};

use super::action::{Around, Within, ends};
use super::cx::{Cx, Env};
use super::literal;
use super::present::Present;
use crate::rules;

impl Cx<'_> {
    pub(super) fn branch(
        &mut self,
        env: &mut Env,
        cond: &ast::Expr,
        then: &ast::Block,
        otherwise: Option<&ast::Block>,
        around: Around<'_>,
    ) -> ActionKind {
        let test = self.condition(env, cond);
        let around = Around {
            within: match around.within {
                Within::Body | Within::If => Within::If,
                Within::Each => Within::Each,
            },
            ..around
        };
        let mut holds = env.clone();
        holds.present.learn(self.model, &test, true);
        let (then, behind_then) = self.actions(&holds, then, around);
        let mut fails = env.clone();
        fails.present.learn(self.model, &test, false);
        let (otherwise, behind_else) = match otherwise {
            Some(block) => self.actions(&fails, block, around),
            None => (Vec::new(), fails.present),
        };
        // what ends in a branch goes no further
        env.present = if then.last().is_some_and(ends) {
            behind_else
        } else if otherwise.last().is_some_and(ends) {
            behind_then
        } else {
            behind_then.meet(&behind_else)
        };
        ActionKind::If {
            test,
            text: self.source(cond.span),
            then,
            otherwise,
        }
    }

    pub(super) fn each_action(
        &mut self,
        env: &mut Env,
        node: &ast::ForEach,
        body: &ast::Block,
        around: Around<'_>,
    ) -> Option<ActionKind> {
        let Some(source) = &node.source else {
            if !node.binder.is_missing() {
                self.report(rules::misplaced_clause::RULE.with_help(
                    self.path,
                    node.span,
                    "among actions, `for each` runs over records that belong to one",
                    "write `for each x of RECORD.FIELD`; over all records of an entity, a trigger runs with \
                     `for each contact where …` before its `do`",
                ));
            }
            return None;
        };
        let (place, element) = self.each_source(env, node, source)?;
        let binder = &node.binder;
        self.refuse_hidden(env, binder, &Type::Entity(element));
        let slot = u32::try_from(env.binders.len()).unwrap_or(u32::MAX);
        let mut inner = env.clone();
        inner
            .binders
            .push((binder.text.as_str().into(), Type::Entity(element)));
        let mut filtered = inner.clone();
        filtered.row = Some((slot, element));
        let filter = node.filter.as_ref().map(|filter| {
            let test = self.condition(&filtered, filter);
            inner.present.learn(self.model, &test, true);
            self.guard(GuardKind::Where, filter.span, Test::Expr(test))
        });
        let around = Around {
            within: Within::Each,
            ..around
        };
        // what is done for one record has been done before it is done for the next
        forget_writes(&mut inner.present, body, &binder.text, slot);
        let (body, mut behind) = self.actions(&inner, body, around);
        behind.without_binders(slot);
        env.present = std::mem::take(&mut env.present).meet(&behind);
        Some(ActionKind::ForEach {
            each: ForEach {
                loc: self.loc(node.span),
                source: EachSource::Of(place),
                filter,
            },
            slot,
            body,
        })
    }

    /// The records after `of`: a collection, or the only one of its kind that a record has (`contact of deal`).
    fn each_source(
        &mut self,
        env: &Env,
        node: &ast::ForEach,
        source: &ast::Path,
    ) -> Option<(Place, EntityId)> {
        let (mut place, ty, _) = self.place(env, source)?;
        match ty {
            Type::List(of) | Type::Set(of) if matches!(*of, Type::Entity(_)) => match *of {
                Type::Entity(element) => Some((place, element)),
                _ => None,
            },
            Type::Entity(owner) => {
                let wanted = self.entity_prefix(&node.entity).map(|(id, _)| id);
                let fields = self.model.entity(owner).map(|e| e.fields.as_slice());
                let mut of_kind = fields
                    .unwrap_or_default()
                    .iter()
                    .filter(|f| wanted.is_some_and(|w| f.ty.element() == Some(&Type::Entity(w))));
                if let (Some(field), None, Some(wanted)) = (of_kind.next(), of_kind.next(), wanted)
                {
                    place.path.push(field.name.clone());
                    return Some((place, wanted));
                }
                let (owner, binder) =
                    (self.model.entity_name(owner).to_owned(), node.entity.text());
                self.report(rules::misplaced_clause::RULE.with_help(
                    self.path,
                    source.span,
                    format!("a `{owner}` has no single collection of `{binder}`"),
                    format!(
                        "say which field: `for each {binder} of {}.FIELD`",
                        source.text()
                    ),
                ));
                None
            }
            Type::Any => None,
            other => {
                let found = self.model.type_name(&other);
                self.report(rules::type_mismatch::problem(
                    self.path,
                    source.span,
                    "a list of records",
                    &found,
                ));
                None
            }
        }
    }
}

/// Forgets what a block may write, before it is known what its names mean.
fn forget_writes(present: &mut Present, block: &ast::Block, binder: &str, slot: u32) {
    for action in &block.actions {
        match &action.kind {
            ast::ActionKind::Set {
                field,
                op: ast::SetOp::Assign,
                value,
            } if !is_value(value) => {
                let names: Vec<&str> = field.names.iter().map(|n| n.text.as_str()).collect();
                // a field's own name may hold dots
                let ends = (0..names.len()).filter_map(|i| names.get(i..));
                let ends: Vec<SmolStr> = ends.map(|end| end.join(".").into()).collect();
                // each record of the collection is another one
                let own = names.len() == 2 && names.first() == Some(&binder);
                present.write_called(&ends, |place| {
                    own && place.root == Root::Binder(slot) && place.path.len() == 1
                });
            }
            ast::ActionKind::If {
                then, otherwise, ..
            } => {
                for block in std::iter::once(then).chain(otherwise) {
                    forget_writes(present, block, binder, slot);
                }
            }
            ast::ActionKind::ForEach { body, .. } => forget_writes(present, body, binder, slot),
            _ => {}
        }
    }
}

/// Whether an expression is a literal with a value: neither `empty` nor a reference to a record.
fn is_value(expr: &ast::Expr) -> bool {
    matches!(literal::constant(expr), Ok(Some((value, _))) if !value.is_empty())
}

impl Env {
    /// The record whose fields are visible bare, and where it stands.
    pub(super) fn bare(&self) -> Option<(Root, EntityId)> {
        match self.row {
            Some((slot, entity)) => Some((Root::Binder(slot), entity)),
            None => self.subject.map(|s| (Root::Subject, s)),
        }
    }
}
