//! What actions can cause.

use trig_ir::{
    Action, ActionKind, EachSource, EventKind, Expr, Ir, Pattern, Root, SetOp, StageName, Trigger,
    Type,
};

use super::place::Roots;

/// Something that an action can cause.
pub(super) struct Cause {
    pub(super) event: EventKind,
    /// The stage to which a record comes, where it is certain.
    pub(super) to: Option<StageName>,
}

/// The stages that a pattern certainly asks for, by each of its conditions that does: what leads to another stage is
/// not what it looks at.
pub(super) fn asked(pattern: &Pattern) -> Vec<&[StageName]> {
    let mut conjuncts: Vec<&Expr> = pattern.filter.iter().collect();
    let mut asked = Vec::new();
    while let Some(expr) = conjuncts.pop() {
        match expr {
            Expr::And(all) => conjuncts.extend(all),
            Expr::InStages(stage, stages) => {
                let is_to = matches!(&**stage, Expr::Load(p) if p.root == Root::Candidate && p.path == ["to"]);
                if is_to {
                    asked.push(stages.as_slice());
                }
            }
            _ => {}
        }
    }
    asked
}

/// What the actions of a trigger can cause.
pub(super) fn causes(ir: &Ir, trigger: &Trigger) -> Vec<Cause> {
    let roots = Roots::behind_each(ir, trigger);
    let mut found = Vec::new();
    for action in &trigger.actions {
        of_action(ir, trigger, &roots, action, &mut found);
    }
    found
}

fn of_action(
    ir: &Ir,
    trigger: &Trigger,
    roots: &Roots<'_>,
    action: &Action,
    found: &mut Vec<Cause>,
) {
    let plain = |event| Cause { event, to: None };
    match &action.kind {
        ActionKind::Move { record, to, .. } => {
            let Some(entity) = roots.entity_of(record) else {
                return;
            };
            let stage = ir.entities.get(entity.index()).and_then(|e| {
                let mut fields = e.fields.iter();
                fields.find(|f| f.ty == Type::Stage(entity))
            });
            let changed = stage.map(|f| EventKind::Changed(entity, f.name.clone()));
            let events = [EventKind::Moved(entity), EventKind::Entered(entity)];
            found.extend(events.into_iter().chain(changed).map(|event| Cause {
                event,
                to: Some(to.clone()),
            }));
        }
        ActionKind::Set {
            record, field, op, ..
        } => {
            let Some(entity) = roots.entity_of(record) else {
                return;
            };
            let declared = ir.entities.get(entity.index()).and_then(|e| e.field(field));
            if declared.is_some_and(|f| f.silent) {
                return;
            }
            found.push(plain(EventKind::Changed(entity, field.clone())));
            if declared.is_some_and(|f| f.ty.element().is_some()) {
                if *op != SetOp::Remove {
                    found.push(plain(EventKind::Gained(entity, field.clone())));
                }
                if *op != SetOp::Add {
                    found.push(plain(EventKind::Lost(entity, field.clone())));
                }
            }
        }
        ActionKind::Emit { event, .. } => found.push(plain(EventKind::Event(*event))),
        ActionKind::Call { action, .. } => {
            let emits = ir.actions.get(action.index()).map(|a| a.emits.as_slice());
            let events = emits.unwrap_or_default().iter();
            found.extend(events.map(|e| plain(EventKind::Event(*e))));
        }
        ActionKind::Start { flow, .. } => found.push(plain(EventKind::Started(flow.clone()))),
        ActionKind::Create { entity, .. } => found.push(plain(EventKind::Created(*entity))),
        ActionKind::Goal { name, .. } => {
            let (flow, goal) = (&trigger.name, name);
            found.push(plain(EventKind::GoalReached(flow.clone(), goal.clone())));
            found.push(plain(EventKind::GoalSkipped(flow.clone(), goal.clone())));
        }
        ActionKind::If {
            then, otherwise, ..
        } => {
            for action in then.iter().chain(otherwise) {
                of_action(ir, trigger, roots, action, found);
            }
        }
        ActionKind::ForEach { each, slot, body } => {
            let element = match &each.source {
                EachSource::Of(place) => roots.element_of(place),
                EachSource::All(entity) => Some(*entity),
            };
            let inner = roots.binding(*slot, element.map(Type::Entity));
            for action in body {
                of_action(ir, trigger, &inner, action, found);
            }
        }
        ActionKind::Stop { .. } | ActionKind::Wait(_) | ActionKind::WaitUntil(_) => {}
    }
}
