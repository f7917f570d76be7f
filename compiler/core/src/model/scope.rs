//! The names of a project: one flat namespace over all files and the catalogues in use.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use trig_ir::{ActionId, ConditionId, EntityId, EnumId, EventId, PipelineId, ScheduleId};

/// What a name declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decl {
    Entity(EntityId),
    Enum(EnumId),
    Event(EventId),
    Action(ActionId),
    Pipeline(PipelineId),
    Condition(ConditionId),
    Schedule(ScheduleId),
    /// An index into [`super::Model::cooldowns`].
    Cooldown(u32),
    Trigger,
    /// An index into [`super::Model::flows`].
    Flow(u32),
    /// An index into [`super::Model::groups`].
    Group(u32),
    /// An index into [`super::Model::templates`].
    Template(u32),
    /// Only declared, never used by this name.
    Breaker,
    /// What a template makes, as a whole.
    Apply,
    /// Only declared: what it raises has a name of its own.
    Feed,
}

impl Decl {
    /// The kind, with its article.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Entity(_) => "an entity",
            Self::Enum(_) => "an enum",
            Self::Event(_) => "an event",
            Self::Action(_) => "an action",
            Self::Pipeline(_) => "a pipeline",
            Self::Condition(_) => "a condition",
            Self::Schedule(_) => "a schedule",
            Self::Cooldown(_) => "a cooldown",
            Self::Trigger => "a trigger",
            Self::Flow(_) => "a flow",
            Self::Group(_) => "a group",
            Self::Template(_) => "a template",
            Self::Breaker => "a breaker",
            Self::Apply => "an applied template",
            Self::Feed => "a feed",
        }
    }

    pub(crate) fn action(self) -> Option<ActionId> {
        match self {
            Self::Action(id) => Some(id),
            _ => None,
        }
    }

    pub(crate) fn cooldown(self) -> Option<u32> {
        match self {
            Self::Cooldown(id) => Some(id),
            _ => None,
        }
    }

    pub(crate) fn entity(self) -> Option<EntityId> {
        match self {
            Self::Entity(id) => Some(id),
            _ => None,
        }
    }

    pub(crate) fn event(self) -> Option<EventId> {
        match self {
            Self::Event(id) => Some(id),
            _ => None,
        }
    }

    pub(crate) fn flow(self) -> Option<u32> {
        match self {
            Self::Flow(id) => Some(id),
            _ => None,
        }
    }

    pub(crate) fn template(self) -> Option<u32> {
        match self {
            Self::Template(id) => Some(id),
            _ => None,
        }
    }
}

/// What looking up a name gives.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Lookup<'a> {
    Found(&'a SmolStr, Decl),
    /// Several catalogues have it: their full names.
    Ambiguous(Vec<SmolStr>),
    Missing,
}

/// The names of a project.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct Scope {
    full: BTreeMap<SmolStr, Decl>,
    /// Names without their catalogue: the full names.
    bare: BTreeMap<SmolStr, Vec<SmolStr>>,
}

impl Scope {
    /// Enters a declaration of a catalogue, or of the project itself (`None`).
    pub(crate) fn insert(&mut self, catalogue: Option<&str>, name: &str, decl: Decl) {
        let full = full_name(catalogue, name);
        if catalogue.is_some() {
            self.bare.entry(name.into()).or_default().push(full.clone());
        }
        self.full.insert(full, decl);
    }

    /// What `name` means in a file of `catalogue` (`None`: of the project): a catalogue's own names come first there.
    pub(crate) fn lookup(&self, catalogue: Option<&str>, name: &str) -> Lookup<'_> {
        if let Some(own) = catalogue
            && let Some((full, decl)) = self.full.get_key_value(full_name(Some(own), name).as_str())
        {
            return Lookup::Found(full, *decl);
        }
        // a catalogue does not see the names of the project: they must not change what it means
        if let Some((full, decl)) = self.full.get_key_value(name)
            && (catalogue.is_none() || is_catalogue_name(name))
        {
            return Lookup::Found(full, *decl);
        }
        match self.bare.get(name).map(Vec::as_slice) {
            Some([one]) => match self.full.get_key_value(one) {
                Some((full, decl)) => Lookup::Found(full, *decl),
                None => Lookup::Missing,
            },
            Some(several) => Lookup::Ambiguous(several.to_vec()),
            None => Lookup::Missing,
        }
    }

    /// The catalogues' names that a name of the project would hide.
    pub(crate) fn hidden_by(&self, name: &str) -> &[SmolStr] {
        self.bare.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Every name as it may be written, of declarations that `wanted` accepts.
    pub(crate) fn names(&self, wanted: impl Fn(Decl) -> bool) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for (full, decl) in &self.full {
            if wanted(*decl) {
                names.push(full);
            }
        }
        for (bare, fulls) in &self.bare {
            if fulls
                .iter()
                .any(|f| self.full.get(f).is_some_and(|d| wanted(*d)))
            {
                names.push(bare);
            }
        }
        names
    }
}

/// Whether a full name belongs to a catalogue.
fn is_catalogue_name(full: &str) -> bool {
    crate::model::short(full).len() < full.len()
}

/// The full name of a declaration.
pub(crate) fn full_name(catalogue: Option<&str>, name: &str) -> SmolStr {
    match catalogue {
        Some(catalogue) => smol_str::format_smolstr!("{catalogue}.{name}"),
        None => name.into(),
    }
}
