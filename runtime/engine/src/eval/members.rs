//! Which values a collection has, for many questions: each element is looked at, and folded, once.

use std::collections::HashSet;

use rust_decimal::Decimal;
use trig_ir::{Value, fold_tag};

use super::compare::{elements, equal, number};

/// The elements of a collection, by what is equal in the language.
#[derive(Default)]
pub(crate) struct Members<'a> {
    /// Tags, folded.
    tags: HashSet<String>,
    /// Texts, folded: so they equal tags.
    texts: HashSet<String>,
    /// Texts and users, as written: so they equal one another.
    written: HashSet<&'a str>,
    numbers: HashSet<Decimal>,
    empty: bool,
    /// Collections in the collection; no type of the language has them, so they are few.
    nested: Vec<&'a Value>,
    /// What equals nothing but itself.
    others: HashSet<&'a Value>,
}

impl<'a> Members<'a> {
    pub(crate) fn of(collection: &'a Value) -> Self {
        let mut members = Self::default();
        for element in elements(collection) {
            members.add(element);
        }
        members
    }

    pub(crate) fn add(&mut self, value: &'a Value) {
        if value.is_empty() {
            self.empty = true;
            return;
        }
        match value {
            Value::Tag(tag) => {
                self.tags.insert(fold_tag(tag));
            }
            Value::Text(text) => {
                self.texts.insert(fold_tag(text));
                self.written.insert(text);
            }
            Value::User(user) => {
                self.written.insert(user);
            }
            Value::Int(_) | Value::Decimal(_) => self.numbers.extend(number(value)),
            Value::List(_) | Value::Set(_) => self.nested.push(value),
            value => {
                self.others.insert(value);
            }
        }
    }

    /// INVARIANT (equality): whether one of the elements is [`equal`] to the value.
    pub(crate) fn has(&self, value: &Value) -> bool {
        if value.is_empty() {
            return self.empty;
        }
        match value {
            Value::Tag(tag) => {
                let folded = fold_tag(tag);
                self.tags.contains(&folded) || self.texts.contains(&folded)
            }
            Value::Text(text) => {
                self.written.contains(text.as_str())
                    || !self.tags.is_empty() && self.tags.contains(&fold_tag(text))
            }
            Value::User(user) => self.written.contains(user.as_str()),
            Value::Int(_) | Value::Decimal(_) => {
                number(value).is_some_and(|number| self.numbers.contains(&number))
            }
            Value::List(_) | Value::Set(_) => self.nested.iter().any(|e| equal(e, value)),
            value => self.others.contains(value),
        }
    }
}

/// Whether each element of one collection is equal to one of the other.
pub(super) fn same_members(a: &Value, b: &Value) -> bool {
    let in_b = Members::of(b);
    if !elements(a).all(|element| in_b.has(element)) {
        return false;
    }
    let in_a = Members::of(a);
    elements(b).all(|element| in_a.has(element))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use trig_ir::Money;

    use super::super::compare::contains;
    use super::*;

    fn single() -> impl Strategy<Value = Value> {
        let text = "[aAςΣ ]{0,2}";
        prop_oneof![
            Just(Value::Empty),
            Just(Value::Raw("[]".into())),
            (-2i64..2).prop_map(Value::Int),
            (-2i64..2, 0u32..2).prop_map(|(n, scale)| Value::Decimal(Decimal::new(n * 10, scale))),
            text.prop_map(|t| Value::Text(t.into())),
            text.prop_map(|t| Value::Tag(t.into())),
            text.prop_map(|t| Value::User(t.into())),
            text.prop_map(|t| Value::Variant(t.into())),
            (0i64..2, 0u32..2).prop_map(|(n, scale)| Value::Money(Money {
                currency: "EUR".into(),
                amount: Decimal::new(n * 10, scale),
            })),
            any::<bool>().prop_map(Value::Bool),
        ]
    }

    fn collection(of: BoxedStrategy<Value>) -> impl Strategy<Value = Value> {
        let list = proptest::collection::vec(of.clone(), 0..5).prop_map(Value::List);
        let set = proptest::collection::btree_set(of, 0..5).prop_map(Value::Set);
        prop_oneof![list, set]
    }

    fn value() -> impl Strategy<Value = Value> {
        let nested = prop_oneof![4 => single(), 1 => collection(single().boxed())];
        prop_oneof![1 => single(), 4 => collection(nested.boxed())]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn it_has_what_one_of_its_elements_equals(of in value(), wanted in value()) {
            let members = Members::of(&of);
            prop_assert_eq!(members.has(&wanted), contains(&of, &wanted));
            for one in elements(&wanted) {
                prop_assert_eq!(members.has(one), contains(&of, one));
            }
        }

        #[test]
        fn collections_have_the_same_members_where_each_is_in_the_other(a in value(), b in value()) {
            let naive = elements(&a).all(|x| contains(&b, x)) && elements(&b).all(|y| contains(&a, y));
            prop_assert_eq!(same_members(&a, &b), naive);
        }
    }

    #[test]
    fn very_many_members_are_compared_in_no_time() {
        // quadratic, this would fold a thousand million pairs
        let tags = |word: &str| -> Value {
            let all = (0..30_000).map(|n| Value::Tag(format!("{word} {n}").into()));
            Value::Set(all.collect())
        };
        assert!(equal(&tags("Tag"), &tags("tag")));
    }
}
