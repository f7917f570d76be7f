//! What is computed once from an IR, so that an event only costs what it can match.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::tz::TimeZone;
use smol_str::SmolStr;
use trig_ir::{
    Action, ActionKind, Cancel, Entity, EntityId, EventId, EventKind, Guard, Ir, PipelineId, Place,
    Reached, Root, StageName, Test, Trigger, TriggerId, Type,
};

use crate::Engine;
use crate::listeners::Listeners;
use crate::program::Program;
use crate::reads::places;
use crate::rename::Moved;
use crate::state::KindName;

/// Lookups over an IR. Maps are only looked up, never walked.
#[derive(Debug)]
pub(crate) struct Index {
    entities: HashMap<SmolStr, EntityId>,
    events: HashMap<SmolStr, EventId>,
    triggers: HashMap<SmolStr, TriggerId>,
    fields: Vec<EntityIndex>,
    stages: HashMap<StageName, (PipelineId, usize)>,
    listeners: HashMap<EventKind, Listeners>,
    /// How events of a kind may lead to the subjects of firings that they cancel; `None`: the filter alone says it.
    cancels: HashMap<EventKind, BTreeSet<Option<Place>>>,
    /// Fields for which a value given at creation starts or cancels something.
    or_created: BTreeSet<(EntityId, SmolStr)>,
    project_zone: TimeZone,
    trigger_zones: Vec<TimeZone>,
    schedule_zones: Vec<TimeZone>,
    reads_old: Vec<bool>,
    /// Triggers with offsets from fields of an entity, in the order in which they run.
    offsets: HashMap<EntityId, Vec<TriggerId>>,
    programs: Vec<Program>,
    /// Of an earlier revision: names that have moved since.
    moved: Option<Moved>,
}

/// Lookups over an entity.
#[derive(Debug, Default)]
struct EntityIndex {
    /// The stored name of each field, in the order of the fields.
    stored: Vec<SmolStr>,
    by_name: HashMap<SmolStr, usize>,
    by_wire: HashMap<SmolStr, usize>,
    stage: Option<usize>,
}

impl EntityIndex {
    fn new(entity: &Entity) -> Self {
        let mut index = Self::default();
        for (at, field) in entity.fields.iter().enumerate() {
            let stored = match &field.native_id {
                Some(id) => format!("#{id}").into(),
                None => field.name.clone(),
            };
            index.by_name.insert(field.name.clone(), at);
            index.by_wire.insert(field.name.clone(), at);
            index.by_wire.insert(stored.clone(), at);
            index.stored.push(stored);
            if field.name == "stage" && matches!(field.ty, Type::Stage(_) | Type::StageOf(_)) {
                index.stage = Some(at);
            }
        }
        index
    }
}

/// A zone by its IANA name, out of the data that is part of the program; UTC for a name that is not in it.
fn zone(zones: &mut BTreeMap<SmolStr, TimeZone>, name: &SmolStr) -> TimeZone {
    let known = zones.entry(name.clone());
    known.or_insert_with(|| bundled(name)).clone()
}

pub(crate) fn bundled(name: &str) -> TimeZone {
    trig_ir::zone(name).unwrap_or(TimeZone::UTC)
}

/// A name without the catalogue in front.
pub(crate) fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// Dense ids fit their type: an IR has far fewer declarations than that.
fn id(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn by_name<'a>(names: impl Iterator<Item = &'a SmolStr>) -> HashMap<SmolStr, u32> {
    names
        .enumerate()
        .map(|(at, name)| (name.clone(), id(at)))
        .collect()
}

impl Index {
    pub(crate) fn new(ir: &Ir) -> Self {
        let ids = by_name(ir.entities.iter().map(|e| &e.name));
        let mut entities: HashMap<_, _> = ids.into_iter().map(|(n, i)| (n, EntityId(i))).collect();
        for (at, entity) in ir.entities.iter().enumerate() {
            let bare = short(&entity.name);
            let alone = ir
                .entities
                .iter()
                .filter(|e| short(&e.name) == bare)
                .count()
                == 1;
            if alone {
                entities.insert(bare.into(), EntityId(id(at)));
            }
            if let Some(native) = &entity.native_id {
                entities.insert(smol_str::format_smolstr!("#{native}"), EntityId(id(at)));
            }
        }
        let events = by_name(ir.events.iter().map(|e| &e.name));
        let triggers = by_name(ir.triggers.iter().map(|t| &t.name));
        let mut stages = HashMap::new();
        for (at, pipeline) in ir.pipelines.iter().enumerate() {
            for (nth, stage) in pipeline.stages.iter().enumerate() {
                let name = StageName {
                    pipeline: pipeline.name.clone(),
                    stage: stage.name.clone(),
                };
                stages.insert(name, (PipelineId(id(at)), nth));
            }
        }
        let mut zones = BTreeMap::new();
        let mut zone = |name| zone(&mut zones, name);
        let mut index = Self {
            entities,
            events: events.into_iter().map(|(n, i)| (n, EventId(i))).collect(),
            triggers: triggers
                .into_iter()
                .map(|(n, i)| (n, TriggerId(i)))
                .collect(),
            fields: ir.entities.iter().map(EntityIndex::new).collect(),
            stages,
            listeners: HashMap::new(),
            cancels: HashMap::new(),
            or_created: BTreeSet::new(),
            project_zone: zone(&ir.project.zone),
            trigger_zones: ir.triggers.iter().map(|t| zone(&t.zone)).collect(),
            schedule_zones: ir.schedules.iter().map(|s| zone(&s.zone)).collect(),
            reads_old: ir.triggers.iter().map(reads_old).collect(),
            offsets: HashMap::new(),
            programs: ir.triggers.iter().map(Program::of).collect(),
            moved: None,
        };
        index.listen(ir);
        index
    }

    /// The same, of an earlier revision, in a state in which names have moved since: what is stored stands under the
    /// names of the active one.
    pub(crate) fn move_names(&mut self, ir: &Ir, moved: Moved, active: &Self) {
        for (fields, decl) in self.fields.iter_mut().zip(&ir.entities) {
            let there = active.entity_id(&decl.name);
            for (stored, field) in fields.stored.iter_mut().zip(&decl.fields) {
                let now = moved.field(&decl.name, &field.name);
                if now == field.name {
                    continue;
                }
                let at = there.and_then(|entity| Some((entity, active.field(entity, &now)?)));
                let kept = at.and_then(|(entity, at)| active.stored_name(entity, at));
                if let Some(kept) = kept {
                    *stored = kept.clone();
                } else if field.native_id.is_none() {
                    *stored = now;
                }
            }
        }
        self.moved = Some(moved);
    }

    /// The names that have moved since, of an earlier revision.
    pub(crate) fn moved(&self) -> Option<&Moved> {
        self.moved.as_ref()
    }

    /// What a field of an entity or event is called now.
    pub(crate) fn name_now(&self, owner: &SmolStr, field: &SmolStr) -> SmolStr {
        match &self.moved {
            Some(moved) => moved.field(owner, field),
            None => field.clone(),
        }
    }

    fn listen(&mut self, ir: &Ir) {
        let mut order: Vec<usize> = (0..ir.triggers.len()).collect();
        order.sort_by_key(|at| {
            ir.triggers
                .get(*at)
                .map(|t| (std::cmp::Reverse(t.priority), &t.name))
        });
        for at in order {
            let Some(trigger) = ir.triggers.get(at) else {
                continue;
            };
            let mut starts: BTreeMap<&EventKind, Vec<usize>> = BTreeMap::new();
            for (nth, start) in trigger.starts.iter().enumerate() {
                if let Some(clock) = &start.clock {
                    self.note_offset(clock, TriggerId(id(at)));
                } else {
                    starts.entry(&start.pattern.event).or_default().push(nth);
                }
                self.note_or_created(&start.pattern);
                for cancel in start.after.iter().flat_map(|after| &after.unless) {
                    self.note_cancel(cancel);
                }
            }
            for (kind, starts) in starts {
                let listeners = self.listeners.entry(kind.clone()).or_default();
                listeners.push(TriggerId(id(at)), trigger, starts);
            }
            for cancel in trigger.after.iter().flat_map(|after| &after.unless) {
                self.note_cancel(cancel);
            }
            for cancel in trigger.debounce.iter().flat_map(|d| &d.unless) {
                self.note_cancel(cancel);
            }
        }
        let programs = std::mem::take(&mut self.programs);
        for cancel in programs.iter().flat_map(Program::goal_events) {
            self.note_cancel(cancel);
        }
        self.programs = programs;
    }

    /// Notes what reaches goals of bodies that run on another revision, as far as this one has such events.
    pub(crate) fn note_goals_of(&mut self, other: &Engine) {
        for cancel in other.index().programs.iter().flat_map(Program::goal_events) {
            let event = &cancel.pattern.event;
            let name = other.kind_name(event);
            if let Some(kind) = name.and_then(|name| self.kind(&name)) {
                let mut here = cancel.clone();
                if let Some(moved) = other.index().moved() {
                    let place = here.subject.as_ref();
                    here.subject = place.map(|place| moved.place(other.ir(), event, place));
                }
                here.pattern.event = kind;
                self.note_cancel(&here);
            }
        }
    }

    fn note_offset(&mut self, clock: &trig_ir::Clock, trigger: TriggerId) {
        if let trig_ir::Clock::Offset(offset) = clock {
            let all = self.offsets.entry(offset.entity).or_default();
            if !all.contains(&trigger) {
                all.push(trigger);
            }
        }
    }

    /// The body of a trigger.
    pub(crate) fn program(&self, trigger: TriggerId) -> Option<&Program> {
        self.programs.get(trigger.index())
    }

    fn note_cancel(&mut self, cancel: &Cancel) {
        self.note_or_created(&cancel.pattern);
        self.cancels
            .entry(cancel.pattern.event.clone())
            .or_default()
            .insert(cancel.subject.clone());
    }

    fn note_or_created(&mut self, pattern: &trig_ir::Pattern) {
        if let EventKind::Changed(entity, field) = &pattern.event
            && pattern.or_created
        {
            self.or_created.insert((*entity, field.clone()));
        }
    }

    /// An entity by its full name, by its bare one where only one has it, or by its native id (`bitrix24.#1220`): a CRM
    /// does not know what a project calls the kinds of records that an account makes for itself.
    pub(crate) fn entity_id(&self, name: &str) -> Option<EntityId> {
        let native = || name.get(name.find('#')?..);
        let found = self.entities.get(name);
        found.or_else(|| self.entities.get(native()?)).copied()
    }

    pub(crate) fn event_id(&self, name: &str) -> Option<EventId> {
        self.events.get(name).copied()
    }

    pub(crate) fn trigger_id(&self, name: &str) -> Option<TriggerId> {
        self.triggers.get(name).copied()
    }

    /// The number of a field among those of its entity.
    pub(crate) fn field(&self, entity: EntityId, name: &str) -> Option<usize> {
        self.fields.get(entity.index())?.by_name.get(name).copied()
    }

    /// The same, by its name on the wire.
    pub(crate) fn wire_field(&self, entity: EntityId, wire: &str) -> Option<usize> {
        self.fields.get(entity.index())?.by_wire.get(wire).copied()
    }

    /// The name under which a field is stored.
    pub(crate) fn stored_name(&self, entity: EntityId, field: usize) -> Option<&SmolStr> {
        self.fields.get(entity.index())?.stored.get(field)
    }

    /// The number of the field that holds the entity's stage.
    pub(crate) fn stage_field(&self, entity: EntityId) -> Option<usize> {
        self.fields.get(entity.index())?.stage
    }

    /// The pipeline of a stage, and its place there.
    pub(crate) fn stage(&self, name: &StageName) -> Option<(PipelineId, usize)> {
        self.stages.get(name).copied()
    }

    pub(crate) fn listeners(&self, kind: &EventKind) -> Option<&Listeners> {
        self.listeners.get(kind)
    }

    /// Whether an event of this kind can start or cancel anything.
    pub(crate) fn heard(&self, kind: &EventKind) -> bool {
        self.listeners.contains_key(kind) || self.cancels.contains_key(kind)
    }

    pub(crate) fn cancels(&self, kind: &EventKind) -> Option<&BTreeSet<Option<Place>>> {
        self.cancels.get(kind)
    }

    pub(crate) fn offsets_of(&self, entity: EntityId) -> &[TriggerId] {
        self.offsets.get(&entity).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn counts_at_creation(&self, entity: EntityId, field: &SmolStr) -> bool {
        self.or_created.contains(&(entity, field.clone()))
    }

    pub(crate) fn project_zone(&self) -> &TimeZone {
        &self.project_zone
    }

    pub(crate) fn trigger_zone(&self, trigger: TriggerId) -> &TimeZone {
        self.trigger_zones.get(trigger.index()).unwrap_or(&UTC)
    }

    pub(crate) fn schedule_zone(&self, schedule: trig_ir::ScheduleId) -> &TimeZone {
        self.schedule_zones.get(schedule.index()).unwrap_or(&UTC)
    }

    /// Whether what runs after a delay reads the version before the change.
    pub(crate) fn reads_old(&self, trigger: TriggerId) -> bool {
        self.reads_old
            .get(trigger.index())
            .copied()
            .unwrap_or(false)
    }

    /// The kind by the revision's own full names: see [`Engine::kind_name`].
    pub(crate) fn kind_name(ir: &Ir, kind: &EventKind) -> Option<KindName> {
        let event = |id: &EventId| ir.events.get(id.index()).map(|e| e.name.clone());
        let entity = |id: &EntityId| ir.entities.get(id.index()).map(|e| e.name.clone());
        Some(match kind {
            EventKind::Event(id) => KindName::Event(event(id)?),
            EventKind::Created(id) => KindName::Created(entity(id)?),
            EventKind::Deleted(id) => KindName::Deleted(entity(id)?),
            EventKind::Moved(id) => KindName::Moved(entity(id)?),
            EventKind::Entered(id) => KindName::Entered(entity(id)?),
            EventKind::Changed(id, field) => KindName::Changed(entity(id)?, field.clone()),
            EventKind::Gained(id, field) => KindName::Gained(entity(id)?, field.clone()),
            EventKind::Lost(id, field) => KindName::Lost(entity(id)?, field.clone()),
            EventKind::Clock => KindName::Clock,
            EventKind::Due(id, field) => KindName::Due(entity(id)?, field.clone()),
            EventKind::Started(flow) => KindName::Started(flow.clone()),
            EventKind::GoalReached(flow, goal) => KindName::GoalReached(flow.clone(), goal.clone()),
            EventKind::GoalSkipped(flow, goal) => KindName::GoalSkipped(flow.clone(), goal.clone()),
        })
    }

    /// The kind of a stored name, if the revision still has it.
    pub(crate) fn kind(&self, name: &KindName) -> Option<EventKind> {
        let own = match &self.moved {
            Some(moved) => Cow::Owned(moved.own_kind(name)?),
            None => Cow::Borrowed(name),
        };
        Some(match own.as_ref() {
            KindName::Event(event) => EventKind::Event(self.event_id(event)?),
            KindName::Created(entity) => EventKind::Created(self.entity_id(entity)?),
            KindName::Deleted(entity) => EventKind::Deleted(self.entity_id(entity)?),
            KindName::Moved(entity) => EventKind::Moved(self.entity_id(entity)?),
            KindName::Entered(entity) => EventKind::Entered(self.entity_id(entity)?),
            KindName::Changed(entity, field) => {
                EventKind::Changed(self.entity_id(entity)?, field.clone())
            }
            KindName::Gained(entity, field) => {
                EventKind::Gained(self.entity_id(entity)?, field.clone())
            }
            KindName::Lost(entity, field) => {
                EventKind::Lost(self.entity_id(entity)?, field.clone())
            }
            KindName::Clock => EventKind::Clock,
            KindName::Due(entity, field) => EventKind::Due(self.entity_id(entity)?, field.clone()),
            KindName::Started(flow) => EventKind::Started(flow.clone()),
            KindName::GoalReached(flow, goal) => EventKind::GoalReached(flow.clone(), goal.clone()),
            KindName::GoalSkipped(flow, goal) => EventKind::GoalSkipped(flow.clone(), goal.clone()),
        })
    }
}

pub(crate) static UTC: TimeZone = TimeZone::UTC;

/// Whether anything that runs after the event reads [`Root::Old`].
fn reads_old(trigger: &Trigger) -> bool {
    let mut found = false;
    let mut look = |place: &Place| found |= place.root == Root::Old;
    later_places(trigger, &mut look);
    found
}

/// The places that a trigger reads after the event.
fn later_places(trigger: &Trigger, look: &mut dyn FnMut(&Place)) {
    if let Some(debounce) = &trigger.debounce {
        guard_places(debounce.holds.as_ref(), look);
        cancel_places(&debounce.unless, look);
    }
    if let Some(until) = &trigger.until {
        guard_places(Some(&until.test), look);
    }
    let starts = trigger.starts.iter().filter_map(|s| s.after.as_ref());
    for after in starts.chain(&trigger.after) {
        guard_places(after.holds.as_ref(), look);
        cancel_places(&after.unless, look);
    }
    guard_places(trigger.during.as_ref(), look);
    for key in trigger.limits.iter().flat_map(|l| &l.key) {
        look(key);
    }
    action_places(&trigger.actions, look);
}

fn guard_places(guard: Option<&Guard>, look: &mut dyn FnMut(&Place)) {
    if let Some(Guard {
        test: Test::Expr(test),
        ..
    }) = guard
    {
        places(test, look);
    }
}

fn cancel_places(cancels: &[Cancel], look: &mut dyn FnMut(&Place)) {
    for cancel in cancels {
        if let Some(filter) = &cancel.pattern.filter {
            places(filter, look);
        }
    }
}

fn action_places(actions: &[Action], look: &mut dyn FnMut(&Place)) {
    for action in actions {
        match &action.kind {
            ActionKind::Move { record, .. } => look(record),
            ActionKind::Set { record, value, .. } => {
                look(record);
                places(value, look);
            }
            ActionKind::Emit { args, .. }
            | ActionKind::Call { args, .. }
            | ActionKind::Create { args, .. } => {
                args.iter().for_each(|(_, arg)| places(arg, look));
            }
            ActionKind::Start { subject, .. } => subject.iter().for_each(&mut *look),
            ActionKind::Stop { .. } => {}
            ActionKind::Wait(duration) => places(duration, look),
            ActionKind::WaitUntil(until) => guard_places(Some(&until.test), look),
            ActionKind::If {
                test,
                then,
                otherwise,
                ..
            } => {
                places(test, look);
                action_places(then, look);
                action_places(otherwise, look);
            }
            ActionKind::ForEach { each, body, .. } => {
                if let trig_ir::EachSource::Of(place) = &each.source {
                    look(place);
                }
                guard_places(each.filter.as_ref(), look);
                action_places(body, look);
            }
            ActionKind::Goal { reached, .. } => match reached {
                Reached::On(cancel) => cancel_places(std::slice::from_ref(cancel), look),
                Reached::When(guard) => guard_places(Some(guard), look),
            },
        }
    }
}
