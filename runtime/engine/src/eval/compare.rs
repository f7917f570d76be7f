//! Equality and order of values.

use std::cmp::Ordering;

use rust_decimal::Decimal;
use trig_ir::{Value, fold_tag};

use super::members::same_members;

pub(super) fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Int(n) => Some(Decimal::from(*n)),
        Value::Decimal(d) => Some(*d),
        _ => None,
    }
}

/// `==` of the language: `empty` equals `empty` only; tags trimmed and without case; numbers by value.
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    if a.is_empty() || b.is_empty() {
        return a.is_empty() && b.is_empty();
    }
    match (a, b) {
        (Value::Tag(a) | Value::Text(a), Value::Tag(b)) | (Value::Tag(a), Value::Text(b)) => {
            a == b || fold_tag(a) == fold_tag(b)
        }
        (Value::User(a) | Value::Text(a), Value::User(b)) | (Value::User(a), Value::Text(b)) => {
            a == b
        }
        (Value::Int(_), Value::Decimal(_)) | (Value::Decimal(_), Value::Int(_)) => {
            number(a) == number(b)
        }
        (Value::List(x), Value::List(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|(x, y)| equal(x, y))
        }
        (Value::Set(_), Value::Set(_) | Value::List(_)) | (Value::List(_), Value::Set(_)) => {
            a == b || same_members(a, b)
        }
        _ => a == b,
    }
}

/// Whether a field still has the same value: no change, no event.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    equal(a, b)
}

/// Order, where the language has one: `None` with `empty`, across currencies and across types.
pub(super) fn order(a: &Value, b: &Value) -> Option<Ordering> {
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return Some(a.cmp(&b));
    }
    if a.is_empty() || b.is_empty() {
        return None;
    }
    match (a, b) {
        (Value::Money(a), Value::Money(b)) if a.currency == b.currency => {
            Some(a.amount.cmp(&b.amount))
        }
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
        (Value::DateTime(a), Value::DateTime(b)) => Some(a.cmp(b)),
        (Value::Duration(a), Value::Duration(b)) => Some(a.cmp(b)),
        (Value::Weekday(a), Value::Weekday(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// The elements of a collection; a single value is its own only element, `empty` has none.
pub(crate) fn elements(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::List(items) => Box::new(items.iter()),
        Value::Set(items) => Box::new(items.iter()),
        value if value.is_empty() => Box::new(std::iter::empty()),
        value => Box::new(std::iter::once(value)),
    }
}

/// Whether a collection has a value. To ask for many, there is [`super::Members`].
pub(crate) fn contains(of: &Value, value: &Value) -> bool {
    elements(of).any(|element| equal(element, value))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use trig_ir::Money;

    use super::*;

    fn money(amount: i64, currency: &str) -> Value {
        Value::Money(Money {
            currency: currency.into(),
            amount: amount.into(),
        })
    }

    #[test]
    fn order_needs_two_values_of_one_kind() {
        assert_eq!(order(&Value::Empty, &Value::Int(1)), None);
        assert_eq!(order(&money(1, "EUR"), &money(2, "USD")), None);
        assert_eq!(
            order(&money(1, "EUR"), &money(2, "EUR")),
            Some(Ordering::Less)
        );
        assert_eq!(
            order(&Value::Int(2), &Value::Decimal(Decimal::new(15, 1))),
            Some(Ordering::Greater)
        );
        assert_eq!(order(&Value::Int(2), &Value::Text("3".into())), None);
    }

    #[test]
    fn tags_ignore_case_and_text_does_not() {
        let tag = |t: &str| Value::Tag(t.into());
        let text = |t: &str| Value::Text(t.into());
        assert!(equal(&tag(" VIP"), &tag("vip")));
        assert!(equal(&tag("VIP"), &text("vip")));
        assert!(!equal(&text("VIP"), &text("vip")));
        assert!(equal(&Value::Empty, &Value::List(Vec::new())));
        assert!(!equal(&Value::Empty, &Value::Int(0)));
        let set = Value::Set([tag("a"), tag("B")].into());
        assert!(equal(
            &set,
            &Value::List(vec![text("b"), text("A"), text("a")])
        ));
    }

    proptest! {
        #[test]
        fn numbers_compare_by_value(a in any::<i64>(), b in any::<i64>()) {
            let (int, decimal) = (Value::Int(a), Value::Decimal(b.into()));
            prop_assert_eq!(equal(&int, &decimal), a == b);
            prop_assert_eq!(order(&int, &decimal), Some(a.cmp(&b)));
        }
    }
}
