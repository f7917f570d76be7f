//! Looking up a declared name, and saying what is wrong with one.

use smol_str::SmolStr;
use trig_grammar::ast;
use trig_ir::EntityId;

use super::cx::Cx;
use crate::model::{Decl, Lookup};
use crate::rules;

impl Cx<'_> {
    /// The declaration of the kind that `pick` picks. Where there is none, says so; `wanted` is that kind with its
    /// article: `an event`.
    pub(super) fn declaration<T>(
        &mut self,
        path: &ast::Path,
        wanted: &str,
        pick: impl Fn(Decl) -> Option<T>,
    ) -> Option<(SmolStr, T)> {
        if path.is_missing() {
            return None;
        }
        let text = path.text();
        let problem = match self.model.scope.lookup(self.catalogue, &text) {
            Lookup::Found(full, decl) => match pick(decl) {
                Some(found) => return Some((full.clone(), found)),
                None => rules::wrong_kind::problem(self.path, path.span, full, decl.kind(), wanted),
            },
            Lookup::Ambiguous(names) => {
                rules::ambiguous_name::problem(self.path, path.span, &text, &names)
            }
            Lookup::Missing => {
                let known = self.model.scope.names(|d| pick(d).is_some());
                let kind = wanted.split_once(' ').map_or(wanted, |(_, kind)| kind);
                rules::unknown_name::problem(self.path, path.span, kind, &text, &known)
            }
        };
        self.report(problem);
        None
    }

    /// The entity that a whole path names.
    pub(super) fn entity(&mut self, path: &ast::Path) -> Option<EntityId> {
        let pick = |decl| match decl {
            Decl::Entity(id) => Some(id),
            _ => None,
        };
        self.declaration(path, "an entity", pick).map(|(_, id)| id)
    }
}
