//! Patterns of events: what follows `on`, `unless` and `goal … on`.

use super::{DateLit, DurationLit, Expr, MonthDayLit, Name, Path, TimeLit};
use crate::span::Span;

/// A pattern of events.
///
/// The grammar does not know what kind of thing `path` is; names decide. `on deal.amount changed` and
/// `on message.incoming(channel == x)` differ in their [`PatternTail`] only.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// Where it stands.
    pub span: Span,
    /// What it looks at.
    pub kind: PatternKind,
}

/// What a pattern looks at.
#[derive(Clone, Debug, PartialEq)]
pub enum PatternKind {
    /// A pattern should stand here and does not.
    Missing,
    /// An event, or a change of a record.
    Path {
        /// An event, an entity, or a field of an entity.
        path: Path,
        /// What of it.
        tail: PatternTail,
        /// `(by: user)` behind a change; that of an event is its tail.
        filters: Option<Filters>,
    },
    /// `first message.incoming per lead each day`
    First {
        /// The event that is counted.
        event: Box<Pattern>,
        /// Per what.
        per: Option<Key>,
        /// In which period.
        each: Option<Period>,
    },
    /// `every day at 10:00`
    Every(Recurrence),
    /// `date 2026-12-31 09:00`
    Date {
        /// The day.
        date: DateLit,
        /// The time of day.
        time: Option<TimeLit>,
    },
    /// `2h before deal.meeting_time`, `day of deal.close_date at 09:00`, `3d after contact.birthday yearly at 09:00`
    Offset(Offset),
}

/// What of a path a pattern looks at.
#[derive(Clone, Debug, PartialEq)]
pub enum PatternTail {
    /// Nothing more: the event itself.
    None,
    /// `( filter, … )`
    Filter(Vec<Filter>),
    /// `created [in STAGE]`
    Created {
        /// A stage or pipeline.
        within: Option<Path>,
    },
    /// `moved [from S] [to S]`
    Moved {
        /// From this stage.
        from: Option<ValuePattern>,
        /// To this stage.
        to: Option<ValuePattern>,
    },
    /// `enters STAGE|PIPELINE`
    Enters(Path),
    /// `leaves STAGE`
    Leaves(Path),
    /// `deleted`
    Deleted,
    /// `changed [from P] [to P] [or created]`
    Changed {
        /// The value before.
        from: Option<ValuePattern>,
        /// The value after.
        to: Option<ValuePattern>,
        /// A value given at creation counts as well.
        or_created: bool,
    },
    /// `gains VALUE`
    Gains(Expr),
    /// `loses VALUE`
    Loses(Expr),
    /// `rises above VALUE`
    RisesAbove(Expr),
    /// `falls below VALUE`
    FallsBelow(Expr),
}

/// A filter behind a change.
#[derive(Clone, Debug, PartialEq)]
pub struct Filters {
    /// Where it stands, brackets included.
    pub span: Span,
    /// What must hold.
    pub all: Vec<Filter>,
}

/// One condition of an event filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// `name: value`: equality.
    Named {
        /// Both.
        span: Span,
        /// A field of the event.
        name: Name,
        /// Its value.
        value: Expr,
    },
    /// Any expression over the event's fields: `text contains any [..]`.
    Expr(Expr),
}

/// What a value must be, after `from` and `to`.
#[derive(Clone, Debug, PartialEq)]
pub struct ValuePattern {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub kind: ValuePatternKind,
}

/// What a value pattern says.
#[derive(Clone, Debug, PartialEq)]
pub enum ValuePatternKind {
    /// `any`
    Any,
    /// `empty`, a value, a `[list]` or a range.
    Value(Expr),
    /// `> 5`, `contains "x"`: the operator and its right operand.
    Compare(super::BinaryOp, Expr),
}

/// After `per`: a path, or a pair of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Where it stands.
    pub span: Span,
    /// One or two.
    pub paths: Vec<Path>,
}

/// After `each`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// `day`
    Day,
    /// `week`
    Week,
    /// `month`
    Month,
    /// `year`
    Year,
}

/// After `every`.
#[derive(Clone, Debug, PartialEq)]
pub struct Recurrence {
    /// Where it stands.
    pub span: Span,
    /// How often.
    pub kind: RecurrenceKind,
    /// `at 10:00`
    pub at: Option<TimeLit>,
}

/// How often a recurrence comes.
#[derive(Clone, Debug, PartialEq)]
pub enum RecurrenceKind {
    /// `every 15m`
    Interval(DurationLit),
    /// `every day`
    Day,
    /// `every week on mon, thu`; names or ranges of weekdays.
    Week(Vec<Expr>),
    /// `every month on day 1 | last day | last fri`
    Month(MonthAnchor),
    /// `every year on 1 mar`
    Year(Option<MonthDayLit>),
    /// Something that is none of these.
    Missing,
}

/// The day of a month.
#[derive(Clone, Debug, PartialEq)]
pub enum MonthAnchor {
    /// `day 1`
    Day(super::Number),
    /// `last day`
    LastDay,
    /// `first mon`, `second tue`, `last fri`: the ordinal word, the weekday.
    Weekday(Name, Name),
    /// Missing.
    Missing,
}

/// A distance from a date field.
#[derive(Clone, Debug, PartialEq)]
pub struct Offset {
    /// Where it stands.
    pub span: Span,
    /// How far.
    pub distance: OffsetDistance,
    /// The date field.
    pub field: Path,
    /// `yearly`
    pub yearly: bool,
    /// `at 09:00`
    pub at: Option<TimeLit>,
}

/// How far an offset lies from its date.
#[derive(Clone, Debug, PartialEq)]
pub enum OffsetDistance {
    /// `2h before`
    Before(DurationLit),
    /// `3d after`
    After(DurationLit),
    /// `day of`
    DayOf,
}
