//! Conditions and shared cooldowns.

use trig_ir::Millis;

use super::build::{Builder, old_name};
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
            let written = &named.node.duration;
            let window = match literal::duration(written) {
                // one that is missing has been said
                Ok(zero) if zero == Millis::default() && !written.parts.is_empty() => {
                    Err("a cooldown of zero lets everything through".to_owned())
                }
                other => other,
            };
            let window = window.unwrap_or_else(|message| {
                self.problems.push(rules::invalid_literal::problem(
                    named.unit.path,
                    written.span,
                    message,
                ));
                Millis::DAY
            });
            let per = named.node.per.as_ref().map(|key| {
                key.paths
                    .iter()
                    .map(|p| p.names.iter().map(|n| n.text.as_str().into()).collect())
                    .collect()
            });
            self.model.cooldowns.push(CooldownSig {
                was: old_name(named.node.was.as_ref()),
                name: named.full,
                window,
                per,
            });
        }
    }
}
