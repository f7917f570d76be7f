//! Declarations.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{EntityId, EventId, Expr, Loc, Type};

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
}

/// A declared event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its full name: `crm.message.incoming`.
    pub name: SmolStr,
    /// Its fields, references to its subjects included, sorted by name.
    pub fields: Vec<Field>,
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
    /// What it says, over [`crate::Root::Subject`].
    pub body: Expr,
    /// Where it is declared.
    pub loc: Loc,
}
