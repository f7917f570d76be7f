//! The starts of a trigger: `on`, with clauses of their own.

use trig_grammar::{Span, ast};
use trig_ir::{EntityId, EventKind, GuardKind, Place, Root, Start, Test};

use super::clauses::Clauses;
use super::cx::{Cx, Env, EventFields};
use super::pattern::Shape;
use super::present::{Present, Since};
use crate::rules;

impl Cx<'_> {
    /// Lowers the starts, but for their delays. What each of them shows to be there, `env` knows then.
    pub(super) fn starts(
        &mut self,
        env: &mut Env,
        c: &Clauses<'_>,
        shapes: &[Option<Shape>],
        via: Option<&ast::Path>,
    ) -> Vec<Start> {
        let mut starts = Vec::new();
        for ((pattern, clauses, span), shape) in c.starts.iter().zip(shapes) {
            let Some(shape) = shape else { continue };
            starts.extend(self.start(env, pattern, clauses, *span, shape, env.subject, via));
        }
        // of one that is wrong nothing is known, and nothing more is said
        let shown = starts.iter().map(|start| self.shown(env, start));
        if let Some(present) = shown.reduce(|a, b| a.meet(&b)) {
            env.present = present;
        }
        starts
    }

    /// What a start shows to be there.
    fn shown(&self, env: &Env, start: &Start) -> Present {
        let mut present = env.present.clone();
        let guards = start.guards.iter().filter_map(|guard| match &guard.test {
            Test::Expr(test) => Some(test),
            Test::By(_) => None,
        });
        for test in start.pattern.filter.iter().chain(guards) {
            present.learn(self.model, test, true);
        }
        // the subject's own field has changed to what is there
        if let EventKind::Changed(entity, field) = &start.pattern.event
            && env.subject == Some(*entity)
            && start.subject == Some(Place::field(Root::Event, "record"))
            && present.has(&Place::field(Root::Candidate, "to"))
        {
            present.add(Place::field(Root::Subject, field.clone()));
        }
        // the filter of a start looks at the event that is `event` afterwards
        present.rename(Root::Candidate, Root::Event);
        present
    }

    /// Lowers the delays of starts. `env` is that behind `for each`.
    pub(super) fn start_delays(
        &mut self,
        env: &Env,
        c: &Clauses<'_>,
        shapes: &[Option<Shape>],
        starts: &mut [Start],
    ) {
        let known = c
            .starts
            .iter()
            .zip(shapes)
            .filter_map(|(start, shape)| Some((start, shape.as_ref()?)));
        if known.clone().count() != starts.len() {
            return;
        }
        for (((_, clauses, _), shape), start) in known.zip(starts) {
            let mut own = env.clone();
            own.event = Some(shape.fields.clone());
            own.present.time_passes(Since::Delay("after"));
            for clause in *clauses {
                if matches!(clause.kind, ast::ClauseKind::After { .. }) {
                    start.after = self.after(&own, clause, shapes, true);
                }
            }
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
        own.old = shape.is_change_of(subject);
        let lowered = self.pattern(&own, pattern, shape);
        let clock = self.clock(pattern, shape);
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
                    self.refuse_by(clause.span, std::iter::once(shape));
                    let by = self.actors(names);
                    guards.push(self.guard(GuardKind::By, clause.span, Test::By(by)));
                }
                ast::ClauseKind::When(expr) => {
                    let when = self.condition(&own, expr);
                    guards.push(self.guard(GuardKind::When, clause.span, Test::Expr(when)));
                }
                ast::ClauseKind::After { .. } | ast::ClauseKind::Bad => {}
                kind => {
                    let keyword = super::clauses::keyword(kind);
                    self.report(rules::misplaced_clause::RULE.with_help(
                        self.path,
                        clause.span,
                        format!("`{keyword}` is said of the trigger as a whole, not of one start"),
                        "a start may have `by`, `when` and `after` of its own; write this one behind the starts",
                    ));
                }
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
            clock,
            subject: place,
            finer,
            guards,
            after: None,
        })
    }
}

/// The fields that all events have, of equal type.
pub(super) fn shared_fields(shapes: &[&Shape]) -> EventFields {
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
