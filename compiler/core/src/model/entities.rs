//! Entities and enums, and what `extend` adds.

use smol_str::SmolStr;
use trig_grammar::{Span, ast};
use trig_ir::{Entity, EntityId, Enum, Field, Variant};

use super::Decl;
use super::build::{Builder, Unit, old_name};
use super::renames::Thing;
use crate::problem::Problem;
use crate::rules;

impl<'a> Builder<'a> {
    pub(super) fn resolve_entities(&mut self, units: &[Unit<'a>]) {
        for (i, named) in (0..).zip(std::mem::take(&mut self.entities)) {
            let fields = self.fields(
                named.unit,
                &named.node.fields,
                Some(EntityId(i)),
                &named.full,
            );
            self.note_own(named.unit, EntityId(i), &fields);
            self.model.entities.push(Entity {
                name: named.full,
                native_id: None,
                fields,
            });
        }
        for named in std::mem::take(&mut self.enums) {
            let mut variants: Vec<Variant> = Vec::new();
            for v in &named.node.variants {
                if variants.iter().any(|have| have.name == v.name.text) {
                    self.problems.push(rules::duplicate_field::problem(
                        named.unit.path,
                        v.name.span,
                        "variant",
                        &v.name.text,
                        &named.full,
                    ));
                    continue;
                }
                let native_id = v
                    .native_id
                    .as_ref()
                    .and_then(ast::TextLit::plain)
                    .map(SmolStr::from);
                let same = native_id.as_ref().and_then(|id| {
                    variants
                        .iter()
                        .find(|have| have.native_id.as_ref() == Some(id))
                });
                if let (Some(same), Some(id)) = (same, &v.native_id) {
                    let problem =
                        rules::duplicate_field::native_id(named.unit.path, id.span, &same.name);
                    self.problems.push(problem);
                }
                variants.push(Variant {
                    name: v.name.text.as_str().into(),
                    native_id,
                    was: old_name(v.was.as_ref()),
                });
            }
            let things: Vec<Thing<'_>> = named
                .node
                .variants
                .iter()
                .map(|v| Thing::new(named.unit.path, &v.name, v.was.as_ref()))
                .collect();
            self.check_renames(&things);
            self.model.enums.push(Enum {
                name: named.full,
                variants,
            });
        }
        for (unit, extend) in extends(units) {
            match self.lookup(unit, &extend.target) {
                Some((_, Decl::Entity(id))) => {
                    let name = self
                        .model
                        .entity(id)
                        .map(|e| e.name.clone())
                        .unwrap_or_default();
                    let more = self.fields(unit, &extend.fields, Some(id), &name);
                    self.note_own(unit, id, &more);
                    let have = self
                        .model
                        .entities
                        .get_mut(id.index())
                        .map(|e| &mut e.fields);
                    if let Some(have) = have {
                        join_fields(&mut self.problems, unit, &extend.fields, have, more, &name);
                    }
                }
                Some((_, Decl::Event(_))) | None => {}
                Some((full, other)) => self.problems.push(rules::wrong_kind::problem(
                    unit.path,
                    extend.target.span,
                    &full,
                    other.kind(),
                    "an entity or an event",
                )),
            }
        }
    }
}

impl Builder<'_> {
    fn note_own(&mut self, unit: Unit<'_>, entity: EntityId, fields: &[Field]) {
        if unit.catalogue.is_none() {
            let names = fields.iter().map(|f| (entity, f.name.clone()));
            self.model.own_fields.extend(names);
        }
    }
}

pub(super) fn extends<'a>(units: &[Unit<'a>]) -> Vec<(Unit<'a>, &'a ast::Extend)> {
    let mut found = Vec::new();
    for unit in units {
        for item in &unit.file.items {
            if let ast::ItemKind::Extend(extend) = &item.kind {
                found.push((*unit, extend));
            }
        }
    }
    found
}

pub(super) fn join_fields(
    problems: &mut Vec<Problem>,
    unit: Unit<'_>,
    nodes: &[ast::Field],
    have: &mut Vec<Field>,
    more: Vec<Field>,
    owner: &SmolStr,
) {
    for field in more {
        match have.binary_search_by(|f| f.name.cmp(&field.name)) {
            Ok(_) => {
                let span = nodes
                    .iter()
                    .find(|n| n.name.text == field.name)
                    .map_or(Span::default(), |n| n.name.span);
                problems.push(rules::duplicate_field::problem(
                    unit.path,
                    span,
                    "field",
                    &field.name,
                    owner,
                ));
            }
            Err(at) => {
                let node = nodes.iter().find(|n| n.name.text == field.name.as_str());
                let same = field
                    .native_id
                    .as_ref()
                    .and_then(|id| have.iter().find(|f| f.native_id.as_ref() == Some(id)));
                if let (Some(same), Some(id)) = (same, node.and_then(|n| n.native_id.as_ref())) {
                    let problem = rules::duplicate_field::native_id(unit.path, id.span, &same.name);
                    problems.push(problem);
                }
                have.insert(at, field);
            }
        }
    }
}
