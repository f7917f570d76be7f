//! What a path means where it stands.

use smol_str::SmolStr;
use trig_grammar::ast;
use trig_ir::{EntityId, Expr, Function, Place, Root, StageName, Type, Value};

use super::cx::{Cx, Env, Typed};
use super::field::match_field;
use super::literal;
use crate::model::{Decl, Lookup, Model, short};
use crate::rules;

impl Cx<'_> {
    /// Resolves a path to a value. `expected` decides what a bare stage, variant or weekday means.
    pub(super) fn path(&mut self, env: &Env, path: &ast::Path, expected: Option<&Type>) -> Typed {
        let Some(first) = path.names.first() else {
            return Typed::poison();
        };
        if first.is_missing() {
            return Typed::poison();
        }
        if let Some(found) = self.variable(env, path, first) {
            return found;
        }
        let mut readings: Vec<(SmolStr, Typed)> = Vec::new();
        if env.candidate.is_none()
            && let Some((root, subject)) = env.bare()
            && let Some(entity) = self.model.entity(subject)
            && match_field(&entity.fields, &path.names).is_some()
        {
            let typed = self.walk(Place::root(root), Type::Entity(subject), false, path, 0);
            let reading = smol_str::format_smolstr!("{}.{}", short(&entity.name), path.text());
            readings.push((reading, typed));
        }
        readings.extend(self.declared(env, path, expected));
        // a field of another type than its place asks for is no reading of a stage or variant
        let by_type = self.by_type(path, expected);
        if !by_type.is_empty()
            && let Some(ty) = expected
        {
            readings.retain(|(_, typed)| typed.ty == Type::Any || self.fits(&typed.ty, ty));
        }
        readings.extend(by_type);
        match (readings.len(), readings.pop()) {
            (1, Some((_, typed))) => typed,
            (0, _) => match self.record_by_entity(env, path) {
                Some(typed) => typed,
                None => self.clock_word(path).unwrap_or_else(|| {
                    self.unknown(env, path, expected);
                    Typed::poison()
                }),
            },
            (_, last) => {
                let mut names: Vec<SmolStr> = readings
                    .into_iter()
                    .chain(last)
                    .map(|(name, _)| name)
                    .collect();
                names.sort();
                self.report(rules::ambiguous_name::problem(
                    self.path,
                    path.span,
                    &path.text(),
                    &names,
                ));
                Typed::poison()
            }
        }
    }

    /// A parameter of the template that is being checked.
    fn parameter(&mut self, env: &Env, path: &ast::Path, first: &ast::Name) -> Option<Typed> {
        let mut params = self.bound.params.iter();
        let typed = params.find(|(n, _)| *n == first.text)?.1.clone();
        if let Some(what) = self.visible_beside(env, &first.text) {
            self.report(rules::hidden_name::problem(
                self.path,
                first.span,
                &first.text,
                &what,
            ));
        }
        let Some(name) = path.names.get(1).filter(|n| !n.is_missing()) else {
            return Some(typed);
        };
        if !typed.is_poison() {
            let ty = self.model.type_name(&typed.ty);
            self.report(rules::unknown_field::no_fields(
                self.path,
                name.span,
                &first.text,
                &ty,
                &name.text,
            ));
        }
        Some(Typed::poison())
    }

    /// Variables, fields of the event in whose parentheses it stands, `event`, `old` and `subject`.
    fn variable(&mut self, env: &Env, path: &ast::Path, first: &ast::Name) -> Option<Typed> {
        if let Some(found) = self.parameter(env, path, first) {
            return Some(found);
        }
        for (slot, (name, ty)) in (0..).zip(&env.binders) {
            if *name == first.text {
                return Some(self.walk(
                    Place::root(Root::Binder(slot)),
                    ty.clone(),
                    false,
                    path,
                    1,
                ));
            }
        }
        if let Some(candidate) = &env.candidate
            && let Some((field, used)) = match_field(&candidate.fields, &path.names)
        {
            let place = Place::field(Root::Candidate, field.name.clone());
            return Some(self.walk(place, field.ty.clone(), field.optional, path, used));
        }
        if let ("event" | "old", Some(clause)) = (first.text.as_str(), env.later) {
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                first.span,
                format!("`{clause}` looks at things as they are then, not at what started it: there is no `{}` here", first.text),
                "ask it with `when`, at the event; here, ask the record itself",
            ));
            return Some(Typed::poison());
        }
        match first.text.as_str() {
            "event" => Some(self.event_variable(env, path, first)),
            "old" => Some(self.old_variable(env, path, first)),
            "subject" => self.subject_variable(env, path),
            _ => None,
        }
    }

    /// `event.FIELD`: of the event that started the firing.
    fn event_variable(&mut self, env: &Env, path: &ast::Path, first: &ast::Name) -> Typed {
        if env.event.is_none() && env.event_lenient {
            return Typed::poison();
        }
        let Some(event) = &env.event else {
            self.report(rules::misplaced_clause::problem(
                self.path,
                first.span,
                "there is no single event to look at here",
            ));
            return Typed::poison();
        };
        let rest = path.names.get(1..).unwrap_or_default();
        if rest.is_empty() {
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                first.span,
                "`event` is no value; say which of its fields is meant",
                "write `event.FIELD`",
            ));
            return Typed::poison();
        }
        match match_field(&event.fields, rest) {
            Some((field, used)) => {
                let place = Place::field(Root::Event, field.name.clone());
                self.walk(place, field.ty.clone(), field.optional, path, used + 1)
            }
            None => {
                if let Some(name) = rest.first()
                    && !name.is_missing()
                    && !env.event_lenient
                {
                    let known: Vec<&str> = event.fields.iter().map(|f| f.name.as_str()).collect();
                    self.report(rules::unknown_field::problem(
                        self.path,
                        name.span,
                        &event.what,
                        &name.text,
                        &known,
                    ));
                }
                Typed::poison()
            }
        }
    }

    /// `old.FIELD`: of the version before the change.
    fn old_variable(&mut self, env: &Env, path: &ast::Path, first: &ast::Name) -> Typed {
        let Some(subject) = env.subject.filter(|_| env.old) else {
            if env.lenient || env.event_lenient {
                return Typed::poison();
            }
            self.report(rules::misplaced_clause::problem(
                self.path,
                first.span,
                "`old` is there only where each start is a change of the subject",
            ));
            return Typed::poison();
        };
        self.walk(
            Place::root(Root::Old),
            Type::Entity(subject),
            false,
            path,
            1,
        )
    }

    fn subject_variable(&mut self, env: &Env, path: &ast::Path) -> Option<Typed> {
        let subject = env.subject?;
        Some(self.walk(
            Place::root(Root::Subject),
            Type::Entity(subject),
            false,
            path,
            1,
        ))
    }

    /// Names of conditions, schedules and stages.
    fn declared(
        &mut self,
        env: &Env,
        path: &ast::Path,
        expected: Option<&Type>,
    ) -> Option<(SmolStr, Typed)> {
        let text = path.text();
        if let Lookup::Found(full, decl) = self.model.scope.lookup(self.catalogue, &text) {
            let bool_fits = matches!(expected, None | Some(Type::Bool | Type::Any));
            match decl {
                Decl::Condition(id) if bool_fits => {
                    let name = full.clone();
                    let typed = self.ask_bare(env, path.span, id, &name);
                    return Some((name, typed));
                }
                Decl::Schedule(id) if bool_fits => {
                    return Some((full.clone(), Typed::bool(Expr::Open(id))));
                }
                _ => return None,
            }
        }
        let (owner, last) = text.rsplit_once('.')?;
        match self.model.scope.lookup(self.catalogue, owner) {
            Lookup::Found(full, Decl::Schedule(id)) if last == "next_open" => {
                // a schedule that has windows opens again, for all that anybody plans
                let never = self
                    .model
                    .schedule(id)
                    .is_none_or(|s| s.week.iter().all(Vec::is_empty));
                let typed = Typed {
                    expr: Expr::NextOpen(id),
                    ty: Type::DateTime,
                    optional: never,
                };
                Some((full.clone(), typed))
            }
            Lookup::Found(full, Decl::Pipeline(id)) => {
                let pipeline = self.model.pipeline(id)?;
                let full = full.clone();
                if pipeline.stages.iter().any(|s| s.name == last) {
                    let stage = StageName {
                        pipeline: pipeline.name.clone(),
                        stage: last.into(),
                    };
                    return Some((
                        text.into(),
                        Typed::constant(Value::Stage(stage), Type::StageOf(id)),
                    ));
                }
                let known: Vec<&str> = pipeline.stages.iter().map(|s| s.name.as_str()).collect();
                let span = path.names.last().map_or(path.span, |n| n.span);
                if !last.is_empty() {
                    self.report(rules::unknown_name::stage(
                        self.path,
                        span,
                        last,
                        &format!("`{}`", pipeline.name),
                        &known,
                    ));
                }
                Some((full, Typed::poison()))
            }
            _ => None,
        }
    }

    /// A variant, a stage or a weekday, where one is expected.
    fn by_type(&self, path: &ast::Path, expected: Option<&Type>) -> Vec<(SmolStr, Typed)> {
        let Some(ty) = expected else {
            return Vec::new();
        };
        let Some(name) = path.single() else {
            return Vec::new();
        };
        match ty {
            Type::Enum(id) => {
                let variant = self.model.enums.get(id.index()).and_then(|e| {
                    e.variants
                        .iter()
                        .find(|v| v.name == name.text)
                        .map(|v| (e.name.clone(), v.name.clone()))
                });
                variant
                    .map(|(of, name)| {
                        let reading = smol_str::format_smolstr!("{}.{name}", short(&of));
                        (reading, Typed::constant(Value::Variant(name), ty.clone()))
                    })
                    .into_iter()
                    .collect()
            }
            Type::Stage(_) | Type::StageOf(_) => self
                .model
                .stages_called(ty, &name.text)
                .into_iter()
                .map(|stage| {
                    (
                        stage.to_string().into(),
                        Typed::constant(Value::Stage(stage), ty.clone()),
                    )
                })
                .collect(),
            Type::Weekday => literal::weekday(&name.text)
                .map(|day| {
                    (
                        name.text.as_str().into(),
                        Typed::constant(Value::Weekday(day), Type::Weekday),
                    )
                })
                .into_iter()
                .collect(),
            _ => Vec::new(),
        }
    }

    /// A bare entity name: the subject, the record before `for each`, or the event's only reference of that type.
    fn record_by_entity(&mut self, env: &Env, path: &ast::Path) -> Option<Typed> {
        let (entity, used) = self.entity_prefix(path)?;
        let ty = Type::Entity(entity);
        if env.subject == Some(entity) {
            return Some(self.walk(Place::root(Root::Subject), ty, false, path, used));
        }
        if env.outer == Some(entity) {
            return Some(self.walk(Place::root(Root::Outer), ty, false, path, used));
        }
        let fields = env
            .event
            .as_ref()
            .map(|e| e.fields.as_slice())
            .unwrap_or_default();
        let mut references = Model::references(fields, entity);
        match (references.next(), references.next()) {
            (Some(field), None) => {
                let place = Place::field(Root::Event, field.name.clone());
                Some(self.walk(place, ty, field.optional, path, used))
            }
            (Some(_), Some(_)) => {
                let readings: Vec<SmolStr> = Model::references(fields, entity)
                    .map(|f| smol_str::format_smolstr!("event.{}", f.name))
                    .collect();
                self.report(rules::ambiguous_name::problem(
                    self.path,
                    path.span,
                    &path.text(),
                    &readings,
                ));
                Some(Typed::poison())
            }
            _ => None,
        }
    }

    /// The entity that a path begins with, and how many of its names say so.
    pub(super) fn entity_prefix(&self, path: &ast::Path) -> Option<(EntityId, usize)> {
        let mut text = String::new();
        let mut found = None;
        for (i, name) in path.names.iter().enumerate().take(3) {
            if i > 0 {
                text.push('.');
            }
            text.push_str(&name.text);
            if let Lookup::Found(_, Decl::Entity(id)) =
                self.model.scope.lookup(self.catalogue, &text)
            {
                found = Some((id, i + 1));
            }
        }
        found
    }

    fn clock_word(&self, path: &ast::Path) -> Option<Typed> {
        match path.single()?.text.as_str() {
            "now" => Some(Typed::new(
                Expr::Call(Function::Now, Vec::new()),
                Type::DateTime,
            )),
            "today" => Some(Typed::new(
                Expr::Call(Function::Today, Vec::new()),
                Type::Date,
            )),
            _ => None,
        }
    }

    /// A path that must lead to a place (a key, a record, a collection).
    pub(super) fn place(&mut self, env: &Env, path: &ast::Path) -> Option<(Place, Type, bool)> {
        let typed = self.path(env, path, None);
        match typed.expr {
            Expr::Load(place) => Some((place, typed.ty, typed.optional)),
            _ if typed.is_poison() => None,
            _ => {
                self.report(rules::misplaced_clause::problem(
                    self.path,
                    path.span,
                    format!("`{}` is no field of a record or event", path.text()),
                ));
                None
            }
        }
    }
}
