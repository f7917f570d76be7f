//! Finding a text that is in some languages and not in others.

use std::collections::{BTreeSet, HashMap, VecDeque};

use trig_ir::fold_char;

use super::folds::unfold;
use super::{Lang, Pattern, Step};

/// What came of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A shortest text.
    Text(String),
    /// There is none.
    None,
    /// The budget was used up.
    TooMuch,
}

/// Where the patterns of all languages stand: a bit for each place between two steps.
type Places = Vec<u64>;

/// A text, not empty, that is in each language that is `true` and in none that is `false`. `budget`: how many
/// combinations of places are looked at; it is counted down.
pub(crate) fn find(langs: &[(Lang, bool)], budget: &mut u64) -> Found {
    let machine = Machine::of(langs);
    let letters = letters(langs);
    let start = machine.start();
    let mut came: HashMap<Places, Option<(usize, char)>> = HashMap::from([(start.clone(), None)]);
    let mut order = vec![start];
    let mut queue = VecDeque::from([0usize]);
    while let Some(at) = queue.pop_front() {
        let Some(places) = order.get(at).cloned() else {
            break;
        };
        for &letter in &letters {
            if *budget == 0 {
                return Found::TooMuch;
            }
            *budget -= 1;
            let next = machine.step(&places, letter);
            if machine.accepts(&next, langs) {
                return Found::Text(back(&came, &order, at, letter));
            }
            if machine.hopeless(&next, langs) || came.contains_key(&next) {
                continue;
            }
            came.insert(next.clone(), Some((at, letter)));
            queue.push_back(order.len());
            order.push(next);
        }
    }
    Found::None
}

fn back(
    came: &HashMap<Places, Option<(usize, char)>>,
    order: &[Places],
    mut at: usize,
    last: char,
) -> String {
    let mut letters = vec![last];
    while let Some(Some((before, letter))) = order.get(at).and_then(|places| came.get(places)) {
        letters.push(*letter);
        at = *before;
    }
    letters.into_iter().rev().collect()
}

/// The letters that make a difference: those of the languages, in every form that folds alike, and one that is none of
/// them.
fn letters(langs: &[(Lang, bool)]) -> Vec<char> {
    let steps = langs.iter().flat_map(|(lang, _)| lang.0.iter().flatten());
    let mut all = BTreeSet::new();
    for step in steps {
        match step {
            Step::Exact(c) => {
                all.insert(*c);
                all.extend(unfold(fold_char(*c)));
            }
            Step::Folded(c) => all.extend(unfold(*c)),
            Step::AnyBut(c) => {
                all.insert(*c);
            }
            Step::Any => {}
        }
    }
    // small letters read better
    let mut letters: Vec<char> = all.iter().copied().collect();
    letters.sort_by_key(|c| (fold_char(*c) != *c, *c));
    let other = ('a'..='z')
        .chain('0'..='9')
        .chain('\u{4e00}'..='\u{9fff}')
        .find(|c| !all.contains(c));
    letters.extend(other);
    letters
}

/// All patterns side by side.
struct Machine<'a> {
    /// Pattern, the bit of its first place, the number of its language.
    patterns: Vec<(&'a Pattern, usize, usize)>,
    words: usize,
}

impl<'a> Machine<'a> {
    fn of(langs: &'a [(Lang, bool)]) -> Self {
        let mut bit = 0;
        let mut patterns = Vec::new();
        for (nth, (lang, _)) in langs.iter().enumerate() {
            for pattern in &lang.0 {
                patterns.push((pattern, bit, nth));
                bit += pattern.len() + 1;
            }
        }
        Self {
            patterns,
            words: bit.div_ceil(64),
        }
    }

    fn start(&self) -> Places {
        let mut places = vec![0; self.words];
        for (pattern, first, _) in &self.patterns {
            enter(&mut places, pattern, *first, 0);
        }
        places
    }

    fn step(&self, from: &Places, letter: char) -> Places {
        let mut places = vec![0; self.words];
        for (pattern, first, _) in &self.patterns {
            for (at, step) in pattern.iter().enumerate() {
                if !has(from, first + at) {
                    continue;
                }
                match step {
                    Step::Exact(c) if *c == letter => enter(&mut places, pattern, *first, at + 1),
                    Step::Folded(c) if *c == fold_char(letter) => {
                        enter(&mut places, pattern, *first, at + 1);
                    }
                    Step::Any => enter(&mut places, pattern, *first, at),
                    Step::AnyBut(c) if *c != letter => enter(&mut places, pattern, *first, at),
                    _ => {}
                }
            }
        }
        places
    }

    fn accepts(&self, places: &Places, langs: &[(Lang, bool)]) -> bool {
        let mut taken = vec![false; langs.len()];
        for (pattern, first, nth) in &self.patterns {
            if has(places, first + pattern.len())
                && let Some(taken) = taken.get_mut(*nth)
            {
                *taken = true;
            }
        }
        taken
            .iter()
            .zip(langs)
            .all(|(taken, (_, want))| taken == want)
    }

    /// A language that has to take the text has no place left.
    fn hopeless(&self, places: &Places, langs: &[(Lang, bool)]) -> bool {
        langs.iter().enumerate().any(|(nth, (_, want))| {
            let mut mine = self.patterns.iter().filter(|(_, _, of)| *of == nth);
            *want && mine.all(|(p, first, _)| (0..=p.len()).all(|at| !has(places, first + at)))
        })
    }
}

/// Sets a place, and those that are reached from it without a letter.
fn enter(places: &mut Places, pattern: &Pattern, first: usize, mut at: usize) {
    loop {
        let bit = first + at;
        if let Some(word) = places.get_mut(bit / 64) {
            *word |= 1 << (bit % 64);
        }
        match pattern.get(at) {
            Some(Step::Any | Step::AnyBut(_)) => at += 1,
            _ => return,
        }
    }
}

fn has(places: &Places, bit: usize) -> bool {
    places
        .get(bit / 64)
        .is_some_and(|word| word >> (bit % 64) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The plain definition of a pattern.
    fn takes(pattern: &[Step], text: &[char]) -> bool {
        let Some((step, rest)) = pattern.split_first() else {
            return text.is_empty();
        };
        let one = |is: &dyn Fn(char) -> bool| {
            text.split_first()
                .is_some_and(|(c, others)| is(*c) && takes(rest, others))
        };
        match step {
            Step::Exact(c) => one(&|x| x == *c),
            Step::Folded(c) => one(&|x| fold_char(x) == *c),
            Step::Any => (0..=text.len()).any(|n| takes(rest, &text[n..])),
            Step::AnyBut(c) => (0..=text.len())
                .take_while(|n| !text[..*n].contains(c))
                .any(|n| takes(rest, &text[n..])),
        }
    }

    fn lang() -> impl Strategy<Value = Lang> {
        let part = "[abA]{1,3}";
        prop_oneof![
            part.prop_map(|t| Lang::equals(&t)),
            part.prop_map(|t| Lang::contains(&t)),
            part.prop_map(|t| Lang::starts_with(&t)),
            part.prop_map(|t| Lang::ends_with(&t)),
        ]
    }

    proptest! {
        #[test]
        fn what_is_found_is_right_and_nothing_is_missed(
            langs in proptest::collection::vec((lang(), any::<bool>()), 0..4),
            texts in proptest::collection::vec("[abAc]{1,5}", 20),
        ) {
            let fits = |text: &str| {
                let text: Vec<char> = text.chars().collect();
                langs.iter().all(|(lang, want)| lang.0.iter().any(|p| takes(p, &text)) == *want)
            };
            match find(&langs, &mut 1_000_000) {
                Found::Text(text) => prop_assert!(fits(&text), "{} does not fit", text),
                Found::None => prop_assert!(!texts.iter().any(|text| fits(text))),
                Found::TooMuch => prop_assert!(false, "so small a search has an end"),
            }
        }
    }
}
