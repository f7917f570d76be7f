//! Values as far as they are looked into: constants, and what stands at a place.

use trig_ir::{Expr, Root, Type, Value};

use super::{Env, Guards, Spot};
use crate::formula::Formula;

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Term {
    Const(Value),
    /// What stands there, of which type, and whether it may be `empty`.
    At(Spot, Type, bool),
}

impl Guards<'_> {
    /// What an expression may be, and when. `None`: something else.
    pub(super) fn terms(&mut self, expr: &Expr, env: Env<'_>) -> Option<Vec<(Formula, Term)>> {
        let one = |term| Some(vec![(Formula::TRUE, term)]);
        match expr {
            Expr::Const(value) => one(Term::Const(value.clone())),
            Expr::Load(place) => {
                if let (Root::Binder(slot), Some(inside)) = (place.root, env.inside)
                    && place.path.is_empty()
                {
                    let arg = inside.args.get(usize::try_from(slot).ok()?)?;
                    return self.terms(arg, inside.outside);
                }
                let spot = env.spot(place)?;
                let (ty, optional) = env.frame.type_of(&spot)?;
                one(Term::At(spot, ty, optional))
            }
            Expr::OrElse(first, second) => {
                let mut all = Vec::new();
                let second = self.terms(second, env)?;
                for (when, term) in self.terms(first, env)? {
                    let empty = self.is_empty(&term)?;
                    for (and, other) in &second {
                        let both = when.clone().and(empty.clone()).and(and.clone());
                        all.push((both, other.clone()));
                    }
                    all.push((when.and(empty.not()), term));
                }
                Some(all)
            }
            Expr::If(test, then, other) => {
                let test = self.holds(test, env);
                let mut all = Vec::new();
                for (when, term) in self.terms(then, env)? {
                    all.push((test.clone().and(when), term));
                }
                for (when, term) in self.terms(other, env)? {
                    all.push((test.clone().not().and(when), term));
                }
                Some(all)
            }
            Expr::Neg(inner) => {
                let terms = self.terms(inner, env)?.into_iter();
                terms
                    .map(|(when, term)| match term {
                        Term::Const(value) => Some((when, Term::Const(negated(value)?))),
                        Term::At(..) => None,
                    })
                    .collect()
            }
            Expr::List(items) => {
                let mut values = Vec::new();
                for item in items {
                    let Expr::Const(value) = item else {
                        return None;
                    };
                    values.push(value.clone());
                }
                one(Term::Const(Value::List(values)))
            }
            _ => None,
        }
    }
}

fn negated(value: Value) -> Option<Value> {
    Some(match value {
        Value::Int(n) => Value::Int(n.checked_neg()?),
        Value::Decimal(d) => Value::Decimal(-d),
        Value::Duration(d) => Value::Duration(trig_ir::Millis(d.0.checked_neg()?)),
        Value::Money(money) => Value::Money(trig_ir::Money {
            amount: -money.amount,
            ..money
        }),
        _ => return None,
    })
}
