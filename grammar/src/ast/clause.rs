//! The clauses of triggers and flows.

use super::{Action, DurationLit, Expr, Key, Name, Number, Path, Pattern, Period, TextLit};
use crate::span::Span;

/// A clause: a keyword and what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// From its keyword to its end, without trailing space.
    pub span: Span,
    /// What it is.
    pub kind: ClauseKind,
}

/// What a clause says.
#[derive(Clone, Debug, PartialEq)]
pub enum ClauseKind {
    /// `on PATTERN [{ clauses }]`
    On {
        /// What starts the trigger.
        pattern: Pattern,
        /// `by`, `when`, `after` of this start alone.
        clauses: Vec<Clause>,
    },
    /// `for ENTITY [via PATH]`, `for each BINDER of PATH [where EXPR]`
    For(ForClause),
    /// `by user, api`
    By(Vec<Name>),
    /// `when EXPR`
    When(Expr),
    /// `debounce 5m [up to 1h] [while EXPR] [unless EVENT, …]`
    Debounce {
        /// How long it must be quiet.
        duration: DurationLit,
        /// At the longest.
        up_to: Option<DurationLit>,
        /// Must hold throughout.
        holds: Option<Expr>,
        /// Cancel it.
        unless: Vec<Pattern>,
    },
    /// `until EXPR [within D else drop|continue]`
    Until {
        /// What is waited for.
        condition: Expr,
        /// For how long, and what then.
        within: Option<Within>,
    },
    /// `after 10m [while EXPR] [unless EVENT, …]`
    After {
        /// How long; a parameter of a template is a path.
        duration: Expr,
        /// Must hold throughout.
        holds: Option<Expr>,
        /// Cancel it.
        unless: Vec<Pattern>,
    },
    /// `during EXPR`
    During(Expr),
    /// `mode single|restart|parallel`
    Mode(Name),
    /// `once [per KEY] [each PERIOD]`
    Once {
        /// Per what.
        per: Option<Key>,
        /// In which period.
        each: Option<Period>,
    },
    /// `cooldown 1d [per KEY]`, `cooldown Marketing`
    Cooldown {
        /// How long, or which shared one.
        what: CooldownRef,
        /// Per what.
        per: Option<Key>,
    },
    /// `limit 3 in 1d`, `limit 3 each day [per KEY] [else wait]`
    Limit {
        /// How many.
        count: Number,
        /// In which time.
        window: LimitWindow,
        /// Per what.
        per: Option<Key>,
        /// `else wait`: queue instead of drop.
        wait: bool,
    },
    /// `missed run | skip | within D`
    Missed(MissedPolicy),
    /// `zone "Europe/Berlin"`
    Zone(TextLit),
    /// `priority 10`
    Priority(Expr),
    /// `disabled`
    Disabled,
    /// `backwards`
    Backwards,
    /// `again`
    Again,
    /// `as user "anna@acme.com"`
    As(Expr),
    /// `was OldName`
    Was(Path),
    /// `allow(lint-name, "reason")`
    Allow {
        /// The rule.
        rule: Name,
        /// Why.
        reason: Option<TextLit>,
    },
    /// `do ACTION`, `do { … }`
    Do(Block),
    /// What could not be read; its text is the span.
    Bad,
}

/// What `for` says.
#[derive(Clone, Debug, PartialEq)]
pub enum ForClause {
    /// `for deal`, `for deal via task.items`
    Subject {
        /// The entity.
        entity: Path,
        /// How the event leads to it.
        via: Option<Path>,
    },
    /// `for each contact of deal [where EXPR]`, `for each contact where EXPR`
    Each(ForEach),
}

/// A fan-out.
#[derive(Clone, Debug, PartialEq)]
pub struct ForEach {
    /// Where it stands.
    pub span: Span,
    /// The variable: the last name of `entity`.
    pub binder: Name,
    /// What stands behind `each`: the entity (`kommo.lead`) where the clause says one, else the variable alone.
    pub entity: Path,
    /// Of what.
    pub source: Option<Path>,
    /// Which of them.
    pub filter: Option<Expr>,
}

/// `within D else …`
#[derive(Clone, Debug, PartialEq)]
pub struct Within {
    /// Where it stands.
    pub span: Span,
    /// For how long; a parameter of a template is a path.
    pub duration: Expr,
    /// `drop`, `continue` or `stop`.
    pub otherwise: Option<Name>,
}

/// A cooldown of a trigger's own, or a shared one.
#[derive(Clone, Debug, PartialEq)]
pub enum CooldownRef {
    /// `cooldown 1d`
    Duration(Expr),
    /// `cooldown Marketing`
    Shared(Path),
}

/// The time in which a limit counts.
#[derive(Clone, Debug, PartialEq)]
pub enum LimitWindow {
    /// `in 1d`: sliding.
    In(DurationLit),
    /// `each day`: calendar.
    Each(Period),
    /// Missing.
    Missing,
}

/// What becomes of an occurrence that was missed.
#[derive(Clone, Debug, PartialEq)]
pub enum MissedPolicy {
    /// `run`
    Run,
    /// `skip`
    Skip,
    /// `within D`; a parameter of a template is a path.
    Within(Expr),
    /// Missing.
    Missing,
}

/// The actions of a trigger or flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Where it stands, braces included.
    pub span: Span,
    /// Whether it is written with braces.
    pub braces: bool,
    /// In order.
    pub actions: Vec<Action>,
}
