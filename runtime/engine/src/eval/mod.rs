//! Expressions: three-valued (a field that is not known is neither true nor false), total, without effect.

mod arith;
mod compare;
mod format;
mod functions;
mod like;
mod members;
mod schedule;
mod schedule_turn;
mod scope;
mod text;
mod truth;

use std::borrow::Cow;
use std::collections::BTreeSet;

use trig_ir::{Expr, Place, RecordKey, Root, ScheduleId, Value};

pub(crate) use arith::{compute, minor_digits, money_text};
pub(crate) use compare::{elements, same};
pub(crate) use members::Members;
pub(crate) use schedule_turn::next_turn;
pub(crate) use scope::{EventView, Records, Scope, Unknown};
pub(crate) use text::shown;

use scope::EMPTY;

/// A value, and why it is `empty` if a computation failed.
pub(crate) struct Out<'a> {
    pub(crate) value: Cow<'a, Value>,
    pub(crate) failed: Option<String>,
}

impl<'a> Out<'a> {
    fn of(value: Value) -> Self {
        Self {
            value: Cow::Owned(value),
            failed: None,
        }
    }

    fn empty() -> Self {
        Self {
            value: Cow::Borrowed(&EMPTY),
            failed: None,
        }
    }

    fn failed(reason: String) -> Self {
        Self {
            value: Cow::Borrowed(&EMPTY),
            failed: Some(reason),
        }
    }
}

type Evaluated<'a> = Result<Out<'a>, Unknown>;

/// Nothing in an IR nests this deep: conditions that use one another in a circle end here.
const DEEPEST: u32 = 256;

/// An evaluation.
pub(crate) struct Eval<'a> {
    scope: Scope<'a>,
    /// The subject: another one inside a condition.
    subject: Option<Cow<'a, RecordKey>>,
    /// An argument that is not known is so only where it is asked for.
    binders: Vec<(u32, Result<Cow<'a, Value>, Unknown>)>,
    /// What was read, for people, where it is asked for.
    reads: Option<Vec<(String, Value)>>,
    /// The records that were read, where it is asked for.
    touched: Option<BTreeSet<RecordKey>>,
    depth: u32,
}

impl<'a> Eval<'a> {
    pub(crate) fn new(scope: Scope<'a>) -> Self {
        Self {
            scope,
            subject: scope.subject.map(Cow::Borrowed),
            binders: Vec::new(),
            reads: None,
            touched: None,
            depth: 0,
        }
    }

    /// One that notes what it reads.
    pub(crate) fn noting(scope: Scope<'a>) -> Self {
        Self {
            reads: Some(Vec::new()),
            ..Self::new(scope)
        }
    }

    /// One that notes which records it reads.
    pub(crate) fn touching(scope: Scope<'a>) -> Self {
        Self {
            touched: Some(BTreeSet::new()),
            ..Self::new(scope)
        }
    }

    /// One with values for its variables.
    pub(crate) fn binding(scope: Scope<'a>, values: &'a [Value]) -> Self {
        let numbered = (0u32..).zip(values);
        let binders = numbered.map(|(slot, value)| (slot, Ok(Cow::Borrowed(value))));
        Self {
            binders: binders.collect(),
            ..Self::new(scope)
        }
    }

    /// One with values for some of its variables, by number.
    pub(crate) fn bound(scope: Scope<'a>, values: &'a [(u32, Value)]) -> Self {
        let binders = values.iter();
        Self {
            binders: binders
                .map(|(slot, value)| (*slot, Ok(Cow::Borrowed(value))))
                .collect(),
            ..Self::new(scope)
        }
    }

    /// What was read, in that order.
    pub(crate) fn into_reads(self) -> Vec<(String, Value)> {
        self.reads.unwrap_or_default()
    }

    /// The records that were read.
    pub(crate) fn into_touched(self) -> BTreeSet<RecordKey> {
        self.touched.unwrap_or_default()
    }

    /// What stands at a place.
    pub(crate) fn load(&mut self, place: &Place) -> Result<Cow<'a, Value>, Unknown> {
        let found = self.find(place);
        if self.reads.is_some() {
            let mut scope = self.scope;
            scope.subject = self.subject.as_deref();
            let written = scope.written(place);
            if let (Some(reads), Ok(value)) = (&mut self.reads, &found)
                && !reads.iter().any(|(place, _)| *place == written)
            {
                reads.push((written, value.as_ref().clone()));
            }
        }
        found
    }

    /// Notes what a schedule says.
    fn note_schedule(&mut self, id: ScheduleId, value: Value) {
        let schedule = self.scope.engine.ir().schedules.get(id.index());
        if let (Some(reads), Some(schedule)) = (&mut self.reads, schedule) {
            reads.push((schedule.name.to_string(), value));
        }
    }

    fn find(&mut self, place: &Place) -> Result<Cow<'a, Value>, Unknown> {
        let scope = self.scope;
        let start: Cow<'a, Value> = match place.root {
            Root::Subject => match self.subject.clone() {
                Some(key) => return self.follow(key, place, 0),
                None => return Ok(Cow::Borrowed(&EMPTY)),
            },
            Root::Outer => match scope.outer {
                Some(key) => return self.follow(Cow::Borrowed(key), place, 0),
                None => return Ok(Cow::Borrowed(&EMPTY)),
            },
            Root::Old => return self.old(place),
            Root::Event => return self.of_event(scope.event, place),
            Root::Candidate => return self.of_event(scope.candidate, place),
            Root::Binder(slot) => {
                let bound = self.binders.iter().rev().find(|(s, _)| *s == slot);
                match bound {
                    Some((_, value)) => value.clone()?,
                    None => Cow::Borrowed(&EMPTY),
                }
            }
        };
        self.go_on(start, place, 0)
    }

    fn unknown(&self, place: &Place, upto: usize) -> Unknown {
        let mut scope = self.scope;
        scope.subject = self.subject.as_deref();
        let path = place.path.iter().take(upto + 1).cloned().collect();
        Unknown {
            field: scope.written(&Place {
                root: place.root,
                path,
            }),
        }
    }

    /// The rest of a path, from a record on.
    fn follow(
        &mut self,
        key: Cow<'a, RecordKey>,
        place: &Place,
        at: usize,
    ) -> Result<Cow<'a, Value>, Unknown> {
        let Some(name) = place.path.get(at) else {
            return Ok(Cow::Owned(Value::Record(key.into_owned())));
        };
        if let Some(touched) = &mut self.touched {
            touched.insert(key.as_ref().clone());
        }
        match self.scope.field(&key, name) {
            Some(value) => self.go_on(value, place, at + 1),
            None => Err(self.unknown(place, at)),
        }
    }

    /// The rest of a path, from a value on.
    fn go_on(
        &mut self,
        value: Cow<'a, Value>,
        place: &Place,
        at: usize,
    ) -> Result<Cow<'a, Value>, Unknown> {
        if at >= place.path.len() {
            return Ok(value);
        }
        match value {
            Cow::Borrowed(Value::Record(key)) => self.follow(Cow::Borrowed(key), place, at),
            Cow::Owned(Value::Record(key)) => self.follow(Cow::Owned(key), place, at),
            _ => Ok(Cow::Borrowed(&EMPTY)),
        }
    }

    fn old(&mut self, place: &Place) -> Result<Cow<'a, Value>, Unknown> {
        use crate::state::Before;
        // in a fan-out, it is the record before it that has changed
        let Some(key) = self.scope.outer.or(self.scope.subject) else {
            return Ok(Cow::Borrowed(&EMPTY));
        };
        let Some(name) = place.path.first() else {
            return Ok(Cow::Owned(Value::Record(key.clone())));
        };
        match self.scope.before {
            Before::Nothing => Ok(Cow::Borrowed(&EMPTY)),
            Before::Unknown => Err(self.unknown(place, 0)),
            Before::Version(version) => match self.scope.read(key, version, name) {
                Some(value) => self.go_on(value, place, 1),
                None => Err(self.unknown(place, 0)),
            },
        }
    }

    fn of_event(
        &mut self,
        event: Option<EventView<'a>>,
        place: &Place,
    ) -> Result<Cow<'a, Value>, Unknown> {
        let (Some(event), Some(name)) = (event, place.path.first()) else {
            return Ok(Cow::Borrowed(&EMPTY));
        };
        match self.scope.event_field(event, name) {
            Some(value) => self.go_on(value, place, 1),
            None => Err(self.unknown(place, 0)),
        }
    }

    /// The record at a place, if there is one.
    pub(crate) fn record_at(&mut self, place: &Place) -> Result<Option<RecordKey>, Unknown> {
        Ok(match self.load(place)?.as_ref() {
            Value::Record(key) => Some(key.clone()),
            _ => None,
        })
    }

    /// The value of an expression; an amount of money that was computed is rounded, once, half to even.
    pub(crate) fn value(&mut self, expr: &'a Expr) -> Evaluated<'a> {
        self.nested(|eval| {
            let out = eval.raw(expr)?;
            Ok(arith::settle(expr, out))
        })
    }

    fn nested<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T, Unknown>) -> Result<T, Unknown>
    where
        T: Shallow,
    {
        if self.depth >= DEEPEST {
            return Ok(T::too_deep());
        }
        self.depth += 1;
        let result = run(self);
        self.depth -= 1;
        result
    }

    /// The value of an expression, money not rounded yet.
    fn raw(&mut self, expr: &'a Expr) -> Evaluated<'a> {
        match expr {
            Expr::Const(value) => Ok(Out {
                value: Cow::Borrowed(value),
                failed: None,
            }),
            Expr::Load(place) => Ok(Out {
                value: self.load(place)?,
                failed: None,
            }),
            Expr::OrElse(first, second) => {
                let first = self.nested(|eval| eval.raw(first))?;
                if first.value.is_empty() {
                    return self.nested(|eval| eval.raw(second));
                }
                Ok(first)
            }
            Expr::If(condition, then, otherwise) => {
                let branch = if self.test(condition)? {
                    then
                } else {
                    otherwise
                };
                self.nested(|eval| eval.raw(branch))
            }
            Expr::Arith(op, a, b) => {
                let a = self.nested(|eval| eval.raw(a))?;
                let b = self.nested(|eval| eval.raw(b))?;
                Ok(arith::arith(*op, a, b))
            }
            Expr::Neg(e) => {
                let value = self.nested(|eval| eval.raw(e))?;
                Ok(arith::negate(value))
            }
            Expr::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.push(self.value(item)?.value.into_owned());
                }
                Ok(Out::of(Value::List(list)))
            }
            Expr::Concat(pieces) => {
                let mut text = String::new();
                for piece in pieces {
                    let piece = self.value(piece)?;
                    text.push_str(&shown(&piece.value, self.scope.zone));
                }
                let text = trig_ir::normalize(&text);
                Ok(Out::of(if text.is_empty() {
                    Value::Empty
                } else {
                    Value::Text(text)
                }))
            }
            Expr::NextOpen(id) => {
                let next = schedule::next_open(self.scope.engine, *id, self.scope.now);
                Ok(Out::of(next.map_or(Value::Empty, Value::DateTime)))
            }
            Expr::Call(function, args) => self.call(*function, args),
            Expr::Format(of, format) => {
                let out = self.value(of)?;
                Ok(format::formatted(out, format, self.scope.zone))
            }
            _ => Ok(Out::of(Value::Bool(self.test(expr)?))),
        }
    }
}

/// What stands for a result that nests too deep.
trait Shallow {
    fn too_deep() -> Self;
}

impl Shallow for Out<'_> {
    fn too_deep() -> Self {
        Out::failed("the expression nests too deep".to_owned())
    }
}

impl Shallow for bool {
    fn too_deep() -> Self {
        false
    }
}
