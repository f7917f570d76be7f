//! Events that belong to a firing: those that cancel it, those that reach its goals.

use trig_grammar::ast;
use trig_ir::{Cancel, EntityId, Expr, Place, Root, Type};

use super::cx::{Cx, Env};
use super::pattern::Shape;
use crate::model::Model;
use crate::rules;

impl Cx<'_> {
    /// An event after `unless`, and how it belongs to the firing that it cancels.
    pub(super) fn cancel(
        &mut self,
        env: &Env,
        pattern: &ast::Pattern,
        starts: &[Option<Shape>],
    ) -> Option<Cancel> {
        let refused = match &pattern.kind {
            ast::PatternKind::Every(_)
            | ast::PatternKind::Date { .. }
            | ast::PatternKind::Offset(_) => Some((
                "the clock raises no event that could stand here",
                "for what must hold meanwhile, write `while …`",
            )),
            ast::PatternKind::First { .. } => Some((
                "`first` counts where a trigger starts, and nowhere else",
                "write the event alone",
            )),
            ast::PatternKind::Missing | ast::PatternKind::Path { .. } => None,
        };
        if let Some((message, help)) = refused {
            self.report(rules::misplaced_clause::with_help(
                self.path,
                pattern.span,
                message,
                help,
            ));
            return None;
        }
        let shape = self.shape(pattern)?;
        let lowered = self.pattern(env, pattern, &shape);
        let reads_firing = lowered.pattern.filter.as_ref().is_some_and(reads_firing);
        let mut subject = None;
        if !reads_firing && !env.lenient {
            // nothing in the pattern says which firing it belongs to: its reference to the subject does
            let own = env.subject.and_then(|of| {
                let declared = self.declared_way(env, &shape, of);
                declared.or_else(|| self.own_reference(&shape, of))
            });
            if own.is_none() {
                let name = env.subject.map_or("firing", |s| self.model.entity_name(s));
                let name = name.to_owned();
                self.report(rules::uncorrelated_unless::problem(
                    self.path,
                    pattern.span,
                    &shape.fields.what,
                    &name,
                    self.way_to_say(env, &shape),
                ));
                return None;
            }
            subject = own;
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
}

impl Cx<'_> {
    /// A filter that says to which firing an event belongs, from what both have; `None` for a change, which takes none.
    fn way_to_say(&self, env: &Env, shape: &Shape) -> Option<String> {
        if shape.derived.is_some() {
            return None;
        }
        let subject = env.subject.and_then(|id| self.model.entity(id));
        for field in &shape.fields.fields {
            let name = &field.name;
            let Type::Entity(of) = field.ty else { continue };
            let own = env.event.iter().flat_map(|e| &e.fields);
            if let Some(same) = own.clone().find(|f| f.ty == field.ty) {
                return Some(format!("({name}: event.{})", same.name));
            }
            let Some(subject) = subject else { continue };
            let owner = crate::model::short(&subject.name);
            for its in &subject.fields {
                if its.ty == field.ty {
                    return Some(format!("({name}: {owner}.{})", its.name));
                }
                if its.ty.element() == Some(&Type::Entity(of)) {
                    return Some(format!("({name} in {owner}.{})", its.name));
                }
            }
        }
        Some("(contact: event.contact)".to_owned())
    }

    /// The way by which the trigger's own events lead to its subject, where it leads there from this one, too.
    fn declared_way(&mut self, env: &Env, shape: &Shape, of: EntityId) -> Option<Place> {
        let via = env.via.as_ref()?;
        let before = self.problems.len();
        let place = self.via(shape, of, via, Root::Candidate);
        self.problems.truncate(before);
        place
    }

    /// The only way from an event to a record of the subject's entity: its own reference, or that of the record which it is
    /// a change of (`order created`: the order's contact).
    fn own_reference(&self, shape: &Shape, of: EntityId) -> Option<Place> {
        if shape.derived == Some(of) {
            return Some(Place::field(Root::Candidate, "record"));
        }
        let (mut place, fields) = match shape.derived {
            Some(record) => (
                Place::field(Root::Candidate, "record"),
                &self.model.entity(record)?.fields,
            ),
            None => (Place::root(Root::Candidate), &shape.fields.fields),
        };
        let mut references = Model::references(fields, of);
        match (references.next(), references.next()) {
            (Some(only), None) => {
                place.path.push(only.name.clone());
                Some(place)
            }
            _ => None,
        }
    }
}

/// Whether an expression reads anything of the firing that an event may cancel.
fn reads_firing(expr: &Expr) -> bool {
    let own = match expr {
        Expr::Load(place) | Expr::Condition(_, Some(place), _) => {
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
