//! What all bodies have in common.

use serde_json::{Map, Value as Json};
use smol_str::SmolStr;
use trig_engine::{Actor, Arrival, Happening};
use trig_ir::{ActorKind, Timestamp};

use crate::WireError;
use crate::form::Branch;
use crate::identity::hash16;

/// A body, with its envelope understood.
pub(super) struct Hook<'a> {
    pub(super) ty: &'a str,
    pub(super) tree: &'a Branch,
    source: SmolStr,
    by: Actor,
    time: Option<jiff::Timestamp>,
    /// What the ids of all arrivals begin with.
    base: Option<String>,
}

impl<'a> Hook<'a> {
    pub(super) fn new(connector: &str, tree: &'a Branch) -> Result<Self, WireError> {
        let ty = tree
            .text("type")
            .filter(|ty| !ty.is_empty())
            .ok_or_else(|| {
                WireError::unprocessable("`type` is missing: it says which event this is")
                    .at("key `type`")
            })?;
        let about = ["deal", "account", "contact", "campaign"]
            .iter()
            .find_map(|block| tree.branch(block)?.text("id"))
            .unwrap_or_default();
        // There is no id, and what happens in one second can differ by nothing but a tag: so all of the body counts.
        // Without a time nothing tells a repetition from the same thing happening again.
        let base = tree
            .text("date_time")
            .map(|when| format!("{ty}:{about}:{when}:{}", hash16(tree)));
        let kind = match tree.text("initiated_from") {
            Some("public") => ActorKind::Customer,
            Some("admin") => ActorKind::User,
            Some("system") => ActorKind::Automation,
            _ => ActorKind::Api,
        };
        let name = tree
            .text("initiated_by")
            .filter(|name| kind == ActorKind::User && !name.is_empty())
            .map(SmolStr::new);
        Ok(Self {
            ty,
            tree,
            source: SmolStr::new(connector),
            by: Actor { kind, name },
            time: tree.text("date_time").and_then(|when| when.parse().ok()),
            base,
        })
    }

    /// The time of the body in seconds since 1970: the clock of its snapshots.
    pub(super) fn clock(&self) -> Option<i64> {
        self.time.map(jiff::Timestamp::as_second)
    }

    /// The id of what `block` describes.
    pub(super) fn id_of(&self, block: &str) -> Result<&'a str, WireError> {
        let id = self.tree.branch(block).and_then(|block| block.text("id"));
        id.filter(|id| !id.is_empty()).ok_or_else(|| {
            WireError::unprocessable(format!(
                "`{block}[id]` is missing: an event of type `{}` is about nothing without it",
                crate::error::shown(self.ty)
            ))
            .at(format!("key `{block}[id]`"))
        })
    }

    /// An arrival of this body. `name` tells it apart from the others.
    pub(super) fn arrival(&self, name: &str, what: Happening) -> Arrival {
        Arrival {
            source: self.source.clone(),
            id: self
                .base
                .as_ref()
                .map(|base| SmolStr::new(format!("{base}#{name}"))),
            time: self.time.map(Timestamp::from),
            by: self.by.clone(),
            what,
        }
    }

    pub(super) fn event(
        &self,
        name: &str,
        ty: &str,
        subject: Option<(&'static str, &str)>,
        data: Map<String, Json>,
    ) -> Arrival {
        let subject = subject.map(|(entity, id)| (SmolStr::new_static(entity), SmolStr::new(id)));
        let ty = SmolStr::new(ty);
        self.arrival(name, Happening::Event { ty, subject, data })
    }
}
