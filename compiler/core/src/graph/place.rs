//! What stands at the places that a trigger reads and writes, by type.

use trig_ir::{
    EachSource, Entity, EntityId, EventKind, Field, Ir, Place, Root, Start, Trigger, Type,
};

/// With what the places of an expression begin, where the expression stands.
///
/// Which records a root stands for depends on that: `for each` gives a trigger another subject, and each start has an
/// event of its own.
#[derive(Clone)]
pub struct Roots<'a> {
    ir: &'a Ir,
    subject: Option<EntityId>,
    outer: Option<EntityId>,
    events: Vec<&'a EventKind>,
    candidate: Option<&'a EventKind>,
    binders: Vec<(u32, Option<Type>)>,
}

impl<'a> Roots<'a> {
    /// In what a trigger tests at the event: its own guards, those of its starts, and the source of its `for each`.
    pub fn before_each(ir: &'a Ir, trigger: &'a Trigger) -> Self {
        let mut roots = Self::of_condition(ir, None, Vec::new());
        roots.events = trigger.starts.iter().map(|s| &s.pattern.event).collect();
        roots.subject = match &trigger.each {
            None => trigger.subject,
            // of several starts, each leads to a record of the same entity
            Some(_) => trigger
                .starts
                .iter()
                .find_map(|s| s.subject.as_ref())
                .and_then(|place| roots.entity_of(place)),
        };
        if let Some(each) = &trigger.each
            && matches!(each.source, EachSource::Of(_))
        {
            roots.outer = roots.subject;
        }
        roots
    }

    /// In what comes after that: the filter of the `for each`, delays, limits and actions.
    pub fn behind_each(ir: &'a Ir, trigger: &'a Trigger) -> Self {
        Self {
            subject: trigger.subject,
            ..Self::before_each(ir, trigger)
        }
    }

    /// In a condition that is asked of a record, with these arguments.
    pub fn of_condition(
        ir: &'a Ir,
        subject: Option<EntityId>,
        arguments: Vec<(u32, Option<Type>)>,
    ) -> Self {
        Self {
            ir,
            subject,
            outer: None,
            events: Vec::new(),
            candidate: None,
            binders: arguments,
        }
    }

    /// The same in what concerns one start alone.
    pub fn at_start(&self, start: &'a Start) -> Self {
        Self {
            events: vec![&start.pattern.event],
            ..self.clone()
        }
    }

    /// The same in the filter of a pattern of such events.
    pub fn matching(&self, event: &'a EventKind) -> Self {
        Self {
            candidate: Some(event),
            ..self.clone()
        }
    }

    /// The same where a variable stands for something; `None` where its type is not known.
    pub fn binding(&self, slot: u32, ty: Option<Type>) -> Self {
        let mut inner = self.clone();
        inner.binders.push((slot, ty));
        inner
    }

    /// The type of what stands at a place; of the first event that has it, where several start the trigger.
    pub fn type_of(&self, place: &Place) -> Option<Type> {
        self.steps(place, &mut |_, _| {})
    }

    /// The entity of the record at a place.
    pub fn entity_of(&self, place: &Place) -> Option<EntityId> {
        match self.type_of(place)? {
            Type::Entity(entity) => Some(entity),
            _ => None,
        }
    }

    /// The entity of the records in the collection at a place.
    pub fn element_of(&self, place: &Place) -> Option<EntityId> {
        match self.type_of(place)?.element()? {
            Type::Entity(entity) => Some(*entity),
            _ => None,
        }
    }

    /// Calls `f` with each field of a record on the way to a place, that at its end included; returns the type of what
    /// stands there.
    pub fn steps(&self, place: &Place, f: &mut impl FnMut(EntityId, &'a Field)) -> Option<Type> {
        let path = place.path.as_slice();
        match place.root {
            Root::Subject | Root::Old => self.follow(Type::Entity(self.subject?), path, f),
            Root::Outer => self.follow(Type::Entity(self.outer?), path, f),
            Root::Binder(slot) => {
                let (_, ty) = self.binders.iter().rev().find(|(of, _)| *of == slot)?;
                self.follow(ty.clone()?, path, f)
            }
            Root::Event => {
                let mut found = None;
                for event in &self.events {
                    let ty = self.of_event(event, path, f);
                    found = found.or(ty);
                }
                found
            }
            Root::Candidate => self.of_event(self.candidate?, path, f),
        }
    }

    fn follow(
        &self,
        mut ty: Type,
        path: &[trig_ir::SmolStr],
        f: &mut impl FnMut(EntityId, &'a Field),
    ) -> Option<Type> {
        for name in path {
            let Type::Entity(entity) = ty else {
                return None;
            };
            let field = self.entity(entity)?.field(name)?;
            f(entity, field);
            ty = field.ty.clone();
        }
        Some(ty)
    }

    fn of_event(
        &self,
        event: &EventKind,
        path: &[trig_ir::SmolStr],
        f: &mut impl FnMut(EntityId, &'a Field),
    ) -> Option<Type> {
        let (first, rest) = path.split_first()?;
        self.follow(self.field_of_event(event, first)?, rest, f)
    }

    fn field_of_event(&self, event: &EventKind, name: &str) -> Option<Type> {
        if name == "record" {
            let derived = match event {
                EventKind::Event(_) | EventKind::Clock => None,
                EventKind::Started(flow)
                | EventKind::GoalReached(flow, _)
                | EventKind::GoalSkipped(flow, _) => {
                    self.ir.triggers.iter().find(|t| t.name == *flow)?.subject
                }
                EventKind::Created(entity)
                | EventKind::Due(entity, _)
                | EventKind::Deleted(entity)
                | EventKind::Moved(entity)
                | EventKind::Entered(entity)
                | EventKind::Changed(entity, _)
                | EventKind::Gained(entity, _)
                | EventKind::Lost(entity, _) => Some(*entity),
            };
            if let Some(entity) = derived {
                return Some(Type::Entity(entity));
            }
        }
        match (event, name) {
            (EventKind::Event(id), _) => {
                let event = self.ir.events.get(id.index())?;
                Some(event.field(name)?.ty.clone())
            }
            (EventKind::Changed(entity, field), "from" | "to") => {
                Some(self.entity(*entity)?.field(field)?.ty.clone())
            }
            (EventKind::Gained(entity, field) | EventKind::Lost(entity, field), "value") => {
                self.entity(*entity)?.field(field)?.ty.element().cloned()
            }
            (EventKind::Created(entity), "to")
            | (EventKind::Moved(entity) | EventKind::Entered(entity), "from" | "to") => {
                Some(Type::Stage(*entity))
            }
            _ => None,
        }
    }

    fn entity(&self, id: EntityId) -> Option<&'a Entity> {
        self.ir.entities.get(id.index())
    }
}
