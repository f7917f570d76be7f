//! What all bodies have in common.

use serde_json::{Map, Value as Json};
use smol_str::SmolStr;
use trig_engine::{Actor, Arrival, Happening, RecordOp};
use trig_ir::{ActorKind, Timestamp};

use super::credentials;
use crate::WireError;
use crate::fields::{is_nobody, seconds};
use crate::form::{Branch, Node};
use crate::identity::hash16;

/// A body, with its envelope understood.
pub(super) struct Hook<'a> {
    /// In upper case, as it is on the wire; the documentation prints it in several ways.
    pub(super) event: String,
    pub(super) data: &'a Branch,
    source: SmolStr,
    /// Who caused it, where nothing else is known.
    by: Actor,
    time: Option<Timestamp>,
    /// What the ids of all arrivals begin with.
    base: Option<String>,
}

/// A record of which nothing but its id is known, or little more.
pub(super) struct Sighting<'a> {
    pub(super) entity: SmolStr,
    pub(super) id: &'a str,
    pub(super) op: RecordOp,
    pub(super) fields: Map<String, Json>,
    /// Names of fields that are said to have changed.
    pub(super) changed: Vec<SmolStr>,
    /// Who did it, where that is not who caused the body.
    pub(super) by: Option<Actor>,
}

impl<'a> Sighting<'a> {
    pub(super) fn of(entity: impl Into<SmolStr>, id: &'a str, op: RecordOp) -> Self {
        Self {
            entity: entity.into(),
            id,
            op,
            fields: Map::new(),
            changed: Vec::new(),
            by: None,
        }
    }
}

impl<'a> Hook<'a> {
    /// `none` stands for the data where there is none.
    pub(super) fn new(
        connector: &str,
        tree: &'a Branch,
        none: &'a Branch,
    ) -> Result<Self, WireError> {
        let event = tree.text("event").map(str::trim).unwrap_or_default();
        if event.is_empty() {
            return Err(WireError::unprocessable(
                "`event` is missing: it says what happened, as in `ONCRMDEALUPDATE`",
            )
            .at("key `event`"));
        }
        let event = event.to_ascii_uppercase();
        let data = tree.branch("data").unwrap_or(none);
        // There is no id, and tokens differ at every delivery: what counts is what happened, and when. Without a time
        // nothing tells a repetition from the same thing happening again.
        let when = tree.text("ts").filter(|ts| seconds(ts).is_some());
        let base = when.map(|when| format!("{event}:{when}:{}", hash16(data)));
        let time = when.and_then(seconds).and_then(|s| s.checked_mul(1_000));
        Ok(Self {
            event,
            data,
            source: SmolStr::new(connector),
            by: by(tree.branch("auth")),
            time: time.map(Timestamp),
            base,
        })
    }

    /// What the event does to a record, by the end of its name.
    pub(super) fn op(&self) -> RecordOp {
        if self.event.ends_with("ADD") {
            RecordOp::Created
        } else if self.event.ends_with("DELETE") || self.event.ends_with("DELETED") {
            RecordOp::Deleted
        } else {
            RecordOp::Updated
        }
    }

    /// The value at `path` in the data, without which the event is about nothing.
    pub(super) fn required(&self, path: &[&str]) -> Result<&'a str, WireError> {
        let found = at(self.data, path).filter(|id| !is_nobody(id));
        found.ok_or_else(|| self.missing(&path.join("][")))
    }

    /// The answer where `path` is not there.
    pub(super) fn missing(&self, path: &str) -> WireError {
        let last = path.rsplit('[').next().unwrap_or(path);
        WireError::unprocessable(format!(
            "`{last}` is missing: nothing says what `{}` is about",
            crate::error::shown(&self.event)
        ))
        .at(format!("key `data[{path}]`"))
    }

    /// Adds a record. Its id in the account is all that is known of its version: the time of the body is that of the
    /// queue, and must not make what is read back later look old.
    pub(super) fn record(&self, sighting: Sighting<'_>, out: &mut Vec<Arrival>) {
        let name = format!("{}/{}", sighting.entity, sighting.id);
        let what = Happening::Record {
            op: sighting.op,
            entity: sighting.entity,
            id: SmolStr::new(sighting.id),
            fields: sighting.fields,
            old: Map::new(),
            changed: sighting.changed,
            clock: None,
        };
        out.push(self.arrival(&name, sighting.by.as_ref().unwrap_or(&self.by), what));
    }

    /// Adds an event. `part` tells it apart from others of the same type in one body.
    pub(super) fn event(
        &self,
        ty: &str,
        part: &str,
        by: Option<Actor>,
        data: Map<String, Json>,
        out: &mut Vec<Arrival>,
    ) {
        let name = format!("{ty}{part}");
        let what = happened(ty, None, data);
        let by = by.unwrap_or_else(|| self.by.clone());
        out.push(self.arrival(&name, &by, what));
    }

    /// Adds an event about a record that the data need not name: what the project calls it is not known here.
    pub(super) fn event_about(
        &self,
        ty: &str,
        subject: (SmolStr, SmolStr),
        data: Map<String, Json>,
        out: &mut Vec<Arrival>,
    ) {
        out.push(self.arrival(ty, &self.by, happened(ty, Some(subject), data)));
    }

    /// What is not known, as it came.
    pub(super) fn unknown(&self, out: &mut Vec<Arrival>) {
        let mut data = self.data.object();
        credentials::strip(&mut data);
        let ty = format!("bitrix24.{}", self.event.to_ascii_lowercase());
        self.event(&ty, "", None, data, out);
    }

    fn arrival(&self, name: &str, by: &Actor, what: Happening) -> Arrival {
        let base = self.base.as_ref();
        Arrival {
            source: self.source.clone(),
            id: base.map(|base| SmolStr::new(format!("{base}#{name}"))),
            time: self.time,
            by: by.clone(),
            what,
        }
    }
}

fn happened(ty: &str, subject: Option<(SmolStr, SmolStr)>, data: Map<String, Json>) -> Happening {
    Happening::Event {
        ty: SmolStr::new(ty),
        subject,
        data,
    }
}

/// The value at a path of members.
pub(super) fn at<'a>(branch: &'a Branch, path: &[&str]) -> Option<&'a str> {
    let (last, groups) = path.split_last()?;
    let mut branch = branch;
    for group in groups {
        branch = branch.branch(group)?;
    }
    branch.get(last).and_then(Node::text)
}

pub(super) fn actor(kind: ActorKind) -> Actor {
    Actor { kind, name: None }
}

/// A user by id; 0 is nobody: a robot, a workflow or a bot.
pub(super) fn user(id: &str) -> Actor {
    if is_nobody(id) {
        return actor(ActorKind::Automation);
    }
    Actor {
        kind: ActorKind::User,
        name: Some(SmolStr::new(id)),
    }
}

/// Who caused it. Only an application is told, and only where a user did; an outgoing webhook never is.
fn by(auth: Option<&Branch>) -> Actor {
    let text = |name| auth.and_then(|auth| auth.text(name)).unwrap_or_default();
    match text("user_id") {
        id if !is_nobody(id) => user(id),
        _ if !text("access_token").is_empty() => actor(ActorKind::User),
        _ => actor(ActorKind::Api),
    }
}
