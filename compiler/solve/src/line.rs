//! Sets of points on an ordered line: numbers, dates, times, instants, durations.

use rust_decimal::Decimal;

/// A place between two neighbouring points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Cut {
    /// Before all points.
    Start,
    /// At a point.
    At(Decimal, Side),
    /// Behind all points.
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Side {
    Before,
    Behind,
}

/// A set of points: spans in order that neither overlap nor touch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spans(Vec<(Cut, Cut)>);

impl Spans {
    /// No point.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// All points.
    pub fn all() -> Self {
        Self(vec![(Cut::Start, Cut::End)])
    }

    /// One point.
    pub fn point(at: Decimal) -> Self {
        Self::between(at, at)
    }

    /// From one point to another, both included. None, if the first is greater.
    pub fn between(low: Decimal, high: Decimal) -> Self {
        if low > high {
            return Self::none();
        }
        Self(vec![(
            Cut::At(low, Side::Before),
            Cut::At(high, Side::Behind),
        )])
    }

    /// What is less.
    pub fn below(at: Decimal) -> Self {
        Self(vec![(Cut::Start, Cut::At(at, Side::Before))])
    }

    /// What is greater.
    pub fn above(at: Decimal) -> Self {
        Self(vec![(Cut::At(at, Side::Behind), Cut::End)])
    }

    /// From each first point up to, and without, each second one: in order, none overlapping another.
    pub fn half_open(spans: impl IntoIterator<Item = (Decimal, Decimal)>) -> Self {
        let mut all: Vec<(Cut, Cut)> = Vec::new();
        for (from, to) in spans {
            let (from, to) = (Cut::At(from, Side::Before), Cut::At(to, Side::Before));
            match all.last_mut() {
                Some(last) if last.1 >= from => last.1 = last.1.max(to),
                _ if from < to => all.push((from, to)),
                _ => {}
            }
        }
        Self(all)
    }

    /// Whether there is no point in it.
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// All other points.
    pub fn complement(&self) -> Self {
        let mut all = Vec::with_capacity(self.0.len() + 1);
        let mut from = Cut::Start;
        for (start, end) in &self.0 {
            if from < *start {
                all.push((from, *start));
            }
            from = *end;
        }
        if from < Cut::End {
            all.push((from, Cut::End));
        }
        Self(all)
    }

    /// The points of both.
    pub fn intersect(&self, other: &Self) -> Self {
        let mut all = Vec::new();
        let (mut mine, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(a), Some(b)) = (mine.peek(), theirs.peek()) {
            let (from, to) = (a.0.max(b.0), a.1.min(b.1));
            if from < to {
                all.push((from, to));
            }
            if a.1 < b.1 {
                mine.next();
            } else {
                theirs.next();
            }
        }
        Self(all)
    }

    /// The points of either.
    pub fn union(&self, other: &Self) -> Self {
        self.complement()
            .intersect(&other.complement())
            .complement()
    }

    /// Those that are whole numbers, with the whole numbers as ends: equal sets are equal values.
    pub fn whole(&self) -> Self {
        // what lies between two neighbouring whole numbers belongs to the upper one
        let rounded = |cut: Cut| match cut {
            Cut::At(at, side) => {
                let up = at.ceil();
                let at = if side == Side::Behind && up == at {
                    up + Decimal::ONE
                } else {
                    up
                };
                Cut::At(at, Side::Before)
            }
            ends => ends,
        };
        let mut all: Vec<(Cut, Cut)> = Vec::new();
        for (from, to) in &self.0 {
            let (from, to) = (rounded(*from), rounded(*to));
            match all.last_mut() {
                Some(last) if last.1 == from => last.1 = to,
                _ if from < to => all.push((from, to)),
                _ => {}
            }
        }
        Self(all)
    }

    /// Whether a point is in it.
    pub fn contains(&self, at: Decimal) -> bool {
        let (before, behind) = (Cut::At(at, Side::Before), Cut::At(at, Side::Behind));
        self.0
            .iter()
            .any(|(from, to)| *from <= before && *to >= behind)
    }

    /// A point of it that a person would choose: a whole number close to an end, if there is one.
    pub fn example(&self) -> Option<Decimal> {
        let bounded = self.0.iter().find(|(from, _)| *from != Cut::Start);
        let (from, to) = bounded.or(self.0.first())?;
        Some(match (*from, *to) {
            (Cut::Start, Cut::At(to, Side::Behind)) => to,
            (Cut::Start, Cut::At(to, Side::Before)) => to.ceil().saturating_sub(Decimal::ONE),
            (Cut::At(from, Side::Before), _) => from,
            (Cut::At(from, Side::Behind), to) => {
                let next = from.floor().saturating_add(Decimal::ONE);
                match to {
                    Cut::At(to, _) if next >= to => middle(from, to),
                    _ => next,
                }
            }
            _ => Decimal::ZERO,
        })
    }
}

fn middle(a: Decimal, b: Decimal) -> Decimal {
    let half = Decimal::new(5, 1);
    let sum = a.checked_mul(half).zip(b.checked_mul(half));
    sum.map_or(b, |(a, b)| a.saturating_add(b))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn small() -> impl Strategy<Value = Decimal> {
        (-8i64..8).prop_map(|n| Decimal::new(n * 5, 1))
    }

    fn spans() -> impl Strategy<Value = Spans> {
        let leaf = prop_oneof![
            Just(Spans::none()),
            Just(Spans::all()),
            small().prop_map(Spans::point),
            small().prop_map(Spans::below),
            small().prop_map(Spans::above),
            (small(), small()).prop_map(|(a, b)| Spans::between(a, b)),
            (small(), small()).prop_map(|(a, b)| Spans::half_open([(a.min(b), a.max(b))])),
        ];
        leaf.prop_recursive(3, 12, 2, |inner| {
            (inner.clone(), inner, any::<bool>()).prop_map(|(a, b, and)| match and {
                true => a.intersect(&b),
                false => a.union(&b),
            })
        })
    }

    proptest! {
        #[test]
        fn sets_are_what_their_points_say(a in spans(), b in spans(), x in small()) {
            prop_assert_eq!(a.intersect(&b).contains(x), a.contains(x) && b.contains(x));
            prop_assert_eq!(a.union(&b).contains(x), a.contains(x) || b.contains(x));
            prop_assert_eq!(a.complement().contains(x), !a.contains(x));
            prop_assert_eq!(a.complement().complement(), a.clone());
            prop_assert_eq!(a.example().is_none(), a.is_none());
            if let Some(example) = a.example() {
                prop_assert!(a.contains(example), "{:?} has no {}", a, example);
            }
        }

        #[test]
        fn of_whole_numbers_only_whole_numbers_count(a in spans(), b in spans(), n in -9i64..9) {
            let whole = a.whole();
            prop_assert_eq!(whole.contains(n.into()), a.contains(n.into()));
            let same = (-9i64..9).all(|n| a.contains(n.into()) == b.contains(n.into()));
            prop_assert_eq!(same, whole == b.whole());
            if let Some(example) = whole.example() {
                prop_assert!(example.fract().is_zero() && whole.contains(example));
            }
        }
    }
}
