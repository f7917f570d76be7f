//! Collects the declarations of all files, gives them ids, and resolves their signatures.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use trig_grammar::{Span, ast};
use trig_ir::{ActionId, ConditionId, EntityId, EnumId, EventId, PipelineId, Project, ScheduleId};

use super::{Decl, Lookup, Model, Scope, full_name};
use crate::problem::Problem;
use crate::rules;

/// A file on its way into a model.
#[derive(Clone, Copy)]
pub(crate) struct Unit<'a> {
    /// The catalogue that it is, or `None` for a file of the project.
    pub(crate) catalogue: Option<&'static str>,
    pub(crate) path: &'a SmolStr,
    pub(crate) file: &'a ast::File,
}

/// What the manifest says of names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Facts {
    pub(crate) project: Project,
    pub(crate) receivers: BTreeSet<SmolStr>,
    /// Whether these are all.
    pub(crate) receivers_known: bool,
    /// Native ids per installation: path as written, id, place of the path in the manifest.
    pub(crate) ids: Vec<(SmolStr, SmolStr, Span)>,
}

/// A declaration with its full name.
pub(super) struct Named<'a, T> {
    pub(super) full: SmolStr,
    pub(super) unit: Unit<'a>,
    pub(super) node: &'a T,
}

pub(super) struct Builder<'a> {
    pub(super) model: Model,
    pub(super) problems: Vec<Problem>,
    seen: BTreeSet<SmolStr>,
    pub(super) entities: Vec<Named<'a, ast::Entity>>,
    pub(super) enums: Vec<Named<'a, ast::Enum>>,
    pub(super) groups: Vec<Named<'a, ast::Group>>,
    pub(super) events: Vec<Named<'a, ast::Event>>,
    pub(super) feeds: Vec<Named<'a, ast::Feed>>,
    pub(super) actions: Vec<Named<'a, ast::ActionDecl>>,
    pub(super) pipelines: Vec<Named<'a, ast::Pipeline>>,
    pub(super) conditions: Vec<Named<'a, ast::Condition>>,
    pub(super) schedules: Vec<Named<'a, ast::Schedule>>,
    pub(super) cooldowns: Vec<Named<'a, ast::Cooldown>>,
    pub(super) flows: Vec<Named<'a, ast::Flow>>,
    pub(super) templates: Vec<Named<'a, ast::Template>>,
    applies: Vec<Named<'a, ast::Apply>>,
}

/// Builds the model of the units, which come in a stable order: catalogues first, then files by path.
pub(crate) fn build(units: &[Unit<'_>], facts: &Facts) -> (Model, Vec<Problem>) {
    let model = Model {
        project: facts.project.clone(),
        receivers: facts.receivers.clone(),
        receivers_known: facts.receivers_known,
        scope: Scope::default(),
        entities: Vec::new(),
        own_fields: BTreeSet::new(),
        enums: Vec::new(),
        events: Vec::new(),
        actions: Vec::new(),
        pipelines: Vec::new(),
        conditions: Vec::new(),
        schedules: Vec::new(),
        cooldowns: Vec::new(),
        groups: Vec::new(),
        feeds: Vec::new(),
        flows: Vec::new(),
        templates: Vec::new(),
        known: BTreeMap::new(),
    };
    let mut b = Builder {
        model,
        problems: Vec::new(),
        seen: BTreeSet::new(),
        entities: Vec::new(),
        enums: Vec::new(),
        groups: Vec::new(),
        events: Vec::new(),
        feeds: Vec::new(),
        actions: Vec::new(),
        pipelines: Vec::new(),
        conditions: Vec::new(),
        schedules: Vec::new(),
        cooldowns: Vec::new(),
        flows: Vec::new(),
        templates: Vec::new(),
        applies: Vec::new(),
    };
    for unit in units {
        for item in &unit.file.items {
            b.declare(*unit, item);
        }
    }
    b.assign_ids();
    b.refuse_hidden(units);
    b.resolve_entities(units);
    b.resolve_groups();
    b.resolve_events(units);
    b.resolve_feeds();
    b.resolve_actions();
    b.resolve_pipelines();
    b.resolve_schedules();
    b.resolve_conditions();
    b.resolve_cooldowns();
    b.resolve_flows();
    b.resolve_known(units);
    let templates: Vec<_> = b
        .templates
        .iter()
        .map(|t| (t.full.clone(), t.unit, t.node))
        .collect();
    b.resolve_templates();
    let applies = std::mem::take(&mut b.applies);
    b.resolve_applies(&applies, &templates);
    b.check_renamed_items(units);
    b.check_renamed_fields(units);
    b.check_renamed_goals(units);
    b.check_cooldown_keys(units);
    b.apply_native_ids(&facts.ids);
    (b.model, b.problems)
}

impl<'a> Builder<'a> {
    /// Enters the name that `item` declares.
    fn declare(&mut self, unit: Unit<'a>, item: &'a ast::Item) {
        use ast::ItemKind as K;
        match &item.kind {
            K::Entity(node) => {
                let full = self.fresh(unit, &node.name);
                self.entities
                    .extend(full.map(|full| Named { full, unit, node }));
            }
            K::Enum(node) => {
                let full = self.fresh(unit, &node.name);
                self.enums
                    .extend(full.map(|full| Named { full, unit, node }));
            }
            K::Event(node) => {
                let full = self.fresh(unit, &as_name(&node.name));
                self.events
                    .extend(full.map(|full| Named { full, unit, node }));
            }
            K::Action(node) => {
                let full = self.fresh(unit, &as_name(&node.name));
                self.actions
                    .extend(full.map(|full| Named { full, unit, node }));
            }
            K::Condition(node) => {
                let full = self.fresh(unit, &node.name);
                self.conditions
                    .extend(full.map(|full| Named { full, unit, node }));
            }
            K::Schedule(node) => {
                let full = self.fresh(unit, &node.name);
                self.schedules
                    .extend(full.map(|full| Named { full, unit, node }));
            }
            K::Cooldown(node) => {
                let full = self.fresh(unit, &node.name);
                self.cooldowns
                    .extend(full.map(|full| Named { full, unit, node }));
            }
            K::Pipeline(node) => {
                let full = self.fresh(unit, &node.name);
                self.pipelines
                    .extend(full.map(|full| Named { full, unit, node }));
                for inner in node
                    .others
                    .iter()
                    .chain(node.stages.iter().flat_map(|s| &s.items))
                {
                    self.declare(unit, inner);
                }
            }
            K::Trigger(node) => {
                if let Some(name) = &node.name {
                    self.declare_plain(unit, name, Decl::Trigger);
                }
            }
            K::Group(node) => {
                let full = self.fresh(unit, &node.name);
                self.groups
                    .extend(full.map(|full| Named { full, unit, node }));
            }
            K::Feed(node) => {
                let event = ast::Name {
                    span: node.name.span,
                    text: format!("{}.{}", node.name.text, super::feeds::UPDATED),
                };
                let full = self.fresh(unit, &node.name);
                if let Some(full) = full
                    && self.fresh(unit, &event).is_some()
                {
                    let named = Named { full, unit, node };
                    self.feeds.push(named);
                }
            }
            K::Breaker(node) => self.declare_plain(unit, &node.name, Decl::Breaker),
            K::Flow(node) => {
                let full = self.fresh(unit, &node.name);
                self.flows
                    .extend(full.map(|full| Named { full, unit, node }));
            }
            K::Template(node) => {
                let full = self.fresh(unit, &node.name);
                self.templates
                    .extend(full.map(|full| Named { full, unit, node }));
            }
            K::Apply(node) => {
                if let Some(full) = self.fresh(unit, &node.name) {
                    let decl = Decl::Apply;
                    self.model
                        .scope
                        .insert(unit.catalogue, &node.name.text, decl);
                    self.applies.push(Named { full, unit, node });
                }
            }
            K::Use(_) | K::Extend(_) | K::Known(_) | K::Test(_) | K::Bad => {}
        }
    }

    fn declare_plain(&mut self, unit: Unit<'a>, name: &ast::Name, decl: Decl) {
        if self.fresh(unit, name).is_some() {
            self.model.scope.insert(unit.catalogue, &name.text, decl);
        }
    }

    /// The full name of a declaration, if nothing has it yet; says so where something does.
    fn fresh(&mut self, unit: Unit<'a>, name: &ast::Name) -> Option<SmolStr> {
        if name.is_missing() {
            return None;
        }
        let full = full_name(unit.catalogue, &name.text);
        if self.seen.insert(full.clone()) {
            return Some(full);
        }
        let problem = rules::duplicate_name::problem(unit.path, name.span, &full);
        self.problems.push(problem);
        None
    }

    /// Sorts the declarations of each kind by full name: their position is their id.
    fn assign_ids(&mut self) {
        let scope = &mut self.model.scope;
        enter(scope, &mut self.entities, |i| Decl::Entity(EntityId(i)));
        enter(scope, &mut self.enums, |i| Decl::Enum(EnumId(i)));
        enter(scope, &mut self.events, |i| Decl::Event(EventId(i)));
        enter(scope, &mut self.actions, |i| Decl::Action(ActionId(i)));
        enter(scope, &mut self.pipelines, |i| {
            Decl::Pipeline(PipelineId(i))
        });
        enter(scope, &mut self.conditions, |i| {
            Decl::Condition(ConditionId(i))
        });
        enter(scope, &mut self.schedules, |i| {
            Decl::Schedule(ScheduleId(i))
        });
        enter(scope, &mut self.cooldowns, Decl::Cooldown);
        enter(scope, &mut self.groups, Decl::Group);
        enter(scope, &mut self.flows, Decl::Flow);
        enter(scope, &mut self.templates, Decl::Template);
        // the events of feeds follow on the declared ones
        enter(scope, &mut self.feeds, |_| Decl::Feed);
        let first = u32::try_from(self.events.len()).unwrap_or(u32::MAX);
        for (i, feed) in (first..).zip(&self.feeds) {
            let name = format!("{}.{}", feed.node.name.text, super::feeds::UPDATED);
            scope.insert(feed.unit.catalogue, &name, Decl::Event(EventId(i)));
        }
    }

    /// A name of the project must not hide what a catalogue or the language itself calls so.
    fn refuse_hidden(&mut self, units: &[Unit<'a>]) {
        for unit in units.iter().filter(|u| u.catalogue.is_none()) {
            for item in &unit.file.items {
                let name = match &item.kind {
                    ast::ItemKind::Event(e) => Some(as_name(&e.name)),
                    ast::ItemKind::Action(a) => Some(as_name(&a.name)),
                    kind => kind.name().cloned(),
                };
                let Some(name) = name.filter(|n| !n.is_missing()) else {
                    continue;
                };
                let type_like =
                    matches!(item.kind, ast::ItemKind::Entity(_) | ast::ItemKind::Enum(_));
                if let Some(hidden) = self.model.scope.hidden_by(&name.text).first() {
                    let what = format!("`{hidden}` of the catalogue");
                    self.problems.push(rules::hidden_name::declared(
                        unit.path, name.span, &name.text, &what,
                    ));
                } else if type_like && super::fields::built_in(&name.text).is_some() {
                    self.problems.push(rules::hidden_name::declared(
                        unit.path,
                        name.span,
                        &name.text,
                        "the built-in type",
                    ));
                } else if ["now", "today", "event", "old", "subject", "stage"]
                    .contains(&name.text.as_str())
                {
                    self.problems.push(rules::hidden_name::declared(
                        unit.path,
                        name.span,
                        &name.text,
                        "a word of the language",
                    ));
                }
            }
        }
    }

    /// The native ids of the installation, over those of the sources.
    fn apply_native_ids(&mut self, ids: &[(SmolStr, SmolStr, Span)]) {
        for (path, id, span) in ids {
            if !super::fields::set_native_id(&mut self.model, path, id) {
                self.problems
                    .push(rules::unknown_name::native_id(&self.model, *span, path));
            }
        }
    }

    /// Resolves a path to a declaration; says so where there is none.
    pub(super) fn lookup(&mut self, unit: Unit<'_>, path: &ast::Path) -> Option<(SmolStr, Decl)> {
        if path.is_missing() {
            return None;
        }
        let text = path.text();
        match self.model.scope.lookup(unit.catalogue, &text) {
            Lookup::Found(full, decl) => Some((full.clone(), decl)),
            Lookup::Ambiguous(names) => {
                self.problems.push(rules::ambiguous_name::problem(
                    unit.path, path.span, &text, &names,
                ));
                None
            }
            Lookup::Missing => {
                let known = self.model.scope.names(|_| true);
                self.problems.push(rules::unknown_name::problem(
                    unit.path, path.span, "name", &text, &known,
                ));
                None
            }
        }
    }

    /// Resolves a path to an entity; says so where it is none.
    pub(super) fn entity_id(&mut self, unit: Unit<'_>, path: &ast::Path) -> Option<EntityId> {
        match self.lookup(unit, path)? {
            (_, Decl::Entity(id)) => Some(id),
            (full, other) => {
                self.problems.push(rules::wrong_kind::problem(
                    unit.path,
                    path.span,
                    &full,
                    other.kind(),
                    "an entity",
                ));
                None
            }
        }
    }
}

/// The name after `was`.
pub(super) fn old_name(was: Option<&ast::Name>) -> Option<SmolStr> {
    was.filter(|w| !w.is_missing())
        .map(|w| w.text.as_str().into())
}

fn enter<T>(scope: &mut Scope, list: &mut [Named<'_, T>], decl: impl Fn(u32) -> Decl) {
    list.sort_by(|a, b| a.full.cmp(&b.full));
    for (i, named) in (0..).zip(list.iter()) {
        let name = match named.unit.catalogue {
            Some(catalogue) => named.full.get(catalogue.len() + 1..).unwrap_or(&named.full),
            None => &named.full,
        };
        scope.insert(named.unit.catalogue, name, decl(i));
    }
}

/// The dotted name of an event or action as one name.
fn as_name(path: &ast::Path) -> ast::Name {
    if path.is_missing() {
        return ast::Name::missing(path.span.end);
    }
    ast::Name {
        span: path.span,
        text: path.text(),
    }
}
