//! Triggers.

use smol_str::SmolStr;
use trig_grammar::{Span, ast};
use trig_ir::{EntityId, Guard, GuardKind, Mode, Root, Start, Test, Trigger};

use super::attribute::only_schedules;
use super::clauses::Clauses;
use super::cx::{Cx, Env, EventFields};
use super::home::Home;
use super::operator::present_places;
use super::pattern::Shape;
use super::subject::Declared;
use crate::rules;

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
            if !env.lenient && !only_schedules(&test) {
                self.report(rules::misplaced_clause::with_help(
                    self.path,
                    expr.span,
                    "`during` asks whether schedules are open, and nothing else",
                    "ask of the record with `when`, or with `while` after a delay",
                ));
            }
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
            was: None,
            flow: false,
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
            debounce: None,
            until: None,
            after,
            during,
            mode: Mode::Single,
            missed: None,
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
            clock: None,
            subject: place,
            finer,
            guards,
            after: None,
        })
    }

    pub(super) fn guard(&self, kind: GuardKind, span: Span, test: Test) -> Guard {
        Guard {
            kind,
            loc: self.loc(span),
            test,
            text: self.source(span),
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
