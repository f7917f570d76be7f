//! Declarations.

use super::{
    Arg, Clause, Doc, DurationLit, Expr, Key, Name, Number, Path, SetOp, TestStatement, TextLit,
    TimeLit,
};
use crate::span::Span;

/// A declaration of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// From its first keyword (not its doc comment) to its closing brace.
    pub span: Span,
    /// The doc comment before it.
    pub doc: Option<Doc>,
    /// What it declares.
    pub kind: ItemKind,
}

/// What an item declares.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemKind {
    /// `use kommo`
    Use(Path),
    /// `extend deal { … }`
    Extend(Extend),
    /// `entity ticket { … }`
    Entity(Entity),
    /// `group item = lead, deal`
    Group(Group),
    /// `enum channel = whatsapp | live_chat "Live chat EU"`
    Enum(Enum),
    /// `event support.resolved for contact { … }`
    Event(Event),
    /// `feed Blog "https://acme.com/feed.xml" every 1h`
    Feed(Feed),
    /// `action sms.send for contact { … } emits message.outgoing if_unknown hold`
    Action(ActionDecl),
    /// `known tags ["VIP"]`
    Known(Known),
    /// `pipeline Sales for deal { … }`
    Pipeline(Pipeline),
    /// `condition BigSpender for deal = …`
    Condition(Condition),
    /// `schedule OfficeHours zone "…" { … }`
    Schedule(Schedule),
    /// `cooldown Marketing 3d per contact`
    Cooldown(Cooldown),
    /// `breaker TagStorm { over 25_000 tags changes in 1h  pause 1h }`
    Breaker(Breaker),
    /// `trigger CallMissed for deal { … }`
    Trigger(Trigger),
    /// `flow Onboarding for contact { … }`
    Flow(Flow),
    /// `template Remind(s: stage of Sales) { … }`
    Template(Template),
    /// `apply Remind(…) as RemindNew`
    Apply(Apply),
    /// `test "…" { … }`
    Test(Test),
    /// What could not be read; its text is the span.
    Bad,
}

impl ItemKind {
    /// The name that the item declares, if it declares one of a single word.
    pub fn name(&self) -> Option<&Name> {
        match self {
            Self::Entity(x) => Some(&x.name),
            Self::Group(x) => Some(&x.name),
            Self::Enum(x) => Some(&x.name),
            Self::Feed(x) => Some(&x.name),
            Self::Pipeline(x) => Some(&x.name),
            Self::Condition(x) => Some(&x.name),
            Self::Schedule(x) => Some(&x.name),
            Self::Cooldown(x) => Some(&x.name),
            Self::Breaker(x) => Some(&x.name),
            Self::Trigger(x) => x.name.as_ref(),
            Self::Flow(x) => Some(&x.name),
            Self::Template(x) => Some(&x.name),
            Self::Apply(x) => Some(&x.name),
            Self::Use(_)
            | Self::Extend(_)
            | Self::Event(_)
            | Self::Action(_)
            | Self::Known(_)
            | Self::Test(_)
            | Self::Bad => None,
        }
    }
}

/// A field of an entity, event or action, or a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Where it stands, doc comment excluded.
    pub span: Span,
    /// The doc comment before it.
    pub doc: Option<Doc>,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// `id "1118164"`: the id under which the CRM knows it.
    pub native_id: Option<TextLit>,
    /// `= subject`: the value of a parameter that is left out; `= body.amount`: where a webhook has it.
    pub default: Option<Expr>,
    /// `was old_name`
    pub was: Option<Name>,
    /// `silent`: its changes raise nothing (catalogues only).
    pub silent: bool,
}

/// A type as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    /// Where it stands.
    pub span: Span,
    /// Which.
    pub kind: TypeKind,
    /// `T?`
    pub optional: bool,
}

/// Which type is written.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeKind {
    /// `text`, `money`, `deal`, `channel` …
    Named(Path),
    /// `list of T`
    List(Box<Type>),
    /// `set of T`
    Set(Box<Type>),
    /// `stage of Sales`
    StageOf(Path),
    /// `deal: by id = body.metadata.deal`, `buyer: contact by email = …`: a reference, found by one of its fields (webhook
    /// events only). In the short form the entity is that of the field's name, and stands where that name does.
    By {
        /// The entity.
        entity: Path,
        /// The field by which it is found.
        field: Name,
    },
    /// Missing.
    Missing,
}

/// `extend NAME { fields }`: more fields of an entity or event.
#[derive(Clone, Debug, PartialEq)]
pub struct Extend {
    /// What is extended.
    pub target: Path,
    /// The fields.
    pub fields: Vec<Field>,
}

/// `entity NAME { fields }`
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Option<TextLit>,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// `group NAME = a, b`
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: Name,
    /// Its members.
    pub members: Vec<Path>,
}

/// `enum NAME = a | b "label"`
#[derive(Clone, Debug, PartialEq)]
pub struct Enum {
    /// Its name.
    pub name: Name,
    /// Its variants.
    pub variants: Vec<Variant>,
}

/// A variant of an enum.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Where it stands.
    pub span: Span,
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Option<TextLit>,
    /// `id "…"`: the value under which the CRM knows it.
    pub native_id: Option<TextLit>,
    /// `was old_name`
    pub was: Option<Name>,
}

/// `event NAME for ENTITY [from webhook "…" id PATH] { fields } [updates …]`
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its name.
    pub name: Path,
    /// Whose it is: entities or groups.
    pub subjects: Vec<Path>,
    /// Where it comes from.
    pub webhook: Option<Webhook>,
    /// Its fields.
    pub fields: Vec<Field>,
    /// What it says of the records that it refers to.
    pub updates: Vec<Update>,
}

/// `updates contact.lists += list`
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// Where it stands.
    pub span: Span,
    /// A field of a record that the event refers to.
    pub field: Path,
    /// How it is written. Where it is missing, which has been said, so is the value.
    pub op: SetOp,
    /// The event's field that has the value.
    pub value: Name,
}

/// `from webhook "stripe" id body.id`
#[derive(Clone, Debug, PartialEq)]
pub struct Webhook {
    /// Where it stands.
    pub span: Span,
    /// The connector.
    pub source: TextLit,
    /// Where the event's id stands.
    pub id: Option<Path>,
}

/// `feed NAME "URL" every D`
#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    /// Its name.
    pub name: Name,
    /// Where it is.
    pub url: TextLit,
    /// How often to look.
    pub every: Option<DurationLit>,
}

/// `action NAME [for ENTITY] { parameters } [emits EVENT] [if_unknown hold|retry] [when EXPR]`
#[derive(Clone, Debug, PartialEq)]
pub struct ActionDecl {
    /// Its name.
    pub name: Path,
    /// For whom.
    pub subjects: Vec<Path>,
    /// Its parameters.
    pub params: Vec<Field>,
    /// `..` after the parameters: further named arguments of any type are allowed.
    pub open: bool,
    /// The events that it causes.
    pub emits: Vec<Path>,
    /// What becomes of an attempt whose outcome is unknown.
    pub if_unknown: Option<Name>,
    /// Must hold at the moment of doing it.
    pub when: Option<Expr>,
}

/// `known tags ["VIP"]`
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// Of what: `tags`, `lists`, `forms` …
    pub kind: Path,
    /// The names.
    pub values: Vec<TextLit>,
}

/// `pipeline NAME "label" id "…" for ENTITY { stages }`
#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Option<TextLit>,
    /// The id under which the CRM knows it.
    pub native_id: Option<TextLit>,
    /// Whose it is.
    pub entity: Path,
    /// Its stages, in their order.
    pub stages: Vec<Stage>,
    /// `trigger` and `apply` that stand in no stage, and what could not be read.
    pub others: Vec<Item>,
}

/// `stage NAME "label" id "…" initial|success|failure [{ triggers }]`
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// From `stage` to its end.
    pub span: Span,
    /// The doc comment before it.
    pub doc: Option<Doc>,
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Option<TextLit>,
    /// The id under which the CRM knows it.
    pub native_id: Option<TextLit>,
    /// `initial`, `success`, `failure`
    pub marks: Vec<Name>,
    /// `was OldName`
    pub was: Option<Name>,
    /// `trigger` and `apply` that stand in it, and what could not be read.
    pub items: Vec<Item>,
}

/// `condition NAME(params) for ENTITY = EXPR`
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// Its name.
    pub name: Name,
    /// Its parameters.
    pub params: Vec<Field>,
    /// For what; `None` for one that looks at nothing but the clock.
    pub subject: Option<Path>,
    /// What it says.
    pub body: Expr,
}

/// `schedule NAME [zone "…"] { windows }`
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// Its name.
    pub name: Name,
    /// Its zone.
    pub zone: Option<TextLit>,
    /// Its lines.
    pub lines: Vec<ScheduleLine>,
}

/// A line of a schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct ScheduleLine {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub kind: ScheduleLineKind,
}

/// What a line of a schedule says.
#[derive(Clone, Debug, PartialEq)]
pub enum ScheduleLineKind {
    /// `mon..fri 09:00..13:00, 14:00..18:00`
    Windows {
        /// Weekdays: names or ranges of names.
        days: Vec<Expr>,
        /// Half-open windows.
        windows: Vec<(TimeLit, TimeLit)>,
    },
    /// `except 2026-12-24..2026-12-26, 2027-01-01`: dates or ranges of dates.
    Except(Vec<Expr>),
    /// What could not be read.
    Bad,
}

/// `cooldown NAME D [per KEY]`
#[derive(Clone, Debug, PartialEq)]
pub struct Cooldown {
    /// Its name.
    pub name: Name,
    /// How long.
    pub duration: DurationLit,
    /// Per what.
    pub per: Option<Key>,
    /// `was OldName`
    pub was: Option<Name>,
}

/// `breaker NAME { over N KIND changes in D  pause D }`
#[derive(Clone, Debug, PartialEq)]
pub struct Breaker {
    /// Its name.
    pub name: Name,
    /// How many.
    pub over: Option<Number>,
    /// Of what.
    pub of: Option<Path>,
    /// In which time.
    pub window: Option<DurationLit>,
    /// For how long it pauses.
    pub pause: Option<DurationLit>,
}

/// `trigger NAME "label" [for …] { clauses }`
#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    /// Its name; `None` only inside a template.
    pub name: Option<Name>,
    /// Its label.
    pub label: Option<TextLit>,
    /// Clauses of the head (`for …`) and of the body, in source order.
    pub clauses: Vec<Clause>,
}

/// `flow NAME for ENTITY { clauses }`
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// Its name.
    pub name: Name,
    /// Its label.
    pub label: Option<TextLit>,
    /// Clauses of the head (`for …`) and of the body, in source order.
    pub clauses: Vec<Clause>,
}

/// `template NAME(params) { trigger … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// Its name.
    pub name: Name,
    /// Its parameters.
    pub params: Vec<Field>,
    /// Its triggers.
    pub items: Vec<Item>,
}

/// `apply Remind(args) as NAME`
#[derive(Clone, Debug, PartialEq)]
pub struct Apply {
    /// The template.
    pub template: Path,
    /// Its arguments.
    pub args: Vec<Arg>,
    /// The name of what it makes.
    pub name: Name,
    /// `was OldName`
    pub was: Option<Name>,
}

/// `test "…" { statements }`
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// What it shows.
    pub title: TextLit,
    /// In order.
    pub statements: Vec<TestStatement>,
}
