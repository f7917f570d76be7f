//! Triggers.

use smol_str::SmolStr;
use trig_grammar::{Span, ast};
use trig_ir::{
    Action, ActionKind, After, Cancel, EntityId, Expr, ForEach, Guard, GuardKind, Limit, LimitKind,
    PipelineId, Place, Root, ScheduleId, StageName, Start, Test, Trigger, Type, Value,
};

use super::clauses::Clauses;
use super::cx::{Cx, Env, EventFields};
use super::literal;
use super::operator::present_places;
use super::pattern::Shape;
use super::subject::Declared;
use crate::rules;

/// The stage in which a trigger stands.
#[derive(Clone)]
pub(super) struct Home {
    pub(super) pipeline: PipelineId,
    pub(super) stage: SmolStr,
}

impl Cx<'_> {
    /// Lowers a trigger. `None` where too much is wrong with it; what is wrong has been said.
    pub(super) fn trigger(&mut self, node: &ast::Trigger, home: Option<&Home>) -> Option<Trigger> {
        let name = node.name.as_ref().filter(|n| !n.is_missing())?;
        let c = self.clauses(&node.clauses);
        if c.starts.is_empty() {
            self.report(rules::missing_clause::no_start(
                self.path, name.span, &name.text,
            ));
        }
        let shapes: Vec<Option<Shape>> = c
            .starts
            .iter()
            .map(|(pattern, _, _)| self.shape(pattern))
            .collect();
        let known: Vec<&Shape> = shapes.iter().flatten().collect();
        let home_entity = home
            .and_then(|h| self.model.pipeline(h.pipeline))
            .map(|p| p.entity);
        // of a pipeline whose entity is unknown, which has been said, nothing can be checked
        if home_entity.is_some_and(|e| self.model.entity(e).is_none()) {
            return None;
        }
        let each_node = c.each.map(|(each, _)| each);
        // before `for each`: the record that it fans out from
        let event_lenient = known.len() < shapes.len() || known.is_empty();
        let mut lenient = false;
        let (outer, via) = match self.declared_subject(&c, home_entity) {
            Ok(Some(declared)) => (Some(declared.entity), declared.via),
            Ok(None) if known.is_empty() => {
                lenient = true;
                (None, None)
            }
            Ok(None) => match self.common_subject(&known, name) {
                Ok(common) => (common, None),
                Err(()) => {
                    lenient = true;
                    (None, None)
                }
            },
            Err(()) => {
                lenient = true;
                (None, None)
            }
        };
        let event = shared_fields(&known);
        let old = outer.is_some() && known.iter().all(|s| s.derived == outer);
        let mut env = Env {
            subject: outer,
            old,
            event: Some(event),
            lenient,
            event_lenient,
            ..Env::default()
        };

        let zone = self.zone_of(&c);
        let mut guards = Vec::new();
        if let Some((names, span)) = c.by {
            let by = self.actors(names);
            guards.push(self.guard(GuardKind::By, span, Test::By(by)));
        }
        if let (Some(home), Some(entity)) = (home, home_entity) {
            guards.extend(self.home_guard(home, entity, outer, c.backwards.is_some(), name.span));
        }
        let mut starts = Vec::new();
        for ((pattern, clauses, span), shape) in c.starts.iter().zip(&shapes) {
            let Some(shape) = shape else { continue };
            starts.extend(self.start(&env, pattern, clauses, *span, shape, outer, via));
        }
        if let [only] = starts.as_slice()
            && let Some(filter) = &only.pattern.filter
        {
            present_places(filter, &mut env.present);
        }
        if let Some((expr, span)) = c.when {
            let when = self.condition(&env, expr);
            present_places(&when, &mut env.present);
            guards.push(self.guard(GuardKind::When, span, Test::Expr(when)));
        }

        // from here on the subject is the element of `for each`
        let each = match each_node {
            Some(node) => {
                let fan_out = self.for_each(&env, node);
                let (each, element) = match fan_out {
                    Some((each, element)) => (Some(each), Some(element)),
                    None => {
                        env.lenient = true;
                        (None, None)
                    }
                };
                env.outer = env.subject;
                env.subject = element;
                env.old = false;
                for place in &mut env.present {
                    if place.root == Root::Subject {
                        place.root = Root::Outer;
                    }
                }
                each
            }
            None => None,
        };
        let subject = env.subject;
        let after = match c.after {
            Some((clause, _)) => self.after(&env, clause, &shapes),
            None => None,
        };
        let with_shape = c
            .starts
            .iter()
            .zip(&shapes)
            .filter(|(_, shape)| shape.is_some());
        if starts.len() == known.len() {
            for (((_, clauses, _), shape), start) in with_shape.zip(&mut starts) {
                let mut own = env.clone();
                own.event = shape.as_ref().map(|s| s.fields.clone());
                for clause in *clauses {
                    if matches!(clause.kind, ast::ClauseKind::After { .. }) {
                        start.after = self.after(&own, clause, &shapes);
                    }
                }
            }
        }
        let during = c.during.map(|(expr, span)| {
            let mut env = env.clone();
            env.event = None;
            env.old = false;
            let test = self.condition(&env, expr);
            self.guard(GuardKind::During, span, Test::Expr(test))
        });
        let limits = c
            .cooldown
            .map(|(what, per, span)| self.cooldown(&env, what, per, span, &name.text));
        let as_user = c.as_user.and_then(|(expr, _)| self.user(expr));
        let actions = match c.body {
            Some((block, span)) => {
                if block.actions.is_empty() {
                    self.report(rules::missing_clause::no_action(
                        self.path, span, &name.text,
                    ));
                }
                self.actions(&env, block, home, c.backwards.is_some())
            }
            None => match home {
                Some(home) => {
                    vec![self.move_home(home, name.span, c.backwards.is_some(), as_user.clone())]
                }
                None => {
                    self.report(rules::missing_clause::no_action(
                        self.path, name.span, &name.text,
                    ));
                    Vec::new()
                }
            },
        };
        if let (Some((_, span)), Some(_)) = (c.as_user, c.body) {
            self.report(rules::misplaced_clause::with_help(
                self.path,
                span,
                "`as` says in whose name a trigger without `do` moves its record",
                "write it at the action: `move to STAGE as user \"…\"`",
            ));
        }
        let name: SmolStr = name.text.as_str().into();
        let home = home.map(|h| {
            let pipeline = self
                .model
                .pipeline(h.pipeline)
                .map(|p| p.name.clone())
                .unwrap_or_default();
            smol_str::format_smolstr!("{pipeline}.{}", h.stage)
        });
        Some(Trigger {
            label: node
                .label
                .as_ref()
                .and_then(ast::TextLit::plain)
                .unwrap_or_else(|| name.to_string()),
            loc: self.loc(node.name.as_ref().map_or(Span::default(), |n| n.span)),
            name,
            home,
            priority: c.priority.map_or(0, |(expr, _)| self.priority(expr)),
            disabled: c.disabled.is_some(),
            again: c.again.is_some(),
            zone: zone.unwrap_or_else(|| self.during_zone(during.as_ref())),
            subject,
            starts,
            each,
            guards,
            after,
            during,
            limits: limits.flatten().into_iter().collect(),
            actions,
        })
    }

    /// The subject that the head, the stage or `for each` declares. `Err` where that is wrong, which has been said.
    fn declared_subject<'n>(
        &mut self,
        c: &Clauses<'n>,
        home: Option<EntityId>,
    ) -> Result<Option<Declared<'n>>, ()> {
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
                    entity: declared,
                    via: via.as_ref(),
                }))
            }
            (_, Some((each, span))) => {
                if home.is_some() {
                    self.report(rules::misplaced_clause::problem(
                        self.path,
                        span,
                        "a trigger in a stage is about its pipeline's own records; `for each` stands outside stages",
                    ));
                }
                let Some(source) = &each.source else {
                    self.unsupported::<()>(span, "`for each` over all records of an entity");
                    return Err(());
                };
                Ok(self
                    .entity_prefix(source)
                    .map(|(entity, _)| Declared { entity, via: None }))
            }
            _ => Ok(home.map(|entity| Declared { entity, via: None })),
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one start, as they stand in the tree"
    )]
    fn start(
        &mut self,
        env: &Env,
        pattern: &ast::Pattern,
        clauses: &[ast::Clause],
        span: Span,
        shape: &Shape,
        subject: Option<EntityId>,
        via: Option<&ast::Path>,
    ) -> Option<Start> {
        let place = match subject {
            Some(subject) => {
                Some(self.subject_place(shape, subject, via, Root::Event, pattern.span)?)
            }
            None => None,
        };
        let mut own = env.clone();
        own.event = Some(shape.fields.clone());
        own.old = subject.is_some() && shape.derived == subject;
        let lowered = self.pattern(&own, pattern, shape);
        let mut guards = Vec::new();
        if let Some((by, span)) = lowered.by {
            guards.push(self.guard(GuardKind::By, span, Test::By(by)));
        }
        for (i, clause) in clauses.iter().enumerate() {
            let same = |other: &&ast::Clause| {
                std::mem::discriminant(&other.kind) == std::mem::discriminant(&clause.kind)
            };
            if let Some(first) = clauses.iter().take(i).find(same) {
                let keyword = super::clauses::keyword(&clause.kind);
                self.report(rules::duplicate_clause::problem(
                    self.path,
                    clause.span,
                    keyword,
                    first.span,
                ));
            }
            match &clause.kind {
                ast::ClauseKind::By(names) => {
                    let by = self.actors(names);
                    guards.push(self.guard(GuardKind::By, clause.span, Test::By(by)));
                }
                ast::ClauseKind::When(expr) => {
                    let when = self.condition(&own, expr);
                    guards.push(self.guard(GuardKind::When, clause.span, Test::Expr(when)));
                }
                ast::ClauseKind::After { .. } | ast::ClauseKind::Bad => {}
                _ => self.report(rules::misplaced_clause::problem(
                    self.path,
                    clause.span,
                    "a start of its own may have `by`, `when` and `after`",
                )),
            }
        }
        let finer = self
            .finer(shape, subject, Root::Event)
            .into_iter()
            .map(|(_, place)| place)
            .collect();
        Some(Start {
            loc: self.loc(span),
            pattern: lowered.pattern,
            subject: place,
            finer,
            guards,
            after: None,
        })
    }

    fn guard(&self, kind: GuardKind, span: Span, test: Test) -> Guard {
        Guard {
            kind,
            loc: self.loc(span),
            test,
            text: self.source(span),
        }
    }

    /// In this pipeline, earlier, and not final; with `backwards`, anywhere else in it.
    fn home_guard(
        &mut self,
        home: &Home,
        entity: EntityId,
        subject: Option<EntityId>,
        backwards: bool,
        span: Span,
    ) -> Option<Guard> {
        if subject != Some(entity) {
            return None;
        }
        let field = self.stage_field(entity)?;
        let pipeline = self.model.pipeline(home.pipeline)?;
        let here = pipeline.stages.iter().position(|s| s.name == home.stage)?;
        let mut allowed = Vec::new();
        for (i, stage) in pipeline.stages.iter().enumerate() {
            if i != here && (backwards || (i < here && !stage.kind.is_final())) {
                allowed.push(StageName {
                    pipeline: pipeline.name.clone(),
                    stage: stage.name.clone(),
                });
            }
        }
        let text = if backwards {
            format!("elsewhere in {}", pipeline.name)
        } else {
            format!(
                "earlier in {} than {}, and not final",
                pipeline.name, home.stage
            )
        };
        let stage = Box::new(Expr::Load(Place::field(Root::Subject, field)));
        let test = Test::Expr(Expr::InStages(stage, allowed));
        Some(Guard {
            kind: GuardKind::Stage,
            loc: self.loc(span),
            test,
            text,
        })
    }

    /// The field of an entity that holds its stage.
    pub(super) fn stage_field(&self, entity: EntityId) -> Option<SmolStr> {
        let e = self.model.entity(entity)?;
        e.fields
            .iter()
            .find(|f| f.ty == Type::Stage(entity))
            .map(|f| f.name.clone())
    }

    fn move_home(
        &mut self,
        home: &Home,
        span: Span,
        backwards: bool,
        as_user: Option<SmolStr>,
    ) -> Action {
        let pipeline = self
            .model
            .pipeline(home.pipeline)
            .map(|p| p.name.clone())
            .unwrap_or_default();
        Action {
            loc: self.loc(span),
            kind: ActionKind::Move {
                record: Place::root(Root::Subject),
                to: StageName {
                    pipeline,
                    stage: home.stage.clone(),
                },
                backwards,
                across: false,
                as_user,
            },
        }
    }

    fn for_each(&mut self, env: &Env, node: &ast::ForEach) -> Option<(ForEach, EntityId)> {
        let source = node.source.as_ref()?;
        let (place, ty, _) = self.place(env, source)?;
        // `for each contact of deal`: the deal's only collection of contacts
        let (place, element) = match ty {
            Type::Entity(owner) => {
                let binder = ast::Path {
                    span: node.binder.span,
                    names: vec![node.binder.clone()],
                };
                let wanted = self.entity(&binder)?;
                let fields = self
                    .model
                    .entity(owner)
                    .map(|e| e.fields.as_slice())
                    .unwrap_or_default();
                let mut of = fields
                    .iter()
                    .filter(|f| f.ty.element() == Some(&Type::Entity(wanted)));
                match (of.next(), of.next()) {
                    (Some(field), None) => {
                        let mut place = place;
                        place.path.push(field.name.clone());
                        (place, wanted)
                    }
                    _ => {
                        let (owner, wanted) = (
                            self.model.entity_name(owner),
                            self.model.entity_name(wanted),
                        );
                        let message = format!("a `{owner}` has no single collection of `{wanted}`");
                        let help = format!("say which field: `for each {wanted} of {owner}.FIELD`");
                        self.report(rules::misplaced_clause::with_help(
                            self.path,
                            source.span,
                            message,
                            help,
                        ));
                        return None;
                    }
                }
            }
            Type::List(of) | Type::Set(of) => match *of {
                Type::Entity(element) => {
                    let binder = ast::Path {
                        span: node.binder.span,
                        names: vec![node.binder.clone()],
                    };
                    let named = self.entity_prefix(&binder).map(|(id, _)| id);
                    if named != Some(element) && !node.binder.is_missing() {
                        let wanted = self.model.entity_name(element).to_owned();
                        self.report(rules::misplaced_clause::with_help(
                            self.path,
                            node.binder.span,
                            format!("`{}` holds records of `{wanted}`", source.text()),
                            format!("write `for each {wanted} of {}`", source.text()),
                        ));
                        return None;
                    }
                    (place, element)
                }
                other => {
                    let found = self.model.type_name(&other);
                    self.report(rules::type_mismatch::problem(
                        self.path,
                        source.span,
                        "a list of records",
                        &found,
                    ));
                    return None;
                }
            },
            Type::Any => return None,
            other => {
                let found = self.model.type_name(&other);
                self.report(rules::type_mismatch::problem(
                    self.path,
                    source.span,
                    "a list of records",
                    &found,
                ));
                return None;
            }
        };
        let mut place = place;
        if place.root == Root::Subject {
            place.root = Root::Outer;
        }
        let mut inner = env.clone();
        inner.outer = env.subject;
        inner.subject = Some(element);
        inner.old = false;
        let filter = node.filter.as_ref().map(|filter| {
            let test = self.condition(&inner, filter);
            self.guard(GuardKind::When, filter.span, Test::Expr(test))
        });
        Some((
            ForEach {
                loc: self.loc(node.span),
                source: place,
                filter,
            },
            element,
        ))
    }

    fn after(
        &mut self,
        env: &Env,
        clause: &ast::Clause,
        shapes: &[Option<Shape>],
    ) -> Option<After> {
        let ast::ClauseKind::After {
            duration,
            holds,
            unless,
        } = &clause.kind
        else {
            return None;
        };
        let duration = match literal::constant(duration) {
            Ok(Some((Value::Duration(d), _))) => d,
            Err((span, message)) => {
                self.report(rules::invalid_literal::problem(self.path, span, message));
                return None;
            }
            _ => {
                if duration.kind != ast::ExprKind::Missing {
                    self.report(rules::misplaced_clause::with_help(
                        self.path,
                        duration.span,
                        "after `after` stands a duration",
                        "write `after 10m`",
                    ));
                }
                return None;
            }
        };
        let holds = holds.as_ref().map(|expr| {
            let mut env = env.clone();
            env.event = None;
            env.old = false;
            let test = self.condition(&env, expr);
            self.guard(GuardKind::While, expr.span, Test::Expr(test))
        });
        let mut cancels = Vec::new();
        for pattern in unless {
            cancels.extend(self.cancel(env, pattern, shapes));
        }
        Some(After {
            loc: self.loc(clause.span),
            duration,
            holds,
            unless: cancels,
        })
    }

    /// An event after `unless`, and how it belongs to the firing that it cancels.
    fn cancel(
        &mut self,
        env: &Env,
        pattern: &ast::Pattern,
        starts: &[Option<Shape>],
    ) -> Option<Cancel> {
        let shape = self.shape(pattern)?;
        let lowered = self.pattern(env, pattern, &shape);
        let reads_firing = lowered.pattern.filter.as_ref().is_some_and(reads_firing);
        let mut subject = None;
        if !reads_firing && !env.lenient {
            // nothing in the pattern says which firing it belongs to: its reference to the subject does
            let of = env.subject.filter(|of| {
                let references = crate::model::Model::references(&shape.fields.fields, *of);
                shape.derived == Some(*of) || references.count() == 1
            });
            let Some(of) = of else {
                let name = env.subject.map_or("firing", |s| self.model.entity_name(s));
                let (name, what) = (name.to_owned(), shape.fields.what.clone());
                self.report(rules::uncorrelated_unless::problem(
                    self.path,
                    pattern.span,
                    &what,
                    &name,
                ));
                return None;
            };
            subject = self.subject_place(&shape, of, None, Root::Candidate, pattern.span);
        }
        // where both events refer to the same finer entity type, that one must be equal, too
        let theirs = self.finer(&shape, env.subject, Root::Candidate);
        let mut finer = Vec::new();
        for start in starts.iter().flatten() {
            let mut pairs = Vec::new();
            for (entity, ours) in self.finer(start, env.subject, Root::Event) {
                let same = theirs.iter().filter(|(id, _)| *id == entity);
                pairs.extend(same.map(|(_, place)| (ours.clone(), place.clone())));
            }
            finer.push(pairs);
        }
        let by = lowered.by.map(|(by, _)| by).unwrap_or_default();
        Some(Cancel {
            pattern: lowered.pattern,
            by,
            subject,
            finer,
        })
    }

    fn cooldown(
        &mut self,
        env: &Env,
        what: &ast::CooldownRef,
        per: Option<&ast::Key>,
        span: Span,
        trigger: &str,
    ) -> Option<Limit> {
        let paths: Vec<ast::Path>;
        let (name, window, per) = match what {
            ast::CooldownRef::Duration(expr) => match literal::constant(expr) {
                Ok(Some((Value::Duration(window), _))) => (
                    SmolStr::from(trigger),
                    window,
                    per.map(|key| key.paths.as_slice()),
                ),
                Err((span, message)) => {
                    self.report(rules::invalid_literal::problem(self.path, span, message));
                    return None;
                }
                _ => {
                    if expr.kind != ast::ExprKind::Missing {
                        self.report(rules::misplaced_clause::with_help(
                            self.path,
                            expr.span,
                            "after `cooldown` stands a duration, or the name of a shared one",
                            "write `cooldown 1d`",
                        ));
                    }
                    return None;
                }
            },
            ast::CooldownRef::Shared(path) => {
                let sig = self.shared_cooldown(path)?;
                if let Some(key) = per {
                    self.report(rules::misplaced_clause::problem(
                        self.path,
                        key.span,
                        "a shared cooldown says itself per what it counts",
                    ));
                }
                paths = sig
                    .per
                    .iter()
                    .flatten()
                    .map(|names| as_path(names, path.span))
                    .collect();
                (
                    sig.name.clone(),
                    sig.window,
                    sig.per.as_ref().map(|_| paths.as_slice()),
                )
            }
        };
        let key = match per {
            Some(paths) => {
                let mut key = Vec::new();
                for path in paths {
                    key.push(self.key(env, path)?);
                }
                key
            }
            None => env
                .subject
                .map(|_| Place::root(Root::Subject))
                .into_iter()
                .collect(),
        };
        Some(Limit {
            loc: self.loc(span),
            name,
            kind: LimitKind::Cooldown,
            count: 1,
            window,
            key,
        })
    }

    fn shared_cooldown(&mut self, path: &ast::Path) -> Option<crate::model::CooldownSig> {
        use crate::model::{Decl, Lookup};
        match self.model.scope.lookup(self.catalogue, &path.text()) {
            Lookup::Found(_, Decl::Cooldown(i)) => self.model.cooldowns.get(i as usize).cloned(),
            Lookup::Found(full, decl) => {
                let full = full.clone();
                self.report(rules::wrong_kind::problem(
                    self.path,
                    path.span,
                    &full,
                    decl.kind(),
                    "a cooldown",
                ));
                None
            }
            _ => {
                let known = self.model.scope.names(|d| matches!(d, Decl::Cooldown(_)));
                if !path.is_missing() {
                    let problem = rules::unknown_name::problem(
                        self.path,
                        path.span,
                        "cooldown",
                        &path.text(),
                        &known,
                    );
                    self.report(problem);
                }
                None
            }
        }
    }

    /// A key: a place that leads to one value.
    fn key(&mut self, env: &Env, path: &ast::Path) -> Option<Place> {
        let (place, ty, _) = self.place(env, path)?;
        if ty.element().is_some() {
            let ty = self.model.type_name(&ty);
            self.report(rules::type_mismatch::message(
                self.path,
                path.span,
                format!("a key is a single value, and `{}` is a `{ty}`", path.text()),
            ));
            return None;
        }
        Some(place)
    }

    /// The user that an expression names.
    pub(super) fn user(&mut self, expr: &ast::Expr) -> Option<SmolStr> {
        match literal::constant(expr) {
            Ok(Some((Value::User(user), _))) => Some(user),
            _ => {
                if expr.kind != ast::ExprKind::Missing {
                    self.report(rules::misplaced_clause::with_help(
                        self.path,
                        expr.span,
                        "after `as` stands a user",
                        "write `as user \"anna@acme.com\"`",
                    ));
                }
                None
            }
        }
    }

    fn priority(&mut self, expr: &ast::Expr) -> i32 {
        let value = match &expr.kind {
            ast::ExprKind::Unary(ast::UnaryOp::Neg, inner) => match literal::constant(inner) {
                Ok(Some((Value::Int(n), _))) => Some(-n),
                _ => None,
            },
            _ => match literal::constant(expr) {
                Ok(Some((Value::Int(n), _))) => Some(n),
                _ => None,
            },
        };
        match value.map(i32::try_from) {
            Some(Ok(n)) => n,
            _ => {
                self.report(rules::invalid_literal::problem(
                    self.path,
                    expr.span,
                    "a priority is a whole number of at most nine digits".to_owned(),
                ));
                0
            }
        }
    }

    fn zone_of(&mut self, c: &Clauses<'_>) -> Option<SmolStr> {
        let (text, _) = c.zone?;
        match literal::zone(text) {
            Ok(zone) => Some(zone),
            Err(name) => {
                self.report(rules::unknown_zone::problem(self.path, text.span, &name));
                None
            }
        }
    }

    /// The zone of the one schedule in `during`, else the project's.
    fn during_zone(&mut self, during: Option<&Guard>) -> SmolStr {
        let mut schedules = Vec::new();
        if let Some(Guard {
            test: Test::Expr(expr),
            ..
        }) = during
        {
            open_schedules(expr, &mut schedules);
        }
        let mut zones: Vec<SmolStr> = schedules
            .iter()
            .filter_map(|id| self.model.schedule(*id))
            .map(|s| s.zone.clone())
            .collect();
        zones.sort();
        zones.dedup();
        match (zones.as_slice(), during) {
            ([one], _) => one.clone(),
            ([a, b, ..], Some(guard)) => {
                let message =
                    format!("the schedules in `during` have different zones, `{a}` and `{b}`");
                let span = Span::new(guard.loc.start, guard.loc.end);
                self.report(rules::misplaced_clause::with_help(
                    self.path,
                    span,
                    message,
                    "say which one the trigger lives in: `zone \"…\"`",
                ));
                a.clone()
            }
            _ => self.model.project.zone.clone(),
        }
    }
}

/// The fields that all events have, of equal type.
fn shared_fields(shapes: &[&Shape]) -> EventFields {
    let Some((first, rest)) = shapes.split_first() else {
        return EventFields {
            what: "the event".to_owned(),
            fields: Vec::new(),
        };
    };
    if rest.is_empty() {
        return first.fields.clone();
    }
    let mut fields = Vec::new();
    for field in &first.fields.fields {
        let mut shared = field.clone();
        let mut everywhere = true;
        for shape in rest {
            match shape
                .fields
                .fields
                .iter()
                .find(|f| f.name == field.name && f.ty == field.ty)
            {
                Some(other) => shared.optional |= other.optional,
                None => everywhere = false,
            }
        }
        if everywhere {
            fields.push(shared);
        }
    }
    EventFields {
        what: "the event of every start".to_owned(),
        fields,
    }
}

fn as_path(names: &[SmolStr], span: Span) -> ast::Path {
    ast::Path {
        span,
        names: names
            .iter()
            .map(|n| ast::Name {
                span,
                text: n.to_string(),
            })
            .collect(),
    }
}

fn open_schedules(expr: &Expr, out: &mut Vec<ScheduleId>) {
    match expr {
        Expr::Open(id) => out.push(*id),
        Expr::Not(inner) => open_schedules(inner, out),
        Expr::And(all) | Expr::Or(all) => {
            for e in all {
                open_schedules(e, out);
            }
        }
        _ => {}
    }
}

/// Whether an expression reads anything of the firing that an event may cancel.
fn reads_firing(expr: &Expr) -> bool {
    let own = match expr {
        Expr::Load(place) | Expr::Condition(_, Some(place)) => {
            matches!(
                place.root,
                Root::Subject | Root::Event | Root::Outer | Root::Old
            )
        }
        _ => false,
    };
    let mut found = own;
    expr.for_each_child(&mut |child| found |= reads_firing(child));
    found
}
