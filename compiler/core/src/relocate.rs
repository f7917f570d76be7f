//! Walks over lowered parts of a file: sets the file of their places, and collects what they ask.

use trig_ir::{Condition, ConditionId, Expr, FileId, Guard, Loc, Trigger};

/// Sets the file of every place in a condition.
pub(crate) fn condition(condition: &mut Condition, file: FileId) {
    condition.loc.file = file;
}

/// Sets the file of every place in a trigger.
pub(crate) fn trigger(trigger: &mut Trigger, file: FileId) {
    let set = |loc: &mut Loc| loc.file = file;
    let guard = |g: &mut Guard| g.loc.file = file;
    set(&mut trigger.loc);
    trigger.guards.iter_mut().for_each(guard);
    trigger.during.iter_mut().for_each(guard);
    for limit in &mut trigger.limits {
        set(&mut limit.loc);
    }
    crate::relocate_action::actions(&mut trigger.actions, file);
    if let Some(each) = &mut trigger.each {
        set(&mut each.loc);
        each.filter.iter_mut().for_each(guard);
    }
    for start in &mut trigger.starts {
        set(&mut start.loc);
        start.guards.iter_mut().for_each(guard);
    }
    let afters = trigger
        .after
        .iter_mut()
        .chain(trigger.starts.iter_mut().filter_map(|s| s.after.as_mut()));
    for after in afters {
        set(&mut after.loc);
        after.holds.iter_mut().for_each(guard);
    }
}

/// The conditions that an expression asks, directly.
pub(crate) fn conditions_of(expr: &Expr, out: &mut Vec<ConditionId>) {
    if let Expr::Condition(id, _, _) = expr {
        out.push(*id);
    }
    expr.for_each_child(&mut |child| conditions_of(child, out));
}

/// How many operators and values an expression has.
pub(crate) fn size(expr: &Expr) -> u64 {
    let mut total = 1;
    expr.for_each_child(&mut |child| total += size(child));
    total
}
