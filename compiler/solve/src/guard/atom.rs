//! Tests of one value as atoms.

use std::cmp::Ordering;

use rust_decimal::Decimal;
use smol_str::{SmolStr, ToSmolStr};
use trig_ir::{CompareOp, EntityId, StageName, Type, Value, fold_tag};

use super::term::Term;
use super::{Guards, Meaning};
use crate::formula::{Domain, Formula, Pred, Var};
use crate::line::Spans;
use crate::text::Lang;

impl Guards<'_> {
    fn at(&mut self, spot: &super::Spot, ty: &Type, optional: bool) -> Option<Var> {
        let domain = self.domain(ty)?;
        // a collection that has to be there may have nothing in it
        let optional = optional || domain == Domain::Tags;
        Some(self.var(Meaning::Value(spot.clone()), domain, optional))
    }

    fn domain(&self, ty: &Type) -> Option<Domain> {
        Some(match ty {
            Type::Bool => Domain::Truth,
            Type::Int | Type::Date | Type::Time | Type::DateTime | Type::Duration => Domain::Whole,
            Type::Decimal => Domain::Dense,
            Type::Money => Domain::Money,
            Type::Text | Type::Url => Domain::Text,
            Type::Weekday => Domain::Finite(7),
            Type::Enum(id) => {
                let variants = self.ir.enums.get(id.index())?.variants.len();
                Domain::Finite(u32::try_from(variants).ok()?)
            }
            Type::Stage(_) | Type::StageOf(_) => {
                Domain::Finite(u32::try_from(self.stages(ty)?.len()).ok()?)
            }
            Type::User | Type::Tag | Type::Entity(_) | Type::Receiver => Domain::Names,
            Type::List(of) | Type::Set(of) => {
                self.element_name(of, None)?;
                Domain::Tags
            }
            Type::Any => return None,
        })
    }

    /// The stages that a value of the type may be, in the order of their numbers.
    pub(crate) fn stages(&self, ty: &Type) -> Option<Vec<StageName>> {
        let entity: EntityId = match ty {
            Type::Stage(entity) => *entity,
            Type::StageOf(pipeline) => self.ir.pipelines.get(pipeline.index())?.entity,
            _ => return None,
        };
        let pipelines = self.ir.pipelines.iter().filter(|p| p.entity == entity);
        let all = pipelines.flat_map(|pipeline| {
            pipeline.stages.iter().map(|stage| StageName {
                pipeline: pipeline.name.clone(),
                stage: stage.name.clone(),
            })
        });
        Some(all.collect())
    }

    /// The name under which an element of a collection counts; of no value, any if there is such.
    fn element_name(&self, ty: &Type, value: Option<&Value>) -> Option<SmolStr> {
        let named = matches!(
            ty,
            Type::Tag | Type::Text | Type::Url | Type::User | Type::Enum(_) | Type::Entity(_)
        );
        if !named {
            return None;
        }
        match value {
            None => Some(SmolStr::default()),
            Some(value) => name(ty, value),
        }
    }

    pub(super) fn is_empty(&mut self, term: &Term) -> Option<Formula> {
        match term {
            Term::Const(value) => Some(Formula::constant(value.is_empty())),
            Term::At(spot, ty, optional) => {
                let var = self.at(spot, ty, *optional)?;
                Some(Formula::Atom(var, Pred::Empty))
            }
        }
    }

    pub(super) fn is_true(&mut self, term: &Term) -> Option<Formula> {
        match term {
            Term::Const(value) => Some(Formula::constant(*value == Value::Bool(true))),
            Term::At(spot, ty @ Type::Bool, optional) => {
                let var = self.at(spot, ty, *optional)?;
                Some(Formula::Atom(var, Pred::True))
            }
            Term::At(..) => None,
        }
    }

    pub(super) fn is_of_currency(&mut self, term: &Term, currency: &SmolStr) -> Option<Formula> {
        match term {
            Term::Const(Value::Money(money)) => {
                Some(Formula::constant(money.currency == *currency))
            }
            Term::Const(_) => Some(Formula::FALSE),
            Term::At(spot, ty @ Type::Money, optional) => {
                let var = self.at(spot, ty, *optional)?;
                let any = Pred::Amount(currency.clone(), Spans::all());
                Some(Formula::Atom(var, any))
            }
            Term::At(..) => None,
        }
    }

    pub(super) fn in_stages(
        &mut self,
        term: &Term,
        which: &dyn Fn(&StageName) -> bool,
    ) -> Option<Formula> {
        match term {
            Term::Const(Value::Stage(stage)) => Some(Formula::constant(which(stage))),
            Term::Const(_) => Some(Formula::FALSE),
            Term::At(spot, ty, optional) => {
                let stages = self.stages(ty)?;
                let var = self.at(spot, ty, *optional)?;
                let numbers = (0u32..).zip(&stages);
                let these = numbers.filter(|(_, stage)| which(stage)).map(|(n, _)| n);
                Some(Formula::Atom(var, Pred::OneOf(these.collect())))
            }
        }
    }

    /// A collection has a value. A single value is its own only element.
    pub(super) fn contains(&mut self, of: &Term, value: &Term) -> Option<Formula> {
        match (of, value) {
            (Term::Const(Value::List(items)), value) => {
                let items = items.clone();
                let mut any = Vec::new();
                for item in items {
                    any.push(self.compare(CompareOp::Eq, value, &Term::Const(item))?);
                }
                Some(Formula::Or(any))
            }
            (Term::Const(none), _) if none.is_empty() => Some(Formula::FALSE),
            (Term::Const(_), value) => self.compare(CompareOp::Eq, value, of),
            (
                Term::At(spot, ty @ (Type::List(element) | Type::Set(element)), optional),
                Term::Const(value),
            ) => {
                let name = self.element_name(element, Some(value))?;
                let var = self.at(spot, ty, *optional)?;
                Some(Formula::Atom(var, Pred::Has(name)))
            }
            (Term::At(_, Type::List(_) | Type::Set(_), _), Term::At(..)) => None,
            (Term::At(..), _) => self.compare(CompareOp::Eq, of, value),
        }
    }

    pub(super) fn compare(&mut self, op: CompareOp, a: &Term, b: &Term) -> Option<Formula> {
        match op {
            CompareOp::Ne => return Some(self.compare(CompareOp::Eq, a, b)?.not()),
            CompareOp::Gt => return self.compare(CompareOp::Lt, b, a),
            CompareOp::Ge => return self.compare(CompareOp::Le, b, a),
            CompareOp::Eq | CompareOp::Lt | CompareOp::Le => {}
        }
        match (a, b) {
            (Term::Const(a), Term::Const(b)) => constants(op, a, b).map(Formula::constant),
            (Term::At(a, ty, optional), Term::At(b, ..)) if a == b => match op {
                CompareOp::Eq => Some(Formula::TRUE),
                CompareOp::Lt => Some(Formula::FALSE),
                _ => {
                    let var = self.at(a, ty, *optional)?;
                    Some(Formula::Atom(var, Pred::Empty).not())
                }
            },
            (Term::At(..), Term::At(..)) => None,
            (Term::At(spot, ty, optional), Term::Const(value)) => {
                self.with_constant(op, spot, ty, *optional, value, false)
            }
            (Term::Const(value), Term::At(spot, ty, optional)) => {
                self.with_constant(op, spot, ty, *optional, value, true)
            }
        }
    }

    /// `place op value`, or the other way round.
    fn with_constant(
        &mut self,
        op: CompareOp,
        spot: &super::Spot,
        ty: &Type,
        optional: bool,
        value: &Value,
        turned: bool,
    ) -> Option<Formula> {
        let var = self.at(spot, ty, optional)?;
        if value.is_empty() {
            return Some(match op {
                CompareOp::Eq => Formula::Atom(var, Pred::Empty),
                _ => Formula::FALSE,
            });
        }
        let spans = |at: Decimal| match (op, turned) {
            (CompareOp::Eq, _) => Spans::point(at),
            (CompareOp::Lt, false) => Spans::below(at),
            (CompareOp::Lt, true) => Spans::above(at),
            (_, false) => Spans::above(at).complement(),
            (_, true) => Spans::below(at).complement(),
        };
        let pred = match (ty, value) {
            (Type::Bool, Value::Bool(is)) if op == CompareOp::Eq => {
                let holds = Formula::Atom(var, Pred::True);
                let empty = Formula::Atom(var, Pred::Empty);
                return Some(if *is { holds } else { holds.or(empty).not() });
            }
            (Type::Money, Value::Money(money)) => {
                Pred::Amount(money.currency.clone(), spans(money.amount))
            }
            (Type::Weekday, Value::Weekday(day)) => {
                let day = u32::from(*day).checked_sub(1)?;
                let days = (0u32..7).filter(|n| match (op, turned) {
                    (CompareOp::Eq, _) => *n == day,
                    (CompareOp::Lt, false) => *n < day,
                    (CompareOp::Lt, true) => *n > day,
                    (_, false) => *n <= day,
                    (_, true) => *n >= day,
                });
                Pred::OneOf(days.collect())
            }
            _ if point(value).is_some() => Pred::Within(spans(point(value)?)),
            _ if op != CompareOp::Eq => return None,
            (Type::Text | Type::Url, Value::Text(text)) => Pred::Text(Lang::equals(text)),
            (Type::Enum(id), Value::Variant(variant)) => {
                let variants = &self.ir.enums.get(id.index())?.variants;
                let at = variants.iter().position(|v| v.name == *variant);
                let at = at.and_then(|at| u32::try_from(at).ok());
                Pred::OneOf(at.into_iter().collect())
            }
            (Type::Stage(_) | Type::StageOf(_), Value::Stage(stage)) => {
                let at = self.stages(ty)?.iter().position(|s| s == stage);
                let at = at.and_then(|at| u32::try_from(at).ok());
                Pred::OneOf(at.into_iter().collect())
            }
            (Type::User | Type::Tag | Type::Entity(_) | Type::Receiver, value) => {
                Pred::Is(name(ty, value)?)
            }
            _ => return None,
        };
        Some(Formula::Atom(var, pred))
    }
}

/// The name of a value that is one, as it is compared.
fn name(ty: &Type, value: &Value) -> Option<SmolStr> {
    Some(match (ty, value) {
        (Type::Tag, Value::Tag(tag) | Value::Text(tag)) => fold_tag(tag).into(),
        (Type::User, Value::User(name) | Value::Text(name))
        | (Type::Text | Type::Url, Value::Text(name))
        | (Type::Enum(_), Value::Variant(name))
        | (Type::Receiver, Value::Text(name)) => name.clone(),
        (Type::Entity(_), Value::Record(key)) => key.to_smolstr(),
        _ => return None,
    })
}

/// The point of a value that lies on a line.
pub(crate) fn point(value: &Value) -> Option<Decimal> {
    Some(match value {
        Value::Int(n) => Decimal::from(*n),
        Value::Decimal(d) => *d,
        Value::Date(date) => {
            let epoch = jiff::civil::Date::constant(1970, 1, 1);
            let days = epoch.until(*date).ok()?.get_days();
            Decimal::from(days)
        }
        Value::Time(time) => {
            let nanos = jiff::civil::Time::midnight().until(*time).ok()?;
            Decimal::from(nanos.total(jiff::Unit::Second).ok()? as i64)
        }
        Value::DateTime(at) => Decimal::from(at.0),
        Value::Duration(d) => Decimal::from(d.0),
        _ => return None,
    })
}

/// A comparison of two constants, where it is plain.
fn constants(op: CompareOp, a: &Value, b: &Value) -> Option<bool> {
    if a.is_empty() || b.is_empty() {
        return Some(op == CompareOp::Eq && a.is_empty() && b.is_empty());
    }
    if let (Some(a), Some(b)) = (point(a), point(b)) {
        return Some(match op {
            CompareOp::Eq => a == b,
            CompareOp::Lt => a < b,
            _ => a <= b,
        });
    }
    match (a, b) {
        (Value::Money(a), Value::Money(b)) => {
            let order = (a.currency == b.currency).then(|| a.amount.cmp(&b.amount));
            Some(match op {
                CompareOp::Eq => order == Some(Ordering::Equal),
                CompareOp::Lt => order == Some(Ordering::Less),
                _ => order.is_some_and(|order| order != Ordering::Greater),
            })
        }
        (Value::Tag(a), Value::Tag(b)) if op == CompareOp::Eq => Some(fold_tag(a) == fold_tag(b)),
        (a, b) if op == CompareOp::Eq && std::mem::discriminant(a) == std::mem::discriminant(b) => {
            let plain = !matches!(a, Value::List(_) | Value::Set(_));
            plain.then_some(a == b)
        }
        _ => None,
    }
}
