//! The statements of a `test`.

use super::{Arg, Call, DateLit, DurationLit, Expr, Name, Number, Path, SetOp, TimeLit};
use crate::span::Span;

/// A statement of a test.
#[derive(Clone, Debug, PartialEq)]
pub struct TestStatement {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub kind: TestStatementKind,
}

/// What a statement of a test says.
#[derive(Clone, Debug, PartialEq)]
pub enum TestStatementKind {
    /// `given contact c(tags: ["VIP"])`
    Given {
        /// The entity.
        entity: Path,
        /// Its name in the test.
        name: Name,
        /// Its fields.
        args: Vec<Arg>,
    },
    /// `clock 2026-03-02 10:00`
    Clock {
        /// The day.
        date: DateLit,
        /// The time of day.
        time: Option<TimeLit>,
    },
    /// `answer email.send with failure`
    Answer {
        /// The action.
        action: Path,
        /// What the outside answers.
        with: Name,
    },
    /// `send invoice.paid(deal: d) [by user]`
    Send {
        /// The event and its fields.
        call: Call,
        /// Who caused it.
        by: Option<Name>,
    },
    /// `set d.amount = 15_000 USD [by user]`
    Set {
        /// The field.
        field: Path,
        /// How.
        op: SetOp,
        /// The value.
        value: Expr,
        /// Who caused it.
        by: Option<Name>,
    },
    /// `create deal d(…) [by user]`
    Create {
        /// The entity.
        entity: Path,
        /// Its name in the test.
        name: Name,
        /// Its fields.
        args: Vec<Arg>,
        /// Who caused it.
        by: Option<Name>,
    },
    /// `delete d`
    Delete(Path),
    /// `start Onboarding for c`
    Start {
        /// The flow.
        flow: Path,
        /// For which record.
        subject: Option<Path>,
    },
    /// `advance 1d`
    Advance(DurationLit),
    /// `expect …`
    Expect(Expectation),
    /// What could not be read; its text is the span.
    Bad,
}

/// What a test expects.
#[derive(Clone, Debug, PartialEq)]
pub enum Expectation {
    /// `expect d.stage == Sales.Won`
    Holds(Expr),
    /// `expect [not] fired NAME [for RECORD] [once|N times] [because REASON]`
    Fired {
        /// `not`
        negated: bool,
        /// The trigger.
        trigger: Path,
        /// `for d`
        subject: Option<Path>,
        /// `once`, `3 times`
        times: Option<Times>,
        /// `because cooldown`: the word of a clause, reserved or not
        because: Option<Name>,
    },
    /// `expect stopped NAME [for RECORD] because REASON`
    Stopped {
        /// The trigger.
        trigger: Path,
        /// `for d`
        subject: Option<Path>,
        /// `because cooldown`: the word of a clause, reserved or not
        because: Name,
    },
    /// `expect [not] called email.send(…) [once|N times]`
    Called {
        /// `not`
        negated: bool,
        /// The action, and the arguments that it must have had.
        call: Call,
        /// `once`, `3 times`
        times: Option<Times>,
    },
}

/// How often a test expects something.
#[derive(Clone, Debug, PartialEq)]
pub enum Times {
    /// `once`
    Once,
    /// `3 times`
    Exactly(Number),
}
