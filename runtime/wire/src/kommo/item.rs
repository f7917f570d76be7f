//! An item of a webhook, and what is made of it.

use serde_json::{Map, Value as Json};
use smol_str::SmolStr;
use trig_engine::{Actor, Arrival, Happening, RecordOp};
use trig_ir::{ActorKind, Timestamp};

use crate::error::{WireError, shown};
use crate::fields::{is_nobody, seconds};
use crate::form::Branch;
use crate::identity::hash16;

/// What happened, with its group and action.
pub(super) struct Item<'a> {
    pub(super) connector: &'a str,
    /// The sender's id of the request.
    pub(super) request: Option<&'a str>,
    pub(super) group: &'a str,
    pub(super) action: &'a str,
    pub(super) index: &'a str,
    pub(super) branch: &'a Branch,
}

impl<'a> Item<'a> {
    /// The value called `name`, without which the item means nothing.
    pub(super) fn required(&self, name: &str) -> Result<&'a str, WireError> {
        match self.branch.text(name) {
            Some(text) if !text.is_empty() => Ok(text),
            _ => Err(self.missing(name)),
        }
    }

    /// The answer where `name` is not there; it may stand deeper: `note][id`.
    pub(super) fn missing(&self, name: &str) -> WireError {
        let (group, action, index) = (shown(self.group), shown(self.action), shown(self.index));
        let last = name.rsplit('[').next().unwrap_or(name);
        WireError::unprocessable(format!(
            "`{last}` is missing: nothing says what this is about"
        ))
        .at(format!("key `{group}[{action}][{index}][{name}]`"))
    }

    /// What Kommo knows of the time of this report, in seconds since 1970. Years ago one of the two had typing errors in
    /// Kommo's own examples; such a one does not count.
    pub(super) fn clock(&self) -> Option<i64> {
        ["updated_at", "last_modified"]
            .iter()
            .find_map(|name| seconds(self.branch.text(name)?))
    }

    /// Who caused it. Who created something is not who changed it later.
    pub(super) fn by(&self) -> Actor {
        let names: &[&str] = if self.action == "add" {
            &[
                "modified_user_id",
                "modified_by",
                "created_user_id",
                "created_by",
            ]
        } else {
            &["modified_user_id", "modified_by"]
        };
        match names.iter().find_map(|name| self.branch.text(name)) {
            None => actor(ActorKind::Api),
            Some(id) => user(id),
        }
    }

    /// What is to be said of it. `id` is what it is about.
    pub(super) fn report(&self, id: &str) -> Report {
        self.report_of(id, self.branch, self.by())
    }

    /// The same, where `branch` has the times and `by` is known.
    pub(super) fn report_of(&self, id: &str, branch: &Branch, by: Actor) -> Report {
        let updated = ["updated_at", "last_modified", "created_at"]
            .iter()
            .find_map(|name| branch.text(name).filter(|text| seconds(text).is_some()));
        // Without a time nothing tells a repetition from the same thing happening again. Then the request does, if it has
        // an id; if not, there is none.
        let id = updated.or(self.request).map(|when| {
            let path = [self.group, self.action].join(".");
            format!("{path}:{id}:{when}:{}", hash16(self.branch))
        });
        Report {
            source: SmolStr::new(self.connector),
            id,
            time: updated
                .and_then(seconds)
                .and_then(|s| s.checked_mul(1_000))
                .map(Timestamp),
            by,
        }
    }
}

pub(super) fn actor(kind: ActorKind) -> Actor {
    Actor { kind, name: None }
}

/// A user by id; 0 is Kommo's own automation.
pub(super) fn user(id: &str) -> Actor {
    if is_nobody(id) {
        return actor(ActorKind::Automation);
    }
    Actor {
        kind: ActorKind::User,
        name: Some(SmolStr::new(id)),
    }
}

/// What all arrivals of one item have in common.
pub(super) struct Report {
    source: SmolStr,
    id: Option<String>,
    time: Option<Timestamp>,
    by: Actor,
}

/// A record as an item reports it.
pub(super) struct Snapshot<'a> {
    pub(super) op: RecordOp,
    pub(super) entity: &'static str,
    pub(super) id: &'a str,
    pub(super) fields: Map<String, Json>,
    pub(super) old: Map<String, Json>,
    pub(super) clock: Option<i64>,
}

impl Report {
    pub(super) fn record(&self, out: &mut Vec<Arrival>, snapshot: Snapshot<'_>) {
        out.push(self.arrival(
            self.id.as_deref().map(SmolStr::new),
            Happening::Record {
                op: snapshot.op,
                entity: SmolStr::new_static(snapshot.entity),
                id: SmolStr::new(snapshot.id),
                fields: snapshot.fields,
                old: snapshot.old,
                changed: Vec::new(),
                clock: snapshot.clock,
            },
        ));
    }

    /// An event. Several of one item need names that tell their ids apart.
    pub(super) fn event(
        &self,
        out: &mut Vec<Arrival>,
        ty: &str,
        subject: Option<(&'static str, &str)>,
        data: Map<String, Json>,
    ) {
        out.push(
            self.arrival(
                self.id
                    .as_ref()
                    .map(|id| SmolStr::new(format!("{id}#{ty}"))),
                Happening::Event {
                    ty: SmolStr::new(ty),
                    subject: subject
                        .map(|(entity, id)| (SmolStr::new_static(entity), SmolStr::new(id))),
                    data,
                },
            ),
        );
    }

    fn arrival(&self, id: Option<SmolStr>, what: Happening) -> Arrival {
        Arrival {
            source: self.source.clone(),
            id,
            time: self.time,
            by: self.by.clone(),
            what,
        }
    }
}
