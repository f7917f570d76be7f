//! `was`: what had another name, whose state follows it.

use smol_str::SmolStr;
use trig_grammar::{Span, ast};

use super::build::{Builder, Unit};
use super::full_name;
use crate::rules;

/// Something with a name, and perhaps an old one.
pub(super) struct Thing<'a> {
    pub(super) path: &'a SmolStr,
    /// The full name.
    pub(super) name: SmolStr,
    pub(super) span: Span,
    /// The old name and its place.
    pub(super) was: Option<(SmolStr, Span)>,
}

impl<'a> Thing<'a> {
    /// Something called `name`, with its `was`.
    pub(super) fn new(path: &'a SmolStr, name: &ast::Name, was: Option<&ast::Name>) -> Self {
        Self {
            path,
            name: name.text.as_str().into(),
            span: name.span,
            was: was
                .filter(|w| !w.is_missing())
                .map(|w| (w.text.as_str().into(), w.span)),
        }
    }
}

impl Builder<'_> {
    /// Checks the old names of what shares one space of names.
    pub(super) fn check_renames(&mut self, things: &[Thing<'_>]) {
        let mut claims: Vec<&Thing<'_>> = Vec::new();
        for thing in things {
            let Some((old, span)) = &thing.was else {
                continue;
            };
            let problem = if *old == thing.name {
                rules::impossible_rename::itself(thing.path, *span, old)
            } else if let Some(taken) = things.iter().find(|t| t.name == *old) {
                rules::impossible_rename::taken(
                    thing.path,
                    *span,
                    &thing.name,
                    old,
                    (taken.path, taken.span),
                )
            } else if let Some(first) = claims
                .iter()
                .find(|c| c.was.as_ref().is_some_and(|(was, _)| was == old))
            {
                let there = first.was.as_ref().map_or(first.span, |(_, span)| *span);
                rules::impossible_rename::twice(
                    thing.path,
                    *span,
                    old,
                    &first.name,
                    (first.path, there),
                )
            } else {
                claims.push(thing);
                continue;
            };
            self.problems.push(problem);
        }
    }

    /// Checks the old names of declarations: they share the names of the project.
    pub(super) fn check_renamed_items(&mut self, units: &[Unit<'_>]) {
        let mut things = Vec::new();
        for unit in units {
            for item in &unit.file.items {
                item_names(*unit, item, &mut things);
            }
        }
        self.check_renames(&things);
    }

    /// Checks the old names of goals: those of one body share a space of names.
    pub(super) fn check_renamed_goals(&mut self, units: &[Unit<'_>]) {
        for unit in units {
            let mut bodies = Vec::new();
            for item in &unit.file.items {
                item_bodies(item, &mut bodies);
            }
            for clauses in bodies {
                let things: Vec<Thing<'_>> = goals(clauses)
                    .map(|(name, was)| Thing::new(unit.path, name, was))
                    .collect();
                self.check_renames(&things);
            }
        }
    }

    /// Checks the old names of fields, those of `extend` included.
    pub(super) fn check_renamed_fields(&mut self, units: &[Unit<'_>]) {
        let mut owners: std::collections::BTreeMap<SmolStr, Vec<Thing<'_>>> = Default::default();
        for unit in units {
            for item in &unit.file.items {
                let (owner, fields) = match &item.kind {
                    ast::ItemKind::Entity(node) => {
                        (full_name(unit.catalogue, &node.name.text), &node.fields)
                    }
                    ast::ItemKind::Extend(node) => {
                        let scope = &self.model.scope;
                        match scope.lookup(unit.catalogue, &node.target.text()) {
                            super::Lookup::Found(full, super::Decl::Entity(_)) => {
                                (full.clone(), &node.fields)
                            }
                            _ => continue,
                        }
                    }
                    _ => continue,
                };
                let things = fields
                    .iter()
                    .map(|f| Thing::new(unit.path, &f.name, f.was.as_ref()));
                owners.entry(owner).or_default().extend(things);
            }
        }
        for things in owners.into_values() {
            self.check_renames(&things);
        }
    }
}

/// The clauses of every trigger and flow of an item.
fn item_bodies<'a>(item: &'a ast::Item, out: &mut Vec<&'a [ast::Clause]>) {
    let mut inside = |items: &'a [ast::Item]| {
        for item in items {
            item_bodies(item, out);
        }
    };
    match &item.kind {
        ast::ItemKind::Trigger(node) => out.push(&node.clauses),
        ast::ItemKind::Flow(node) => out.push(&node.clauses),
        ast::ItemKind::Template(node) => inside(&node.items),
        ast::ItemKind::Pipeline(node) => {
            inside(&node.others);
            for stage in &node.stages {
                inside(&stage.items);
            }
        }
        _ => {}
    }
}

/// The goals of a body and their old names. They stand at its top level.
fn goals(clauses: &[ast::Clause]) -> impl Iterator<Item = (&ast::Name, Option<&ast::Name>)> {
    let blocks = clauses.iter().filter_map(|clause| match &clause.kind {
        ast::ClauseKind::Do(block) => Some(block),
        _ => None,
    });
    let actions = blocks.flat_map(|block| &block.actions);
    actions.filter_map(|action| match &action.kind {
        ast::ActionKind::Goal { name, was, .. } if !name.is_missing() => Some((name, was.as_ref())),
        _ => None,
    })
}

fn item_names<'a>(unit: Unit<'a>, item: &'a ast::Item, out: &mut Vec<Thing<'a>>) {
    let clause = |clauses: &'a [ast::Clause]| {
        clauses.iter().find_map(|clause| match &clause.kind {
            ast::ClauseKind::Was(path) if !path.is_missing() => {
                Some((SmolStr::from(path.text()), path.span))
            }
            _ => None,
        })
    };
    let name = |name: &ast::Name| (SmolStr::from(name.text.as_str()), name.span);
    let was = match &item.kind {
        ast::ItemKind::Trigger(node) => clause(&node.clauses),
        ast::ItemKind::Flow(node) => clause(&node.clauses),
        ast::ItemKind::Apply(node) => node.was.as_ref().map(name),
        ast::ItemKind::Cooldown(node) => node.was.as_ref().map(name),
        ast::ItemKind::Pipeline(node) => {
            let inner = node.stages.iter().flat_map(|s| &s.items);
            for item in node.others.iter().chain(inner) {
                item_names(unit, item, out);
            }
            None
        }
        _ => None,
    };
    if let Some(name) = item.kind.name().filter(|n| !n.is_missing()) {
        out.push(Thing {
            path: unit.path,
            name: full_name(unit.catalogue, &name.text),
            span: name.span,
            was: was.filter(|(old, _)| !old.is_empty()),
        });
    }
}
