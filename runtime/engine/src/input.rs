//! What goes into the engine.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use smol_str::SmolStr;
use trig_ir::{ActorKind, RecordKey, RevisionHash, Timestamp};

/// An input, in the order of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Its position in the log: strictly increasing.
    pub position: u64,
    /// Its time: never less than that of the input before it.
    pub at: Timestamp,
    /// What it is.
    pub kind: InputKind,
}

/// What an input is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    /// Something happened outside.
    Arrival(Arrival),
    /// A timer is due and nothing else came.
    Tick,
    /// The next slice of a fan-out over very many records: see [`crate::State::has_slices`].
    Slice,
    /// How an effect ended.
    Result(EffectResult),
    /// Another revision is active from here on. The engine that gets it is the one of that revision.
    Revision(RevisionHash),
}

/// Something that happened outside, as a normaliser understood it. It knows the wire format, never the project: values
/// are as they came over the wire, and are read by the types of the active revision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arrival {
    /// The connector installation, or the `source` of a CloudEvent: part of the dedupe key and of record keys.
    pub source: SmolStr,
    /// The source's id of it: with `source` the dedupe key. `None`: it has none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<SmolStr>,
    /// When it happened, by the source.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub time: Option<Timestamp>,
    /// Who caused it.
    pub by: Actor,
    /// What happened.
    pub what: Happening,
}

/// Who caused something.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Actor {
    /// What kind of actor.
    pub kind: ActorKind,
    /// Which user or automation, if known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<SmolStr>,
}

/// Nobody causes that time passes.
pub(crate) static NOBODY: Actor = Actor {
    kind: ActorKind::Automation,
    name: None,
};

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// A declared event.
    Event {
        /// Its full name: `crm.message.incoming`.
        ty: SmolStr,
        /// Entity and id of the record that it is about, where the source says it apart from the data.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        subject: Option<(SmolStr, SmolStr)>,
        /// Its fields.
        data: Map<String, Json>,
    },
    /// A record was created, changed or deleted, or is just reported.
    Record {
        /// What happened to it.
        op: RecordOp,
        /// The full name of its entity.
        entity: SmolStr,
        /// Its native id.
        id: SmolStr,
        /// Its fields by name, custom ones by `#NATIVE_ID`. A field that is absent is not reported; `null` is empty.
        fields: Map<String, Json>,
        /// Values before the change, as far as the body itself states them.
        #[serde(skip_serializing_if = "Map::is_empty", default)]
        old: Map<String, Json>,
        /// Fields that the body itself says have changed, without their value before.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        changed: Vec<SmolStr>,
        /// The source's own clock or version of this snapshot: a lower one than the last only fills unknown fields.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        clock: Option<i64>,
    },
    /// The JSON body of a connector whose events the project types itself, `from webhook`.
    Webhook {
        /// The body.
        body: Json,
    },
    /// A flow is started by hand.
    Start {
        /// The flow, by name.
        flow: SmolStr,
        /// For which record: the full name of its entity, its connector and its native id. `None`: the flow has no
        /// subject.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        subject: Option<RecordKey>,
    },
}

/// What happened to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordOp {
    /// It was created.
    Created,
    /// It was changed, or is reported.
    Updated,
    /// It is gone.
    Deleted,
}

/// How an effect ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EffectResult {
    /// The effect's idempotency key.
    pub key: SmolStr,
    /// How.
    pub outcome: Outcome,
    /// After how many attempts.
    pub attempts: u32,
    /// What the receiver, or the connection, said: one line.
    pub detail: String,
}

/// How an effect can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The receiver took it.
    Done,
    /// The receiver refused it for good, or the attempts are used up.
    Failed,
    /// Nobody takes it: no connector delivers such effects.
    Undelivered,
}
