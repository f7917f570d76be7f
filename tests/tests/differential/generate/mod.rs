//! Random programs and random streams of inputs.

mod actions;
mod expressions;
mod starts;
mod stream;
mod triggers;

use std::rc::Rc;

use trig_ir::*;

pub(crate) use stream::{Step, What};

use crate::dice::Dice;
use crate::model::{CONTACT, DEAL, MESSAGE, NOTE, world};

const BREAKER_HOURS: [i64; 4] = [1, 5, 24, 24_000];

/// A program and what happens to it.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) ir: Rc<Ir>,
    pub(crate) begin: Timestamp,
    pub(crate) steps: Vec<Step>,
}

/// Instants near which something is special: a clock that jumps ahead, one that jumps back, the end of a February.
const BEGINS: [i64; 3] = [
    1_774_335_600_000, // 2026-03-24T07:00:00Z
    1_792_652_400_000, // 2026-10-22T07:00:00Z
    1_772_089_200_000, // 2026-02-26T07:00:00Z
];

pub(crate) fn case(seed: u64) -> Case {
    let mut dice = Dice::new(seed);
    let begin = Timestamp(dice.pick(&BEGINS));
    let ir = program(&mut dice, begin);
    let steps = stream::steps(&mut dice, begin, &ir);
    Case {
        ir: Rc::new(ir),
        begin,
        steps,
    }
}

/// What a trigger is made with.
pub(crate) struct Maker<'d> {
    dice: &'d mut Dice,
    begin: Timestamp,
    lines: u32,
    /// Flows: name and type of subject; names of their goals.
    flows: Vec<(SmolStr, EntityId)>,
    goals: Vec<(SmolStr, SmolStr)>,
    binders: u32,
}

impl Maker<'_> {
    fn loc(&mut self) -> Loc {
        self.lines += 1;
        crate::model::loc(self.lines)
    }
}

fn program(dice: &mut Dice, begin: Timestamp) -> Ir {
    let mut ir = world();
    if dice.percent(25) {
        ir.events[MESSAGE.index()].updates.push(Update {
            record: "contact".into(),
            field: "tags".into(),
            op: dice.pick(&[SetOp::Add, SetOp::Add, SetOp::Remove]),
            value: "tag".into(),
        });
    }
    if dice.percent(10) {
        ir.events[NOTE.index()].updates.push(Update {
            record: "deal".into(),
            field: "score".into(),
            op: SetOp::Assign,
            value: "n".into(),
        });
    }
    if dice.percent(30) {
        let of = match dice.percent(50) {
            true => BreakerOf::Field("tags".into()),
            false => BreakerOf::AnyField,
        };
        ir.breakers.push(Breaker {
            name: "Storm".into(),
            loc: crate::model::loc(1),
            of,
            over: dice.between(1, 3) as u32,
            window: Millis(dice.pick(&BREAKER_HOURS) * Millis::HOUR.0),
            pause: Millis(dice.pick(&[1, 2, 12]) * Millis::HOUR.0),
        });
    }
    if dice.percent(25) {
        // consent, at the moment of sending
        let n = Expr::Load(Place::field(Root::Candidate, "n"));
        let few = Expr::Compare(
            CompareOp::Lt,
            Box::new(n),
            Box::new(Expr::Const(Value::Int(5))),
        );
        ir.actions[0].when = Some(few);
    }
    let mut flows = Vec::new();
    if dice.percent(75) {
        flows.push(("Flow1".into(), dice.pick(&[DEAL, CONTACT])));
    }
    let mut maker = Maker {
        dice,
        begin,
        lines: 1,
        flows: flows.clone(),
        goals: Vec::new(),
        binders: 100,
    };
    let mut triggers = Vec::new();
    for (name, subject) in flows {
        triggers.push(maker.flow(name, subject));
    }
    for n in 0..maker.dice.between(1, 4) {
        triggers.push(maker.trigger(&format!("T{n}")));
    }
    triggers.sort_by(|a, b| b.priority.cmp(&a.priority).then(a.name.cmp(&b.name)));
    ir.triggers = triggers;
    ir
}
