//! Templates: what their arguments are, and the names of what an `apply` makes.

use smol_str::SmolStr;
use trig_grammar::ast;
use trig_ir::Type;

use super::build::{Builder, Named, Unit};
use super::{Decl, Lookup, TemplateSig};
use crate::rules;

/// So many triggers an `apply` makes at most, with all that its template applies.
pub(crate) const MOST_MADE: usize = 10_000;

impl<'a> Builder<'a> {
    pub(super) fn resolve_templates(&mut self) {
        for named in std::mem::take(&mut self.templates) {
            let (unit, node) = (named.unit, named.node);
            let params = self.params(unit, &node.params, &named.full);
            for (param, field) in node.params.iter().filter_map(|p| {
                let field = params.iter().find(|f| f.name == p.name.text)?;
                Some((p, field))
            }) {
                if let Type::Entity(id) = field.ty {
                    let name = self.model.entity_name(id).to_owned();
                    self.problems.push(rules::misplaced_clause::problem(
                        unit.path,
                        param.ty.span,
                        format!(
                            "the arguments of a template are constants, and a `{name}` is a record"
                        ),
                    ));
                }
                if param.ty.optional {
                    self.problems.push(rules::misplaced_clause::RULE.with_help(
                        unit.path,
                        param.ty.span,
                        "a parameter of a template always has a value",
                        "give it a default instead: `NAME: TYPE = VALUE`",
                    ));
                }
            }
            let owner = named.full.clone();
            let defaults = self.defaults(unit, &node.params, &params, |default| {
                let message = format!("a default of `{owner}` must be a literal");
                (default.span, message)
            });
            self.model.templates.push(TemplateSig {
                path: unit.path.clone(),
                catalogue: unit.catalogue,
                name: named.full,
                params,
                defaults,
                applied: false,
                parts: Vec::new(),
            });
        }
    }

    /// Enters the names of what templates make. `applies` are those outside of templates; `inner` those inside.
    pub(super) fn resolve_applies(
        &mut self,
        applies: &[Named<'a, ast::Apply>],
        templates: &[(SmolStr, Unit<'a>, &'a ast::Template)],
    ) {
        let of = |b: &Self, unit: Unit<'_>, path: &ast::Path| -> Option<u32> {
            match b.model.scope.lookup(unit.catalogue, &path.text()) {
                Lookup::Found(_, Decl::Template(i)) => Some(i),
                _ => None,
            }
        };
        let inner = |node: &'a ast::Template| {
            node.items.iter().filter_map(|item| match &item.kind {
                ast::ItemKind::Apply(apply) => Some(apply),
                _ => None,
            })
        };
        let used: Vec<u32> = applies
            .iter()
            .filter_map(|a| of(self, a.unit, &a.node.template))
            .chain(templates.iter().flat_map(|(_, unit, node)| {
                inner(node)
                    .filter_map(|a| of(self, *unit, &a.template))
                    .collect::<Vec<_>>()
            }))
            .collect();
        for i in used {
            if let Some(sig) = self.model.templates.get_mut(i as usize) {
                sig.applied = true;
            }
        }
        // the names behind the apply's own; one of a template in a template needs that one's first. A template that
        // applies itself, which its check refuses, has none
        for _ in 0..=templates.len() {
            for (i, (_, unit, node)) in templates.iter().enumerate() {
                let mut parts: Vec<SmolStr> = Vec::new();
                for item in &node.items {
                    match &item.kind {
                        ast::ItemKind::Trigger(t) => parts.push(
                            t.name
                                .as_ref()
                                .map_or(SmolStr::default(), |n| n.text.as_str().into()),
                        ),
                        ast::ItemKind::Apply(apply) => {
                            let sig = of(self, *unit, &apply.template)
                                .and_then(|i| self.model.templates.get(i as usize));
                            for part in sig.map(|s| s.parts.as_slice()).unwrap_or_default() {
                                if part.matches('.').count() < 8 && parts.len() < MOST_MADE {
                                    parts.push(part_name(&apply.name.text, part));
                                }
                            }
                        }
                        _ => {}
                    }
                }
                if let Some(sig) = self.model.templates.get_mut(i) {
                    sig.parts = parts;
                }
            }
        }
        for named in applies {
            let Some(i) = of(self, named.unit, &named.node.template) else {
                continue;
            };
            let parts = self
                .model
                .templates
                .get(i as usize)
                .map(|s| s.parts.clone())
                .unwrap_or_default();
            for part in parts {
                let name = part_name(&named.node.name.text, &part);
                self.model
                    .scope
                    .insert(named.unit.catalogue, &name, Decl::Trigger);
            }
        }
    }
}

/// The name of a part of what an `apply` makes: the apply's own where the template's trigger has none.
pub(crate) fn part_name(apply: &str, part: &str) -> SmolStr {
    if part.is_empty() {
        apply.into()
    } else {
        smol_str::format_smolstr!("{apply}.{part}")
    }
}
