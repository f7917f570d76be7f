//! Patterns of events.

use trig_grammar::{Span, ast};
use trig_ir::{ActorKind, EntityId, EventKind, Expr, Field, Pattern, Place, Root, Type, Value};

use super::cx::{Cx, Env, EventFields, Typed};
use super::path::match_field;
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
    /// Whether it is a change of a record: then `old.` is there.
    pub(super) derived: Option<EntityId>,
}

/// A pattern, lowered.
pub(super) struct Lowered {
    pub(super) pattern: Pattern,
    /// `by:` inside the filter.
    pub(super) by: Option<(Vec<ActorKind>, Span)>,
}

impl Cx<'_> {
    /// What kind of event a pattern looks at; says so where that is nothing.
    pub(super) fn shape(&mut self, pattern: &ast::Pattern) -> Option<Shape> {
        match &pattern.kind {
            ast::PatternKind::Missing => None,
            ast::PatternKind::Path { path, tail } => self.path_shape(path, tail),
            ast::PatternKind::First { .. } => self.unsupported(pattern.span, "`on first …`"),
            ast::PatternKind::Every(_) => {
                self.unsupported(pattern.span, "a recurrence (`on every …`)")
            }
            ast::PatternKind::Date { .. } => {
                self.unsupported(pattern.span, "a one-shot (`on date …`)")
            }
            ast::PatternKind::Offset(_) => {
                self.unsupported(pattern.span, "an offset from a date field")
            }
        }
    }

    pub(super) fn unsupported<T>(&mut self, span: Span, what: &str) -> Option<T> {
        self.report(rules::not_yet_supported::problem(self.path, span, what));
        None
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
            T::Changed { .. } | T::Gains(_) | T::Loses(_) => self.field_shape(path, tail),
            T::RisesAbove(_) => self.unsupported(path.span, "`rises above`"),
            T::FallsBelow(_) => self.unsupported(path.span, "`falls below`"),
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
                self.report(rules::misplaced_clause::with_help(
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
                        self.report(rules::misplaced_clause::with_help(
                            self.path,
                            path.span,
                            format!("what happens to a `{name}` is written with a space"),
                            format!("write `{name} {last}`"),
                        ));
                        return None;
                    }
                    if match_field(&e.fields, rest).is_some() {
                        self.report(rules::misplaced_clause::with_help(
                            self.path,
                            path.span,
                            format!("`{text}` is a field; say what happens to it"),
                            format!("write `{text} changed`"),
                        ));
                        return None;
                    }
                }
                let known = self.model.scope.names(|d| matches!(d, Decl::Event(_)));
                self.report(rules::unknown_name::problem(
                    self.path, path.span, "event", &text, &known,
                ));
                None
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
        let Some((entity, used)) = self
            .entity_prefix(path)
            .filter(|(_, used)| *used < path.names.len())
        else {
            let known = self.model.scope.names(|d| matches!(d, Decl::Entity(_)));
            if let Some(first) = path.names.first() {
                let problem = rules::unknown_name::problem(
                    self.path,
                    first.span,
                    "entity",
                    &first.text,
                    &known,
                );
                self.report(problem);
            }
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
            self.report(rules::misplaced_clause::problem(
                self.path,
                path.span,
                "a change is watched on the record that has the field, not on one that refers to it",
            ));
            return None;
        }
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
                self.report(rules::misplaced_clause::with_help(
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

    /// Lowers a pattern of a known shape. `env` says what is visible inside its parentheses beside the event itself.
    pub(super) fn pattern(&mut self, env: &Env, pattern: &ast::Pattern, shape: &Shape) -> Lowered {
        let mut inner = env.clone();
        inner.candidate = Some(shape.fields.clone());
        let mut tests: Vec<Expr> = Vec::new();
        let mut by = None;
        let mut or_created = false;
        if let ast::PatternKind::Path { tail, .. } = &pattern.kind {
            match tail {
                ast::PatternTail::None | ast::PatternTail::Deleted => {}
                ast::PatternTail::Filter(filters) => {
                    self.filters(&inner, shape, filters, &mut tests, &mut by)
                }
                ast::PatternTail::Created { within } => {
                    tests.extend(
                        within
                            .as_ref()
                            .and_then(|path| self.stage_test(shape, path, "to")),
                    );
                }
                ast::PatternTail::Moved { from, to } => {
                    tests.extend(
                        from.as_ref()
                            .and_then(|p| self.value_test(&inner, shape, "from", p)),
                    );
                    tests.extend(
                        to.as_ref()
                            .and_then(|p| self.value_test(&inner, shape, "to", p)),
                    );
                }
                ast::PatternTail::Enters(path) => {
                    if let Some(test) = self.stage_test(shape, path, "to") {
                        // into a pipeline: from outside it
                        if matches!(test, Expr::InPipeline(..))
                            && let Some(from) = self.stage_test(shape, path, "from")
                        {
                            tests.push(Expr::Not(Box::new(from)));
                        }
                        tests.push(test);
                    }
                }
                ast::PatternTail::Leaves(path) => {
                    if let Some(test) = self.stage_test(shape, path, "from") {
                        if matches!(test, Expr::InPipeline(..))
                            && let Some(to) = self.stage_test(shape, path, "to")
                        {
                            tests.push(Expr::Not(Box::new(to)));
                        }
                        tests.push(test);
                    }
                }
                ast::PatternTail::Changed {
                    from,
                    to,
                    or_created: at_creation,
                } => {
                    or_created = *at_creation;
                    tests.extend(
                        from.as_ref()
                            .and_then(|p| self.value_test(&inner, shape, "from", p)),
                    );
                    tests.extend(
                        to.as_ref()
                            .and_then(|p| self.value_test(&inner, shape, "to", p)),
                    );
                }
                ast::PatternTail::Gains(value) | ast::PatternTail::Loses(value) => {
                    if let Some(of) = shape.fields.fields.iter().find(|f| f.name == "value") {
                        let value = self.value(&inner, value, &of.ty.clone());
                        tests.push(equal(candidate("value"), value));
                    }
                }
                ast::PatternTail::RisesAbove(_) | ast::PatternTail::FallsBelow(_) => {}
            }
        }
        let filter = match tests.len() {
            0 => None,
            1 => tests.pop(),
            _ => Some(Expr::And(tests)),
        };
        let text = self.source(pattern.span);
        Lowered {
            pattern: Pattern {
                event: shape.event.clone(),
                or_created,
                filter,
                first: None,
                text,
            },
            by,
        }
    }

    fn filters(
        &mut self,
        env: &Env,
        shape: &Shape,
        filters: &[ast::Filter],
        tests: &mut Vec<Expr>,
        by: &mut Option<(Vec<ActorKind>, Span)>,
    ) {
        for filter in filters {
            match filter {
                ast::Filter::Named { span, name, value } if name.text == "by" => {
                    let listed = match &value.kind {
                        ast::ExprKind::List(items) if !items.is_empty() => items.as_slice(),
                        _ => std::slice::from_ref(value),
                    };
                    let mut names = Vec::new();
                    for one in listed {
                        match &one.kind {
                            ast::ExprKind::Path(path) => names.extend(path.single().cloned()),
                            ast::ExprKind::Missing => {}
                            _ => self.report(rules::misplaced_clause::with_help(
                                self.path,
                                one.span,
                                "`by` says who caused the event",
                                "write `by: user`, or `by: [customer, user]`",
                            )),
                        }
                    }
                    if let Some((_, first)) = by {
                        self.report(rules::duplicate_clause::problem(
                            self.path, *span, "by", *first,
                        ));
                    }
                    *by = Some((self.actors(&names), *span));
                }
                ast::Filter::Named { name, .. } if name.text == "goal" && is_goal(shape) => {}
                ast::Filter::Named { name, value, .. } => {
                    let path = ast::Path {
                        span: name.span,
                        names: vec![name.clone()],
                    };
                    let Some((field, _)) = match_field(&shape.fields.fields, &path.names) else {
                        let known: Vec<&str> = shape
                            .fields
                            .fields
                            .iter()
                            .map(|f| f.name.as_str())
                            .collect();
                        let what = shape.fields.what.clone();
                        if !name.is_missing() {
                            let problem = rules::unknown_field::problem(
                                self.path, name.span, &what, &name.text, &known,
                            );
                            self.report(problem);
                        }
                        continue;
                    };
                    let (ty, load) = (field.ty.clone(), candidate(&field.name));
                    self.known_value(&name.text, value);
                    let value = self.expr(env, value, Some(&ty));
                    let span = match filter {
                        ast::Filter::Named { value, .. } => value.span,
                        ast::Filter::Expr(e) => e.span,
                    };
                    if self.require_type(span, &value, &ty) {
                        tests.push(equal(load, value.expr));
                    }
                }
                ast::Filter::Expr(expr) => tests.push(self.condition(env, expr)),
            }
        }
    }

    /// The kinds of actors that names say.
    pub(super) fn actors(&mut self, names: &[ast::Name]) -> Vec<ActorKind> {
        let mut actors = Vec::new();
        for name in names {
            match name.text.as_str() {
                "customer" => actors.push(ActorKind::Customer),
                "user" => actors.push(ActorKind::User),
                "api" => actors.push(ActorKind::Api),
                "automation" => actors.push(ActorKind::Automation),
                "" => {}
                other => self.report(rules::unknown_name::word(
                    self.path,
                    name.span,
                    "one who causes events",
                    other,
                    &["customer", "user", "api", "automation"],
                )),
            }
        }
        actors
    }

    /// The test that the stage in a field of the event is the stage, or in the pipeline, that a path names.
    fn stage_test(&mut self, shape: &Shape, path: &ast::Path, field: &str) -> Option<Expr> {
        let entity = shape.derived?;
        let value = Typed {
            expr: candidate(field),
            ty: Type::Stage(entity),
            optional: true,
        };
        self.stage_among(value, path, entity)
    }

    fn stage_among(&mut self, value: Typed, path: &ast::Path, entity: EntityId) -> Option<Expr> {
        if path.is_missing() {
            return None;
        }
        if let Lookup::Found(full, Decl::Pipeline(id)) =
            self.model.scope.lookup(self.catalogue, &path.text())
        {
            let full = full.clone();
            if self.model.pipeline(id).is_some_and(|p| p.entity != entity) {
                let message = format!(
                    "`{full}` is no pipeline for `{}`",
                    self.model.entity_name(entity)
                );
                self.report(rules::type_mismatch::message(self.path, path.span, message));
                return None;
            }
            return Some(Expr::InPipeline(Box::new(value.expr), id));
        }
        let typed = self.path(&Env::default(), path, Some(&Type::Stage(entity)));
        if typed.is_poison() || !self.require_type(path.span, &typed, &Type::Stage(entity)) {
            return None;
        }
        match typed.expr {
            Expr::Const(Value::Stage(stage)) => {
                Some(Expr::InStages(Box::new(value.expr), vec![stage]))
            }
            _ => None,
        }
    }

    /// The test that a value pattern says of a field of the event; `None` for `any`.
    fn value_test(
        &mut self,
        env: &Env,
        shape: &Shape,
        name: &str,
        pattern: &ast::ValuePattern,
    ) -> Option<Expr> {
        let field = shape.fields.fields.iter().find(|f| f.name == name)?;
        let value = Typed {
            expr: candidate(name),
            ty: field.ty.clone(),
            optional: field.optional,
        };
        match &pattern.kind {
            ast::ValuePatternKind::Any => None,
            ast::ValuePatternKind::Value(expr) => match &expr.kind {
                ast::ExprKind::Empty => Some(Expr::IsEmpty(Box::new(value.expr))),
                ast::ExprKind::List(_) | ast::ExprKind::Range(..) => {
                    Some(self.within(env, value, pattern.span, expr).expr)
                }
                ast::ExprKind::Path(path) if matches!(value.ty, Type::Stage(_)) => match value.ty {
                    Type::Stage(entity) => self.stage_among(value, path, entity),
                    _ => None,
                },
                _ => {
                    let ty = value.ty.clone();
                    let wanted = self.value(env, expr, &ty);
                    Some(equal(value.expr, wanted))
                }
            },
            ast::ValuePatternKind::Compare(op, right) => {
                // read as `name OP right` over the event's own field
                let path = ast::Path {
                    span: pattern.span,
                    names: vec![ast::Name {
                        span: pattern.span,
                        text: name.to_owned(),
                    }],
                };
                let left = ast::Expr {
                    span: pattern.span,
                    kind: ast::ExprKind::Path(path),
                };
                let whole = ast::Expr {
                    span: pattern.span,
                    kind: ast::ExprKind::Binary {
                        op: *op,
                        op_span: pattern.span,
                        left: Box::new(left),
                        right: Box::new(right.clone()),
                    },
                };
                Some(self.condition(env, &whole))
            }
        }
    }
}

/// Which goal a pattern is about, its shape says already.
fn is_goal(shape: &Shape) -> bool {
    matches!(
        shape.event,
        EventKind::GoalReached(..) | EventKind::GoalSkipped(..)
    )
}

pub(super) fn candidate(name: &str) -> Expr {
    Expr::Load(Place::field(Root::Candidate, name))
}

fn equal(left: Expr, right: Expr) -> Expr {
    Expr::Compare(trig_ir::CompareOp::Eq, Box::new(left), Box::new(right))
}

fn field(name: &str, ty: Type, optional: bool) -> Field {
    Field {
        name: name.into(),
        ty,
        optional,
        native_id: None,
        silent: false,
        was: None,
    }
}
