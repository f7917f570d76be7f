//! Events that belong to a firing: those that cancel it, those that reach its goals.

use trig_grammar::ast;
use trig_ir::{Cancel, CompareOp, EntityId, Expr, Field, HasOp, Place, Root, Type};

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
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                pattern.span,
                message,
                help,
            ));
            return None;
        }
        let shape = self.shape(pattern)?;
        let lowered = self.pattern(env, pattern, &shape);
        let filter = lowered.pattern.filter.as_ref();
        let record = |place: &Place| self.is_record(&shape, place);
        let by_record = filter.is_some_and(|f| ties(f, &record));
        let by_value = filter.is_some_and(|f| ties(f, &|_| true));
        let mut subject = None;
        // where the filter ties a record of the event to the firing, that decides alone
        if !by_record && !env.lenient {
            // else its reference to the subject says which firing it belongs to, and the filter leaves out some
            let own = env.subject.and_then(|of| {
                let declared = self.declared_way(env, &shape, of);
                declared.or_else(|| self.own_reference(&shape, of))
            });
            if own.is_none() && !by_value {
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
        // where both events refer to the same finer entity type, that one must be equal, too; unless the filter has tied them
        let theirs = self.finer(&shape, env.subject, Root::Candidate);
        let mut finer = Vec::new();
        for start in starts.iter().flatten() {
            let mut pairs = Vec::new();
            if by_record {
                finer.push(pairs);
                continue;
            }
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
        let subject = subject?;
        let owner = crate::model::short(&subject.name);
        let same = |field: &&Field| {
            let own = subject.field(&field.name);
            own.is_some_and(|own| own.ty == field.ty)
        };
        let values = &shape.fields.fields;
        Some(match values.iter().find(same) {
            Some(field) => format!("({0}: {owner}.{0})", field.name),
            None => format!("(FIELD: {owner}.FIELD)"),
        })
    }

    /// Whether a place of an event is a record, or a collection of records.
    fn is_record(&self, shape: &Shape, place: &Place) -> bool {
        let mut names = place.path.iter();
        let Some(first) = names.next() else {
            return false;
        };
        let own = shape.fields.fields.iter().find(|f| f.name == *first);
        let mut ty = own.map(|f| &f.ty);
        for name in names {
            let Some(Type::Entity(id)) = ty else {
                return false;
            };
            let entity = self.model.entity(*id);
            ty = entity.and_then(|e| e.field(name)).map(|f| &f.ty);
        }
        matches!(
            ty.map(|ty| ty.element().unwrap_or(ty)),
            Some(Type::Entity(_))
        )
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

/// Whether a filter lets through only what equals something of the firing: a comparison, `in` or `has` of which one side is
/// of the event (at a place that `of_event` takes) and the other one of the firing.
///
/// INVARIANT (ties): what `and` adds to a filter that ties leaves it tied; what `or` adds does so only if it ties, too.
fn ties(expr: &Expr, of_event: &dyn Fn(&Place) -> bool) -> bool {
    match expr {
        Expr::And(all) => all.iter().any(|e| ties(e, of_event)),
        Expr::Or(all) => !all.is_empty() && all.iter().all(|e| ties(e, of_event)),
        Expr::Compare(CompareOp::Eq, a, b) | Expr::In(a, b) | Expr::Has(HasOp::One, a, b) => {
            (reads_event(a, of_event) && reads_firing(b))
                || (reads_event(b, of_event) && reads_firing(a))
        }
        // asked of the firing's record, with something of the event
        Expr::Condition(_, of, args) => {
            let of_firing = of.as_ref().is_some_and(is_of_firing);
            args.iter().any(|arg| reads_event(arg, of_event))
                && (of_firing || args.iter().any(reads_firing))
        }
        // `any c in lead.contacts where c == contact`: what holds of the collection holds of its variable
        Expr::Any { source, filter, .. } if reads_firing(source) => {
            equals_variable(filter, &|e| reads_event(e, of_event))
        }
        Expr::Any { source, filter, .. } if reads_event(source, of_event) => {
            equals_variable(filter, &reads_firing)
        }
        _ => false,
    }
}

/// Whether a filter lets through only a variable that equals what `other` takes.
fn equals_variable(filter: &Expr, other: &dyn Fn(&Expr) -> bool) -> bool {
    let variable =
        |e: &Expr| matches!(e, Expr::Load(place) if matches!(place.root, Root::Binder(_)));
    match filter {
        Expr::And(all) => all.iter().any(|e| equals_variable(e, other)),
        Expr::Compare(CompareOp::Eq, a, b) => {
            (variable(a) && other(b)) || (variable(b) && other(a))
        }
        _ => false,
    }
}

/// Whether an expression reads the event, at a place that `of_event` takes.
fn reads_event(expr: &Expr, of_event: &dyn Fn(&Place) -> bool) -> bool {
    let own = |place: &Place| place.root == Root::Candidate && of_event(place);
    let mut found = matches!(expr, Expr::Load(place) if own(place));
    expr.for_each_child(&mut |child| found |= reads_event(child, of_event));
    found
}

/// Whether an expression reads anything of the firing that an event may cancel.
fn reads_firing(expr: &Expr) -> bool {
    let mut found = match expr {
        Expr::Load(place) | Expr::Condition(_, Some(place), _) => is_of_firing(place),
        _ => false,
    };
    expr.for_each_child(&mut |child| found |= reads_firing(child));
    found
}

fn is_of_firing(place: &Place) -> bool {
    matches!(
        place.root,
        Root::Subject | Root::Event | Root::Outer | Root::Old
    )
}
