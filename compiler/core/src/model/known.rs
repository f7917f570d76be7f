//! Known names: where they are declared, no other may be written.

use smol_str::{SmolStr, format_smolstr};
use trig_grammar::ast;

use super::build::{Builder, Unit};
use super::{Model, short};
use crate::rules;

/// What may be known: the word of the declaration, and the name of the fields and parameters that hold one.
const KINDS: &[(&str, &str)] = &[
    ("channels", "channel"),
    ("forms", "form"),
    ("lines", "line"),
    ("lists", "list"),
    ("tags", "tag"),
    ("templates", "template"),
];

impl Builder<'_> {
    pub(super) fn resolve_known(&mut self, units: &[Unit<'_>]) {
        for unit in units {
            for item in &unit.file.items {
                let ast::ItemKind::Known(node) = &item.kind else {
                    continue;
                };
                if node.kind.is_missing() {
                    continue;
                }
                let word = node.kind.text();
                let Some((plural, singular)) = KINDS.iter().find(|(plural, _)| *plural == word)
                else {
                    let kinds: Vec<&str> = KINDS.iter().map(|(plural, _)| *plural).collect();
                    self.problems.push(rules::unknown_name::word(
                        unit.path,
                        node.kind.span,
                        "something of which the names can be known",
                        &word,
                        &kinds,
                    ));
                    continue;
                };
                let owner = format_smolstr!("known {plural}");
                if self.model.known.contains_key(*plural) {
                    self.problems.push(rules::duplicate_name::known(
                        unit.path,
                        node.kind.span,
                        plural,
                    ));
                }
                let names = self
                    .model
                    .known
                    .entry(SmolStr::new_static(plural))
                    .or_default();
                for value in &node.values {
                    let Some(name) = value.plain().map(|name| trig_ir::normalize(name.trim()))
                    else {
                        continue;
                    };
                    let same = |have: &&SmolStr| match *plural {
                        // tags are equal whatever their case
                        "tags" => trig_ir::fold_tag(have) == trig_ir::fold_tag(&name),
                        _ => **have == name,
                    };
                    if let Some(have) = names.iter().find(same) {
                        self.problems.push(rules::duplicate_field::problem(
                            unit.path, value.span, singular, have, &owner,
                        ));
                    }
                    names.insert(name);
                }
            }
        }
    }
}

impl Model {
    /// What a field or parameter of this name holds, where its names are known: its plural.
    pub(crate) fn known_kind(&self, name: &str) -> Option<&'static str> {
        let name = short(name);
        let last = name.rsplit('.').next().unwrap_or(name);
        KINDS
            .iter()
            .find(|(plural, singular)| last == *plural || last == *singular)
            .map(|(plural, _)| *plural)
            .filter(|plural| self.known.contains_key(*plural))
    }
}
