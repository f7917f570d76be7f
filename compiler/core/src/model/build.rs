//! Collects the declarations of all files, gives them ids, and resolves their signatures.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use trig_grammar::{Span, ast};
use trig_ir::{
    ActionDecl, ActionId, ConditionId, Entity, EntityId, Enum, EnumId, Event, EventId, IfUnknown,
    PipelineId, Project, ScheduleId, Variant,
};

use super::{
    ActionSig, ConditionSig, CooldownSig, Decl, EventSig, Lookup, Model, ParamDefault, Scope,
    full_name,
};
use crate::check::literal;
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
    entities: Vec<Named<'a, ast::Entity>>,
    enums: Vec<Named<'a, ast::Enum>>,
    events: Vec<Named<'a, ast::Event>>,
    actions: Vec<Named<'a, ast::ActionDecl>>,
    pub(super) pipelines: Vec<Named<'a, ast::Pipeline>>,
    conditions: Vec<Named<'a, ast::Condition>>,
    pub(super) schedules: Vec<Named<'a, ast::Schedule>>,
    cooldowns: Vec<Named<'a, ast::Cooldown>>,
}

/// Builds the model of the units, which come in a stable order: catalogues first, then files by path.
pub(crate) fn build(units: &[Unit<'_>], facts: &Facts) -> (Model, Vec<Problem>) {
    let model = Model {
        project: facts.project.clone(),
        receivers: facts.receivers.clone(),
        receivers_known: facts.receivers_known,
        scope: Scope::default(),
        entities: Vec::new(),
        enums: Vec::new(),
        events: Vec::new(),
        actions: Vec::new(),
        pipelines: Vec::new(),
        conditions: Vec::new(),
        schedules: Vec::new(),
        cooldowns: Vec::new(),
    };
    let mut b = Builder {
        model,
        problems: Vec::new(),
        seen: BTreeSet::new(),
        entities: Vec::new(),
        enums: Vec::new(),
        events: Vec::new(),
        actions: Vec::new(),
        pipelines: Vec::new(),
        conditions: Vec::new(),
        schedules: Vec::new(),
        cooldowns: Vec::new(),
    };
    for unit in units {
        for item in &unit.file.items {
            b.declare(*unit, item);
        }
    }
    b.assign_ids();
    b.refuse_hidden(units);
    b.resolve_entities(units);
    b.resolve_events(units);
    b.resolve_actions();
    b.resolve_pipelines();
    b.resolve_schedules();
    b.resolve_conditions();
    b.resolve_cooldowns();
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
            K::Group(node) => self.declare_plain(unit, &node.name, Decl::Other("a group")),
            K::Feed(node) => self.declare_plain(unit, &node.name, Decl::Other("a feed")),
            K::Breaker(node) => self.declare_plain(unit, &node.name, Decl::Other("a breaker")),
            K::Flow(node) => self.declare_plain(unit, &node.name, Decl::Other("a flow")),
            K::Template(node) => self.declare_plain(unit, &node.name, Decl::Other("a template")),
            K::Apply(node) => {
                self.declare_plain(unit, &node.name, Decl::Other("an applied template"))
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
                } else if type_like && super::fields::BUILT_IN.contains(&name.text.as_str()) {
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

    fn resolve_entities(&mut self, units: &[Unit<'a>]) {
        for (i, named) in (0..).zip(std::mem::take(&mut self.entities)) {
            let fields = self.fields(
                named.unit,
                &named.node.fields,
                Some(EntityId(i)),
                &named.full,
            );
            self.model.entities.push(Entity {
                name: named.full,
                native_id: None,
                fields,
            });
        }
        for named in std::mem::take(&mut self.enums) {
            let mut variants: Vec<Variant> = Vec::new();
            for v in &named.node.variants {
                if variants.iter().any(|have| have.name == v.name.text) {
                    self.problems.push(rules::duplicate_field::problem(
                        named.unit.path,
                        v.name.span,
                        "variant",
                        &v.name.text,
                        &named.full,
                    ));
                    continue;
                }
                if let Some(was) = &v.was {
                    self.problems.push(rules::not_yet_supported::problem(
                        named.unit.path,
                        was.span,
                        "`was` on a variant",
                    ));
                }
                let native_id = v
                    .native_id
                    .as_ref()
                    .and_then(ast::TextLit::plain)
                    .map(SmolStr::from);
                variants.push(Variant {
                    name: v.name.text.as_str().into(),
                    native_id,
                });
            }
            self.model.enums.push(Enum {
                name: named.full,
                variants,
            });
        }
        for (unit, extend) in extends(units) {
            match self.lookup(unit, &extend.target) {
                Some((_, Decl::Entity(id))) => {
                    let name = self
                        .model
                        .entity(id)
                        .map(|e| e.name.clone())
                        .unwrap_or_default();
                    let more = self.fields(unit, &extend.fields, Some(id), &name);
                    let have = self
                        .model
                        .entities
                        .get_mut(id.index())
                        .map(|e| &mut e.fields);
                    if let Some(have) = have {
                        join_fields(&mut self.problems, unit, &extend.fields, have, more, &name);
                    }
                }
                Some((_, Decl::Event(_))) | None => {}
                Some((full, other)) => self.problems.push(rules::wrong_kind::problem(
                    unit.path,
                    extend.target.span,
                    &full,
                    other.kind(),
                    "an entity or an event",
                )),
            }
        }
    }

    fn resolve_events(&mut self, units: &[Unit<'a>]) {
        for named in std::mem::take(&mut self.events) {
            if let Some(webhook) = &named.node.webhook {
                self.problems.push(rules::not_yet_supported::problem(
                    named.unit.path,
                    webhook.span,
                    "an event `from webhook`",
                ));
            }
            let subjects = named
                .node
                .subjects
                .iter()
                .filter_map(|path| self.entity_id(named.unit, path))
                .collect();
            let fields = self.fields(named.unit, &named.node.fields, None, &named.full);
            self.model.events.push(EventSig {
                event: Event {
                    name: named.full,
                    fields,
                },
                subjects,
            });
        }
        for (unit, extend) in extends(units) {
            if let Lookup::Found(_, Decl::Event(id)) = self
                .model
                .scope
                .lookup(unit.catalogue, &extend.target.text())
            {
                let name = self
                    .model
                    .event(id)
                    .map(|e| e.event.name.clone())
                    .unwrap_or_default();
                let more = self.fields(unit, &extend.fields, None, &name);
                let have = self
                    .model
                    .events
                    .get_mut(id.index())
                    .map(|e| &mut e.event.fields);
                if let Some(have) = have {
                    join_fields(&mut self.problems, unit, &extend.fields, have, more, &name);
                }
            }
        }
        // an event `for deal` that declares no field for it has one all the same
        for i in 0..self.model.events.len() {
            let Some(sig) = self.model.events.get(i) else {
                continue;
            };
            let mut missing = Vec::new();
            let mut clashes = Vec::new();
            for subject in &sig.subjects {
                if Model::references(&sig.event.fields, *subject)
                    .next()
                    .is_none()
                {
                    let field = super::fields::subject_field(&self.model, *subject);
                    if sig.event.fields.iter().any(|f| f.name == field.name) {
                        clashes.push((sig.event.name.clone(), field.name.clone()));
                    } else {
                        missing.push(field);
                    }
                }
            }
            for (event, field) in clashes {
                let (path, span) = event_place(units, &event);
                self.problems.push(rules::duplicate_field::problem(
                    &path, span, "subject", &field, &event,
                ));
            }
            if let Some(sig) = self.model.events.get_mut(i) {
                sig.event.fields.extend(missing);
                sig.event.fields.sort_by(|a, b| a.name.cmp(&b.name));
            }
        }
    }

    fn resolve_actions(&mut self) {
        for named in std::mem::take(&mut self.actions) {
            let node = named.node;
            let mut defaults = BTreeMap::new();
            for param in &node.params {
                if let Some(default) = &param.default {
                    match param_default(default) {
                        Some(value) => {
                            defaults.insert(param.name.text.as_str().into(), value);
                        }
                        None => self.problems.push(rules::invalid_literal::problem(
                            named.unit.path,
                            default.span,
                            "a default must be `subject` or a constant".to_owned(),
                        )),
                    }
                }
            }
            let mut emits = Vec::new();
            for path in &node.emits {
                match self.lookup(named.unit, path) {
                    Some((_, Decl::Event(id))) => emits.push(id),
                    Some((full, other)) => self.problems.push(rules::wrong_kind::problem(
                        named.unit.path,
                        path.span,
                        &full,
                        other.kind(),
                        "an event",
                    )),
                    None => {}
                }
            }
            let if_unknown = match node.if_unknown.as_ref().map(|n| (n, n.text.as_str())) {
                None | Some((_, "retry")) => IfUnknown::Retry,
                Some((_, "hold")) => IfUnknown::Hold,
                Some((name, other)) => {
                    self.problems.push(rules::unknown_name::word(
                        named.unit.path,
                        name.span,
                        "`if_unknown`",
                        other,
                        &["hold", "retry"],
                    ));
                    IfUnknown::Retry
                }
            };
            let params = self.params(named.unit, &node.params, &named.full);
            self.check_defaults(named.unit, &node.params, &params, &defaults);
            let subjects = node
                .subjects
                .iter()
                .filter_map(|path| self.entity_id(named.unit, path))
                .collect();
            self.model.actions.push(ActionSig {
                decl: ActionDecl {
                    name: named.full,
                    params,
                    if_unknown,
                    emits,
                },
                subjects,
                defaults,
                open: node.open,
            });
        }
    }

    /// A default must be of its parameter's type.
    fn check_defaults(
        &mut self,
        unit: Unit<'_>,
        nodes: &[ast::Field],
        params: &[trig_ir::Field],
        defaults: &BTreeMap<SmolStr, ParamDefault>,
    ) {
        for param in params {
            let fits = match (defaults.get(&param.name), &param.ty) {
                (None, _) | (_, trig_ir::Type::Any) => true,
                (Some(ParamDefault::Subject), ty) => matches!(ty, trig_ir::Type::Entity(_)),
                (Some(ParamDefault::Const(_, of)), ty) => of == ty,
            };
            let node = nodes.iter().find(|n| n.name.text == param.name.as_str());
            if let (false, Some(default)) = (fits, node.and_then(|n| n.default.as_ref())) {
                let ty = self.model.type_name(&param.ty);
                let message = format!("the default of `{}` is no `{ty}`", param.name);
                let problem = rules::type_mismatch::message(unit.path, default.span, message);
                self.problems.push(problem);
            }
        }
    }

    fn resolve_conditions(&mut self) {
        for named in std::mem::take(&mut self.conditions) {
            if let Some(first) = named.node.params.first() {
                self.problems.push(rules::not_yet_supported::problem(
                    named.unit.path,
                    first.span,
                    "a condition with parameters",
                ));
            }
            let subject = named
                .node
                .subject
                .as_ref()
                .and_then(|path| self.entity_id(named.unit, path));
            self.model.conditions.push(ConditionSig {
                name: named.full,
                subject,
            });
        }
    }

    fn resolve_cooldowns(&mut self) {
        for named in std::mem::take(&mut self.cooldowns) {
            if let Some(was) = &named.node.was {
                self.problems.push(rules::not_yet_supported::problem(
                    named.unit.path,
                    was.span,
                    "`was` on a cooldown",
                ));
            }
            let window = literal::duration(&named.node.duration).unwrap_or_else(|message| {
                self.problems.push(rules::invalid_literal::problem(
                    named.unit.path,
                    named.node.duration.span,
                    message,
                ));
                trig_ir::Millis::DAY
            });
            let per = named.node.per.as_ref().map(|key| {
                key.paths
                    .iter()
                    .map(|p| p.names.iter().map(|n| n.text.as_str().into()).collect())
                    .collect()
            });
            self.model.cooldowns.push(CooldownSig {
                name: named.full,
                window,
                per,
            });
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
            (_, Decl::Other("a group")) => {
                self.problems.push(rules::not_yet_supported::problem(
                    unit.path,
                    path.span,
                    "a group of entities",
                ));
                None
            }
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

/// Where an event is declared.
fn event_place(units: &[Unit<'_>], full: &str) -> (SmolStr, Span) {
    for unit in units {
        if let Some(span) = crate::places::find(unit.file, unit.catalogue, full) {
            return (unit.path.clone(), span);
        }
    }
    (SmolStr::default(), Span::default())
}

fn extends<'a>(units: &[Unit<'a>]) -> Vec<(Unit<'a>, &'a ast::Extend)> {
    let mut found = Vec::new();
    for unit in units {
        for item in &unit.file.items {
            if let ast::ItemKind::Extend(extend) = &item.kind {
                found.push((*unit, extend));
            }
        }
    }
    found
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

fn join_fields(
    problems: &mut Vec<Problem>,
    unit: Unit<'_>,
    nodes: &[ast::Field],
    have: &mut Vec<trig_ir::Field>,
    more: Vec<trig_ir::Field>,
    owner: &SmolStr,
) {
    for field in more {
        match have.binary_search_by(|f| f.name.cmp(&field.name)) {
            Ok(_) => {
                let span = nodes
                    .iter()
                    .find(|n| n.name.text == field.name)
                    .map_or(Span::default(), |n| n.name.span);
                problems.push(rules::duplicate_field::problem(
                    unit.path,
                    span,
                    "field",
                    &field.name,
                    owner,
                ));
            }
            Err(at) => have.insert(at, field),
        }
    }
}

fn param_default(expr: &ast::Expr) -> Option<ParamDefault> {
    match &expr.kind {
        ast::ExprKind::Path(path) if path.single().is_some_and(|n| n.text == "subject") => {
            Some(ParamDefault::Subject)
        }
        _ => literal::constant(expr)
            .ok()
            .flatten()
            .map(|(value, ty)| ParamDefault::Const(value, ty)),
    }
}
