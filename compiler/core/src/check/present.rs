//! What is known to be there: places that guards have shown not to be empty, and for how long that holds.

use trig_grammar::{Span, ast};
use trig_ir::{CompareOp, EntityId, Expr, Function, Place, Root, SmolStr, Type, Value};

use super::field::match_field;
use crate::model::Model;

/// The places that are known not to be empty.
///
/// INVARIANT (present): each of them has a value wherever the expression stands that asks. What reads records as they
/// are is forgotten where time passes, and where something is written that may be, or may lead to, the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Present {
    places: Vec<Place>,
    /// What a guard has shown and has been forgotten since, and why.
    lost: Vec<(Place, Since)>,
    /// The last delay: nothing that was shown before it is known.
    delay: Option<Since>,
    /// The subject is one of those for which a trigger fires: `when` is asked before it.
    in_each: bool,
}

/// Why what a guard has shown no longer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    /// Time passes in a clause that takes `while`: its keyword.
    Delay(&'static str),
    /// The clause `until` waits.
    Until,
    /// The clause `until` goes on without what it has waited for.
    InVain,
    /// The firing waits its turn.
    Queue,
    /// A body waits.
    Wait,
    /// A body has written something.
    Written,
}

/// A field that a body writes.
pub(super) struct Written<'w> {
    /// Whose field it is.
    pub(super) entity: Option<EntityId>,
    pub(super) field: &'w str,
    /// Whether the field may be empty afterwards.
    pub(super) empties: bool,
}

impl Present {
    /// The remedy for a value that may be empty, where it is another one than to ask at the event: `written` is what
    /// stands there.
    pub(super) fn remedy(&self, expr: &Expr, written: &str) -> Option<String> {
        let place = first_place(expr)?;
        Some(match self.why_not(place) {
            Some(Since::Delay(clause)) => format!(
                "time passes in `{clause}`, so ask throughout: `{clause} … while {written} is not empty`"
            ),
            Some(Since::Until) => format!(
                "time passes in `until`, so wait for this, too: `until … and {written} is not empty`"
            ),
            Some(Since::InVain) => format!(
                "`else continue` goes on without it: ask when it is done, `if {written} is not empty {{ … }}`"
            ),
            Some(Since::Queue) => format!(
                "it may change while the firing waits its turn: ask when it is done, `if {written} is not empty {{ … }}`"
            ),
            Some(Since::Wait) => format!(
                "it may change while this waits: ask behind that, `if {written} is not empty {{ … }}`"
            ),
            Some(Since::Written) => format!(
                "what is written before this may empty it: ask behind that, `if {written} is not empty {{ … }}`"
            ),
            None if matches!(place.root, Root::Binder(_))
                || self.in_each && place.root == Root::Subject =>
            {
                format!("exclude it with `where {written} is not empty`")
            }
            None => return None,
        })
    }

    pub(super) fn has(&self, place: &Place) -> bool {
        self.places.contains(place)
    }

    /// Why a place is not, or no longer, known to be there: `None` where that has no particular reason.
    pub(super) fn why_not(&self, place: &Place) -> Option<Since> {
        let lost = self.lost.iter().find(|(l, _)| l == place);
        match lost {
            Some((_, why)) => Some(*why),
            None => self.delay.filter(|_| !is_captured(place)),
        }
    }

    /// What holds where `expr` holds, or (`holds` is false) where it does not.
    pub(super) fn learn(&mut self, model: &Model, expr: &Expr, holds: bool) {
        for place in shown(model, expr, holds) {
            self.add(place);
        }
    }

    pub(super) fn add(&mut self, place: Place) {
        if !self.has(&place) {
            self.lost.retain(|(l, _)| *l != place);
            self.places.push(place);
        }
    }

    /// Time passes: records may change meanwhile; the event and the version before it stay what they were.
    pub(super) fn time_passes(&mut self, since: Since) {
        self.forget(since, |place| !is_captured(place));
        self.delay = Some(since);
    }

    /// A field of some record is written. `entity_at` says of which entity the record is that a place leads to.
    pub(super) fn write(
        &mut self,
        written: &Written<'_>,
        entity_at: impl Fn(&Place) -> Option<EntityId>,
    ) {
        self.forget(Since::Written, |place| {
            live_steps(place).any(|(i, name)| {
                // a reference that has changed leads elsewhere; at its end, a place has a value or not
                let harmed = i + 1 < place.path.len() || written.empties;
                let same = || {
                    let owner = Place {
                        root: place.root,
                        path: place.path.iter().take(i).cloned().collect(),
                    };
                    match (written.entity, entity_at(&owner)) {
                        (Some(a), Some(b)) => a == b,
                        _ => true,
                    }
                };
                harmed && name == written.field && same()
            })
        });
    }

    /// Fields called by one of `names` may be written, of whatever record; but not those for which `spared` says so.
    pub(super) fn write_called(&mut self, names: &[SmolStr], spared: impl Fn(&Place) -> bool) {
        self.forget(Since::Written, |place| {
            let called = |name: &str| {
                names
                    .iter()
                    .any(|n| n == name || n == crate::model::short(name))
            };
            live_steps(place).any(|(_, name)| called(name)) && !spared(place)
        });
    }

    /// What is known where two ways meet.
    pub(super) fn meet(mut self, other: &Self) -> Self {
        let (both, one): (Vec<Place>, Vec<Place>) =
            self.places.into_iter().partition(|p| other.has(p));
        let why = |place: &Place| other.why_not(place).map(|why| (place.clone(), why));
        self.lost.extend(one.iter().filter_map(why));
        self.lost.extend(other.lost.iter().cloned());
        self.lost.retain(|(p, _)| !both.contains(p));
        self.places = both;
        self.delay = self.delay.or(other.delay);
        self
    }

    /// The subject is one of several from here on, and what it was is the outer record.
    pub(super) fn fan_out(&mut self) {
        self.rename(Root::Subject, Root::Outer);
        self.in_each = true;
    }

    /// What has the root `from` is called by another one from here on.
    pub(super) fn rename(&mut self, from: Root, to: Root) {
        let lost = self.lost.iter_mut().map(|(place, _)| place);
        for place in self.places.iter_mut().chain(lost) {
            if place.root == from {
                place.root = to;
            }
        }
    }

    /// Variables from this one on are no longer there.
    pub(super) fn without_binders(&mut self, slot: u32) {
        let gone = |place: &Place| matches!(place.root, Root::Binder(s) if s >= slot);
        self.places.retain(|p| !gone(p));
        self.lost.retain(|(p, _)| !gone(p));
    }

    fn forget(&mut self, since: Since, what: impl Fn(&Place) -> bool) {
        let (gone, stays): (Vec<Place>, Vec<Place>) = self.places.drain(..).partition(what);
        self.places = stays;
        self.lost
            .extend(gone.into_iter().map(|place| (place, since)));
    }
}

/// Whether a place is what it was when the event happened, however long that is ago.
pub(super) fn is_captured(place: &Place) -> bool {
    matches!(place.root, Root::Event | Root::Candidate | Root::Old) && place.path.len() == 1
}

/// The names of a place that are looked up in records as they are, and where they stand in it.
fn live_steps(place: &Place) -> impl Iterator<Item = (usize, &str)> {
    let captured = match place.root {
        Root::Event | Root::Candidate | Root::Old => 1,
        Root::Subject | Root::Outer | Root::Binder(_) => 0,
    };
    place
        .path
        .iter()
        .map(SmolStr::as_str)
        .enumerate()
        .skip(captured)
}

/// The places that are certainly not empty where `expr` holds, or where it does not.
fn shown(model: &Model, expr: &Expr, holds: bool) -> Vec<Place> {
    let mut out = Vec::new();
    match (expr, holds) {
        (Expr::And(all), true) | (Expr::Or(all), false) => {
            out.extend(all.iter().flat_map(|e| shown(model, e, holds)));
        }
        (Expr::Or(all), true) | (Expr::And(all), false) => {
            let mut ways = all.iter().map(|e| shown(model, e, holds));
            out = ways.next().unwrap_or_default();
            for way in ways {
                out.retain(|place| way.contains(place));
            }
        }
        (Expr::Not(inner), _) => out = shown(model, inner, !holds),
        (Expr::IsEmpty(e), false) => value(e, &mut out),
        // what is equal to something that is there, is there
        (Expr::Compare(CompareOp::Eq, a, b), true)
        | (Expr::Compare(CompareOp::Ne, a, b), false)
            if is_there(a) || is_there(b) =>
        {
            value(a, &mut out);
            value(b, &mut out);
        }
        (Expr::Compare(CompareOp::Eq, a, b), false)
        | (Expr::Compare(CompareOp::Ne, a, b), true) => {
            for (a, b) in [(a, b), (b, a)] {
                if matches!(&**b, Expr::Const(v) if v.is_empty()) {
                    value(a, &mut out);
                }
            }
        }
        // ordering with `empty` is false
        (
            Expr::Compare(CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge, a, b),
            true,
        ) => {
            value(a, &mut out);
            value(b, &mut out);
        }
        (
            Expr::Between {
                value: v,
                low,
                high,
            },
            true,
        ) => {
            value(v, &mut out);
            value(low, &mut out);
            value(high, &mut out);
        }
        (Expr::In(v, of), true) => {
            let listed = match &**of {
                Expr::Const(Value::List(of)) => of.iter().all(|v| !v.is_empty()),
                Expr::List(of) => of.iter().all(is_there),
                _ => false,
            };
            if listed {
                value(v, &mut out);
            }
        }
        (Expr::Text(_, text, _), true) => value(text, &mut out),
        (Expr::InStages(e, _) | Expr::InPipeline(e, _), true) => value(e, &mut out),
        (Expr::Condition(id, Some(of), args), true) if args.is_empty() => {
            let condition = model.condition(*id);
            for names in condition.map(|c| c.shows.as_slice()).unwrap_or_default() {
                let path = condition.and_then(|c| fields(model, c.subject?, names));
                let mut place = of.clone();
                place.path.extend(path.into_iter().flatten());
                value(&Expr::Load(place), &mut out);
            }
        }
        _ => {}
    }
    out
}

/// The fields that names spell, from a record on.
fn fields(model: &Model, mut entity: EntityId, names: &[SmolStr]) -> Option<Vec<SmolStr>> {
    let names = names.iter().map(|name| ast::Name {
        span: Span::new(0, 0),
        text: name.to_string(),
    });
    let names: Vec<ast::Name> = names.collect();
    let mut rest = names.as_slice();
    let mut path = Vec::new();
    while !rest.is_empty() {
        let (field, used) = match_field(&model.entity(entity)?.fields, rest)?;
        path.push(field.name.clone());
        rest = rest.get(used..)?;
        match field.ty {
            Type::Entity(of) => entity = of,
            _ if rest.is_empty() => {}
            _ => return None,
        }
    }
    Some(path)
}

/// The places without which an expression has no value.
fn value(expr: &Expr, out: &mut Vec<Place>) {
    match expr {
        Expr::Load(place) => {
            // who leads to a value is there, too
            for end in 1..=place.path.len() {
                out.push(Place {
                    root: place.root,
                    path: place.path.iter().take(end).cloned().collect(),
                });
            }
            if place.path.is_empty() {
                out.push(place.clone());
            }
        }
        Expr::Call(Function::Currency, of) => of.iter().for_each(|e| value(e, out)),
        _ => {}
    }
}

/// The first place that an expression reads.
fn first_place(expr: &Expr) -> Option<&Place> {
    if let Expr::Load(place) = expr {
        return Some(place);
    }
    let mut found = None;
    expr.for_each_child(&mut |child| found = found.or_else(|| first_place(child)));
    found
}

/// Whether an expression has a value whatever happens.
fn is_there(expr: &Expr) -> bool {
    match expr {
        Expr::Const(v) => !v.is_empty(),
        Expr::Call(Function::Now | Function::Today, _) => true,
        Expr::OrElse(_, other) => is_there(other),
        _ => false,
    }
}
