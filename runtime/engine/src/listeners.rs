//! Which triggers an event can start: by its kind, and by what the filters of their starts ask a field to equal.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;
use smol_str::SmolStr;
use trig_ir::{CompareOp, Expr, Place, Root, Trigger, TriggerId, Value, fold_tag};

/// A trigger that an event of one kind can start, with its starts of that kind.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) trigger: TriggerId,
    pub(crate) starts: Vec<usize>,
}

/// Values by equality: what is equal in the language has the same key. The reverse need not hold, the filter is
/// evaluated anyway.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    /// Texts, tags and users, folded.
    Text(SmolStr),
    Number(Decimal),
    Other(Value),
}

impl Key {
    /// `None`: equal to nothing that is asked for.
    fn of(value: &Value) -> Option<Self> {
        if value.is_empty() {
            return None;
        }
        Some(match value {
            Value::Text(text) | Value::Tag(text) | Value::User(text) => {
                Self::Text(fold_tag(text).into())
            }
            Value::Int(n) => Self::Number((*n).into()),
            Value::Decimal(d) => Self::Number(*d),
            Value::List(_) | Value::Set(_) => return None,
            value => Self::Other(value.clone()),
        })
    }
}

/// A field of the event, and the values of which it has to equal one.
struct Asked<'a> {
    field: &'a SmolStr,
    values: Vec<Cow<'a, Value>>,
}

/// What a filter asks of one field: its first conjunct of that form. `None`: it has none.
fn asked(filter: &Expr) -> Option<Asked<'_>> {
    let of_event = |place: &'_ Place| {
        matches!(place.root, Root::Candidate | Root::Event) && place.path.len() == 1
    };
    match filter {
        Expr::And(all) => all.iter().find_map(asked),
        Expr::Compare(CompareOp::Eq, a, b) => match (a.as_ref(), b.as_ref()) {
            (Expr::Load(place), Expr::Const(value)) | (Expr::Const(value), Expr::Load(place))
                if of_event(place) =>
            {
                Some(Asked {
                    field: place.path.first()?,
                    values: vec![Cow::Borrowed(value)],
                })
            }
            _ => None,
        },
        Expr::In(a, b) => match (a.as_ref(), b.as_ref()) {
            (Expr::Load(place), Expr::List(items)) if of_event(place) => Some(Asked {
                field: place.path.first()?,
                values: items.iter().map(constant).collect::<Option<_>>()?,
            }),
            (Expr::Load(place), Expr::Const(Value::List(items))) if of_event(place) => {
                Some(Asked {
                    field: place.path.first()?,
                    values: items.iter().map(Cow::Borrowed).collect(),
                })
            }
            _ => None,
        },
        Expr::InStages(stage, stages) => match stage.as_ref() {
            Expr::Load(place) if of_event(place) => {
                let stages = stages.iter().cloned().map(Value::Stage);
                Some(Asked {
                    field: place.path.first()?,
                    values: stages.map(Cow::Owned).collect(),
                })
            }
            _ => None,
        },
        _ => None,
    }
}

fn constant(expr: &Expr) -> Option<Cow<'_, Value>> {
    match expr {
        Expr::Const(value) => Some(Cow::Borrowed(value)),
        _ => None,
    }
}

/// The keys under which a start is found. `None`: it has to be looked at for every event of its kind.
fn keys(trigger: &Trigger, start: usize) -> Option<(SmolStr, Vec<Key>)> {
    let filter = trigger.starts.get(start)?.pattern.filter.as_ref()?;
    let asked = asked(filter)?;
    let keys: Option<Vec<Key>> = asked.values.iter().map(|value| Key::of(value)).collect();
    Some((asked.field.clone(), keys?))
}

/// The triggers that events of one kind can start.
#[derive(Debug, Default)]
pub(crate) struct Listeners {
    /// In the order in which they run.
    all: Vec<Listener>,
    /// Places in `all` of those that every event of the kind can start.
    always: Vec<usize>,
    /// By field of the event and the value that it has to equal.
    by_field: BTreeMap<SmolStr, HashMap<Key, Vec<usize>>>,
}

impl Listeners {
    /// Adds one behind those that are there.
    pub(crate) fn push(&mut self, id: TriggerId, trigger: &Trigger, starts: Vec<usize>) {
        let at = self.all.len();
        let found: Option<Vec<_>> = starts.iter().map(|nth| keys(trigger, *nth)).collect();
        match found {
            None => self.always.push(at),
            Some(found) => {
                for (field, keys) in found {
                    let table = self.table(field);
                    for key in keys {
                        table.entry(key).or_default().push(at);
                    }
                }
            }
        }
        self.all.push(Listener {
            trigger: id,
            starts,
        });
    }

    fn table(&mut self, field: SmolStr) -> &mut HashMap<Key, Vec<usize>> {
        self.by_field.entry(field).or_default()
    }

    /// All of them, in the order in which they run.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Listener> {
        self.all.iter()
    }

    /// Those that an event with these values can start, in the order in which they run. `value` gives a field, `None`
    /// if it is not known: then no filter that asks for it holds.
    pub(crate) fn matching<'v>(
        &self,
        value: impl Fn(&SmolStr) -> Option<Cow<'v, Value>>,
    ) -> impl Iterator<Item = &Listener> {
        let mut found = self.always.clone();
        for (field, table) in &self.by_field {
            let key = value(field).and_then(|value| Key::of(&value));
            if let Some(listeners) = key.and_then(|key| table.get(&key)) {
                found.extend_from_slice(listeners);
            }
        }
        // in order, and each once: a trigger may be found under several of its starts
        found.sort_unstable();
        found.dedup();
        found.into_iter().filter_map(|at| self.all.get(at))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use trig_ir::Money;

    use super::*;
    use crate::eval::same;

    fn value() -> impl Strategy<Value = Value> {
        let text = "[aAςΣ ]{0,2}";
        prop_oneof![
            Just(Value::Empty),
            (-2i64..2).prop_map(Value::Int),
            (-2i64..2, 0u32..2).prop_map(|(n, scale)| Value::Decimal(Decimal::new(n * 10, scale))),
            text.prop_map(|t| Value::Text(t.into())),
            text.prop_map(|t| Value::Tag(t.into())),
            text.prop_map(|t| Value::User(t.into())),
            (0i64..2, 0u32..2).prop_map(|(n, scale)| Value::Money(Money {
                currency: "EUR".into(),
                amount: Decimal::new(n * 10, scale),
            })),
            any::<bool>().prop_map(Value::Bool),
        ]
    }

    proptest! {
        #[test]
        fn what_is_equal_has_the_same_key(a in value(), b in value()) {
            if same(&a, &b) {
                prop_assert_eq!(Key::of(&a), Key::of(&b));
            }
        }
    }
}
