//! Places as they are in a frame: whoever reads the same value of the same event names it alike.

use smol_str::SmolStr;
use trig_ir::{EntityId, EventKind, Expr, Ir, Place, Root, Type};

use super::Env;

/// Where guards stand: of which event, and how it leads to the subject.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'f> {
    /// The declarations.
    pub ir: &'f Ir,
    /// The event.
    pub event: &'f EventKind,
    /// How the event leads to the subject, from [`Root::Event`]; `None`: there is no subject.
    pub subject: Option<&'f Place>,
    /// Each of several records is the subject, of this entity; the one above is [`Root::Outer`].
    pub element: Option<EntityId>,
    /// Of what is read of records: what was read at another time is something else.
    pub epoch: u32,
}

/// A place as it is in a frame: from the event, unless nothing of it leads there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot {
    /// [`Root::Event`]; [`Root::Old`]; [`Root::Subject`] for an element of a `for each`.
    pub root: Root,
    /// Field names.
    pub path: Vec<SmolStr>,
    /// When it is read, if it can change.
    pub epoch: u32,
}

impl Env<'_> {
    /// A place as a spot. `None`: it is a variable of an `any` or of a `for each` among actions.
    pub(super) fn spot(&self, place: &Place) -> Option<Spot> {
        if let Some(inside) = self.inside {
            return match place.root {
                Root::Subject => {
                    let subject = inside.subject.as_ref()?;
                    Some(
                        self.frame
                            .canonical(subject.root, &subject.path, &place.path),
                    )
                }
                Root::Binder(slot) => {
                    let arg = inside.args.get(usize::try_from(slot).ok()?)?;
                    let Expr::Load(of) = arg else { return None };
                    let of = inside.outside.spot(of)?;
                    Some(self.frame.canonical(of.root, &of.path, &place.path))
                }
                _ => None,
            };
        }
        let frame = self.frame;
        match place.root {
            Root::Binder(_) => None,
            Root::Event | Root::Candidate => Some(frame.canonical(Root::Event, &[], &place.path)),
            Root::Old => Some(frame.canonical(Root::Old, &[], &place.path)),
            Root::Outer => frame.of_subject(&place.path),
            Root::Subject if frame.element.is_some() => {
                Some(frame.canonical(Root::Subject, &[], &place.path))
            }
            Root::Subject => frame.of_subject(&place.path),
        }
    }

    /// An expression as text that says of what it is.
    pub(super) fn describe(&self, expr: &Expr) -> String {
        let mut text = format!("{} {:?} {expr:?}", self.frame.epoch, self.frame.subject);
        let mut inside = self.inside;
        while let Some(of) = inside {
            text.push_str(&format!(" of {:?} with {:?}", of.subject, of.args));
            inside = of.outside.inside;
        }
        text
    }
}

impl Frame<'_> {
    fn of_subject(&self, path: &[SmolStr]) -> Option<Spot> {
        let subject = self.subject?;
        Some(self.canonical(Root::Event, &subject.path, path))
    }

    /// One name for each thing: what a change came to is the field of its record, what it came from is the old one.
    fn canonical(&self, root: Root, before: &[SmolStr], path: &[SmolStr]) -> Spot {
        let mut root = root;
        let mut path: Vec<SmolStr> = before.iter().chain(path).cloned().collect();
        let changed = match self.event {
            EventKind::Changed(_, field) => Some(field.clone()),
            EventKind::Moved(entity) | EventKind::Entered(entity) | EventKind::Created(entity) => {
                self.stage_field(*entity)
            }
            _ => None,
        };
        if root == Root::Event
            && let Some(field) = changed
            && let Some(first) = path.first().cloned()
        {
            match first.as_str() {
                "to" => {
                    path.splice(0..1, [SmolStr::new_static("record"), field]);
                }
                "from" => {
                    root = Root::Old;
                    path.splice(0..1, [field]);
                }
                _ => {}
            }
        }
        // the event's own fields do not change any more
        let own = root == Root::Event && path.len() < 2 || root == Root::Old;
        Spot {
            root,
            path,
            epoch: if own { 0 } else { self.epoch },
        }
    }

    fn stage_field(&self, entity: EntityId) -> Option<SmolStr> {
        let entity = self.ir.entities.get(entity.index())?;
        let stage = entity
            .fields
            .iter()
            .find(|field| matches!(field.ty, Type::Stage(_) | Type::StageOf(_)))?;
        Some(stage.name.clone())
    }

    /// What stands at a spot, and whether it may be `empty`.
    pub fn type_of(&self, spot: &Spot) -> Option<(Type, bool)> {
        let (mut ty, mut optional, path) = match spot.root {
            Root::Event => {
                let (first, rest) = spot.path.split_first()?;
                let (ty, optional) = self.event_field(first)?;
                (ty, optional, rest)
            }
            Root::Old => (Type::Entity(self.changed()?), false, spot.path.as_slice()),
            Root::Subject => (Type::Entity(self.element?), false, spot.path.as_slice()),
            _ => return None,
        };
        for name in path {
            let Type::Entity(entity) = ty else {
                return None;
            };
            let field = self.ir.entities.get(entity.index())?.field(name)?;
            ty = field.ty.clone();
            // what follows from something that may be empty may be empty, too
            optional |= field.optional;
        }
        Some((ty, optional))
    }

    fn changed(&self) -> Option<EntityId> {
        match self.event {
            EventKind::Created(id)
            | EventKind::Deleted(id)
            | EventKind::Moved(id)
            | EventKind::Entered(id)
            | EventKind::Changed(id, _)
            | EventKind::Gained(id, _)
            | EventKind::Lost(id, _)
            | EventKind::Due(id, _) => Some(*id),
            EventKind::Started(flow)
            | EventKind::GoalReached(flow, _)
            | EventKind::GoalSkipped(flow, _) => {
                let flow = self.ir.triggers.iter().find(|t| t.name == *flow)?;
                flow.subject
            }
            EventKind::Event(_) | EventKind::Clock => None,
        }
    }

    fn event_field(&self, name: &str) -> Option<(Type, bool)> {
        match (self.event, name) {
            (EventKind::Event(id), _) => {
                let field = self.ir.events.get(id.index())?.field(name)?;
                Some((field.ty.clone(), field.optional))
            }
            (_, "record") => Some((Type::Entity(self.changed()?), false)),
            (EventKind::Clock | EventKind::Due(..), "at") => Some((Type::DateTime, false)),
            (EventKind::Gained(id, field) | EventKind::Lost(id, field), "value") => {
                let field = self.ir.entities.get(id.index())?.field(field)?;
                Some((field.ty.element()?.clone(), false))
            }
            _ => None,
        }
    }
}
