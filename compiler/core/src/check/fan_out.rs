//! `for each`: one firing for each of several records.

use trig_grammar::ast;
use trig_ir::{EachSource, EntityId, ForEach, Guard, GuardKind, Root, Test, Type};

use super::cx::{Cx, Env};
use crate::rules;

impl Cx<'_> {
    /// Lowers the clause. From then on the subject is the element, and what it was is the outer record.
    pub(super) fn fan_out(&mut self, env: &mut Env, node: &ast::ForEach) -> Option<ForEach> {
        let found = self.for_each(env, node);
        env.lenient |= found.is_none();
        env.outer = env.subject;
        env.subject = found.as_ref().map(|(_, element)| *element);
        env.old = false;
        env.via = None;
        env.element = None;
        env.present.fan_out();
        let (each, _) = found?;
        if let Some(Guard {
            test: Test::Expr(test),
            ..
        }) = &each.filter
        {
            env.present.learn(self.model, test, true);
        }
        Some(each)
    }

    fn for_each(&mut self, env: &Env, node: &ast::ForEach) -> Option<(ForEach, EntityId)> {
        let Some(source) = &node.source else {
            return self.sweep(env, node);
        };
        let (place, ty, _) = self.place(env, source)?;
        // `for each contact of deal`: the deal's only collection of contacts
        let (place, element) = match ty {
            Type::Entity(owner) => {
                let wanted = self.entity(&node.entity)?;
                let fields = self
                    .model
                    .entity(owner)
                    .map(|e| e.fields.as_slice())
                    .unwrap_or_default();
                let mut of = fields
                    .iter()
                    .filter(|f| f.ty.element() == Some(&Type::Entity(wanted)));
                match (of.next(), of.next()) {
                    (Some(field), None) => {
                        let mut place = place;
                        place.path.push(field.name.clone());
                        (place, wanted)
                    }
                    _ => {
                        let (owner, wanted) = (
                            self.model.entity_name(owner),
                            self.model.entity_name(wanted),
                        );
                        let message = format!("a `{owner}` has no single collection of `{wanted}`");
                        let help = format!("say which field: `for each {wanted} of {owner}.FIELD`");
                        self.report(rules::misplaced_clause::RULE.with_help(
                            self.path,
                            source.span,
                            message,
                            help,
                        ));
                        return None;
                    }
                }
            }
            Type::List(of) | Type::Set(of) if matches!(*of, Type::Entity(_)) => {
                let Type::Entity(element) = *of else {
                    return None;
                };
                let named = self.entity_prefix(&node.entity).map(|(id, _)| id);
                if named != Some(element) && !node.binder.is_missing() {
                    let wanted = self.model.entity_name(element).to_owned();
                    self.report(rules::misplaced_clause::RULE.with_help(
                        self.path,
                        node.entity.span,
                        format!("`{}` holds records of `{wanted}`", source.text()),
                        format!("write `for each {wanted} of {}`", source.text()),
                    ));
                    return None;
                }
                (place, element)
            }
            Type::Any => return None,
            other => {
                let found = self.model.type_name(&other);
                self.report(rules::type_mismatch::problem(
                    self.path,
                    source.span,
                    "a list of records",
                    &found,
                ));
                return None;
            }
        };
        let mut place = place;
        if place.root == Root::Subject {
            place.root = Root::Outer;
        }
        let each = self.each(env, node, EachSource::Of(place), element);
        Some((each, element))
    }
    /// Over all records of an entity.
    fn sweep(&mut self, env: &Env, node: &ast::ForEach) -> Option<(ForEach, EntityId)> {
        if node.binder.is_missing() {
            return None;
        }
        let entity = self.entity(&node.entity)?;
        let each = self.each(env, node, EachSource::All(entity), entity);
        Some((each, entity))
    }

    fn each(
        &mut self,
        env: &Env,
        node: &ast::ForEach,
        source: EachSource,
        element: EntityId,
    ) -> ForEach {
        let mut inner = Env {
            outer: env.subject,
            subject: Some(element),
            old: false,
            element: None,
            ..env.clone()
        };
        inner.present.fan_out();
        let filter = node.filter.as_ref().map(|filter| {
            let test = self.condition(&inner, filter);
            self.guard(GuardKind::Where, filter.span, Test::Expr(test))
        });
        ForEach {
            loc: self.loc(node.span),
            source,
            filter,
        }
    }
}
