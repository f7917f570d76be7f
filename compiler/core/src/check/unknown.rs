//! Names that lead nowhere: what is said of them.

use trig_grammar::ast;
use trig_ir::{EntityId, Type};

use super::cx::{Cx, Env};
use super::field::match_field;
use super::literal;
use crate::model::{Decl, Lookup, short};
use crate::rules;

impl Cx<'_> {
    pub(super) fn unknown(&mut self, env: &Env, path: &ast::Path, expected: Option<&Type>) {
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
