//! Declarations.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{EntityId, EventId, Expr, Loc, Millis, SetOp, Type, Value};

/// An entity: a kind of record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    /// Its full name: `kommo.lead`.
    pub name: SmolStr,
    /// The id under which the CRM knows this kind of record. On the wire it is then called `SYSTEM.#ID`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub native_id: Option<SmolStr>,
    /// Its fields, those of `extend` included, sorted by name.
    pub fields: Vec<Field>,
}

impl Entity {
    /// The field called `name`.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields
            .binary_search_by(|f| f.name.as_str().cmp(name))
            .ok()
            .and_then(|i| self.fields.get(i))
    }
}

/// A field of an entity or event, or a parameter of an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: SmolStr,
    /// Its type.
    pub ty: Type,
    /// Whether it may be `empty`.
    pub optional: bool,
    /// The id under which the CRM knows it. On the wire it is then called `#ID`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub native_id: Option<SmolStr>,
    /// Its changes raise nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub silent: bool,
    /// The name that it had.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub was: Option<SmolStr>,
}

/// An enum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Enum {
    /// Its full name.
    pub name: SmolStr,
    /// Its variants, in the order declared.
    pub variants: Vec<Variant>,
}

/// A variant of an enum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// Its name.
    pub name: SmolStr,
    /// The value under which the CRM knows it, where that differs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub native_id: Option<SmolStr>,
    /// The name that it had.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub was: Option<SmolStr>,
}

/// A declared event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its full name: `crm.message.incoming`.
    pub name: SmolStr,
    /// Its fields, references to its subjects included, sorted by name.
    pub fields: Vec<Field>,
    /// It is read from the bodies of a webhook.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub webhook: Option<Webhook>,
    /// What it says of the records that it refers to; stored before anything answers it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub updates: Vec<Update>,
}

/// Where an event is read from: JSON bodies of a connector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Webhook {
    /// The connector.
    pub source: SmolStr,
    /// Where a body has the id by which it is known again.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<Vec<SmolStr>>,
    /// Where its fields stand. A body that gives a field which may not be `empty` no value is no such event.
    pub fields: Vec<(SmolStr, WebhookValue)>,
}

/// Where a field stands in the body of a webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookValue {
    /// A constant.
    Const(Value),
    /// Members, one in the other; a number is an index of an array.
    At(Vec<SmolStr>),
    /// An amount in minor units (cents) and its currency.
    Minor(Box<WebhookValue>, Box<WebhookValue>),
    /// The record of an entity that has this value in a field; `id` is its native id. The least by key where there are
    /// several, `empty` where there is none.
    Find {
        /// The entity.
        entity: EntityId,
        /// The field.
        field: SmolStr,
        /// The value.
        value: Box<WebhookValue>,
    },
}

/// What an event says of a record: `updates contact.lists += list`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Update {
    /// The event's reference to the record.
    pub record: SmolStr,
    /// The record's field. A set that is not known counts as empty.
    pub field: SmolStr,
    /// How.
    pub op: SetOp,
    /// The event's field that has the value. An `empty` one changes nothing.
    pub value: SmolStr,
}

impl Event {
    /// The field called `name`.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields
            .binary_search_by(|f| f.name.as_str().cmp(name))
            .ok()
            .and_then(|i| self.fields.get(i))
    }
}

/// A declared action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActionDecl {
    /// Its full name: `trig.log`, `trig.webhook.post`.
    pub name: SmolStr,
    /// Its parameters, in the order declared.
    pub params: Vec<Field>,
    /// What becomes of an attempt whose outcome is unknown.
    pub if_unknown: IfUnknown,
    /// The events that it causes, if all goes well.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub emits: Vec<EventId>,
    /// Must hold at the moment of doing it, else nothing is done, which is recorded. The parameters are the fields of
    /// [`crate::Root::Candidate`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub when: Option<Expr>,
}

/// What becomes of an attempt of which nobody knows whether it reached the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IfUnknown {
    /// It is sent again, under the same key.
    #[default]
    Retry,
    /// It is held until a person decides.
    Hold,
}

/// A pipeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pipeline {
    /// Its name.
    pub name: SmolStr,
    /// Whose it is.
    pub entity: EntityId,
    /// The id under which the CRM knows it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub native_id: Option<SmolStr>,
    /// Its stages, in their order.
    pub stages: Vec<Stage>,
}

/// A stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Its name.
    pub name: SmolStr,
    /// The id under which the CRM knows it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub native_id: Option<SmolStr>,
    /// What it means to be in it.
    pub kind: StageKind,
    /// The name that it had.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub was: Option<SmolStr>,
}

/// What it means to be in a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageKind {
    /// On the way.
    Open,
    /// Won: final.
    Success,
    /// Lost: final.
    Failure,
}

impl StageKind {
    /// Whether leaving it is a move backwards whatever the order.
    pub fn is_final(self) -> bool {
        self != Self::Open
    }
}

/// A named condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// Its name.
    pub name: SmolStr,
    /// How many parameters it has: they are its [`crate::Root::Binder`]s from 0 on.
    #[serde(skip_serializing_if = "none", default)]
    pub params: u32,
    /// What it says, over [`crate::Root::Subject`].
    pub body: Expr,
    /// Where it is declared.
    pub loc: Loc,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn none(n: &u32) -> bool {
    *n == 0
}

/// A feed that the daemon looks at. The event `NAME.updated` tells of what is new.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Feed {
    /// Its name.
    pub name: SmolStr,
    /// Where it is.
    pub url: SmolStr,
    /// How often to look.
    pub every: Millis,
    /// Its event.
    pub event: EventId,
}

/// Pauses triggers when too much changes at once. Events and state go on; it closes by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Breaker {
    /// Its name.
    pub name: SmolStr,
    /// Where it is declared.
    pub loc: Loc,
    /// Which changes count, and which starts pause.
    pub of: BreakerOf,
    /// More than so many open it.
    pub over: u32,
    /// In this time.
    pub window: Millis,
    /// For so long.
    pub pause: Millis,
}

/// Which changes a breaker counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakerOf {
    /// Changes of the fields of this name, of any entity: `tags`.
    Field(SmolStr),
    /// Changes of any field but tags: `field`.
    AnyField,
}

/// A shared cooldown: only so that what it has counted follows a new name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Renamed {
    /// Its name.
    pub name: SmolStr,
    /// The name that it had.
    pub was: SmolStr,
}
