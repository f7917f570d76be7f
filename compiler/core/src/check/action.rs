//! What triggers do.

use std::collections::BTreeSet;

use smol_str::SmolStr;
use trig_grammar::{Span, ast};
use trig_ir::{Action, ActionKind, Expr, Field, Place, Root, SetOp, StageName, Type, Value};

use super::cx::{Cx, Env};
use super::home::Home;
use super::path::match_field;
use crate::model::{Decl, ParamDefault};
use crate::rules;

impl Cx<'_> {
    pub(super) fn actions(
        &mut self,
        env: &Env,
        block: &ast::Block,
        home: Option<&Home>,
        backwards: bool,
    ) -> Vec<Action> {
        let mut actions = Vec::new();
        for node in &block.actions {
            if let Some(kind) = self.action(env, node, home, backwards) {
                actions.push(Action {
                    loc: self.loc(node.span),
                    kind,
                });
            }
        }
        actions
    }

    fn action(
        &mut self,
        env: &Env,
        node: &ast::Action,
        home: Option<&Home>,
        trigger_backwards: bool,
    ) -> Option<ActionKind> {
        use ast::ActionKind as K;
        match &node.kind {
            K::Move {
                what,
                to,
                as_user,
                backwards,
                across,
            } => {
                let (record, entity) = self.moved_record(env, what.as_ref(), node.span)?;
                let to = self.move_target(to, entity, home)?;
                let as_user = match as_user {
                    Some(expr) => Some(self.user(expr)?),
                    None => None,
                };
                Some(ActionKind::Move {
                    record,
                    to,
                    backwards: *backwards || trigger_backwards,
                    across: *across,
                    as_user,
                })
            }
            K::Set { field, op, value } => self.set(env, field, *op, value),
            K::Emit { event, args } => self.emit(env, event, args),
            K::Call(call) => self.call_action(env, call),
            K::Create { .. } => self.unsupported(node.span, "`create`"),
            K::Start { .. } => self.unsupported(node.span, "`start`"),
            K::Stop { .. } => self.unsupported(node.span, "`stop`"),
            K::Wait(_) => self.unsupported(node.span, "`wait`"),
            K::WaitUntil { .. } => self.unsupported(node.span, "`wait until`"),
            K::If { .. } => self.unsupported(node.span, "`if` among actions"),
            K::ForEach { .. } => self.unsupported(node.span, "`for each` among actions"),
            K::Goal { .. } => self.unsupported(node.span, "`goal`"),
            K::Bad => None,
        }
    }

    fn moved_record(
        &mut self,
        env: &Env,
        what: Option<&ast::Path>,
        span: Span,
    ) -> Option<(Place, trig_ir::EntityId)> {
        let (place, entity, span) = match what {
            None => match env.subject {
                Some(subject) => (Place::root(Root::Subject), subject, span),
                None if env.lenient => return None,
                None => {
                    self.report(rules::misplaced_clause::problem(
                        self.path,
                        span,
                        "this trigger has no subject that could move",
                    ));
                    return None;
                }
            },
            Some(path) => match self.place(env, path)? {
                (place, Type::Entity(entity), _) => (place, entity, path.span),
                (_, Type::Any, _) => return None,
                (_, other, _) => {
                    let found = self.model.type_name(&other);
                    self.report(rules::type_mismatch::problem(
                        self.path, path.span, "a record", &found,
                    ));
                    return None;
                }
            },
        };
        if self.stage_field(entity).is_none() {
            let name = self.model.entity_name(entity).to_owned();
            let message = format!("`{name}` has no stages, so it cannot move");
            self.report(rules::misplaced_clause::problem(self.path, span, message));
            return None;
        }
        Some((place, entity))
    }

    fn move_target(
        &mut self,
        to: &ast::MoveTarget,
        entity: trig_ir::EntityId,
        home: Option<&Home>,
    ) -> Option<StageName> {
        match to {
            ast::MoveTarget::Here(span) => {
                let Some(home) = home else {
                    self.report(rules::misplaced_clause::with_help(
                        self.path,
                        *span,
                        "`here` is the stage in which the trigger stands, and it stands in none",
                        "write `move to STAGE`",
                    ));
                    return None;
                };
                let pipeline = self.model.pipeline(home.pipeline)?;
                let (of, pipeline) = (pipeline.entity, pipeline.name.clone());
                if of != entity {
                    self.foreign_pipeline(*span, &pipeline, entity);
                    return None;
                }
                Some(StageName {
                    pipeline,
                    stage: home.stage.clone(),
                })
            }
            ast::MoveTarget::Stage(path) => {
                if path.is_missing() {
                    return None;
                }
                // inside a pipeline, a bare stage is one of its own
                if let (Some(home), Some(name)) = (home, path.single())
                    && let Some(pipeline) = self.model.pipeline(home.pipeline)
                    && pipeline.entity == entity
                    && pipeline.stages.iter().any(|s| s.name == name.text)
                {
                    return Some(StageName {
                        pipeline: pipeline.name.clone(),
                        stage: name.text.as_str().into(),
                    });
                }
                let ty = Type::Stage(entity);
                let typed = self.path(&Env::default(), path, Some(&ty));
                if typed.is_poison() || !self.require_type(path.span, &typed, &ty) {
                    return None;
                }
                match typed.expr {
                    Expr::Const(Value::Stage(stage)) => Some(stage),
                    _ => None,
                }
            }
        }
    }

    fn set(
        &mut self,
        env: &Env,
        path: &ast::Path,
        op: ast::SetOp,
        value: &ast::Expr,
    ) -> Option<ActionKind> {
        let (mut place, ty, _) = self.place(env, path)?;
        let field = place.path.pop();
        let (Some(field), Root::Subject | Root::Outer | Root::Event) = (field, place.root) else {
            self.report(rules::misplaced_clause::problem(
                self.path,
                path.span,
                format!("`{}` is no field of a record", path.text()),
            ));
            return None;
        };
        if place.root == Root::Event && place.path.is_empty() {
            self.report(rules::misplaced_clause::problem(
                self.path,
                path.span,
                "an event has happened: its fields cannot be set",
            ));
            return None;
        }
        if matches!(ty, Type::Stage(_)) {
            self.report(rules::misplaced_clause::with_help(
                self.path,
                path.span,
                "a stage is not set: the record moves",
                "write `move to STAGE`",
            ));
            return None;
        }
        let optional = self
            .field_at(env, &place, &field)
            .is_some_and(|f| f.optional);
        let (op, value) = match op {
            // an empty collection is a value like any other
            ast::SetOp::Assign if value.kind == ast::ExprKind::Empty && ty.element().is_some() => {
                (SetOp::Assign, Expr::Const(Value::Empty))
            }
            ast::SetOp::Assign => {
                let typed = self.expr(env, value, Some(&ty));
                if self.require_type(value.span, &typed, &ty) && !optional {
                    self.require_value(value.span, &typed);
                }
                (SetOp::Assign, typed.expr)
            }
            ast::SetOp::Add | ast::SetOp::Remove => {
                let op = if op == ast::SetOp::Add {
                    SetOp::Add
                } else {
                    SetOp::Remove
                };
                (op, self.change(env, &ty, path, value)?)
            }
        };
        Some(ActionKind::Set {
            record: place,
            field,
            op,
            value,
        })
    }

    /// What is added to or taken from a field.
    fn change(
        &mut self,
        env: &Env,
        ty: &Type,
        path: &ast::Path,
        value: &ast::Expr,
    ) -> Option<Expr> {
        match ty {
            Type::Int | Type::Decimal | Type::Money | Type::Duration => {
                Some(self.value(env, value, ty))
            }
            Type::Set(of) | Type::List(of) => {
                let many = matches!(value.kind, ast::ExprKind::List(_));
                let wanted = if many {
                    Type::List(of.clone())
                } else {
                    (**of).clone()
                };
                Some(self.value(env, value, &wanted))
            }
            Type::Any => None,
            other => {
                let ty = self.model.type_name(other);
                self.report(rules::type_mismatch::message(
                    self.path,
                    path.span,
                    format!("`+=` and `-=` change numbers, amounts and sets, and this is `{ty}`"),
                ));
                None
            }
        }
    }

    /// The declaration of the field at the end of a place.
    fn field_at(&self, env: &Env, owner: &Place, field: &str) -> Option<&Field> {
        let mut names = owner.path.iter();
        let mut entity = match owner.root {
            Root::Subject | Root::Old => env.subject?,
            Root::Outer => env.outer?,
            Root::Event => {
                let first = names.next()?;
                match env
                    .event
                    .as_ref()?
                    .fields
                    .iter()
                    .find(|f| f.name == *first)?
                    .ty
                {
                    Type::Entity(id) => id,
                    _ => return None,
                }
            }
            Root::Candidate | Root::Binder(_) => return None,
        };
        for name in names {
            match self.model.entity(entity)?.field(name)?.ty {
                Type::Entity(id) => entity = id,
                _ => return None,
            }
        }
        self.model.entity(entity)?.field(field)
    }

    fn emit(&mut self, env: &Env, path: &ast::Path, args: &[ast::Arg]) -> Option<ActionKind> {
        let pick = |decl| match decl {
            Decl::Event(id) => Some(id),
            _ => None,
        };
        let (full, id) = self.declaration(path, "an event", pick)?;
        let sig = self.model.event(id)?;
        let fields = sig.event.fields.clone();
        let mut lowered = self.arguments(env, &full, &fields, args, false);
        // a reference to the subject is the subject, where it is left out
        for field in &fields {
            let given = args.iter().any(|a| {
                a.name
                    .as_ref()
                    .and_then(|n| match_field(&fields, std::slice::from_ref(n)))
                    .is_some_and(|(given, _)| given.name == field.name)
            });
            if given {
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

    fn call_action(&mut self, env: &Env, call: &ast::Call) -> Option<ActionKind> {
        let pick = |decl| match decl {
            Decl::Action(id) => Some(id),
            _ => None,
        };
        let (full, id) = self.declaration(&call.callee, "an action", pick)?;
        let sig = self.model.actions.get(id.index())?.clone();
        if !sig.subjects.is_empty()
            && !env.lenient
            && env.subject.is_none_or(|s| !sig.subjects.contains(&s))
        {
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
            self.report(rules::type_mismatch::message(
                self.path,
                call.callee.span,
                message,
            ));
        }
        let mut args = self.arguments(env, &full, &sig.decl.params, &call.args, sig.open);
        for param in &sig.decl.params {
            let given = call.args.iter().any(|a| {
                a.name
                    .as_ref()
                    .is_some_and(|n| n.text == param.name.as_str())
            });
            if given {
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

    /// Named arguments against what is declared; `open` takes further ones of any type.
    fn arguments(
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
                self.report(rules::unknown_argument::positional(
                    self.path, arg.span, owner,
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
                    let typed = self.expr(env, &arg.value, Some(&param.ty));
                    if self.require_type(arg.value.span, &typed, &param.ty) && !param.optional {
                        self.require_value(arg.value.span, &typed);
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
