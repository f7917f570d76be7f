//! The subject of a trigger, and how its events lead to it.

use trig_grammar::{Span, ast};
use trig_ir::{EntityId, EventKind, Place, Root, Type};

use super::clauses::Clauses;
use super::cx::{Cx, Env};
use super::pattern::Shape;
use super::start::shared_fields;
use crate::model::Model;
use crate::rules;

/// What the head of a trigger says of its subject.
pub(super) struct Declared<'a> {
    /// `None`: it has none before `for each`.
    pub(super) entity: Option<EntityId>,
    pub(super) via: Option<&'a ast::Path>,
}

impl Cx<'_> {
    /// What a trigger's clauses see before `for each`, and the path by which its events lead to the subject.
    pub(super) fn opening<'n>(
        &mut self,
        c: &Clauses<'n>,
        shapes: &[Option<Shape>],
        name: &ast::Name,
        home: Option<EntityId>,
    ) -> (Env, Option<&'n ast::Path>) {
        let known: Vec<&Shape> = shapes.iter().flatten().collect();
        let declared = self.declared_subject(c, home);
        let (subject, via) = match declared {
            Ok(Some(declared)) => (Ok(declared.entity), declared.via),
            // of no start anything is known: neither is of the subject
            Ok(None) if known.is_empty() => (Err(()), None),
            Ok(None) => (self.common_subject(&known, name), None),
            Err(()) => (Err(()), None),
        };
        let lenient = subject.is_err();
        let subject = subject.unwrap_or_default();
        let env = Env {
            subject,
            old: known.iter().all(|s| s.is_change_of(subject)),
            element: c.each.and_then(|(each, _)| self.element(each)),
            event: Some(shared_fields(&known)),
            via: via.cloned(),
            lenient,
            event_lenient: known.len() < shapes.len() || known.is_empty(),
            ..Env::default()
        };
        (env, via)
    }

    /// The subject that the head, the stage or `for each` declares. `Err` where that is wrong, which has been said.
    fn declared_subject<'n>(
        &mut self,
        c: &Clauses<'n>,
        home: Option<EntityId>,
    ) -> Result<Option<Declared<'n>>, ()> {
        if let Some((each, span)) = c.each {
            if home.is_some() {
                self.report(rules::misplaced_clause::problem(
                    self.path,
                    span,
                    "a trigger in a stage is about its pipeline's own records; `for each` stands outside stages",
                ));
            }
            if each.source.is_none() {
                return self.swept(c, each);
            }
        }
        match (c.subject, c.each) {
            (Some((ast::ForClause::Subject { entity, via }, span)), _) => {
                let declared = self.entity(entity).ok_or(())?;
                if let Some(home) = home.filter(|h| *h != declared) {
                    let message = format!(
                        "a trigger in a stage is about its pipeline's `{}`, not about a `{}`",
                        self.model.entity_name(home),
                        self.model.entity_name(declared)
                    );
                    self.report(rules::misplaced_clause::problem(self.path, span, message));
                    return Err(());
                }
                Ok(Some(Declared {
                    entity: Some(declared),
                    via: via.as_ref(),
                }))
            }
            (_, Some((each, _))) => {
                let outer = each.source.as_ref().and_then(|s| self.entity_prefix(s));
                Ok(outer.map(|(entity, _)| Declared {
                    entity: Some(entity),
                    via: None,
                }))
            }
            _ => Ok(home.map(|entity| Declared {
                entity: Some(entity),
                via: None,
            })),
        }
    }

    /// A `for each` over all records of an entity: before it, there is no subject. A head may say the entity again.
    fn swept<'n>(
        &mut self,
        c: &Clauses<'n>,
        each: &ast::ForEach,
    ) -> Result<Option<Declared<'n>>, ()> {
        let element = self.element(each);
        if let (Some((ast::ForClause::Subject { entity, .. }, span)), Some(element)) =
            (c.subject, element)
        {
            let declared = self.entity(entity).ok_or(())?;
            if declared != element {
                let (declared, element) = (
                    self.model.entity_name(declared).to_owned(),
                    self.model.entity_name(element).to_owned(),
                );
                self.report(rules::misplaced_clause::RULE.with_help(
                    self.path,
                    span,
                    format!("this trigger fires for each `{element}`, not for a `{declared}`"),
                    format!(
                        "leave `for {declared}` out, or write `for each {element} of {declared}`"
                    ),
                ));
                return Err(());
            }
        }
        Ok(Some(Declared {
            entity: None,
            via: None,
        }))
    }

    /// The entity that the variable of a `for each` names.
    fn element(&self, each: &ast::ForEach) -> Option<EntityId> {
        self.entity_prefix(&each.entity).map(|(entity, _)| entity)
    }

    /// The entity that all starts have in common, where nothing is declared. `Err` where that is undecided.
    pub(super) fn common_subject(
        &mut self,
        shapes: &[&Shape],
        name: &ast::Name,
    ) -> Result<Option<EntityId>, ()> {
        let Some((first, rest)) = shapes.split_first() else {
            return Err(());
        };
        let common: Vec<EntityId> = first
            .subjects
            .iter()
            .copied()
            .filter(|s| rest.iter().all(|shape| shape.subjects.contains(s)))
            .collect();
        match common.as_slice() {
            [one] => Ok(Some(*one)),
            [] if shapes.iter().all(|s| s.subjects.is_empty()) => Ok(None),
            [] if shapes.iter().any(|s| s.event == EventKind::Clock) => {
                self.report(rules::no_subject::beside_the_clock(self.path, name.span));
                Err(())
            }
            // a template that nothing applies may be meant for a stage
            _ if self.bound.sample => Err(()),
            several => {
                let names: Vec<&str> = several.iter().map(|s| self.model.entity_name(*s)).collect();
                self.report(rules::no_subject::undecided(self.path, name.span, &names));
                Err(())
            }
        }
    }

    /// How an event of this shape leads to one record of `subject`, from `root`.
    pub(super) fn subject_place(
        &mut self,
        shape: &Shape,
        subject: EntityId,
        via: Option<&ast::Path>,
        root: Root,
        span: Span,
    ) -> Option<Place> {
        if let Some(via) = via.filter(|_| shape.event != EventKind::Clock) {
            return self.via(shape, subject, via, root);
        }
        if shape.derived == Some(subject) {
            return Some(Place::field(root, "record"));
        }
        let name = self.model.entity_name(subject).to_owned();
        if shape.event == EventKind::Clock {
            self.report(rules::no_subject::of_the_clock(self.path, span, &name));
            return None;
        }
        let references: Vec<&str> = Model::references(&shape.fields.fields, subject)
            .map(|f| f.name.as_str())
            .collect();
        match references.as_slice() {
            [one] => Some(Place::field(root, *one)),
            [] => {
                let help = self.lead_help(shape, subject);
                self.report(rules::no_subject::problem(
                    self.path,
                    span,
                    &shape.fields.what,
                    &name,
                    help,
                ));
                None
            }
            several => {
                self.report(rules::no_subject::several(
                    self.path,
                    span,
                    &shape.fields.what,
                    &name,
                    several,
                ));
                None
            }
        }
    }

    /// `via PATH`: through fields of the event or of records that it refers to, each of which leads to one record.
    pub(super) fn via(
        &mut self,
        shape: &Shape,
        subject: EntityId,
        via: &ast::Path,
        root: Root,
    ) -> Option<Place> {
        let mut env = Env {
            event: Some(shape.fields.clone()),
            ..Env::default()
        };
        // bare: a field of the event, or the entity of its only reference
        let direct =
            super::field::match_field(&shape.fields.fields, &via.names).map(|(f, used)| {
                (
                    Place::field(Root::Event, f.name.clone()),
                    f.ty.clone(),
                    f.optional,
                    used,
                )
            });
        let typed = match direct {
            Some((place, ty, optional, used)) => self.walk(place, ty, optional, via, used),
            None => {
                if let Some(entity) = shape.derived {
                    env.event = Some(super::cx::EventFields {
                        what: shape.fields.what.clone(),
                        fields: shape
                            .fields
                            .fields
                            .iter()
                            .filter(|f| f.ty == Type::Entity(entity))
                            .cloned()
                            .collect(),
                    });
                }
                self.path(&env, via, None)
            }
        };
        let trig_ir::Expr::Load(mut place) = typed.expr else {
            return None;
        };
        match &typed.ty {
            Type::Entity(id) if *id == subject => {
                place.root = root;
                Some(place)
            }
            Type::List(of) | Type::Set(of) if **of == Type::Entity(subject) => {
                let name = self.model.entity_name(subject).to_owned();
                let path = via.text();
                self.report(rules::no_subject::problem(
                    self.path,
                    via.span,
                    &format!("`{path}`"),
                    &name,
                    Some(format!(
                        "to fire for each of them, write `for each {name} of {path}`"
                    )),
                ));
                None
            }
            Type::Any => None,
            other => {
                let found = self.model.type_name(other);
                let wanted = format!("`{}`", self.model.entity_name(subject));
                self.report(rules::type_mismatch::problem(
                    self.path, via.span, &wanted, &found,
                ));
                None
            }
        }
    }

    /// What to write where an event does not lead to the subject by itself.
    fn lead_help(&self, shape: &Shape, subject: EntityId) -> Option<String> {
        let name = self.model.entity_name(subject);
        let carried = shape.fields.fields.iter().filter_map(|f| match f.ty {
            Type::Entity(id) => Some(id),
            _ => None,
        });
        for id in carried {
            let Some(entity) = self.model.entity(id) else {
                continue;
            };
            let owner = self.model.entity_name(id);
            for field in &entity.fields {
                if field.ty == Type::Entity(subject) {
                    // without the catalogue, where that is enough
                    let short = ast::Name {
                        span: Span::default(),
                        text: crate::model::short(&field.name).to_owned(),
                    };
                    let found =
                        super::field::match_field(&entity.fields, std::slice::from_ref(&short));
                    let enough = found.is_some_and(|(found, _)| found.name == field.name);
                    let field = if enough {
                        &short.text
                    } else {
                        field.name.as_str()
                    };
                    return Some(format!("write `for {name} via {owner}.{field}`"));
                }
                if field.ty.element() == Some(&Type::Entity(subject)) {
                    return Some(format!(
                        "there may be several: in place of `for {name}`, the clause `for each {name} of {owner}` fires for each of them"
                    ));
                }
            }
        }
        None
    }

    /// References of an event to finer entities than the subject.
    pub(super) fn finer(
        &self,
        shape: &Shape,
        subject: Option<EntityId>,
        root: Root,
    ) -> Vec<(EntityId, Place)> {
        let Some(subject) = subject else {
            return Vec::new();
        };
        // what happens to a record is about that record; its own references are for the record to say
        if !matches!(shape.event, EventKind::Event(_)) {
            let record = shape.derived.filter(|of| self.model.is_finer(*of, subject));
            let place = |of| (of, Place::field(root, "record"));
            return record.map(place).into_iter().collect();
        }
        let mut finer = Vec::new();
        for field in &shape.fields.fields {
            if let Type::Entity(id) = field.ty
                && self.model.is_finer(id, subject)
            {
                finer.push((id, Place::field(root, field.name.clone())));
            }
        }
        finer
    }
}
