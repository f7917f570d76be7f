//! Actions: their parameters, and what those are where they are left out.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use trig_grammar::ast;
use trig_ir::{ActionDecl, IfUnknown};

use super::build::{Builder, Unit};
use super::{ActionSig, Decl, ParamDefault};
use crate::check::literal;
use crate::rules;

impl Builder<'_> {
    pub(super) fn resolve_actions(&mut self) {
        for named in std::mem::take(&mut self.actions) {
            let node = named.node;
            let mut defaults = BTreeMap::new();
            for param in &node.params {
                if let Some(default) = &param.default {
                    match param_default(default) {
                        Some(value) => {
                            defaults.insert(param.name.text.as_str().into(), value);
                        }
                        None => self.problems.push(rules::invalid_literal::problem(
                            named.unit.path,
                            default.span,
                            "a default must be `subject` or a constant".to_owned(),
                        )),
                    }
                }
            }
            let mut emits = Vec::new();
            for path in &node.emits {
                match self.lookup(named.unit, path) {
                    Some((_, Decl::Event(id))) => emits.push(id),
                    Some((full, other)) => self.problems.push(rules::wrong_kind::problem(
                        named.unit.path,
                        path.span,
                        &full,
                        other.kind(),
                        "an event",
                    )),
                    None => {}
                }
            }
            let if_unknown = match node.if_unknown.as_ref().map(|n| (n, n.text.as_str())) {
                None | Some((_, "retry")) => IfUnknown::Retry,
                Some((_, "hold")) => IfUnknown::Hold,
                Some((name, other)) => {
                    self.problems.push(rules::unknown_name::word(
                        named.unit.path,
                        name.span,
                        "`if_unknown`",
                        other,
                        &["hold", "retry"],
                    ));
                    IfUnknown::Retry
                }
            };
            let params = self.params(named.unit, &node.params, &named.full);
            self.check_defaults(named.unit, &node.params, &params, &defaults);
            let subjects = self
                .subjects(named.unit, &named.node.subjects)
                .into_iter()
                .map(|(id, _)| id)
                .collect();
            self.model.actions.push(ActionSig {
                decl: ActionDecl {
                    name: named.full,
                    params,
                    if_unknown,
                    emits,
                    when: None,
                },
                subjects,
                defaults,
                open: node.open,
            });
        }
    }

    /// A default must be of its parameter's type.
    pub(super) fn check_defaults(
        &mut self,
        unit: Unit<'_>,
        nodes: &[ast::Field],
        params: &[trig_ir::Field],
        defaults: &BTreeMap<SmolStr, ParamDefault>,
    ) {
        for param in params {
            let fits = match (defaults.get(&param.name), &param.ty) {
                (None, _) | (_, trig_ir::Type::Any) => true,
                (Some(ParamDefault::Subject), ty) => matches!(ty, trig_ir::Type::Entity(_)),
                (Some(ParamDefault::Const(_, of)), ty) => of == ty,
            };
            let node = nodes.iter().find(|n| n.name.text == param.name.as_str());
            if let (false, Some(default)) = (fits, node.and_then(|n| n.default.as_ref())) {
                let ty = self.model.type_name(&param.ty);
                let message = format!("the default of `{}` is no `{ty}`", param.name);
                let problem = rules::type_mismatch::message(unit.path, default.span, message);
                self.problems.push(problem);
            }
        }
    }
}

pub(super) fn param_default(expr: &ast::Expr) -> Option<ParamDefault> {
    match &expr.kind {
        ast::ExprKind::Path(path) if path.single().is_some_and(|n| n.text == "subject") => {
            Some(ParamDefault::Subject)
        }
        _ => literal::constant(expr)
            .ok()
            .flatten()
            .map(|(value, ty)| ParamDefault::Const(value, ty)),
    }
}
