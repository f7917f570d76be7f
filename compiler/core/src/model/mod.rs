//! The declarations of a project, resolved: what a file's check needs to know of all others.

mod actions;
mod build;
mod conditions;
mod entities;
mod events;
mod feeds;
mod fields;
mod flows;
mod groups;
mod known;
mod pipelines;
mod renames;
mod schedules;
mod scope;
mod templates;
mod updates;
mod webhooks;

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use trig_ir::{
    ActionDecl, ConditionId, Entity, EntityId, Enum, Event, EventId, Feed, Field, Millis, Pipeline,
    PipelineId, Project, Schedule, ScheduleId, StageName, Type, Value,
};

pub(crate) use build::{Facts, Unit, build};
pub(crate) use fields::native_id_paths;
pub(crate) use scope::{Decl, Lookup, Scope, full_name};
pub(crate) use templates::{MOST_MADE, part_name};

/// The declarations of a project. Position-free: see [`crate::problem::Problem`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Model {
    pub(crate) project: Project,
    /// Connectors to which something can be posted.
    pub(crate) receivers: BTreeSet<SmolStr>,
    /// Whether these are all: not where the manifest could not be read.
    pub(crate) receivers_known: bool,
    pub(crate) scope: Scope,
    pub(crate) entities: Vec<Entity>,
    /// The fields of records that the project has declared itself: no source fills in what they are without.
    pub(crate) own_fields: BTreeSet<(EntityId, SmolStr)>,
    pub(crate) enums: Vec<Enum>,
    pub(crate) events: Vec<EventSig>,
    pub(crate) actions: Vec<ActionSig>,
    pub(crate) pipelines: Vec<Pipeline>,
    pub(crate) conditions: Vec<ConditionSig>,
    pub(crate) schedules: Vec<Schedule>,
    pub(crate) cooldowns: Vec<CooldownSig>,
    pub(crate) groups: Vec<GroupSig>,
    pub(crate) feeds: Vec<Feed>,
    pub(crate) flows: Vec<FlowSig>,
    pub(crate) templates: Vec<TemplateSig>,
    /// Names that are all there are, by the plural of their kind: `tags`.
    pub(crate) known: BTreeMap<SmolStr, BTreeSet<SmolStr>>,
}

/// A group of entities.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GroupSig {
    pub(crate) name: SmolStr,
    pub(crate) members: Vec<EntityId>,
}

/// A flow's signature.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FlowSig {
    pub(crate) name: SmolStr,
    /// For whom it runs.
    pub(crate) subject: Option<EntityId>,
    /// Their names, in order.
    pub(crate) goals: Vec<SmolStr>,
}

/// A template's signature.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TemplateSig {
    pub(crate) name: SmolStr,
    /// The file in which it stands, and the catalogue that this is.
    pub(crate) path: SmolStr,
    pub(crate) catalogue: Option<&'static str>,
    pub(crate) params: Vec<Field>,
    /// The values of parameters that may be left out, by name.
    pub(crate) defaults: BTreeMap<SmolStr, ParamDefault>,
    /// Whether anything applies it.
    pub(crate) applied: bool,
    /// The names of what it makes, behind the apply's own; `""` for a nameless trigger.
    pub(crate) parts: Vec<SmolStr>,
}

/// An event's signature.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EventSig {
    pub(crate) event: Event,
    /// Whose it is.
    pub(crate) subjects: Vec<EntityId>,
}

/// An action's signature.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ActionSig {
    pub(crate) decl: ActionDecl,
    /// For whom it is done; empty: for anybody.
    pub(crate) subjects: Vec<EntityId>,
    /// The values of parameters that are left out, by name.
    pub(crate) defaults: BTreeMap<SmolStr, ParamDefault>,
    /// Whether it takes further arguments.
    pub(crate) open: bool,
}

/// The value of a parameter that is left out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ParamDefault {
    /// `= subject`
    Subject,
    /// A constant and its type.
    Const(Value, Type),
}

/// A condition's signature.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ConditionSig {
    pub(crate) name: SmolStr,
    pub(crate) subject: Option<EntityId>,
    pub(crate) params: Vec<Field>,
    /// The fields of the subject that are not empty where it holds, each as the names that lead there.
    pub(crate) shows: Vec<Vec<SmolStr>>,
}

/// A shared cooldown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CooldownSig {
    pub(crate) name: SmolStr,
    /// The name that it had.
    pub(crate) was: Option<SmolStr>,
    pub(crate) window: Millis,
    /// After `per`: paths as written.
    pub(crate) per: Option<Vec<Vec<SmolStr>>>,
}

impl Model {
    pub(crate) fn entity(&self, id: EntityId) -> Option<&Entity> {
        self.entities.get(id.index())
    }

    /// The name of an entity as a person says it: without its catalogue.
    pub(crate) fn entity_name(&self, id: EntityId) -> &str {
        self.entity(id).map_or("", |e| short(&e.name))
    }

    pub(crate) fn event(&self, id: EventId) -> Option<&EventSig> {
        self.events.get(id.index())
    }

    pub(crate) fn pipeline(&self, id: PipelineId) -> Option<&Pipeline> {
        self.pipelines.get(id.index())
    }

    pub(crate) fn condition(&self, id: ConditionId) -> Option<&ConditionSig> {
        self.conditions.get(id.index())
    }

    pub(crate) fn schedule(&self, id: ScheduleId) -> Option<&Schedule> {
        self.schedules.get(id.index())
    }

    /// The pipelines of an entity.
    pub(crate) fn pipelines_of(
        &self,
        entity: EntityId,
    ) -> impl Iterator<Item = (PipelineId, &Pipeline)> {
        (0..)
            .map(PipelineId)
            .zip(&self.pipelines)
            .filter(move |(_, p)| p.entity == entity)
    }

    /// The stages called `name` in the pipelines that a stage type covers.
    pub(crate) fn stages_called(&self, ty: &Type, name: &str) -> Vec<StageName> {
        let mut found = Vec::new();
        for (id, pipeline) in (0..).map(PipelineId).zip(&self.pipelines) {
            let covered = match ty {
                Type::Stage(entity) => pipeline.entity == *entity,
                Type::StageOf(of) => *of == id,
                _ => false,
            };
            if covered && pipeline.stages.iter().any(|s| s.name == name) {
                found.push(StageName {
                    pipeline: pipeline.name.clone(),
                    stage: name.into(),
                });
            }
        }
        found
    }

    /// The fields of `entity` that refer to one record of `to`.
    pub(crate) fn references(fields: &[Field], to: EntityId) -> impl Iterator<Item = &Field> {
        fields.iter().filter(move |f| f.ty == Type::Entity(to))
    }

    /// Whether records of `entity` belong to one record of `to`: then `entity` is the finer one.
    pub(crate) fn is_finer(&self, entity: EntityId, to: EntityId) -> bool {
        entity != to
            && self
                .entity(entity)
                .is_some_and(|e| Self::references(&e.fields, to).next().is_some())
    }

    /// A type as it is written.
    pub(crate) fn type_name(&self, ty: &Type) -> String {
        if let Some(name) = fields::built_in_name(ty) {
            return name.to_owned();
        }
        match ty {
            Type::Any => "anything".into(),
            Type::Enum(id) => self
                .enums
                .get(id.index())
                .map_or("enum", |e| short(&e.name))
                .into(),
            Type::Entity(id) => self.entity_name(*id).into(),
            Type::Stage(id) => format!("stage of {}", self.entity_name(*id)),
            Type::StageOf(id) => format!("stage of {}", self.pipeline(*id).map_or("", |p| &p.name)),
            Type::List(of) => format!("list of {}", self.type_name(of)),
            Type::Set(of) => format!("set of {}", self.type_name(of)),
            // the others have names of their own, which are all above
            _ => String::new(),
        }
    }
}

/// A full name without its catalogue. Names of the project itself have none.
pub(crate) fn short(full: &str) -> &str {
    crate::catalogue::CATALOGUES
        .iter()
        .find_map(|c| {
            full.strip_prefix(c.name)
                .and_then(|rest| rest.strip_prefix('.'))
        })
        .unwrap_or(full)
}
