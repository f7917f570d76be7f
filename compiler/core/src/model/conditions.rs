//! Conditions and shared cooldowns.

use super::build::Builder;
use super::fields::was_of;
use super::{ConditionSig, CooldownSig};
use crate::check::literal;
use crate::rules;

impl Builder<'_> {
    pub(super) fn resolve_conditions(&mut self) {
        for named in std::mem::take(&mut self.conditions) {
            let params = self.params(named.unit, &named.node.params, &named.full);
            for param in &named.node.params {
                if param.ty.optional {
                    self.problems.push(rules::misplaced_clause::with_help(
                        named.unit.path,
                        param.ty.span,
                        "a parameter of a condition always has a value",
                        "where it is used, write `VALUE or else …`",
                    ));
                }
                if let Some(default) = &param.default {
                    self.problems.push(rules::misplaced_clause::problem(
                        named.unit.path,
                        default.span,
                        "a condition is given all its values where it is used: they have no defaults",
                    ));
                }
            }
            let subject = named
                .node
                .subject
                .as_ref()
                .and_then(|path| self.entity_id(named.unit, path));
            self.model.conditions.push(ConditionSig {
                name: named.full,
                subject,
                params,
            });
        }
    }

    pub(super) fn resolve_cooldowns(&mut self) {
        for named in std::mem::take(&mut self.cooldowns) {
            let window = literal::duration(&named.node.duration).unwrap_or_else(|message| {
                self.problems.push(rules::invalid_literal::problem(
                    named.unit.path,
                    named.node.duration.span,
                    message,
                ));
                trig_ir::Millis::DAY
            });
            let per = named.node.per.as_ref().map(|key| {
                key.paths
                    .iter()
                    .map(|p| p.names.iter().map(|n| n.text.as_str().into()).collect())
                    .collect()
            });
            self.model.cooldowns.push(CooldownSig {
                was: was_of(&named.node.was),
                name: named.full,
                window,
                per,
            });
        }
    }
}
