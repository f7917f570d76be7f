//! Which fields triggers read and write.

use std::collections::{BTreeMap, BTreeSet};

use trig_compiler::graph::Roots;
use trig_ir::{
    Action, ActionKind, After, Cancel, ConditionId, Debounce, EachSource, EntityId, EventKind,
    Expr, ForEach, Guard, Ir, Pattern, Place, Reached, Start, Test, Trigger, Type, Until,
};

/// Who uses a field.
#[derive(Default)]
pub(crate) struct Use {
    pub(crate) read_by: BTreeSet<String>,
    pub(crate) written_by: BTreeSet<String>,
}

/// The fields that are used, by entity and name.
pub(crate) type Usage = BTreeMap<(EntityId, String), Use>;

pub(crate) fn usage(ir: &Ir) -> Usage {
    let mut usage = Usage::new();
    for trigger in &ir.triggers {
        let mut look = Look {
            ir,
            name: &trigger.name,
            asked: Vec::new(),
            usage: &mut usage,
        };
        look.trigger(trigger);
    }
    usage
}

/// The look through one trigger.
struct Look<'a> {
    ir: &'a Ir,
    name: &'a str,
    /// The conditions in which it is: none asks itself, whoever made the IR.
    asked: Vec<ConditionId>,
    usage: &'a mut Usage,
}

impl<'a> Look<'a> {
    fn trigger(&mut self, trigger: &'a Trigger) {
        let before = Roots::before_each(self.ir, trigger);
        let behind = Roots::behind_each(self.ir, trigger);
        for start in &trigger.starts {
            self.start(&before.at_start(start), &behind.at_start(start), start);
        }
        self.guards(&before, &trigger.guards);
        if let Some(each) = &trigger.each {
            self.for_each(&before, &behind, each);
        }
        if let Some(Debounce { holds, unless, .. }) = &trigger.debounce {
            self.guards(&behind, holds);
            self.cancels(&behind, unless);
        }
        if let Some(until) = &trigger.until {
            self.until(&behind, until);
        }
        self.after(&behind, trigger.after.as_ref());
        self.guards(&behind, &trigger.during);
        for limit in &trigger.limits {
            self.places(&behind, &limit.key);
        }
        self.actions(&behind, &trigger.actions);
    }

    fn start(&mut self, before: &Roots<'a>, behind: &Roots<'a>, start: &'a Start) {
        self.pattern(before, &start.pattern);
        self.places(before, start.subject.iter().chain(&start.finer));
        self.guards(before, &start.guards);
        self.after(behind, start.after.as_ref());
    }

    fn pattern(&mut self, roots: &Roots<'a>, pattern: &'a Pattern) {
        let roots = roots.matching(&pattern.event);
        match &pattern.event {
            EventKind::Changed(entity, field)
            | EventKind::Gained(entity, field)
            | EventKind::Lost(entity, field)
            | EventKind::Due(entity, field) => self.reads(*entity, field),
            EventKind::Event(_)
            | EventKind::Created(_)
            | EventKind::Deleted(_)
            | EventKind::Moved(_)
            | EventKind::Entered(_)
            | EventKind::Clock
            | EventKind::Started(_)
            | EventKind::GoalReached(..)
            | EventKind::GoalSkipped(..) => {}
        }
        if let Some(filter) = &pattern.filter {
            self.expr(&roots, filter);
        }
        if let Some(first) = &pattern.first {
            self.places(&roots, &first.key);
        }
    }

    fn guards(&mut self, roots: &Roots<'a>, guards: impl IntoIterator<Item = &'a Guard>) {
        for guard in guards {
            match &guard.test {
                Test::Expr(test) => self.expr(roots, test),
                Test::By(_) => {}
            }
        }
    }

    /// `source` stands where the loop is asked for, and its filter where it is within.
    fn for_each(&mut self, source: &Roots<'a>, within: &Roots<'a>, each: &'a ForEach) {
        if let EachSource::Of(place) = &each.source {
            self.place(source, place);
        }
        self.guards(within, &each.filter);
    }

    fn after(&mut self, roots: &Roots<'a>, after: Option<&'a After>) {
        if let Some(After { holds, unless, .. }) = after {
            self.guards(roots, holds);
            self.cancels(roots, unless);
        }
    }

    fn cancels(&mut self, roots: &Roots<'a>, cancels: impl IntoIterator<Item = &'a Cancel>) {
        for cancel in cancels {
            self.pattern(roots, &cancel.pattern);
            let roots = roots.matching(&cancel.pattern.event);
            self.places(&roots, &cancel.subject);
            for (own, other) in cancel.finer.iter().flatten() {
                self.places(&roots, [own, other]);
            }
        }
    }

    fn until(&mut self, roots: &Roots<'a>, until: &'a Until) {
        self.guards(roots, [&until.test]);
    }

    fn actions(&mut self, roots: &Roots<'a>, actions: &'a [Action]) {
        for action in actions {
            self.action(roots, &action.kind);
        }
    }

    fn action(&mut self, roots: &Roots<'a>, action: &'a ActionKind) {
        match action {
            ActionKind::Move { record, .. } => {
                self.place(roots, record);
                if let Some((entity, stage)) = self.stage_of(roots, record) {
                    self.writes(entity, stage);
                }
            }
            ActionKind::Set {
                record,
                field,
                value,
                ..
            } => {
                self.place(roots, record);
                if let Some(entity) = roots.entity_of(record) {
                    self.writes(entity, field);
                }
                self.expr(roots, value);
            }
            ActionKind::Create { entity, args } => {
                for (field, value) in args {
                    self.writes(*entity, field);
                    self.expr(roots, value);
                }
            }
            ActionKind::Emit { args, .. } | ActionKind::Call { args, .. } => {
                for (_, value) in args {
                    self.expr(roots, value);
                }
            }
            ActionKind::Start { subject, .. } => self.places(roots, subject),
            ActionKind::Stop { .. } => {}
            ActionKind::Wait(duration) => self.expr(roots, duration),
            ActionKind::WaitUntil(until) => self.until(roots, until),
            ActionKind::If {
                test,
                then,
                otherwise,
                ..
            } => {
                self.expr(roots, test);
                self.actions(roots, then);
                self.actions(roots, otherwise);
            }
            ActionKind::ForEach { each, slot, body } => {
                let element = match &each.source {
                    EachSource::Of(place) => roots.element_of(place),
                    EachSource::All(entity) => Some(*entity),
                };
                let within = roots.binding(*slot, element.map(Type::Entity));
                self.for_each(roots, &within, each);
                self.actions(&within, body);
            }
            ActionKind::Goal { reached, .. } => match reached {
                Reached::On(cancel) => self.cancels(roots, [&**cancel]),
                Reached::When(guard) => self.guards(roots, [guard]),
            },
        }
    }

    fn expr(&mut self, roots: &Roots<'a>, expr: &'a Expr) {
        match expr {
            Expr::Load(place) => self.place(roots, place),
            Expr::Condition(id, subject, arguments) => {
                self.places(roots, subject);
                for argument in arguments {
                    self.expr(roots, argument);
                }
                let subject = subject.as_ref().and_then(|place| roots.entity_of(place));
                let types = arguments.iter().map(|a| type_of(roots, a));
                self.condition(*id, subject, (0..).zip(types).collect());
            }
            Expr::Any {
                slot,
                source,
                filter,
            } => {
                self.expr(roots, source);
                let element = type_of(roots, source).and_then(|ty| ty.element().cloned());
                self.expr(&roots.binding(*slot, element), filter);
            }
            _ => expr.for_each_child(&mut |child| self.expr(roots, child)),
        }
    }

    /// What a condition reads of the record that it is asked of.
    fn condition(
        &mut self,
        id: ConditionId,
        subject: Option<EntityId>,
        arguments: Vec<(u32, Option<Type>)>,
    ) {
        let ir = self.ir;
        let Some(condition) = ir.conditions.get(id.index()) else {
            return;
        };
        if self.asked.contains(&id) {
            return;
        }
        self.asked.push(id);
        let roots = Roots::of_condition(ir, subject, arguments);
        self.expr(&roots, &condition.body);
        self.asked.pop();
    }

    fn places<'p>(&mut self, roots: &Roots<'a>, places: impl IntoIterator<Item = &'p Place>) {
        for place in places {
            self.place(roots, place);
        }
    }

    /// Notes the fields on the way to a place.
    fn place(&mut self, roots: &Roots<'a>, place: &Place) {
        roots.steps(place, &mut |entity, field| self.reads(entity, &field.name));
    }

    fn reads(&mut self, entity: EntityId, field: &str) {
        let used = self.usage.entry((entity, field.to_owned())).or_default();
        used.read_by.insert(self.name.to_owned());
    }

    fn writes(&mut self, entity: EntityId, field: &str) {
        let used = self.usage.entry((entity, field.to_owned())).or_default();
        used.written_by.insert(self.name.to_owned());
    }

    fn stage_of(&self, roots: &Roots<'a>, record: &Place) -> Option<(EntityId, &'a str)> {
        let entity = roots.entity_of(record)?;
        let ir = self.ir;
        let fields = &ir.entities.get(entity.index())?.fields;
        let stage = fields.iter().find(|f| f.ty == Type::Stage(entity))?;
        Some((entity, stage.name.as_str()))
    }
}

/// The type of an expression that may be a record, or hold some.
fn type_of(roots: &Roots<'_>, expr: &Expr) -> Option<Type> {
    match expr {
        Expr::Load(place) => roots.type_of(place),
        Expr::OrElse(a, b) | Expr::If(_, a, b) => type_of(roots, a).or_else(|| type_of(roots, b)),
        _ => None,
    }
}
