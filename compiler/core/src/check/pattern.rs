//! Patterns of events.

use trig_grammar::ast;
use trig_ir::{EntityId, EventKind, Field, Type};

use super::cx::{Cx, EventFields};
use super::field::match_field;
use crate::model::{Decl, Lookup, short};
use crate::rules;

/// What a pattern looks at, before its filter is read.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) event: EventKind,
    /// What the event carries. A derived one carries the record under `record`, and under the entity's name.
    pub(super) fields: EventFields,
    /// Whose it is.
    pub(super) subjects: Vec<EntityId>,
    /// Whose record it carries, where it is no declared event.
    pub(super) derived: Option<EntityId>,
}

impl Shape {
    /// Whether it is a change of a record of `subject`: then `old.` is there.
    pub(super) fn is_change_of(&self, subject: Option<EntityId>) -> bool {
        subject.is_some() && self.derived == subject && !matches!(self.event, EventKind::Due(..))
    }

    /// Whether it happens by the clock.
    pub(super) fn is_of_the_clock(&self) -> bool {
        matches!(self.event, EventKind::Clock | EventKind::Due(..))
    }
}

/// What a recurrence or one-shot looks like.
fn clock_shape() -> Shape {
    Shape {
        event: EventKind::Clock,
        fields: EventFields {
            what: "what the clock starts".to_owned(),
            fields: vec![field("at", Type::DateTime, false)],
        },
        subjects: Vec::new(),
        derived: None,
    }
}

impl Cx<'_> {
    /// What kind of event a pattern looks at; says so where that is nothing.
    pub(super) fn shape(&mut self, pattern: &ast::Pattern) -> Option<Shape> {
        match &pattern.kind {
            ast::PatternKind::Missing => None,
            ast::PatternKind::Path { path, tail, .. } => self.path_shape(path, tail),
            ast::PatternKind::First { event, .. } => self.shape(event),
            ast::PatternKind::Every(_) | ast::PatternKind::Date { .. } => Some(clock_shape()),
            ast::PatternKind::Offset(offset) => self.due_shape(offset),
        }
    }

    fn path_shape(&mut self, path: &ast::Path, tail: &ast::PatternTail) -> Option<Shape> {
        use ast::PatternTail as T;
        if path.is_missing() {
            return None;
        }
        if self.is_goal_event(path) {
            return self.goal_shape(path, tail);
        }
        match tail {
            T::None | T::Filter(_) => self.event_shape(path, tail),
            T::Created { .. } => self.record_shape(path, EventKind::Created, false),
            T::Moved { .. } | T::Leaves(_) => self.record_shape(path, EventKind::Moved, true),
            T::Enters(_) => self.record_shape(path, EventKind::Entered, true),
            T::Deleted => self.record_shape(path, EventKind::Deleted, false),
            T::Changed { .. } | T::Gains(_) | T::Loses(_) | T::RisesAbove(_) | T::FallsBelow(_) => {
                self.field_shape(path, tail)
            }
        }
    }

    fn event_shape(&mut self, path: &ast::Path, tail: &ast::PatternTail) -> Option<Shape> {
        let text = path.text();
        match self.model.scope.lookup(self.catalogue, &text) {
            Lookup::Found(full, Decl::Event(id)) => {
                let sig = self.model.event(id)?;
                Some(Shape {
                    event: EventKind::Event(id),
                    fields: EventFields {
                        what: format!("`{}`", short(full)),
                        fields: sig.event.fields.clone(),
                    },
                    subjects: sig.subjects.clone(),
                    derived: None,
                })
            }
            Lookup::Found(full, Decl::Entity(_)) => {
                let name = short(full).to_owned();
                self.report(rules::misplaced_clause::RULE.with_help(
                    self.path,
                    path.span,
                    format!("`{name}` is an entity; say what happens to it"),
                    format!("`{name} created`, `{name} moved`, `{name} enters STAGE`, `{name}.FIELD changed`"),
                ));
                None
            }
            Lookup::Found(full, decl) => {
                let full = full.clone();
                self.report(rules::wrong_kind::problem(
                    self.path,
                    path.span,
                    &full,
                    decl.kind(),
                    "an event",
                ));
                None
            }
            Lookup::Ambiguous(names) => {
                self.report(rules::ambiguous_name::problem(
                    self.path, path.span, &text, &names,
                ));
                None
            }
            Lookup::Missing => {
                if matches!(tail, ast::PatternTail::None)
                    && let Some((entity, used)) = self.entity_prefix(path)
                    && path.names.len() > used
                    && let Some(e) = self.model.entity(entity)
                {
                    let rest = path.names.get(used..).unwrap_or_default();
                    let last = rest.last().map(|n| n.text.clone()).unwrap_or_default();
                    let name = short(&e.name).to_owned();
                    if ["created", "moved", "deleted"].contains(&last.as_str()) {
                        self.report(rules::misplaced_clause::RULE.with_help(
                            self.path,
                            path.span,
                            format!("what happens to a `{name}` is written with a space"),
                            format!("write `{name} {last}`"),
                        ));
                        return None;
                    }
                    if match_field(&e.fields, rest).is_some() {
                        self.report(rules::misplaced_clause::RULE.with_help(
                            self.path,
                            path.span,
                            format!("`{text}` is a field; say what happens to it"),
                            format!("write `{text} changed`"),
                        ));
                        return None;
                    }
                }
                let known = self.model.scope.names(|d| matches!(d, Decl::Event(_)));
                self.undeclared(path.span, "event", &text, &known)
            }
        }
    }

    fn record_shape(
        &mut self,
        path: &ast::Path,
        kind: impl Fn(EntityId) -> EventKind,
        needs_stage: bool,
    ) -> Option<Shape> {
        let entity = self.entity(path)?;
        let name = self.model.entity_name(entity).to_owned();
        let mut extra = Vec::new();
        let staged = self
            .model
            .entity(entity)
            .is_some_and(|e| e.fields.iter().any(|f| f.ty == Type::Stage(entity)));
        if staged {
            extra.push(field("from", Type::Stage(entity), true));
            extra.push(field("to", Type::Stage(entity), true));
        } else if needs_stage {
            self.report(rules::misplaced_clause::problem(
                self.path,
                path.span,
                format!("`{name}` has no stages, so it cannot move"),
            ));
            return None;
        }
        Some(self.derived(
            entity,
            kind(entity),
            format!("a change of a `{name}`"),
            extra,
        ))
    }

    fn field_shape(&mut self, path: &ast::Path, tail: &ast::PatternTail) -> Option<Shape> {
        let (entity, found) = self.own_field(path, "a change is watched")?;
        if found.silent {
            let message = format!(
                "`{}` raises nothing when it changes: the CRM does not report it",
                path.text()
            );
            self.report(rules::misplaced_clause::problem(
                self.path, path.span, message,
            ));
            return None;
        }
        if matches!(
            tail,
            ast::PatternTail::RisesAbove(_) | ast::PatternTail::FallsBelow(_)
        ) && !matches!(
            found.ty,
            Type::Int | Type::Decimal | Type::Money | Type::Duration | Type::Any
        ) {
            let ty = self.model.type_name(&found.ty);
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                path.span,
                format!(
                    "`{}` is a `{ty}`, and only numbers, amounts and durations rise and fall",
                    path.text()
                ),
                format!("write `{} changed`", path.text()),
            ));
            return None;
        }
        let what = format!("a change of `{}`", path.text());
        let element = found.ty.element().cloned();
        let (kind, extra) = match (tail, element) {
            (ast::PatternTail::Gains(_), Some(of)) => (
                EventKind::Gained(entity, found.name.clone()),
                vec![field("value", of, false)],
            ),
            (ast::PatternTail::Loses(_), Some(of)) => (
                EventKind::Lost(entity, found.name.clone()),
                vec![field("value", of, false)],
            ),
            (ast::PatternTail::Gains(_) | ast::PatternTail::Loses(_), None) => {
                let ty = self.model.type_name(&found.ty);
                self.report(rules::misplaced_clause::RULE.with_help(
                    self.path,
                    path.span,
                    format!(
                        "`{}` is a `{ty}`, and only a set or list gains and loses",
                        path.text()
                    ),
                    format!("write `{} changed`", path.text()),
                ));
                return None;
            }
            _ => {
                let (from, to) = (
                    field("from", found.ty.clone(), true),
                    field("to", found.ty.clone(), found.optional),
                );
                (
                    EventKind::Changed(entity, found.name.clone()),
                    vec![from, to],
                )
            }
        };
        Some(self.derived(entity, kind, what, extra))
    }

    /// The entity and field that a path names: of that entity itself. `what` says what is done with it: `a change is watched`.
    pub(super) fn own_field(&mut self, path: &ast::Path, what: &str) -> Option<(EntityId, Field)> {
        if path.is_missing() {
            return None;
        }
        let Some((entity, used)) = self
            .entity_prefix(path)
            .filter(|(_, used)| *used < path.names.len())
        else {
            self.no_field_path(path);
            return None;
        };
        let e = self.model.entity(entity)?;
        let rest = path.names.get(used..).unwrap_or_default();
        let name = rest.first()?;
        let Some((found, n)) = match_field(&e.fields, rest) else {
            let known: Vec<&str> = e.fields.iter().map(|f| f.name.as_str()).collect();
            let owner = short(&e.name).to_owned();
            self.report(rules::unknown_field::of_entity(
                self.path, name.span, &owner, &name.text, &known,
            ));
            return None;
        };
        if n < rest.len() {
            let message =
                format!("{what} on the record that has the field, not on one that refers to it");
            let mut problem = rules::misplaced_clause::problem(self.path, path.span, message);
            if let Type::Entity(of) = found.ty {
                let (from, to) = (self.model.entity_name(of), self.model.entity_name(entity));
                let field = path.names.get(used + n..).unwrap_or_default();
                let field: Vec<&str> = field.iter().map(|n| n.text.as_str()).collect();
                problem.diagnostic = problem.diagnostic.help(format!(
                    "start with `{from}.{}`; `for each {to} of {from}` leads back to the `{to}`",
                    field.join(".")
                ));
            }
            self.report(problem);
            return None;
        }
        Some((entity, found.clone()))
    }

    /// A path that should name a field of an entity, and does not begin with one.
    fn no_field_path(&mut self, path: &ast::Path) {
        if let Some((entity, _)) = self.entity_prefix(path) {
            let name = self.model.entity_name(entity).to_owned();
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                path.span,
                format!("`{name}` is an entity, and here stands one of its fields"),
                format!("write `{name}.FIELD`"),
            ));
            return;
        }
        let mut owners = self
            .model
            .entities
            .iter()
            .filter(|e| match_field(&e.fields, &path.names).is_some())
            .map(|e| format!("`{}.{}`", short(&e.name), path.text()));
        if let Some(first) = owners.next() {
            let rest: Vec<String> = owners.take(3).collect();
            let list = [vec![first], rest].concat().join(" or ");
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                path.span,
                format!("`{}` does not say whose field it is", path.text()),
                format!("write {list}"),
            ));
            return;
        }
        let known = self.model.scope.names(|d| matches!(d, Decl::Entity(_)));
        if let Some(first) = path.names.first() {
            self.undeclared::<()>(first.span, "entity", &first.text, &known);
        }
    }

    /// What happens at a distance from a date field.
    fn due_shape(&mut self, offset: &ast::Offset) -> Option<Shape> {
        let (entity, field) = self.own_field(&offset.field, "time is counted")?;
        let path = offset.field.text();
        if !matches!(field.ty, Type::Date | Type::DateTime) {
            if field.ty != Type::Any {
                let ty = self.model.type_name(&field.ty);
                self.report(rules::type_mismatch::message(
                    self.path,
                    offset.field.span,
                    format!("`{path}` is a `{ty}`, and only a `date` or `datetime` has a before and after"),
                ));
            }
            return None;
        }
        Some(Shape {
            event: EventKind::Due(entity, field.name),
            fields: EventFields {
                what: format!("the time given by `{path}`"),
                fields: vec![
                    self::field("at", Type::DateTime, false),
                    self::field("record", Type::Entity(entity), false),
                ],
            },
            subjects: vec![entity],
            derived: Some(entity),
        })
    }

    fn derived(
        &self,
        entity: EntityId,
        event: EventKind,
        what: String,
        mut fields: Vec<Field>,
    ) -> Shape {
        fields.push(field("record", Type::Entity(entity), false));
        Shape {
            event,
            fields: EventFields { what, fields },
            subjects: vec![entity],
            derived: Some(entity),
        }
    }
}

pub(super) fn field(name: &str, ty: Type, optional: bool) -> Field {
    Field {
        name: name.into(),
        ty,
        optional,
        native_id: None,
        silent: false,
        was: None,
    }
}
