//! What comes out of the engine.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use smol_str::SmolStr;
use trig_ir::{GuardKind, Loc, RecordKey, RevisionHash, Timestamp, Value};

use crate::Actor;

/// What an input led to.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Output {
    /// To be carried out, in this order per connector and subject. They stand in the state's outbox, too, until
    /// their result comes in.
    pub effects: Vec<Effect>,
    /// What happened, in order.
    pub audit: Vec<Audit>,
}

/// Something that is to be done outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// The idempotency key: a hash of workspace, cause, trigger, step and subject, computed once, when the effect was
    /// decided.
    pub key: SmolStr,
    /// When it was decided.
    pub at: Timestamp,
    /// The trigger that decided it.
    pub trigger: SmolStr,
    /// Under which revision.
    pub revision: RevisionHash,
    /// The position of the input that led to it.
    pub position: u64,
    /// The record that it is about: effects of one subject leave in order.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subject: Option<RecordKey>,
    /// What is to be done.
    pub what: EffectKind,
}

/// What is to be done outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// An action of a catalogue or of the project.
    Call {
        /// Its full name: `trig.webhook.post`.
        action: SmolStr,
        /// Its arguments, in plain JSON.
        args: Map<String, Json>,
    },
    /// A record was changed here and is to be changed in the CRM.
    Write {
        /// The record.
        record: RecordKey,
        /// Its new values, in plain JSON: a stage is `{"pipeline": …, "stage": …}` with native ids where known.
        fields: Map<String, Json>,
        /// In whose name.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        as_user: Option<SmolStr>,
    },
    /// A record is to be created in the CRM.
    Create {
        /// The full name of its entity.
        entity: SmolStr,
        /// In which installation.
        connector: SmolStr,
        /// Its fields by wire name, in plain JSON.
        fields: Map<String, Json>,
    },
}

/// One thing that happened while an input was evaluated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Audit {
    /// An event is being looked at: an arrival, or one derived from a change.
    Event {
        /// Its number inside this input's cascade, from 0.
        seq: u32,
        /// The number of the event, and the trigger, that caused it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        cause: Option<Cause>,
        /// As a person would say it: `kommo.lead moved from Sales.New to Sales.Won`.
        text: String,
        /// What it is about.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        subject: Option<RecordKey>,
        /// Who caused it.
        by: Actor,
    },
    /// The dedupe key was seen before; nothing was evaluated.
    Duplicate {
        /// The source.
        source: SmolStr,
        /// Its id.
        id: SmolStr,
    },
    /// Something that the revision does not know, or cannot read: kept, and not evaluated.
    Unhandled {
        /// Which field, if it is one.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        field: Option<SmolStr>,
        /// Why.
        reason: String,
    },
    /// A trigger fired.
    Fired {
        /// Which.
        trigger: SmolStr,
        /// For what.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        subject: Option<RecordKey>,
        /// The event that it answers; `None` where a timer fired it.
        seq: Option<u32>,
        /// The position of the input that started it: of this one, or of an earlier one where it waited.
        started: u64,
        /// When: the input's time, or the due time of the timer.
        at: Timestamp,
    },
    /// A firing waits.
    Armed {
        /// Which trigger.
        trigger: SmolStr,
        /// For what.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        subject: Option<RecordKey>,
        /// Until when, if time alone ends it.
        due: Option<Timestamp>,
        /// What it waits for: `debounce`, `until`, `after`, `limit`, `wait`, `wait until`.
        phase: SmolStr,
    },
    /// A trigger whose start matched does not fire (or does not wait).
    NotFired {
        /// Which.
        trigger: SmolStr,
        /// For what, as far as that was known.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        subject: Option<RecordKey>,
        /// What decided.
        why: Why,
    },
    /// A firing that waited does so no longer.
    Cancelled {
        /// Which trigger.
        trigger: SmolStr,
        /// For what.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        subject: Option<RecordKey>,
        /// What cancelled it.
        why: Why,
    },
    /// An action of a firing.
    Acted {
        /// Which trigger.
        trigger: SmolStr,
        /// The number of the action in its `do`, from 0.
        step: u32,
        /// As a person would say it: `moved kommo.lead/5 to Sales.Won`.
        text: String,
        /// The key of the effect, if it has one.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        effect: Option<SmolStr>,
    },
    /// An action that changed nothing.
    NoOp {
        /// Which trigger.
        trigger: SmolStr,
        /// The number of the action in its `do`, from 0.
        step: u32,
        /// Why not.
        reason: String,
    },
    /// An effect ended.
    Ended {
        /// Its key.
        key: SmolStr,
        /// How.
        outcome: crate::Outcome,
        /// What the receiver said.
        detail: String,
    },
    /// A write ended without being done: the field is again what it was before. No event tells of it.
    Undone {
        /// The record.
        subject: RecordKey,
        /// The field.
        field: SmolStr,
        /// Its value; `None`: not known.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        value: Option<Value>,
    },
    /// The cascade was cut.
    Cut {
        /// Why.
        reason: String,
    },
    /// A guard, a filter or a limit was tested. Only where [`crate::Options::coverage`] asks for it.
    Tested {
        /// Whose.
        trigger: SmolStr,
        /// Where it stands: [`trig_ir::Guard::loc`], that of the start for its filter, of the limit, of the clause for an
        /// `unless` (which holds as long as nothing cancels), of the `within`.
        loc: Loc,
        /// Whether it let the firing pass.
        held: bool,
    },
    /// An occurrence of a clock did not run.
    Missed {
        /// Whose.
        trigger: SmolStr,
        /// For what.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        subject: Option<RecordKey>,
        /// When it was due.
        due: Timestamp,
        /// Why not.
        reason: String,
    },
    /// A breaker opened: triggers of its kind pause.
    Opened {
        /// Which.
        breaker: SmolStr,
        /// Until when.
        until: Timestamp,
    },
    /// A fan-out goes on in slices of its own.
    Sweep {
        /// Whose.
        trigger: SmolStr,
    },
    /// Another revision is active.
    Activated {
        /// Which.
        revision: RevisionHash,
    },
}

/// What caused a derived event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cause {
    /// The number of the event that led to it.
    pub seq: u32,
    /// The trigger between the two; `None` where the arrival itself changed the record.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub trigger: Option<SmolStr>,
}

/// What decided that a firing did not happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "decided_by")]
pub enum Why {
    /// A guard did not hold.
    Guard {
        /// Which clause.
        guard: GuardKind,
        /// As it is written.
        text: String,
        /// Where it stands.
        loc: Loc,
        /// What it read, in the order read: place as written in Trig, value.
        values: Vec<(String, Value)>,
    },
    /// The filter of the pattern did not hold.
    Filter {
        /// As it is written.
        text: String,
        /// Where it stands.
        loc: Loc,
        /// What it read.
        values: Vec<(String, Value)>,
    },
    /// A field that was needed is not yet known.
    Unknown {
        /// Which.
        field: String,
        /// Where it was needed.
        loc: Loc,
    },
    /// The event names no record of the trigger's subject type.
    NoSubject {
        /// The type, by its short name.
        entity: SmolStr,
        /// The place that would name one, as written in Trig.
        place: String,
        /// Whether the place is known: then it is empty.
        known: bool,
    },
    /// `for each` found nothing.
    NoneFound,
    /// It has fired in this cascade already.
    Repeated,
    /// A firing of that key waits already.
    AlreadyWaiting,
    /// A limit is used up.
    Limit {
        /// Under which name.
        name: SmolStr,
        /// Where it stands.
        loc: Loc,
        /// When it would allow the next.
        until: Timestamp,
    },
    /// An event cancelled it.
    Unless {
        /// As it is written.
        text: String,
        /// Where it stands.
        loc: Loc,
    },
    /// It was not reached within its time.
    TooLate {
        /// As it is written.
        text: String,
        /// Where it stands.
        loc: Loc,
    },
    /// What it waits for comes no more: the schedule never opens again.
    NeverAgain {
        /// As it is written.
        text: String,
        /// Where it stands.
        loc: Loc,
    },
    /// Another firing of its key took its place.
    Restarted,
    /// An action stopped it.
    Stopped {
        /// The trigger or flow whose action it was.
        by: SmolStr,
    },
    /// It has fired, or begun a sweep, so often within an hour that it looks like a circle; its causes went through delays,
    /// flows or sweeps.
    Budget {
        /// So often it may.
        most: u32,
    },
    /// Its body takes more steps than one run of it may; nothing of that run has happened.
    TooLong {
        /// So many it may.
        most: u32,
        /// The line that it came to.
        loc: Loc,
    },
    /// A breaker is open.
    Breaker {
        /// Which.
        name: SmolStr,
        /// Until when.
        until: Timestamp,
    },
    /// It was not the first of its period.
    NotFirst {
        /// Where the start stands.
        loc: Loc,
    },
    /// The subject is gone.
    SubjectGone,
    /// The trigger is disabled.
    Disabled,
    /// The trigger, or the start with the `while` or `unless` that the firing waited under, is no longer part of the
    /// project; or the revision on which its body runs is not there.
    Removed,
}
