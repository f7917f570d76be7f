//! Uses with named arguments: actions, and events that are raised.

use std::collections::BTreeSet;

use smol_str::SmolStr;
use trig_grammar::ast;
use trig_ir::{ActionKind, Expr, Field, Place, Root, Type};

use super::cx::{Cx, Env};
use super::field::match_field;
use crate::model::{Decl, ParamDefault};
use crate::rules;

impl Cx<'_> {
    pub(super) fn emit(
        &mut self,
        env: &Env,
        path: &ast::Path,
        args: &[ast::Arg],
    ) -> Option<ActionKind> {
        let (full, id) = self.declaration(path, "an event", Decl::event)?;
        let sig = self.model.event(id)?;
        let fields = sig.event.fields.clone();
        let mut lowered = self.arguments(env, &full, &fields, args, false);
        // a reference to the subject is the subject, where it is left out
        for field in &fields {
            if given(&fields, args, field) {
                continue;
            }
            match field.ty {
                Type::Entity(of)
                    if env.subject == Some(of)
                        && crate::model::Model::references(&fields, of).count() == 1 =>
                {
                    lowered.push((field.name.clone(), Expr::Load(Place::root(Root::Subject))));
                }
                _ if !field.optional => {
                    let ty = self.model.type_name(&field.ty);
                    self.report(rules::missing_argument::problem(
                        self.path,
                        path.span,
                        &full,
                        &field.name,
                        &ty,
                    ));
                }
                _ => {}
            }
        }
        Some(ActionKind::Emit {
            event: id,
            args: lowered,
        })
    }

    pub(super) fn call_action(&mut self, env: &Env, call: &ast::Call) -> Option<ActionKind> {
        if self.method(env, call) {
            return None;
        }
        let (full, id) = self.declaration(&call.callee, "an action", Decl::action)?;
        let sig = self.model.actions.get(id.index())?.clone();
        let given = |param: &Field| given(&sig.decl.params, &call.args, param);
        // whoever says for whom it is done need not be about one
        let is_subject = |p: &Field| matches!(p.ty, Type::Entity(of) if sig.subjects.contains(&of));
        let mut recipients = sig.decl.params.iter().filter(|p| is_subject(p));
        let astray = !sig.subjects.is_empty()
            && !recipients.any(given)
            && !env.lenient
            && env.subject.is_none_or(|s| !sig.subjects.contains(&s));
        if astray {
            let names: Vec<String> = sig
                .subjects
                .iter()
                .map(|s| format!("`{}`", self.model.entity_name(*s)))
                .collect();
            let message = format!(
                "`{}` is done for a {}, and the subject here is {}",
                crate::model::short(&full),
                names.join(" or "),
                env.subject.map_or("nothing".to_owned(), |s| format!(
                    "a `{}`",
                    self.model.entity_name(s)
                )),
            );
            let mut problem = rules::type_mismatch::message(self.path, call.callee.span, message);
            if let Some(to) = sig.decl.params.iter().find(|p| is_subject(p)) {
                problem = problem.help(format!("say for whom: `{}: …`", to.name));
            }
            self.report(problem);
        }
        let mut args = self.arguments(env, &full, &sig.decl.params, &call.args, sig.open);
        for param in &sig.decl.params {
            if given(param) {
                continue;
            }
            match sig.defaults.get(&param.name) {
                Some(ParamDefault::Const(value, _)) => {
                    args.push((param.name.clone(), Expr::Const(value.clone())));
                }
                Some(ParamDefault::Subject)
                    if env.subject.is_some_and(|s| param.ty == Type::Entity(s)) =>
                {
                    args.push((param.name.clone(), Expr::Load(Place::root(Root::Subject))));
                }
                None if param.optional => {}
                // it stands there without its name, which has been said
                _ if call.args.iter().any(|arg| arg.name.is_none()) => {}
                // for whom, that has just been asked
                Some(ParamDefault::Subject) if astray => {}
                _ => {
                    let ty = self.model.type_name(&param.ty);
                    let span = call.callee.span;
                    // an open action takes a misspelt name as a further argument: say which one it may be
                    let names = call.args.iter().filter_map(|a| a.name.as_ref());
                    let extra = names
                        .map(|n| n.text.as_str())
                        .filter(|n| sig.decl.params.iter().all(|p| p.name != *n));
                    let meant = crate::nearest(&param.name, extra);
                    self.report(rules::missing_argument::instead_of(
                        self.path,
                        span,
                        &full,
                        &param.name,
                        &ty,
                        meant,
                    ));
                }
            }
        }
        Some(ActionKind::Call { action: id, args })
    }

    /// `tags.add("VIP")`: other languages have methods where Trig has `set`. Whether it is one, and was said to be.
    fn method(&mut self, env: &Env, call: &ast::Call) -> bool {
        let Some((method, field)) = call.callee.names.split_last() else {
            return false;
        };
        let operator = match method.text.as_str() {
            "add" | "append" | "push" | "insert" | "increase" => "+=",
            "remove" | "delete" | "decrease" => "-=",
            "set" | "update" | "change" => "=",
            _ => return false,
        };
        let entity = env.subject.and_then(|id| self.model.entity(id));
        let own = entity
            .is_some_and(|e| match_field(&e.fields, field).is_some_and(|(_, n)| n == field.len()));
        if !own {
            return false;
        }
        let name: Vec<&str> = field.iter().map(|n| n.text.as_str()).collect();
        let value = call
            .args
            .first()
            .map_or("…".to_owned(), |a| self.source(a.value.span));
        self.report(rules::misplaced_clause::RULE.with_help(
            self.path,
            call.callee.span,
            format!("`{}` is no action", call.callee.text()),
            format!("write `set {} {operator} {value}`", name.join(".")),
        ));
        true
    }

    /// Named arguments against what is declared; `open` takes further ones of any type.
    pub(super) fn arguments(
        &mut self,
        env: &Env,
        owner: &SmolStr,
        params: &[Field],
        args: &[ast::Arg],
        open: bool,
    ) -> Vec<(SmolStr, Expr)> {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut lowered = Vec::with_capacity(args.len());
        for arg in args {
            let Some(name) = &arg.name else {
                let open = params.iter().find(|p| !given(params, args, p));
                let example = open.map(|p| format!("{}: {}", p.name, self.source(arg.span)));
                self.report(rules::unknown_argument::positional(
                    self.path,
                    arg.span,
                    owner,
                    example.as_deref(),
                ));
                continue;
            };
            if name.is_missing() {
                continue;
            }
            if !seen.insert(&name.text) {
                self.report(rules::unknown_argument::twice(
                    self.path, name.span, &name.text,
                ));
                continue;
            }
            match match_field(params, std::slice::from_ref(name)) {
                Some((param, _)) => {
                    self.known_value(&param.name, &arg.value);
                    let typed = self.expr(env, &arg.value, Some(&param.ty));
                    if self.require_type(arg.value.span, &typed, &param.ty) && !param.optional {
                        self.require_value(env, arg.value.span, &typed);
                    }
                    lowered.push((param.name.clone(), typed.expr));
                }
                None if open => {
                    let typed = self.expr(env, &arg.value, None);
                    lowered.push((name.text.as_str().into(), typed.expr));
                }
                None => {
                    self.expr(env, &arg.value, None);
                    let known: Vec<&str> = params.iter().map(|p| p.name.as_str()).collect();
                    self.report(rules::unknown_argument::problem(
                        self.path, name.span, owner, &name.text, &known,
                    ));
                }
            }
        }
        lowered
    }
}

/// Whether a value is given for one of the `fields`, by its full name or the short one.
pub(super) fn given(fields: &[Field], args: &[ast::Arg], field: &Field) -> bool {
    let mut names = args.iter().filter_map(|arg| arg.name.as_ref());
    names.any(|name| {
        let found = match_field(fields, std::slice::from_ref(name));
        found.is_some_and(|(found, _)| found.name == field.name)
    })
}
