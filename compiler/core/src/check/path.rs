//! What a path means where it stands.

use smol_str::SmolStr;
use trig_grammar::ast;
use trig_ir::{EntityId, Expr, Field, Function, Place, Root, StageName, Type, Value};

use super::cx::{Cx, Env, Typed};
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
            self.report(rules::misplaced_clause::with_help(
                self.path,
                first.span,
                format!("`{clause}` looks at things as they are then, not at what started it: there is no `{}` here", first.text),
                "ask it with `when`, at the event; here, ask the record itself",
            ));
            return Some(Typed::poison());
        }
        match first.text.as_str() {
            "event" => {
                if env.event.is_none() && env.event_lenient {
                    return Some(Typed::poison());
                }
                let Some(event) = &env.event else {
                    self.report(rules::misplaced_clause::problem(
                        self.path,
                        first.span,
                        "there is no single event to look at here",
                    ));
                    return Some(Typed::poison());
                };
                let rest = path.names.get(1..).unwrap_or_default();
                if rest.is_empty() {
                    self.report(rules::misplaced_clause::with_help(
                        self.path,
                        first.span,
                        "`event` is no value; say which of its fields is meant",
                        "write `event.FIELD`",
                    ));
                    return Some(Typed::poison());
                }
                match match_field(&event.fields, rest) {
                    Some((field, used)) => {
                        let place = Place::field(Root::Event, field.name.clone());
                        Some(self.walk(place, field.ty.clone(), field.optional, path, used + 1))
                    }
                    None => {
                        if let Some(name) = rest.first()
                            && !name.is_missing()
                            && !env.event_lenient
                        {
                            let known: Vec<&str> =
                                event.fields.iter().map(|f| f.name.as_str()).collect();
                            self.report(rules::unknown_field::problem(
                                self.path,
                                name.span,
                                &event.what,
                                &name.text,
                                &known,
                            ));
                        }
                        Some(Typed::poison())
                    }
                }
            }
            "old" => {
                let Some(subject) = env.subject.filter(|_| env.old) else {
                    if env.lenient || env.event_lenient {
                        return Some(Typed::poison());
                    }
                    self.report(rules::misplaced_clause::problem(
                        self.path,
                        first.span,
                        "`old` is there only where each start is a change of the subject",
                    ));
                    return Some(Typed::poison());
                };
                Some(self.walk(
                    Place::root(Root::Old),
                    Type::Entity(subject),
                    false,
                    path,
                    1,
                ))
            }
            "subject" => {
                let subject = env.subject?;
                Some(self.walk(
                    Place::root(Root::Subject),
                    Type::Entity(subject),
                    false,
                    path,
                    1,
                ))
            }
            _ => None,
        }
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

    /// Follows the names of `path` from the `used`-th on.
    pub(super) fn walk(
        &mut self,
        mut place: Place,
        mut ty: Type,
        mut optional: bool,
        path: &ast::Path,
        mut used: usize,
    ) -> Typed {
        while let Some(rest) = path.names.get(used..).filter(|rest| !rest.is_empty()) {
            let Some(name) = rest.first().filter(|n| !n.is_missing()) else {
                return Typed::poison();
            };
            let so_far = || prefix(path, used);
            match &ty {
                Type::Entity(id) => {
                    let Some(entity) = self.model.entity(*id) else {
                        return Typed::poison();
                    };
                    let Some((field, n)) = match_field(&entity.fields, rest) else {
                        let known: Vec<&str> =
                            entity.fields.iter().map(|f| f.name.as_str()).collect();
                        let owner = short(&entity.name).to_owned();
                        self.report(rules::unknown_field::of_entity(
                            self.path, name.span, &owner, &name.text, &known,
                        ));
                        return Typed::poison();
                    };
                    place.path.push(field.name.clone());
                    // a reference leads to one record, a reference that may be empty to none
                    optional |= field.optional;
                    ty = field.ty.clone();
                    used += n;
                }
                Type::Money if name.text == "currency" && rest.len() == 1 => {
                    let expr = Expr::Call(Function::Currency, vec![Expr::Load(place)]);
                    return Typed {
                        expr,
                        ty: Type::Text,
                        optional,
                    };
                }
                Type::Any => return Typed::poison(),
                Type::List(of) | Type::Set(of) if matches!(**of, Type::Entity(_)) => {
                    let ty = self.model.type_name(&ty);
                    self.report(rules::unknown_field::of_collection(
                        self.path,
                        name.span,
                        &so_far(),
                        &ty,
                        &name.text,
                    ));
                    return Typed::poison();
                }
                _ => {
                    let ty = self.model.type_name(&ty);
                    self.report(rules::unknown_field::no_fields(
                        self.path,
                        name.span,
                        &so_far(),
                        &ty,
                        &name.text,
                    ));
                    return Typed::poison();
                }
            }
        }
        Typed {
            expr: Expr::Load(place),
            ty,
            optional,
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

    fn unknown(&mut self, env: &Env, path: &ast::Path, expected: Option<&Type>) {
        if path.is_missing() || env.lenient {
            return;
        }
        let Some(first) = path.names.first() else {
            return;
        };
        let text = path.text();
        if self.is_of_element(env, path) {
            return;
        }
        if let Some((entity, _)) = self.entity_prefix(path) {
            if env.event_lenient {
                return;
            }
            let name = self.model.entity_name(entity).to_owned();
            if env.subject.is_none() && env.event.is_some() {
                self.report(rules::no_subject::no_record(
                    self.path, path.span, &text, &name,
                ));
                return;
            }
            let help = self.collection_help(env, entity);
            self.report(rules::no_subject::problem(
                self.path,
                path.span,
                "what stands here",
                &name,
                help,
            ));
            return;
        }
        if let Lookup::Ambiguous(names) = self.model.scope.lookup(self.catalogue, &text) {
            self.report(rules::ambiguous_name::problem(
                self.path, path.span, &text, &names,
            ));
            return;
        }
        if let Lookup::Found(full, decl) = self.model.scope.lookup(self.catalogue, &text) {
            let full = full.clone();
            let wanted = match expected {
                Some(ty) => format!("a value of type `{}`", self.model.type_name(ty)),
                None => "a value".to_owned(),
            };
            self.report(rules::wrong_kind::problem(
                self.path,
                path.span,
                &full,
                decl.kind(),
                &wanted,
            ));
            return;
        }
        if let Some(ty @ (Type::Stage(_) | Type::StageOf(_))) = expected
            && path.single().is_some()
        {
            let (of, known) = self.stage_names(ty);
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            self.report(rules::unknown_name::stage(
                self.path, path.span, &text, &of, &known,
            ));
            return;
        }
        if env.candidate.is_some()
            && let Some(entity) = env.subject.and_then(|s| self.model.entity(s))
            && match_field(&entity.fields, &path.names).is_some()
        {
            let owner = short(&entity.name);
            let message = format!("the event has no `{text}`");
            let help = format!("the record's own field is `{owner}.{text}` here");
            self.report(rules::unknown_name::with_help(
                self.path, path.span, message, help,
            ));
            return;
        }
        if let Some(event) = &env.event
            && env.candidate.is_none()
            && match_field(&event.fields, &path.names).is_some()
        {
            let message = format!("there is no name `{text}`");
            let help = format!("the event's own field is `event.{text}` here");
            self.report(rules::unknown_name::with_help(
                self.path, path.span, message, help,
            ));
            return;
        }
        if env.subject.is_none()
            && env.event.is_some()
            && expected != Some(&Type::Weekday)
            && self
                .model
                .entities
                .iter()
                .any(|e| match_field(&e.fields, &path.names).is_some())
        {
            self.report(rules::no_subject::no_record(
                self.path, path.span, &text, "ENTITY",
            ));
            return;
        }
        let mut known: Vec<String> = env
            .binders
            .iter()
            .map(|(name, _)| name.to_string())
            .collect();
        let mut what = "name";
        if let Some(Type::Enum(id)) = expected
            && let Some(of) = self.model.enums.get(id.index())
        {
            known.extend(of.variants.iter().map(|v| v.name.to_string()));
            what = "variant";
        }
        if expected == Some(&Type::Weekday) {
            known.extend(literal::WEEKDAYS.iter().map(ToString::to_string));
        }
        if let Some(candidate) = &env.candidate {
            known.extend(candidate.fields.iter().map(|f| f.name.to_string()));
        } else if let Some(entity) = env.bare().and_then(|(_, s)| self.model.entity(s)) {
            known.extend(entity.fields.iter().map(|f| f.name.to_string()));
        }
        let values = |d| {
            matches!(
                d,
                Decl::Condition(_) | Decl::Schedule(_) | Decl::Entity(_) | Decl::Pipeline(_)
            )
        };
        known.extend(
            self.model
                .scope
                .names(values)
                .into_iter()
                .map(str::to_owned),
        );
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        if ["null", "nil", "none", "undefined"].contains(&text.to_lowercase().as_str()) {
            let message = format!("there is no `{text}`: what has no value is `empty`");
            let help = "write `is empty`, or `is not empty`".to_owned();
            self.report(rules::unknown_name::with_help(
                self.path, path.span, message, help,
            ));
            return;
        }
        let far = crate::nearest(&text, known.iter().copied()).is_none();
        let schedule = format!(
            "`schedule {text} zone \"{}\" {{ mon..fri 09:00..18:00 }}`",
            self.model.project.zone
        );
        if far && path.single().is_some() && env.later == Some("during") {
            let message = format!("there is no schedule `{text}`");
            let help = format!("a schedule is declared first: {schedule}");
            self.report(rules::unknown_name::with_help(
                self.path, path.span, message, help,
            ));
            return;
        }
        let own = env.bare().and_then(|(_, s)| self.model.entity(s));
        if let Some(entity) = own
            && path.names.len() == 1
            && !matches!(
                expected,
                Some(Type::Enum(_) | Type::Stage(_) | Type::StageOf(_) | Type::Weekday)
            )
            && far
        {
            let name = short(&entity.name);
            let message = format!("there is no name `{text}`, and a `{name}` has no such field");
            let mut help =
                format!("a field of your own is declared first: `extend {name} {{ {text}: … }}`");
            // fields begin with a small letter by custom, schedules and conditions with a capital
            if text.starts_with(char::is_uppercase)
                && matches!(expected, None | Some(Type::Bool | Type::Any))
            {
                help = format!(
                    "a condition is declared first: `condition {text} for {name} = …`; a schedule: {schedule}"
                );
            }
            self.report(rules::unknown_name::with_help(
                self.path, path.span, message, help,
            ));
            return;
        }
        let (span, word) = if path.names.len() > 1 && known.iter().all(|k| !k.contains('.')) {
            (first.span, first.text.as_str())
        } else {
            (path.span, text.as_str())
        };
        self.report(rules::unknown_name::problem(
            self.path, span, what, word, &known,
        ));
    }

    /// Whether a path that leads nowhere asks a record of the `for each` that is still to come; says so then.
    fn is_of_element(&mut self, env: &Env, path: &ast::Path) -> bool {
        let Some(element) = env.element.and_then(|e| self.model.entity(e)) else {
            return false;
        };
        let named = self.entity_prefix(path).map(|(entity, _)| entity) == env.element;
        if !named && match_field(&element.fields, &path.names).is_none() {
            return false;
        }
        let name = short(&element.name).to_owned();
        let text = path.text();
        self.report(rules::misplaced_clause::with_help(
            self.path,
            path.span,
            format!("`{text}` differs from one `{name}` to the next, and this is asked once, before `for each`"),
            format!("ask it of each: `for each {name} … where {text} …`"),
        ));
        true
    }

    /// What to write where the subject has several records of an entity.
    fn collection_help(&self, env: &Env, entity: EntityId) -> Option<String> {
        let subject = self.model.entity(env.subject?)?;
        let of = subject
            .fields
            .iter()
            .find(|f| f.ty.element() == Some(&Type::Entity(entity)))?;
        let (owner, name) = (short(&subject.name), self.model.entity_name(entity));
        Some(format!(
            "there may be several: `any x in {}` asks them, `for each {name} of {owner}` fires for each of them",
            of.name
        ))
    }

    /// The stages that a stage type covers: whose they are, and how they may be written.
    pub(super) fn stage_names(&self, ty: &Type) -> (String, Vec<String>) {
        let pipelines: Vec<_> = match ty {
            Type::Stage(entity) => self.model.pipelines_of(*entity).map(|(_, p)| p).collect(),
            Type::StageOf(id) => self.model.pipeline(*id).into_iter().collect(),
            _ => Vec::new(),
        };
        let of = match (ty, pipelines.as_slice()) {
            (_, [one]) => format!("`{}`", one.name),
            (Type::Stage(entity), _) => {
                format!("no pipeline for `{}`", self.model.entity_name(*entity))
            }
            _ => "the pipeline".to_owned(),
        };
        let mut names = Vec::new();
        for pipeline in pipelines {
            for stage in &pipeline.stages {
                names.push(stage.name.to_string());
                names.push(format!("{}.{}", pipeline.name, stage.name));
            }
        }
        (of, names)
    }
}

/// The field that the first names spell, and how many of them: a field's own name may hold a dot (`utm.source`). One that
/// a catalogue added to what is shared bears the catalogue's name (`bitrix24.deal`), and may be called without it where
/// no other field has that name.
pub(super) fn match_field<'f>(
    fields: &'f [Field],
    names: &[ast::Name],
) -> Option<(&'f Field, usize)> {
    let mut text = String::new();
    let mut found = None;
    let mut bare = None;
    for (i, name) in names.iter().enumerate().take(3) {
        if i > 0 {
            text.push('.');
        }
        text.push_str(&name.text);
        if let Some(field) = fields.iter().find(|f| f.name == text) {
            found = Some((field, i + 1));
        } else if let Some(field) = bare_field(fields, &text) {
            bare = Some((field, i + 1));
        }
    }
    found.or(bare)
}

/// The only field that is called `name` behind the name of a catalogue.
fn bare_field<'f>(fields: &'f [Field], name: &str) -> Option<&'f Field> {
    let mut called = fields
        .iter()
        .filter(|f| f.name.ends_with(name) && f.name.len() > name.len() && short(&f.name) == name);
    match (called.next(), called.next()) {
        (Some(field), None) => Some(field),
        _ => None,
    }
}

fn prefix(path: &ast::Path, used: usize) -> String {
    let names: Vec<&str> = path
        .names
        .iter()
        .take(used)
        .map(|n| n.text.as_str())
        .collect();
    names.join(".")
}
