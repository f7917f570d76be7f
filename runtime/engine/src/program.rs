//! The body of a trigger as a program: lines one behind the other, with jumps for `if`, so that a place in it is a
//! number.

use trig_ir::{Action, ActionKind, Expr, ForEach, Loc, Reached, SmolStr, Trigger, Until};

/// Nothing in an IR nests this deep; what does is left out.
const DEEPEST: u32 = 256;

/// One line.
#[derive(Debug)]
pub(crate) struct Line {
    /// The number of its action in the body, each before those inside it, from 0.
    pub(crate) step: u32,
    pub(crate) loc: Loc,
    pub(crate) op: Op,
}

/// What a line does.
#[derive(Debug)]
pub(crate) enum Op {
    /// Something that happens at once.
    Act(ActionKind),
    /// Goes on at `otherwise` where the test does not hold.
    Test {
        test: Expr,
        otherwise: usize,
    },
    /// Goes on there.
    Jump(usize),
    Wait(Expr),
    Until(Box<Until>),
    Goal {
        name: SmolStr,
        reached: Reached,
    },
    Each {
        each: ForEach,
        slot: u32,
        body: Program,
    },
}

/// A body.
#[derive(Debug, Default)]
pub(crate) struct Program {
    lines: Vec<Line>,
}

impl Program {
    pub(crate) fn of(trigger: &Trigger) -> Self {
        let mut steps = 0;
        let mut program = Self::default();
        program.add(&trigger.actions, &mut steps, 0);
        program
    }

    pub(crate) fn line(&self, at: usize) -> Option<&Line> {
        self.lines.get(at)
    }

    /// The goals behind a line, with their own.
    pub(crate) fn goals_after(&self, at: usize) -> impl Iterator<Item = (usize, &Line, &Reached)> {
        let lines = self.lines.iter().enumerate();
        lines
            .skip(at.saturating_add(1))
            .filter_map(|(at, line)| match &line.op {
                Op::Goal { reached, .. } => Some((at, line, reached)),
                _ => None,
            })
    }

    /// The events that reach goals.
    pub(crate) fn goal_events(&self) -> impl Iterator<Item = &trig_ir::Cancel> {
        self.lines.iter().filter_map(|line| match &line.op {
            Op::Goal {
                reached: Reached::On(cancel),
                ..
            } => Some(cancel.as_ref()),
            _ => None,
        })
    }

    fn push(&mut self, step: u32, loc: Loc, op: Op) -> usize {
        self.lines.push(Line { step, loc, op });
        self.lines.len() - 1
    }

    fn add(&mut self, actions: &[Action], steps: &mut u32, depth: u32) {
        if depth > DEEPEST {
            return;
        }
        for action in actions {
            let step = *steps;
            *steps = step.saturating_add(1);
            let loc = action.loc;
            match &action.kind {
                ActionKind::If {
                    test,
                    then,
                    otherwise,
                    ..
                } => {
                    let test = Op::Test {
                        test: test.clone(),
                        otherwise: 0,
                    };
                    let test = self.push(step, loc, test);
                    self.add(then, steps, depth + 1);
                    let over = (!otherwise.is_empty()).then(|| self.push(step, loc, Op::Jump(0)));
                    self.aim(test);
                    self.add(otherwise, steps, depth + 1);
                    if let Some(over) = over {
                        self.aim(over);
                    }
                }
                ActionKind::ForEach { each, slot, body } => {
                    let mut program = Self::default();
                    program.add(body, steps, depth + 1);
                    let op = Op::Each {
                        each: each.clone(),
                        slot: *slot,
                        body: program,
                    };
                    self.push(step, loc, op);
                }
                ActionKind::Wait(duration) => {
                    self.push(step, loc, Op::Wait(duration.clone()));
                }
                ActionKind::WaitUntil(until) => {
                    self.push(step, loc, Op::Until(Box::new(until.clone())));
                }
                ActionKind::Goal { name, reached, .. } => {
                    let op = Op::Goal {
                        name: name.clone(),
                        reached: reached.clone(),
                    };
                    self.push(step, loc, op);
                }
                kind => {
                    self.push(step, loc, Op::Act(kind.clone()));
                }
            }
        }
    }

    /// Lets a jump lead behind the last line.
    fn aim(&mut self, jump: usize) {
        let to = self.lines.len();
        if let Some(line) = self.lines.get_mut(jump) {
            match &mut line.op {
                Op::Test { otherwise, .. } => *otherwise = to,
                Op::Jump(target) => *target = to,
                _ => {}
            }
        }
    }
}
