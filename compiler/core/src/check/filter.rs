//! Patterns of events: what must hold of the event.

use trig_grammar::{Span, ast};
use trig_ir::{
    ActorKind, CompareOp, EntityId, EventKind, Expr, First, Pattern, Place, Root, Type, Value,
};

use super::cx::{Cx, Env, Typed};
use super::field::match_field;
use super::limit::period;
use super::pattern::Shape;
use crate::model::{Decl, Lookup};
use crate::rules;

/// A pattern, lowered.
pub(super) struct Lowered {
    pub(super) pattern: Pattern,
    /// `by:` inside the filter.
    pub(super) by: Option<(Vec<ActorKind>, Span)>,
}

impl Cx<'_> {
    /// Lowers a pattern of a known shape. `env` says what is visible inside its parentheses beside the event itself.
    pub(super) fn pattern(&mut self, env: &Env, pattern: &ast::Pattern, shape: &Shape) -> Lowered {
        let mut inner = env.clone();
        inner.candidate = Some(shape.fields.clone());
        let mut tests: Vec<Expr> = Vec::new();
        let mut by = None;
        let mut or_created = false;
        let mut first = None;
        let counted = match &pattern.kind {
            ast::PatternKind::First { event, per, each } => {
                first = self.first(shape, pattern.span, per.as_ref(), *each);
                event
            }
            _ => pattern,
        };
        if let ast::PatternKind::Path { tail, filters, .. } = &counted.kind {
            if let Some(filters) = filters {
                self.filters(&inner, shape, &filters.all, &mut tests, &mut by);
            }
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
                        self.known_element(shape, value);
                        let value = self.value(&inner, value, &of.ty.clone());
                        tests.push(equal(candidate("value"), value));
                    }
                }
                ast::PatternTail::RisesAbove(value) => {
                    let crossed = self.crossing(&inner, shape, value, CompareOp::Gt);
                    tests.extend(crossed.into_iter().flatten());
                }
                ast::PatternTail::FallsBelow(value) => {
                    let crossed = self.crossing(&inner, shape, value, CompareOp::Lt);
                    tests.extend(crossed.into_iter().flatten());
                }
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
                first,
                text,
            },
            by,
        }
    }

    /// A value that the field of which a change is watched has, or is an element of it: a known one, where those are.
    fn known_element(&mut self, shape: &Shape, value: &ast::Expr) {
        if let EventKind::Changed(_, field)
        | EventKind::Gained(_, field)
        | EventKind::Lost(_, field) = &shape.event
        {
            self.known_value(field, value);
        }
    }

    /// Now beyond a bound, and not before: by a value that was `empty`, too.
    fn crossing(
        &mut self,
        env: &Env,
        shape: &Shape,
        bound: &ast::Expr,
        beyond: CompareOp,
    ) -> Option<Vec<Expr>> {
        let of = shape.fields.fields.iter().find(|f| f.name == "to")?;
        let bound = self.value(env, bound, &of.ty.clone());
        let test = |name| Expr::Compare(beyond, Box::new(candidate(name)), Box::new(bound.clone()));
        Some(vec![Expr::Not(Box::new(test("from"))), test("to")])
    }

    /// `per KEY each PERIOD` of a pattern that counts.
    fn first(
        &mut self,
        shape: &Shape,
        span: Span,
        per: Option<&ast::Key>,
        each: Option<ast::Period>,
    ) -> Option<First> {
        let Some(per) = per else {
            let written = self.source(span);
            self.report(rules::missing_clause::RULE.with_help(
                self.path,
                span,
                "`first` does not say of whom",
                format!("write `{written} per …`, such as `per contact`"),
            ));
            return None;
        };
        let env = Env {
            candidate: Some(shape.fields.clone()),
            event: Some(shape.fields.clone()),
            ..Env::default()
        };
        let mut key = Vec::new();
        for path in &per.paths {
            let mut place = self.key_part(&env, path)?;
            place.root = Root::Event;
            key.push(place);
        }
        Some(First {
            key,
            period: each.map(period),
        })
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
                            _ => self.report(rules::misplaced_clause::RULE.with_help(
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
                // which goal it is about, its shape says already
                ast::Filter::Named { name, .. } if name.text == "goal" && shape.is_goal() => {
                    let mut goals = filters.iter().filter_map(|filter| match filter {
                        ast::Filter::Named { name, .. } if name.text == "goal" => Some(name.span),
                        _ => None,
                    });
                    if let Some(first) = goals.next().filter(|first| *first != name.span) {
                        self.report(rules::duplicate_clause::problem(
                            self.path, name.span, "goal", first,
                        ));
                    }
                }
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
        if let ast::ValuePatternKind::Value(written) | ast::ValuePatternKind::Compare(_, written) =
            &pattern.kind
        {
            self.known_element(shape, written);
        }
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

pub(super) fn candidate(name: &str) -> Expr {
    Expr::Load(Place::field(Root::Candidate, name))
}

fn equal(left: Expr, right: Expr) -> Expr {
    Expr::Compare(CompareOp::Eq, Box::new(left), Box::new(right))
}
