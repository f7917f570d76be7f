//! Groups: one name for several entities, where an event or action is `for` any of them.

use trig_grammar::ast;
use trig_ir::EntityId;

use super::build::{Builder, Unit};
use super::{Decl, GroupSig};
use crate::rules;

impl Builder<'_> {
    pub(super) fn resolve_groups(&mut self) {
        for named in std::mem::take(&mut self.groups) {
            let mut members = Vec::new();
            for path in &named.node.members {
                let Some(id) = self.entity_id(named.unit, path) else {
                    continue;
                };
                if members.contains(&id) {
                    self.problems.push(rules::duplicate_field::problem(
                        named.unit.path,
                        path.span,
                        "member",
                        &path.text(),
                        &named.full,
                    ));
                } else {
                    members.push(id);
                }
            }
            self.model.groups.push(GroupSig {
                name: named.full,
                members,
            });
        }
    }

    /// The entities after `for` of an event or action, and whether each came through a group: then it may be another
    /// one instead.
    pub(super) fn subjects(
        &mut self,
        unit: Unit<'_>,
        paths: &[ast::Path],
    ) -> Vec<(EntityId, bool)> {
        let mut subjects: Vec<(EntityId, bool)> = Vec::new();
        let mut add = |id: EntityId, grouped: bool| match subjects.iter_mut().find(|s| s.0 == id) {
            Some(have) => have.1 &= grouped,
            None => subjects.push((id, grouped)),
        };
        for path in paths {
            match self.lookup(unit, path) {
                Some((_, Decl::Entity(id))) => add(id, false),
                Some((_, Decl::Group(i))) => {
                    let group = self.model.groups.get(i as usize);
                    for id in group.map(|g| g.members.as_slice()).unwrap_or_default() {
                        add(*id, true);
                    }
                }
                Some((full, other)) => self.problems.push(rules::wrong_kind::problem(
                    unit.path,
                    path.span,
                    &full,
                    other.kind(),
                    "an entity",
                )),
                None => {}
            }
        }
        subjects
    }
}
