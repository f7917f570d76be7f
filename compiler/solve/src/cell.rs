//! What is left of a variable under what was assumed of it.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::formula::{Decl, Domain, Pred};
use crate::line::Spans;
use crate::text::{Found, Lang, find};

/// A value of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// `empty`
    Empty,
    /// True or false.
    Truth(bool),
    /// One of so many.
    Finite(u32),
    /// A name. `None`: none of those that are named.
    Name(Option<SmolStr>),
    /// A point on a line.
    Point(Decimal),
    /// An amount. `None`: in none of the currencies that are named.
    Money(Option<SmolStr>, Decimal),
    /// A set of names.
    Tags {
        /// What is in it.
        has: BTreeSet<SmolStr>,
        /// It needs one more, which is none of those that are named.
        another: bool,
    },
    /// A text.
    Text(String),
}

/// Whether there is a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    Some,
    None,
    /// It would take too long to say.
    Unclear,
}

/// The values that are left.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// `empty` is one of them.
    empty: bool,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Truth {
        yes: bool,
        no: bool,
    },
    Finite(BTreeSet<u32>),
    Only(BTreeSet<SmolStr>),
    AllBut(BTreeSet<SmolStr>),
    Line {
        spans: Spans,
        whole: bool,
    },
    Money {
        of: BTreeMap<SmolStr, Spans>,
        others: bool,
    },
    Tags(Tags),
    Text {
        langs: Vec<(Lang, bool)>,
        none: bool,
    },
}

#[derive(Clone, Debug, Default)]
struct Tags {
    has: BTreeSet<SmolStr>,
    lacks: BTreeSet<SmolStr>,
    /// It is not, or it is, the empty set.
    some: bool,
    none: bool,
}

impl Tags {
    fn is_possible(&self) -> bool {
        self.has.is_disjoint(&self.lacks) && !(self.none && (self.some || !self.has.is_empty()))
    }
}

impl Cell {
    pub(crate) fn of(decl: Decl) -> Self {
        let kind = match decl.domain {
            Domain::Truth => Kind::Truth {
                yes: true,
                no: true,
            },
            Domain::Finite(n) => Kind::Finite((0..n).collect()),
            Domain::Names => Kind::AllBut(BTreeSet::new()),
            Domain::Dense | Domain::Whole => Kind::Line {
                spans: Spans::all(),
                whole: decl.domain == Domain::Whole,
            },
            Domain::Money => Kind::Money {
                of: BTreeMap::new(),
                others: true,
            },
            Domain::Tags => Kind::Tags(Tags {
                some: !decl.optional,
                ..Tags::default()
            }),
            Domain::Text => Kind::Text {
                langs: Vec::new(),
                none: false,
            },
        };
        Self {
            empty: decl.optional && decl.domain != Domain::Tags,
            kind,
        }
    }

    /// Takes away what does not fit.
    pub(crate) fn assume(&mut self, pred: &Pred, holds: bool) {
        if let Pred::Empty = pred {
            match &mut self.kind {
                Kind::Tags(tags) if holds => tags.none = true,
                Kind::Tags(tags) => tags.some = true,
                _ if holds => self.kind.clear(),
                _ => self.empty = false,
            }
            return;
        }
        if holds {
            self.empty = false;
        }
        self.kind.assume(pred, holds);
    }

    pub(crate) fn left(&self, budget: &mut u64) -> Left {
        if self.empty || self.kind.surely() {
            return Left::Some;
        }
        match &self.kind {
            Kind::Text { langs, none: false } => match find(langs, budget) {
                Found::Text(_) => Left::Some,
                Found::None => Left::None,
                Found::TooMuch => Left::Unclear,
            },
            _ => Left::None,
        }
    }

    /// A value, not `empty` if there is another.
    pub(crate) fn choose(&self, budget: &mut u64) -> Option<Chosen> {
        let other = match &self.kind {
            Kind::Truth {
                yes: false,
                no: false,
            } => None,
            Kind::Truth { no, .. } => Some(Chosen::Truth(!no)),
            Kind::Finite(of) => of.first().copied().map(Chosen::Finite),
            Kind::Only(names) => names.first().cloned().map(|name| Chosen::Name(Some(name))),
            Kind::AllBut(_) => Some(Chosen::Name(None)),
            Kind::Line { spans, .. } => spans.example().map(Chosen::Point),
            Kind::Money { of, others } => {
                let named = of.iter().find_map(|(currency, spans)| {
                    let amount = spans.example()?;
                    Some(Chosen::Money(Some(currency.clone()), amount))
                });
                named.or_else(|| others.then_some(Chosen::Money(None, Decimal::ONE)))
            }
            Kind::Tags(tags) if !tags.is_possible() => None,
            Kind::Tags(tags) => Some(Chosen::Tags {
                has: tags.has.clone(),
                another: tags.some && tags.has.is_empty(),
            }),
            Kind::Text { none: true, .. } => None,
            Kind::Text { langs, .. } => match find(langs, budget) {
                Found::Text(text) => Some(Chosen::Text(text)),
                Found::None | Found::TooMuch => None,
            },
        };
        other.or_else(|| self.empty.then_some(Chosen::Empty))
    }
}

impl Kind {
    /// Leaves nothing but what `empty` is.
    fn clear(&mut self) {
        match self {
            Self::Truth { yes, no } => (*yes, *no) = (false, false),
            Self::Finite(of) => of.clear(),
            Self::Only(_) | Self::AllBut(_) => *self = Self::Only(BTreeSet::new()),
            Self::Line { spans, .. } => *spans = Spans::none(),
            Self::Money { of, others } => {
                of.clear();
                *others = false;
            }
            Self::Tags(tags) => tags.none = true,
            Self::Text { none, .. } => *none = true,
        }
    }

    fn assume(&mut self, pred: &Pred, holds: bool) {
        match (self, pred) {
            (Self::Truth { yes, no }, Pred::True) => {
                *(if holds { no } else { yes }) = false;
            }
            (Self::Finite(of), Pred::OneOf(these)) => of.retain(|n| these.contains(n) == holds),
            (Self::Only(names), Pred::Is(name)) => names.retain(|n| (n == name) == holds),
            (this @ Self::AllBut(_), Pred::Is(name)) => {
                let Self::AllBut(not) = this else { return };
                if !holds {
                    not.insert(name.clone());
                } else if not.contains(name) {
                    *this = Self::Only(BTreeSet::new());
                } else {
                    *this = Self::Only(BTreeSet::from([name.clone()]));
                }
            }
            (Self::Line { spans, whole }, Pred::Within(these)) => {
                let these = match holds {
                    true => these.clone(),
                    false => these.complement(),
                };
                *spans = spans.intersect(&these);
                if *whole {
                    *spans = spans.whole();
                }
            }
            (Self::Money { of, others }, Pred::Amount(currency, these)) => {
                let all = if *others { Spans::all() } else { Spans::none() };
                let now = of.get(currency).unwrap_or(&all);
                if holds {
                    *of = BTreeMap::from([(currency.clone(), now.intersect(these))]);
                    *others = false;
                } else {
                    let rest = now.intersect(&these.complement());
                    of.insert(currency.clone(), rest);
                }
            }
            (Self::Tags(tags), Pred::Has(name)) => {
                let names = if holds {
                    &mut tags.has
                } else {
                    &mut tags.lacks
                };
                names.insert(name.clone());
            }
            (Self::Text { langs, .. }, Pred::Text(lang)) => {
                let literal = (lang.clone(), holds);
                if !langs.contains(&literal) {
                    langs.push(literal);
                }
            }
            // what does not fit the domain is false
            (this, _) if holds => this.clear_all(),
            _ => {}
        }
    }

    fn clear_all(&mut self) {
        self.clear();
        if let Self::Tags(tags) = self {
            tags.some = true;
        }
    }

    /// Whether there is a value, as far as can be said at once.
    fn surely(&self) -> bool {
        match self {
            Self::Truth { yes, no } => *yes || *no,
            Self::Finite(of) => !of.is_empty(),
            Self::Only(names) => !names.is_empty(),
            Self::AllBut(_) => true,
            Self::Line { spans, .. } => !spans.is_none(),
            Self::Money { of, others } => *others || of.values().any(|spans| !spans.is_none()),
            Self::Tags(tags) => tags.is_possible(),
            Self::Text { langs, none } => langs.is_empty() && !none,
        }
    }
}
