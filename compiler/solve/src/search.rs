//! The search for a model: what a formula demands is assumed; where it leaves a choice, one is tried after the other.

use std::collections::BTreeMap;

use crate::cell::{Cell, Chosen, Left};
use crate::formula::{Decl, Formula, Pred, Var};

/// So many steps a question may take.
pub const BUDGET: u64 = 2_000_000;

/// Values under which a formula holds. A variable that does not occur may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model(pub BTreeMap<Var, Chosen>);

/// Whether a formula can hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It holds with these values.
    Holds(Model),
    /// It never holds.
    Never,
    /// It would take too long to say.
    Unclear,
}

/// The variables of formulas.
#[derive(Clone, Debug, Default)]
pub struct Vars(pub(crate) Vec<Decl>);

impl Vars {
    /// A new variable.
    pub fn declare(&mut self, decl: Decl) -> Var {
        let var = Var(u32::try_from(self.0.len()).unwrap_or(u32::MAX));
        self.0.push(decl);
        var
    }

    /// What a variable is.
    pub fn decl(&self, var: Var) -> Option<Decl> {
        let at = usize::try_from(var.0).ok()?;
        self.0.get(at).copied()
    }

    /// Whether a model needs something that was not looked into to be so or so.
    pub fn guesses(&self, model: &Model) -> bool {
        model
            .0
            .keys()
            .any(|var| self.decl(*var).is_some_and(|decl| decl.opaque))
    }

    /// Whether a formula can hold.
    pub fn solve(&self, formula: &Formula) -> Answer {
        self.solve_within(formula, BUDGET)
    }

    /// The same, in so many steps: the answer is the same on every machine.
    pub fn solve_within(&self, formula: &Formula, budget: u64) -> Answer {
        let mut search = Search {
            vars: self,
            budget,
            unclear: false,
        };
        let normal = normal(formula, true);
        let found = search.run(State::default(), vec![&normal]);
        match found {
            Some(model) => Answer::Holds(model),
            None if search.unclear => Answer::Unclear,
            None => Answer::Never,
        }
    }
}

/// A formula in which only atoms are negated.
enum Normal<'f> {
    Atom(Var, &'f Pred, bool),
    All(Vec<Normal<'f>>),
    Any(Vec<Normal<'f>>),
}

fn normal(formula: &Formula, holds: bool) -> Normal<'_> {
    match formula {
        Formula::Atom(var, pred) => Normal::Atom(*var, pred, holds),
        Formula::Not(inner) => normal(inner, !holds),
        Formula::And(all) | Formula::Or(all) => {
            let parts = all.iter().map(|part| normal(part, holds)).collect();
            if matches!(formula, Formula::And(_)) == holds {
                Normal::All(parts)
            } else {
                Normal::Any(parts)
            }
        }
    }
}

#[derive(Clone, Default)]
struct State<'n, 'f> {
    cells: BTreeMap<Var, Cell>,
    /// What leaves a choice.
    choices: Vec<&'n Normal<'f>>,
}

struct Search<'v> {
    vars: &'v Vars,
    budget: u64,
    unclear: bool,
}

/// What is known of a part under what was assumed.
enum Known {
    True,
    False,
    Open,
}

impl Search<'_> {
    fn spend(&mut self) -> bool {
        if self.budget == 0 {
            self.unclear = true;
            return false;
        }
        self.budget -= 1;
        true
    }

    fn run<'n, 'f>(
        &mut self,
        mut state: State<'n, 'f>,
        mut todo: Vec<&'n Normal<'f>>,
    ) -> Option<Model> {
        loop {
            while let Some(part) = todo.pop() {
                if !self.spend() {
                    return None;
                }
                match part {
                    Normal::Atom(var, pred, holds) => {
                        if !self.assume(&mut state, *var, pred, *holds) {
                            return None;
                        }
                    }
                    Normal::All(all) => todo.extend(all),
                    Normal::Any(_) => state.choices.push(part),
                }
            }
            // what is settled by now is no choice any more
            let mut open: Vec<(&'n Normal<'f>, Vec<&'n Normal<'f>>)> = Vec::new();
            for choice in std::mem::take(&mut state.choices) {
                let Normal::Any(any) = choice else { continue };
                let mut left = Vec::new();
                let mut settled = false;
                for part in any {
                    match self.known(&state, part)? {
                        Known::True => settled = true,
                        Known::False => {}
                        Known::Open => left.push(part),
                    }
                    if settled {
                        break;
                    }
                }
                match (settled, left.as_slice()) {
                    (true, _) => {}
                    (false, []) => return None,
                    (false, [only]) => todo.push(only),
                    (false, _) => open.push((choice, left)),
                }
            }
            if todo.is_empty() {
                let fewest = (0..open.len()).min_by_key(|at| open.get(*at).map(|(_, l)| l.len()));
                let Some(fewest) = fewest else {
                    return self.model(&state);
                };
                let (_, left) = open.swap_remove(fewest);
                state.choices = open.into_iter().map(|(choice, _)| choice).collect();
                return left
                    .into_iter()
                    .find_map(|part| self.run(state.clone(), vec![part]));
            }
            state.choices = open.into_iter().map(|(choice, _)| choice).collect();
        }
    }

    fn cell(&self, state: &State<'_, '_>, var: Var) -> Option<Cell> {
        let there = state.cells.get(&var).cloned();
        there.or_else(|| self.vars.decl(var).map(Cell::of))
    }

    /// Whether there is still a value.
    fn assume(&mut self, state: &mut State<'_, '_>, var: Var, pred: &Pred, holds: bool) -> bool {
        let Some(mut cell) = self.cell(state, var) else {
            return false;
        };
        cell.assume(pred, holds);
        let left = self.left(&cell);
        state.cells.insert(var, cell);
        left
    }

    fn left(&mut self, cell: &Cell) -> bool {
        match cell.left(&mut self.budget) {
            Left::Some => true,
            Left::None => false,
            Left::Unclear => {
                self.unclear = true;
                false
            }
        }
    }

    /// `None`: the budget is used up.
    fn known(&mut self, state: &State<'_, '_>, part: &Normal<'_>) -> Option<Known> {
        if !self.spend() {
            return None;
        }
        Some(match part {
            Normal::Atom(var, pred, holds) => {
                let Some(cell) = self.cell(state, *var) else {
                    return Some(Known::False);
                };
                let mut with = cell.clone();
                with.assume(pred, *holds);
                if !self.left(&with) {
                    return Some(Known::False);
                }
                let mut without = cell;
                without.assume(pred, !*holds);
                if self.left(&without) {
                    Known::Open
                } else {
                    Known::True
                }
            }
            Normal::All(all) => {
                let mut open = false;
                for part in all {
                    match self.known(state, part)? {
                        Known::True => {}
                        Known::False => return Some(Known::False),
                        Known::Open => open = true,
                    }
                }
                if open { Known::Open } else { Known::True }
            }
            Normal::Any(any) => {
                let mut open = false;
                for part in any {
                    match self.known(state, part)? {
                        Known::True => return Some(Known::True),
                        Known::False => {}
                        Known::Open => open = true,
                    }
                }
                if open { Known::Open } else { Known::False }
            }
        })
    }

    fn model(&mut self, state: &State<'_, '_>) -> Option<Model> {
        let mut model = Model::default();
        for (var, cell) in &state.cells {
            let Some(chosen) = cell.choose(&mut self.budget) else {
                self.unclear = true;
                return None;
            };
            model.0.insert(*var, chosen);
        }
        Some(model)
    }
}
