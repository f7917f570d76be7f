//! `if` and `for each` among actions.

use trig_grammar::ast;
use trig_ir::{ActionKind, EachSource, EntityId, ForEach, GuardKind, Place, Root, Test, Type};

use super::action::{Around, Within, present_unless};
use super::cx::{Cx, Env};
use super::operator::present_places;
use crate::rules;

impl Cx<'_> {
    pub(super) fn branch(
        &mut self,
        env: &Env,
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
        let mut inner = env.clone();
        present_places(&test, &mut inner.present);
        let then = self.actions(&inner, then, around);
        let otherwise = match otherwise {
            Some(block) => {
                let mut inner = env.clone();
                present_unless(&test, &mut inner);
                self.actions(&inner, block, around)
            }
            None => Vec::new(),
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
        env: &Env,
        node: &ast::ForEach,
        body: &ast::Block,
        around: Around<'_>,
    ) -> Option<ActionKind> {
        let Some(source) = &node.source else {
            if !node.binder.is_missing() {
                self.report(rules::misplaced_clause::with_help(
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
        if let Some(what) = self.visible(env, &binder.text) {
            self.report(rules::hidden_name::problem(
                self.path,
                binder.span,
                &binder.text,
                &what,
            ));
        }
        let slot = u32::try_from(env.binders.len()).unwrap_or(u32::MAX);
        let mut inner = env.clone();
        inner
            .binders
            .push((binder.text.as_str().into(), Type::Entity(element)));
        let mut filtered = inner.clone();
        filtered.row = Some((slot, element));
        let filter = node.filter.as_ref().map(|filter| {
            let test = self.condition(&filtered, filter);
            present_places(&test, &mut inner.present);
            self.guard(GuardKind::Where, filter.span, Test::Expr(test))
        });
        let around = Around {
            within: Within::Each,
            ..around
        };
        let body = self.actions(&inner, body, around);
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
                self.report(rules::misplaced_clause::with_help(
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

impl Env {
    /// The record whose fields are visible bare, and where it stands.
    pub(super) fn bare(&self) -> Option<(Root, EntityId)> {
        match self.row {
            Some((slot, entity)) => Some((Root::Binder(slot), entity)),
            None => self.subject.map(|s| (Root::Subject, s)),
        }
    }
}
