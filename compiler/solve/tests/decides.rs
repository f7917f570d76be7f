//! Answers against trying values out.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rust_decimal::Decimal;
use smol_str::SmolStr;
use trig_solve::*;

/// A value, as the test has it.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Empty,
    Truth(bool),
    Finite(u32),
    Name(SmolStr),
    Point(Decimal),
    Money(SmolStr, Decimal),
    Tags(BTreeSet<SmolStr>),
    Text(String),
}

/// A test of a variable, and what it means.
#[derive(Clone, Debug)]
enum Asked {
    Empty,
    True,
    OneOf(BTreeSet<u32>),
    Is(&'static str),
    Within(Compared, i64),
    Amount(&'static str, Compared, i64),
    Has(&'static str),
    Text(Test, &'static str),
}

#[derive(Clone, Copy, Debug)]
enum Compared {
    Less,
    Equal,
    Greater,
}

#[derive(Clone, Copy, Debug)]
enum Test {
    Equals,
    Contains,
    Starts,
    Ends,
}

impl Compared {
    fn spans(self, at: Decimal) -> Spans {
        match self {
            Self::Less => Spans::below(at),
            Self::Equal => Spans::point(at),
            Self::Greater => Spans::above(at),
        }
    }

    fn holds(self, a: Decimal, b: Decimal) -> bool {
        match self {
            Self::Less => a < b,
            Self::Equal => a == b,
            Self::Greater => a > b,
        }
    }
}

fn half(n: i64) -> Decimal {
    Decimal::new(n * 5, 1)
}

impl Asked {
    fn pred(&self) -> Pred {
        match self {
            Self::Empty => Pred::Empty,
            Self::True => Pred::True,
            Self::OneOf(these) => Pred::OneOf(these.clone()),
            Self::Is(name) => Pred::Is((*name).into()),
            Self::Within(how, n) => Pred::Within(how.spans(half(*n))),
            Self::Amount(currency, how, n) => Pred::Amount((*currency).into(), how.spans(half(*n))),
            Self::Has(name) => Pred::Has((*name).into()),
            Self::Text(test, part) => Pred::Text(match test {
                Test::Equals => Lang::equals(part),
                Test::Contains => Lang::contains(part),
                Test::Starts => Lang::starts_with(part),
                Test::Ends => Lang::ends_with(part),
            }),
        }
    }

    fn holds(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Empty, Value::Tags(tags)) => tags.is_empty(),
            (Self::Empty, value) => *value == Value::Empty,
            (Self::True, Value::Truth(is)) => *is,
            (Self::OneOf(these), Value::Finite(n)) => these.contains(n),
            (Self::Is(name), Value::Name(is)) => is == name,
            (Self::Within(how, n), Value::Point(at)) => how.holds(*at, half(*n)),
            (Self::Amount(currency, how, n), Value::Money(of, at)) => {
                of == currency && how.holds(*at, half(*n))
            }
            (Self::Has(name), Value::Tags(tags)) => tags.contains(*name),
            (Self::Text(test, part), Value::Text(text)) => {
                let folded = text.to_lowercase();
                match test {
                    Test::Equals => text == part,
                    Test::Contains => folded.contains(part),
                    Test::Starts => folded.starts_with(part),
                    Test::Ends => folded.ends_with(part),
                }
            }
            _ => false,
        }
    }
}

/// The variables: two of each kind, one of which may be `empty`.
const DOMAINS: [Domain; 8] = [
    Domain::Truth,
    Domain::Finite(3),
    Domain::Names,
    Domain::Dense,
    Domain::Whole,
    Domain::Money,
    Domain::Tags,
    Domain::Text,
];

fn vars() -> Vars {
    let mut vars = Vars::default();
    for domain in DOMAINS {
        for optional in [false, true] {
            let opaque = false;
            vars.declare(Decl {
                domain,
                optional,
                opaque,
            });
        }
    }
    vars
}

fn domain_of(var: Var) -> (Domain, bool) {
    (DOMAINS[var.0 as usize / 2], var.0 % 2 == 1)
}

fn compared() -> impl Strategy<Value = Compared> {
    prop_oneof![
        Just(Compared::Less),
        Just(Compared::Equal),
        Just(Compared::Greater)
    ]
}

fn asked(domain: Domain) -> BoxedStrategy<Asked> {
    let own = match domain {
        Domain::Truth => Just(Asked::True).boxed(),
        Domain::Finite(n) => proptest::collection::btree_set(0..n, 0..3)
            .prop_map(Asked::OneOf)
            .boxed(),
        Domain::Names => prop_oneof![Just("a"), Just("b")]
            .prop_map(Asked::Is)
            .boxed(),
        Domain::Dense | Domain::Whole => (compared(), -3i64..4)
            .prop_map(|(how, n)| Asked::Within(how, n))
            .boxed(),
        Domain::Money => (prop_oneof![Just("EUR"), Just("USD")], compared(), 0i64..4)
            .prop_map(|(c, how, n)| Asked::Amount(c, how, n))
            .boxed(),
        Domain::Tags => prop_oneof![Just("a"), Just("b")]
            .prop_map(Asked::Has)
            .boxed(),
        Domain::Text => {
            let test = prop_oneof![
                Just(Test::Equals),
                Just(Test::Contains),
                Just(Test::Starts),
                Just(Test::Ends)
            ];
            (
                test,
                prop_oneof![Just("a"), Just("b"), Just("ab"), Just("ba")],
            )
                .prop_map(|(test, part)| Asked::Text(test, part))
                .boxed()
        }
    };
    prop_oneof![5 => own, 1 => Just(Asked::Empty)].boxed()
}

#[derive(Clone, Debug)]
enum Guard {
    Atom(Var, Asked),
    Not(Box<Guard>),
    And(Vec<Guard>),
    Or(Vec<Guard>),
}

impl Guard {
    fn formula(&self) -> Formula {
        match self {
            Self::Atom(var, asked) => Formula::Atom(*var, asked.pred()),
            Self::Not(inner) => inner.formula().not(),
            Self::And(all) => Formula::And(all.iter().map(Self::formula).collect()),
            Self::Or(all) => Formula::Or(all.iter().map(Self::formula).collect()),
        }
    }

    fn holds(&self, of: &impl Fn(Var) -> Value) -> bool {
        match self {
            Self::Atom(var, asked) => asked.holds(&of(*var)),
            Self::Not(inner) => !inner.holds(of),
            Self::And(all) => all.iter().all(|g| g.holds(of)),
            Self::Or(all) => all.iter().any(|g| g.holds(of)),
        }
    }
}

/// A guard over one domain's two variables, so that few values have to be tried.
fn guard() -> impl Strategy<Value = (usize, Guard)> {
    (0..DOMAINS.len()).prop_flat_map(|at| {
        let first = 2 * at as u32;
        let leaf = (0u32..2, asked(DOMAINS[at]))
            .prop_map(move |(n, asked)| Guard::Atom(Var(first + n), asked));
        let guard = leaf.prop_recursive(4, 16, 3, |inner| {
            prop_oneof![
                inner.clone().prop_map(|g| Guard::Not(Box::new(g))),
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Guard::And),
                proptest::collection::vec(inner, 0..4).prop_map(Guard::Or),
            ]
        });
        guard.prop_map(move |guard| (at, guard))
    })
}

/// Values that make every difference that can be asked for.
fn samples(domain: Domain, optional: bool) -> Vec<Value> {
    let names = |all: &[&str]| all.iter().map(SmolStr::new).collect::<BTreeSet<_>>();
    let points = (-5i64..6).map(|n| Decimal::new(n * 25, 2));
    let mut all: Vec<Value> = match domain {
        Domain::Truth => vec![Value::Truth(true), Value::Truth(false)],
        Domain::Finite(n) => (0..n).map(Value::Finite).collect(),
        Domain::Names => ["a", "b", "c"].map(|n| Value::Name(n.into())).to_vec(),
        Domain::Dense => (-8i64..9)
            .map(|n| Value::Point(Decimal::new(n * 25, 2)))
            .collect(),
        Domain::Whole => (-3i64..4).map(|n| Value::Point(n.into())).collect(),
        Domain::Money => {
            let amounts = points.chain((6..9).map(|n| Decimal::new(n * 25, 2)));
            amounts
                .flat_map(|at| ["EUR", "USD", "GBP"].map(|c| Value::Money(c.into(), at)))
                .collect()
        }
        Domain::Tags => {
            let sets: [&[&str]; 7] = [
                &["a"],
                &["b"],
                &["a", "b"],
                &["c"],
                &["a", "c"],
                &["b", "c"],
                &["a", "b", "c"],
            ];
            sets.iter().map(|set| Value::Tags(names(set))).collect()
        }
        Domain::Text => {
            let letters = ["a", "b", "A", "B", "c"];
            let mut texts: Vec<String> = letters.map(String::from).to_vec();
            let mut last = texts.clone();
            for _ in 0..3 {
                last = last
                    .iter()
                    .flat_map(|t| letters.map(|l| format!("{t}{l}")))
                    .collect();
                texts.extend(last.iter().cloned());
            }
            texts.into_iter().map(Value::Text).collect()
        }
    };
    if optional {
        all.push(if domain == Domain::Tags {
            Value::Tags(BTreeSet::new())
        } else {
            Value::Empty
        });
    }
    all
}

fn value(chosen: &Chosen) -> Value {
    match chosen.clone() {
        Chosen::Empty => Value::Empty,
        Chosen::Truth(is) => Value::Truth(is),
        Chosen::Finite(n) => Value::Finite(n),
        Chosen::Name(name) => Value::Name(name.unwrap_or("another".into())),
        Chosen::Point(at) => Value::Point(at),
        Chosen::Money(currency, at) => Value::Money(currency.unwrap_or("XXX".into()), at),
        Chosen::Tags { mut has, another } => {
            if another {
                has.insert("another".into());
            }
            Value::Tags(has)
        }
        Chosen::Text(text) => Value::Text(text),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn an_answer_is_what_trying_everything_says((at, guard) in guard()) {
        let vars = vars();
        let [first, second] = [0, 1].map(|n| Var((2 * at + n) as u32));
        match vars.solve(&guard.formula()) {
            Answer::Holds(model) => {
                let of = |var: Var| match model.0.get(&var) {
                    Some(chosen) => value(chosen),
                    None => {
                        let (domain, optional) = domain_of(var);
                        samples(domain, optional).swap_remove(0)
                    }
                };
                prop_assert!(guard.holds(&of), "{:?}", model);
            }
            Answer::Never => {
                for a in samples(domain_of(first).0, false) {
                    // two long texts would be too many
                    let short = |b: &Value| !matches!(b, Value::Text(text) if text.len() > 2);
                    for b in samples(domain_of(second).0, true).into_iter().filter(short) {
                        let of = |var: Var| if var == first { a.clone() } else { b.clone() };
                        prop_assert!(!guard.holds(&of), "{:?} {:?}", a, b);
                    }
                }
            }
            Answer::Unclear => prop_assert!(false, "so small a guard is decided"),
        }
    }
}

#[test]
fn many_choices_are_decided_and_too_many_are_left_open() {
    let mut vars = Vars::default();
    let declare = |vars: &mut Vars| {
        vars.declare(Decl {
            domain: Domain::Truth,
            optional: false,
            opaque: false,
        })
    };
    // more pigeons than holes
    let (pigeons, holes) = (5, 4);
    let sits: Vec<Vec<Var>> = (0..pigeons)
        .map(|_| (0..holes).map(|_| declare(&mut vars)).collect())
        .collect();
    let at = |p: usize, h: usize| Formula::Atom(sits[p][h], Pred::True);
    let mut all = Vec::new();
    for p in 0..pigeons {
        all.push(Formula::Or((0..holes).map(|h| at(p, h)).collect()));
        for q in 0..p {
            all.extend((0..holes).map(|h| at(p, h).not().or(at(q, h).not())));
        }
    }
    let formula = Formula::And(all);
    assert_eq!(vars.solve_within(&formula, 100), Answer::Unclear);
    assert_eq!(vars.solve_within(&formula, 100_000_000), Answer::Never);
}
