//! Actions: their parameters, and what those are where they are left out.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use trig_grammar::{Span, ast};
use trig_ir::{ActionDecl, IfUnknown, Type, Value};

use super::build::{Builder, Unit};
use super::{ActionSig, Decl, ParamDefault};
use crate::literal;
use crate::rules;

impl Builder<'_> {
    pub(super) fn resolve_actions(&mut self) {
        for named in std::mem::take(&mut self.actions) {
            let node = named.node;
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
            let defaults = self.defaults(named.unit, &node.params, &params, |default| {
                let message = "a default must be `subject` or a constant";
                (default.span, message.to_owned())
            });
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

    /// What parameters are where they are left out. One that is wrong counts as given, so that only that is said; `none`
    /// says what is wrong with one that is nothing known before anything happens.
    pub(super) fn defaults(
        &mut self,
        unit: Unit<'_>,
        nodes: &[ast::Field],
        params: &[trig_ir::Field],
        none: impl Fn(&ast::Expr) -> (Span, String),
    ) -> BTreeMap<SmolStr, ParamDefault> {
        let mut defaults = BTreeMap::new();
        for param in params {
            let node = nodes.iter().find(|n| n.name.text == param.name.as_str());
            let Some(default) = node.and_then(|n| n.default.as_ref()) else {
                continue;
            };
            let found = self.default(unit, param, default, &none);
            let wrong = ParamDefault::Const(Value::Empty, Type::Any);
            defaults.insert(param.name.clone(), found.unwrap_or(wrong));
        }
        defaults
    }

    fn default(
        &mut self,
        unit: Unit<'_>,
        param: &trig_ir::Field,
        default: &ast::Expr,
        none: impl Fn(&ast::Expr) -> (Span, String),
    ) -> Option<ParamDefault> {
        let is_subject = match &default.kind {
            ast::ExprKind::Path(path) => path.single().is_some_and(|n| n.text == "subject"),
            _ => false,
        };
        if is_subject {
            if matches!(param.ty, Type::Entity(_) | Type::Any) {
                return Some(ParamDefault::Subject);
            }
            let ty = self.model.type_name(&param.ty);
            let message = format!("the default of `{}` is no `{ty}`", param.name);
            let problem = rules::type_mismatch::message(unit.path, default.span, message);
            self.problems.push(problem);
            return None;
        }
        let found = match self.variant(unit, default, &param.ty) {
            Some(variant) => Ok(Some((variant?, param.ty.clone()))),
            None => literal::constant(default),
        };
        let problem = match found {
            Ok(Some((value, of))) => match literal::fitted(value, of, &param.ty) {
                Ok(value) => return Some(ParamDefault::Const(value, param.ty.clone())),
                Err(_) => {
                    let ty = self.model.type_name(&param.ty);
                    let message = format!("the default of `{}` is no `{ty}`", param.name);
                    rules::type_mismatch::message(unit.path, default.span, message)
                }
            },
            Ok(None) if default.kind == ast::ExprKind::Missing => return None,
            Ok(None) => {
                let (span, message) = none(default);
                rules::invalid_literal::problem(unit.path, span, message)
            }
            Err((span, message)) => rules::invalid_literal::problem(unit.path, span, message),
        };
        self.problems.push(problem);
        None
    }

    /// The variant that a bare name is, where one of an enum is asked for; inside `None` where it has none of that name,
    /// which has been said.
    pub(super) fn variant(
        &mut self,
        unit: Unit<'_>,
        expr: &ast::Expr,
        ty: &Type,
    ) -> Option<Option<Value>> {
        let (ast::ExprKind::Path(path), Type::Enum(id)) = (&expr.kind, ty) else {
            return None;
        };
        let (name, of) = (path.single()?, self.model.enums.get(id.index())?);
        if of.variants.iter().any(|v| v.name == name.text) {
            return Some(Some(Value::Variant(name.text.as_str().into())));
        }
        let known: Vec<&str> = of.variants.iter().map(|v| v.name.as_str()).collect();
        self.problems.push(rules::unknown_name::problem(
            unit.path, name.span, "variant", &name.text, &known,
        ));
        Some(None)
    }
}
