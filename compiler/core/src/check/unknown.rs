//! Names that lead nowhere: what is said of them.

use trig_grammar::ast;
use trig_ir::{EntityId, Field, Type};

use super::cx::{Cx, Env};
use super::field::match_field;
use super::literal;
use crate::model::{Decl, Lookup, short};
use crate::rules;

impl Cx<'_> {
    /// Says why a path leads nowhere: the first reason that fits.
    pub(super) fn unknown(&mut self, env: &Env, path: &ast::Path, expected: Option<&Type>) {
        if path.is_missing() || env.lenient {
            return;
        }
        let known = self.known_names(env, expected);
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let text = path.text();
        let far = path.single().is_some() && crate::nearest(&text, known.iter().copied()).is_none();
        let said = self.is_of_element(env, path)
            || self.is_of_no_record(env, path)
            || self.is_of_another_kind(path, expected)
            || self.is_no_stage(path, expected)
            || self.is_a_field_elsewhere(env, path, expected)
            || self.is_a_word_elsewhere(path)
            || (far && self.is_not_declared(env, path, expected));
        if said {
            return;
        }
        let what = match expected {
            Some(Type::Enum(_)) => "variant",
            _ => "name",
        };
        let first = path.names.first().filter(|_| path.names.len() > 1);
        let (span, word) = match first.filter(|_| known.iter().all(|k| !k.contains('.'))) {
            Some(first) => (first.span, first.text.as_str()),
            None => (path.span, text.as_str()),
        };
        self.report(rules::unknown_name::problem(
            self.path, span, what, word, &known,
        ));
    }

    /// A record that is not the one that is looked at.
    fn is_of_no_record(&mut self, env: &Env, path: &ast::Path) -> bool {
        let Some((entity, _)) = self.entity_prefix(path) else {
            return false;
        };
        if env.event_lenient {
            return true;
        }
        let name = self.model.entity_name(entity).to_owned();
        let problem = if env.subject.is_none() && env.event.is_some() {
            rules::no_subject::no_record(self.path, path.span, &path.text(), &name)
        } else {
            let help = self.collection_help(env, entity);
            rules::no_subject::problem(self.path, path.span, "what stands here", &name, help)
        };
        self.report(problem);
        true
    }

    /// A declaration that is no value, or several of one name.
    fn is_of_another_kind(&mut self, path: &ast::Path, expected: Option<&Type>) -> bool {
        let text = path.text();
        let problem = match self.model.scope.lookup(self.catalogue, &text) {
            Lookup::Missing => return false,
            Lookup::Ambiguous(names) => {
                rules::ambiguous_name::problem(self.path, path.span, &text, &names)
            }
            Lookup::Found(full, decl) => {
                let wanted = match expected {
                    Some(ty) => format!("a value of type `{}`", self.model.type_name(ty)),
                    None => "a value".to_owned(),
                };
                rules::wrong_kind::problem(self.path, path.span, full, decl.kind(), &wanted)
            }
        };
        self.report(problem);
        true
    }

    fn is_no_stage(&mut self, path: &ast::Path, expected: Option<&Type>) -> bool {
        let Some(ty @ (Type::Stage(_) | Type::StageOf(_))) = expected else {
            return false;
        };
        if path.single().is_none() {
            return false;
        }
        let (of, known) = self.stage_names(ty);
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        self.report(rules::unknown_name::stage(
            self.path,
            path.span,
            &path.text(),
            &of,
            &known,
        ));
        true
    }

    /// A field that another name leads to: of the record in the parentheses of a pattern, of the event elsewhere; of a
    /// record where there is none.
    fn is_a_field_elsewhere(
        &mut self,
        env: &Env,
        path: &ast::Path,
        expected: Option<&Type>,
    ) -> bool {
        let text = path.text();
        let has = |fields: &[Field]| match_field(fields, &path.names).is_some();
        let subject = env.subject.and_then(|s| self.model.entity(s));
        let problem = if let Some(entity) = subject.filter(|e| has(&e.fields))
            && env.candidate.is_some()
        {
            let owner = short(&entity.name);
            let message = format!("the event has no `{text}`");
            let help = format!("the record's own field is `{owner}.{text}` here");
            rules::unknown_name::RULE.with_help(self.path, path.span, message, help)
        } else if env.candidate.is_none() && env.event.as_ref().is_some_and(|e| has(&e.fields)) {
            let message = format!("there is no name `{text}`");
            let help = format!("the event's own field is `event.{text}` here");
            rules::unknown_name::RULE.with_help(self.path, path.span, message, help)
        } else if env.subject.is_none()
            && env.event.is_some()
            && expected != Some(&Type::Weekday)
            && self.model.entities.iter().any(|e| has(&e.fields))
        {
            rules::no_subject::no_record(self.path, path.span, &text, "ENTITY")
        } else {
            return false;
        };
        self.report(problem);
        true
    }

    /// What other languages write for `empty`.
    fn is_a_word_elsewhere(&mut self, path: &ast::Path) -> bool {
        let text = path.text();
        if !["null", "nil", "none", "undefined"].contains(&text.to_lowercase().as_str()) {
            return false;
        }
        let message = format!("there is no `{text}`: what has no value is `empty`");
        let help = "write `is empty`, or `is not empty`".to_owned();
        self.report(rules::unknown_name::RULE.with_help(self.path, path.span, message, help));
        true
    }

    /// A name to which none is near: what would have to be declared.
    fn is_not_declared(&mut self, env: &Env, path: &ast::Path, expected: Option<&Type>) -> bool {
        let text = path.text();
        let zone = &self.model.project.zone;
        let schedule = format!("`schedule {text} zone \"{zone}\" {{ mon..fri 09:00..18:00 }}`");
        if env.later == Some("during") {
            let message = format!("there is no schedule `{text}`");
            let help = format!("a schedule is declared first: {schedule}");
            self.report(rules::unknown_name::RULE.with_help(self.path, path.span, message, help));
            return true;
        }
        let valued = matches!(
            expected,
            Some(Type::Enum(_) | Type::Stage(_) | Type::StageOf(_) | Type::Weekday)
        );
        let own = env.bare().and_then(|(_, s)| self.model.entity(s));
        let Some(entity) = own.filter(|_| !valued) else {
            return false;
        };
        let name = short(&entity.name);
        let message = format!("there is no name `{text}`, and a `{name}` has no such field");
        // fields begin with a small letter by custom, schedules and conditions with a capital
        let asked = matches!(expected, None | Some(Type::Bool | Type::Any));
        let help = if text.starts_with(char::is_uppercase) && asked {
            format!(
                "a condition is declared first: `condition {text} for {name} = …`; a schedule: {schedule}"
            )
        } else {
            format!("a field of your own is declared first: `extend {name} {{ {text}: … }}`")
        };
        self.report(rules::unknown_name::RULE.with_help(self.path, path.span, message, help));
        true
    }

    /// The names that may stand where one is unknown.
    fn known_names(&self, env: &Env, expected: Option<&Type>) -> Vec<String> {
        let variables = env.binders.iter().map(|(name, _)| name.to_string());
        let mut known: Vec<String> = variables.collect();
        if let Some(Type::Enum(id)) = expected
            && let Some(of) = self.model.enums.get(id.index())
        {
            known.extend(of.variants.iter().map(|v| v.name.to_string()));
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
        let declared = self.model.scope.names(values);
        known.extend(declared.into_iter().map(str::to_owned));
        known
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
        self.report(rules::misplaced_clause::RULE.with_help(
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
