//! Actions: what triggers and flows do.

use super::{Arg, Block, Call, Expr, ForEach, Name, Path, Pattern, Within};
use crate::span::Span;

/// One action.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// Where it stands, without trailing space.
    pub span: Span,
    /// What it does.
    pub kind: ActionKind,
}

/// What an action does.
#[derive(Clone, Debug, PartialEq)]
pub enum ActionKind {
    /// `move [deal] to Won|here [as user …] [backwards] [across]`
    Move {
        /// Which record; the subject where left out.
        what: Option<Path>,
        /// Where to.
        to: MoveTarget,
        /// As whom.
        as_user: Option<Expr>,
        /// Allowed to go to an earlier stage.
        backwards: bool,
        /// Allowed to go to another pipeline.
        across: bool,
    },
    /// `set F = v`, `set F += v`, `set F -= v`
    Set {
        /// The field.
        field: Path,
        /// How.
        op: SetOp,
        /// The value.
        value: Expr,
    },
    /// `create deal(name: …)`
    Create {
        /// The entity.
        entity: Path,
        /// Its fields.
        args: Vec<Arg>,
    },
    /// `start Flow [for contact]`
    Start {
        /// The flow.
        flow: Path,
        /// For whom.
        subject: Option<Path>,
    },
    /// `stop Flow`, `stop this`
    Stop {
        /// The flow; `None` is `this`.
        flow: Option<Path>,
    },
    /// `emit EVENT(…)`
    Emit {
        /// The event.
        event: Path,
        /// Its fields.
        args: Vec<Arg>,
    },
    /// `email.send(…)`: an action of a catalogue or of the project.
    Call(Call),
    /// `wait 2d`
    Wait(Expr),
    /// `wait until EXPR [within D else …]`
    WaitUntil {
        /// What is waited for.
        condition: Expr,
        /// For how long, and what then.
        within: Option<Within>,
    },
    /// `if … { } else { }`; `else if` is an `otherwise` block without braces that holds one `If`.
    If {
        /// The condition.
        cond: Expr,
        /// Where it holds.
        then: Block,
        /// Elsewhere.
        otherwise: Option<Block>,
    },
    /// `for each x of y [where …] { }`
    ForEach {
        /// What it runs over.
        each: ForEach,
        /// What it does for each.
        body: Block,
    },
    /// `goal NAME [was OldName] on EVENT`, `goal NAME [was OldName] when EXPR`
    Goal {
        /// Its name.
        name: Name,
        /// The name that it had.
        was: Option<Name>,
        /// What reaches it.
        reached: GoalReached,
    },
    /// What could not be read; its text is the span.
    Bad,
}

/// Where a move goes.
#[derive(Clone, Debug, PartialEq)]
pub enum MoveTarget {
    /// `to Won`
    Stage(Path),
    /// `here`: the stage in which the trigger stands.
    Here(Span),
}

/// How a field is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetOp {
    /// `=`
    Assign,
    /// `+=`
    Add,
    /// `-=`
    Remove,
}

/// What reaches a goal.
#[derive(Clone, Debug, PartialEq)]
pub enum GoalReached {
    /// `on EVENT`
    On(Pattern),
    /// `when EXPR`
    When(Expr),
    /// Missing.
    Missing,
}
