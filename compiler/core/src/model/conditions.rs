//! Conditions and shared cooldowns.

use smol_str::SmolStr;
use trig_grammar::ast;
use trig_ir::Millis;

use super::build::{Builder, Unit, old_name};
use super::{ConditionSig, CooldownSig, Decl, Lookup, short};
use crate::literal;
use crate::rules;

impl Builder<'_> {
    pub(super) fn resolve_conditions(&mut self) {
        for named in std::mem::take(&mut self.conditions) {
            let params = self.params(named.unit, &named.node.params, &named.full);
            for param in &named.node.params {
                if param.ty.optional {
                    self.problems.push(rules::misplaced_clause::RULE.with_help(
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
                shows: shows(&named.node.body),
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

    /// The keys of shared cooldowns: each part names something that a trigger may have. Whether the triggers that use it
    /// do have it, their own check says.
    pub(super) fn check_cooldown_keys(&mut self, units: &[Unit<'_>]) {
        for unit in units {
            for item in &unit.file.items {
                if let ast::ItemKind::Cooldown(node) = &item.kind {
                    for path in node.per.iter().flat_map(|key| &key.paths) {
                        self.cooldown_key(*unit, path);
                    }
                }
            }
        }
    }

    fn cooldown_key(&mut self, unit: Unit<'_>, path: &ast::Path) {
        let Some(first) = path.names.first().filter(|_| !path.is_missing()) else {
            return;
        };
        let (what, name, known) = if first.text == "event" {
            let Some(name) = path.names.get(1) else {
                return;
            };
            let events = self.model.events.iter().flat_map(|e| &e.event.fields);
            let mut known: Vec<SmolStr> = events.map(|f| f.name.clone()).collect();
            // what changes of records carry
            known.extend(["record", "from", "to", "value", "at"].map(SmolStr::new_static));
            ("event field", name, known)
        } else {
            // the entity with which it begins, perhaps behind that of a catalogue
            let entity = (1..=path.names.len().min(2)).rev().find_map(|n| {
                let names: Vec<&str> = path.names.iter().take(n).map(|n| n.text.as_str()).collect();
                match self.model.scope.lookup(unit.catalogue, &names.join(".")) {
                    Lookup::Found(_, Decl::Entity(id)) => Some((n, id)),
                    _ => None,
                }
            });
            match entity.and_then(|(n, id)| Some((path.names.get(n), self.model.entity(id)?))) {
                Some((None, _)) => return,
                Some((Some(name), entity)) => {
                    let known = entity.fields.iter().map(|f| f.name.clone()).collect();
                    ("field", name, known)
                }
                None => {
                    let fields = self.model.entities.iter().flat_map(|e| &e.fields);
                    let mut known: Vec<SmolStr> = fields.map(|f| f.name.clone()).collect();
                    let entities = self.model.entities.iter();
                    known.extend(entities.map(|e| SmolStr::from(short(&e.name))));
                    known.extend(["subject", "old"].map(SmolStr::new_static));
                    // a time, of which its use says what to write instead
                    known.extend(["day", "week", "month", "year"].map(SmolStr::new_static));
                    ("entity or field", first, known)
                }
            }
        };
        // a field's own name may hold a dot: `utm.source`
        let begins = |known: &SmolStr| {
            known
                .strip_prefix(name.text.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        if !known.iter().any(begins) {
            let known: Vec<&str> = known.iter().map(SmolStr::as_str).collect();
            self.problems.push(rules::unknown_name::problem(
                unit.path, name.span, what, &name.text, &known,
            ));
        }
    }
}

/// The paths of a condition that are not empty where it holds, as far as its form alone says so: `x is not empty`, `x > 5`,
/// `x in [a, b]`, and what `and` joins to them.
fn shows(body: &ast::Expr) -> Vec<Vec<SmolStr>> {
    let mut out = Vec::new();
    show(body, &mut out);
    out
}

fn show(expr: &ast::Expr, out: &mut Vec<Vec<SmolStr>>) {
    use ast::BinaryOp as B;
    use ast::ExprKind as K;
    let mut path = |expr: &ast::Expr| {
        if let K::Path(path) = &expr.kind {
            out.push(path.names.iter().map(|n| n.text.as_str().into()).collect());
        }
    };
    match &expr.kind {
        K::Paren(inner) => show(inner, out),
        K::IsEmpty {
            expr,
            negated: true,
        } => path(expr),
        K::Binary {
            op, left, right, ..
        } => match op {
            B::And => {
                show(left, out);
                show(right, out);
            }
            B::Eq if is_value(right) => path(left),
            B::Eq if is_value(left) => path(right),
            B::Lt | B::Le | B::Gt | B::Ge => {
                path(left);
                path(right);
            }
            B::In => match &right.kind {
                K::List(items) if items.iter().all(is_value) => path(left),
                K::Range(..) => path(left),
                _ => {}
            },
            B::Contains | B::ContainsAny | B::StartsWith | B::EndsWith | B::Like => path(left),
            _ => {}
        },
        _ => {}
    }
}

/// Whether an expression is a literal with a value.
fn is_value(expr: &ast::Expr) -> bool {
    matches!(literal::constant(expr), Ok(Some((value, _))) if !value.is_empty())
}
