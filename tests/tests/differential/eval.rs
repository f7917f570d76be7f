//! Expressions, evaluated by their meaning alone: nothing is cached, compiled or ordered for speed.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use trig_ir::*;

use crate::calendar;
use crate::model::{Event, Fields, plain};

/// A field that is needed is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unknown;

pub(crate) type Touched = BTreeSet<(RecordKey, SmolStr)>;

pub(crate) type Evaluated = Result<Value, Unknown>;

/// What an expression sees.
#[derive(Clone)]
pub(crate) struct Scope<'a> {
    pub(crate) ir: &'a Ir,
    pub(crate) records: &'a BTreeMap<RecordKey, Fields>,
    /// Records that were deleted: nothing is left of them.
    pub(crate) gone: &'a BTreeSet<RecordKey>,
    pub(crate) now: Timestamp,
    pub(crate) subject: Option<RecordKey>,
    pub(crate) outer: Option<RecordKey>,
    pub(crate) event: Option<&'a Event>,
    pub(crate) candidate: Option<&'a Event>,
    /// The arguments of an action, where its own condition is asked.
    pub(crate) arguments: Option<&'a Fields>,
    /// One record is seen as it was after this change.
    pub(crate) version: Option<(&'a RecordKey, &'a Fields)>,
    pub(crate) binders: BTreeMap<u32, Value>,
    /// Which fields were read.
    pub(crate) touched: &'a RefCell<Touched>,
}

impl Scope<'_> {
    pub(crate) fn holds(&self, expr: &Expr) -> Result<bool, Unknown> {
        Ok(self.value(expr)? == Value::Bool(true))
    }

    pub(crate) fn load(&self, place: &Place) -> Evaluated {
        let mut path = place.path.iter();
        let of_event = |event: Option<&Event>, name: Option<&SmolStr>| match (event, name) {
            (Some(event), Some(name)) => event.fields.get(name).cloned().unwrap_or(Value::Empty),
            _ => Value::Empty,
        };
        let record = |key: &Option<RecordKey>| key.clone().map_or(Value::Empty, Value::Record);
        let mut at = match place.root {
            Root::Subject => record(&self.subject),
            Root::Outer => record(&self.outer),
            Root::Event => of_event(self.event, path.next()),
            Root::Candidate => match self.arguments {
                Some(arguments) => path
                    .next()
                    .and_then(|name| arguments.get(name))
                    .cloned()
                    .unwrap_or(Value::Empty),
                None => of_event(self.candidate, path.next()),
            },
            Root::Old => match (self.event.and_then(|e| e.old.as_ref()), path.next()) {
                (Some(old), Some(name)) => old.get(name).cloned().ok_or(Unknown)?,
                _ => record(&self.subject),
            },
            Root::Binder(slot) => self.binders.get(&slot).cloned().unwrap_or(Value::Empty),
        };
        for name in path {
            let Value::Record(key) = &at else {
                return Ok(Value::Empty);
            };
            self.touched
                .borrow_mut()
                .insert((key.clone(), name.clone()));
            let fields = match self.version {
                Some((changed, version)) if changed == key => Some(version),
                _ => self.records.get(key),
            };
            if fields.is_none() && self.gone.contains(key) {
                return Ok(Value::Empty);
            }
            at = fields.and_then(|f| f.get(name)).cloned().ok_or(Unknown)?;
        }
        Ok(at)
    }

    pub(crate) fn value(&self, expr: &Expr) -> Evaluated {
        Ok(match expr {
            Expr::Const(value) => value.clone(),
            Expr::Load(place) => self.load(place)?,
            Expr::And(all) => self.all(all, false)?,
            Expr::Or(all) => self.all(all, true)?,
            Expr::Not(inner) => Value::Bool(!self.holds(inner)?),
            Expr::Compare(op, a, b) => Value::Bool(compare(*op, &self.value(a)?, &self.value(b)?)),
            Expr::Between { value, low, high } => {
                let (value, low, high) = (self.value(value)?, self.value(low)?, self.value(high)?);
                Value::Bool(
                    compare(CompareOp::Ge, &value, &low) && compare(CompareOp::Le, &value, &high),
                )
            }
            Expr::In(value, list) => {
                let (value, list) = (self.value(value)?, self.value(list)?);
                Value::Bool(elements(&list).iter().any(|e| same(e, &value)))
            }
            Expr::InStages(stage, names) => match self.value(stage)? {
                Value::Stage(stage) => Value::Bool(names.contains(&stage)),
                _ => Value::Bool(false),
            },
            Expr::InPipeline(stage, pipeline) => match self.value(stage)? {
                Value::Stage(stage) => {
                    Value::Bool(self.ir.pipelines[pipeline.index()].name == stage.pipeline)
                }
                _ => Value::Bool(false),
            },
            Expr::Has(op, collection, wanted) => {
                let (collection, wanted) = (self.value(collection)?, self.value(wanted)?);
                let collection = elements(&collection);
                let has = |v: &Value| collection.iter().any(|e| same(e, v));
                Value::Bool(match op {
                    HasOp::One => has(&wanted),
                    HasOp::Any => elements(&wanted).iter().any(has),
                    HasOp::All => elements(&wanted).iter().all(has),
                    HasOp::None => !elements(&wanted).iter().any(has),
                })
            }
            Expr::Text(op, text, part) => self.text(*op, text, part)?,
            Expr::IsEmpty(inner) => Value::Bool(self.value(inner)?.is_empty()),
            Expr::OrElse(first, second) => match self.value(first)? {
                value if value.is_empty() => self.value(second)?,
                value => value,
            },
            Expr::If(test, then, otherwise) => {
                if self.holds(test)? {
                    self.value(then)?
                } else {
                    self.value(otherwise)?
                }
            }
            Expr::Arith(op, a, b) => arith(*op, &self.value(a)?, &self.value(b)?),
            Expr::List(items) => Value::List(
                items
                    .iter()
                    .map(|e| self.value(e))
                    .collect::<Result<_, _>>()?,
            ),
            Expr::Concat(pieces) => {
                let mut text = String::new();
                for piece in pieces {
                    text.push_str(&printed(&self.value(piece)?));
                }
                Value::Text(text.into())
            }
            Expr::Open(schedule) => Value::Bool(calendar::open(
                &self.ir.schedules[schedule.index()],
                self.now,
            )),
            Expr::NextOpen(schedule) => {
                calendar::next_open(&self.ir.schedules[schedule.index()], self.now)
                    .map_or(Value::Empty, Value::DateTime)
            }
            Expr::Any {
                slot,
                source,
                filter,
            } => {
                let mut unknown = false;
                for element in elements(&self.value(source)?) {
                    let mut inner = self.clone();
                    inner.binders.insert(*slot, element);
                    match inner.holds(filter) {
                        Ok(true) => return Ok(Value::Bool(true)),
                        Ok(false) => {}
                        Err(Unknown) => unknown = true,
                    }
                }
                if unknown {
                    return Err(Unknown);
                }
                Value::Bool(false)
            }
            Expr::Condition(id, place, arguments) => {
                let mut inner = self.clone();
                inner.binders = BTreeMap::new();
                for (slot, argument) in (0..).zip(arguments) {
                    inner.binders.insert(slot, self.value(argument)?);
                }
                if let Some(place) = place {
                    match self.load(place)? {
                        Value::Record(key) => inner.subject = Some(key),
                        _ => return Ok(Value::Bool(false)),
                    }
                }
                inner.value(&self.ir.conditions[id.index()].body)?
            }
            other => unreachable!("the generator makes no {other:?}"),
        })
    }

    /// A part that decides, decides whatever is unknown.
    fn all(&self, parts: &[Expr], decides: bool) -> Evaluated {
        let mut unknown = false;
        for part in parts {
            match self.holds(part) {
                Ok(value) if value == decides => return Ok(Value::Bool(decides)),
                Ok(_) => {}
                Err(Unknown) => unknown = true,
            }
        }
        if unknown {
            return Err(Unknown);
        }
        Ok(Value::Bool(!decides))
    }

    fn text(&self, op: TextOp, text: &Expr, part: &Expr) -> Evaluated {
        let (text, part) = (self.value(text)?, self.value(part)?);
        let (Value::Text(text), parts) = (&text, elements(&part)) else {
            return Ok(Value::Bool(false));
        };
        let text = text.to_lowercase();
        let any = |test: &dyn Fn(&str) -> bool| {
            parts
                .iter()
                .any(|p| matches!(p, Value::Text(p) if test(&p.to_lowercase())))
        };
        Ok(Value::Bool(match op {
            TextOp::Contains | TextOp::ContainsAny => any(&|p| text.contains(p)),
            TextOp::StartsWith => any(&|p| text.starts_with(p)),
            TextOp::EndsWith => any(&|p| text.ends_with(p)),
            TextOp::Like => unreachable!("the generator makes no `like`"),
        }))
    }
}

/// What a collection holds; a single value is a collection of itself.
pub(crate) fn elements(value: &Value) -> Vec<Value> {
    match value {
        Value::List(items) => items.clone(),
        Value::Set(items) => items.iter().cloned().collect(),
        value if value.is_empty() => Vec::new(),
        value => vec![value.clone()],
    }
}

/// `==`
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (a, b) if a.is_empty() || b.is_empty() => a.is_empty() && b.is_empty(),
        (Value::Tag(a), Value::Tag(b)) => a.trim().to_lowercase() == b.trim().to_lowercase(),
        (Value::Set(a), Value::Set(b)) => {
            a.len() == b.len() && a.iter().all(|x| b.iter().any(|y| same(x, y)))
        }
        _ => plain(a) == plain(b),
    }
}

fn compare(op: CompareOp, a: &Value, b: &Value) -> bool {
    let order = || match (a, b) {
        (Value::Money(a), Value::Money(b)) if a.currency == b.currency => {
            Some(a.amount.cmp(&b.amount))
        }
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::DateTime(a), Value::DateTime(b)) => Some(a.cmp(b)),
        _ => None,
    };
    match op {
        CompareOp::Eq => same(a, b),
        CompareOp::Ne => !same(a, b),
        CompareOp::Lt => order().is_some_and(|o| o.is_lt()),
        CompareOp::Le => order().is_some_and(|o| o.is_le()),
        CompareOp::Gt => order().is_some_and(|o| o.is_gt()),
        CompareOp::Ge => order().is_some_and(|o| o.is_ge()),
    }
}

/// What cannot be computed is `empty`.
pub(crate) fn arith(op: ArithOp, a: &Value, b: &Value) -> Value {
    let result = match (op, a, b) {
        (ArithOp::Add, Value::Int(a), Value::Int(b)) => a.checked_add(*b).map(Value::Int),
        (ArithOp::Sub, Value::Int(a), Value::Int(b)) => a.checked_sub(*b).map(Value::Int),
        (ArithOp::Mul, Value::Int(a), Value::Int(b)) => a.checked_mul(*b).map(Value::Int),
        (ArithOp::Add, Value::DateTime(t), Value::Duration(d)) => Some(Value::DateTime(t.plus(*d))),
        _ => None,
    };
    result.unwrap_or(Value::Empty)
}

fn printed(value: &Value) -> String {
    match value {
        Value::Empty => String::new(),
        Value::Text(text) | Value::Tag(text) => text.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Stage(stage) => stage.stage.to_string(),
        other => unreachable!("the generator prints no {other:?}"),
    }
}
