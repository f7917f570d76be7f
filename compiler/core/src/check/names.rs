//! Looking up a declared name, and saying what is wrong with one.

use smol_str::SmolStr;
use trig_grammar::{Span, ast};
use trig_ir::EntityId;

use super::cx::Cx;
use crate::catalogue::{CATALOGUES, PRELUDE};
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
                return self.undeclared(path.span, kind, &text, &known);
            }
        };
        self.report(problem);
        None
    }

    /// Says that there is no such name, and what may have been meant; gives nothing.
    pub(super) fn undeclared<T>(
        &mut self,
        span: Span,
        kind: &str,
        name: &str,
        known: &[&str],
    ) -> Option<T> {
        let message = format!("there is no {kind} `{name}`");
        let swapped: Vec<&str> = name.rsplit('.').collect();
        let swapped = swapped.join(".");
        let help = if name.contains('.') && known.contains(&swapped.as_str()) {
            Some(format!("did you mean `{swapped}`?"))
        } else {
            in_catalogues(kind, name)
        };
        let problem = match help {
            Some(help) => {
                // one `use` that is missing is one mistake, however often its names are used
                let said = |p: &crate::problem::Problem| p.diagnostic.message == message;
                if self.problems.iter().any(said) {
                    return None;
                }
                rules::unknown_name::RULE.with_help(self.path, span, message, help)
            }
            None => rules::unknown_name::problem(self.path, span, kind, name, known),
        };
        self.report(problem);
        None
    }

    /// The entity that a whole path names.
    pub(super) fn entity(&mut self, path: &ast::Path) -> Option<EntityId> {
        self.declaration(path, "an entity", Decl::entity)
            .map(|(_, id)| id)
    }
}

/// Which catalogues, were they in use, would have a name.
fn in_catalogues(kind: &str, name: &str) -> Option<String> {
    let declares = |text: &str| {
        text.lines().any(|line| {
            let declared = line.strip_prefix(kind).and_then(|l| l.strip_prefix(' '));
            declared.is_some_and(|l| l.split([' ', '{']).next() == Some(name))
        })
    };
    let systems = CATALOGUES
        .iter()
        .filter(|c| c.name != "crm" && c.name != PRELUDE);
    let shared = CATALOGUES
        .iter()
        .any(|c| c.name == "crm" && declares(c.text));
    let using: Vec<String> = systems
        .filter(|c| shared || declares(c.text))
        .map(|c| format!("`use {}`", c.name))
        .collect();
    match using.as_slice() {
        [] => None,
        [only] => Some(format!(
            "it is in a catalogue that is not in use: write {only} at the top"
        )),
        [rest @ .., last] => Some(format!(
            "it is in the catalogues, and none is in use: write {} or {last} at the top",
            rest.join(", ")
        )),
    }
}
