//! Walks over lowered parts of a file: sets the file of their places, and collects what they ask.
//!
//! Whatever has a place is taken apart by the names of all its fields: a field that is added later does not compile
//! here until somebody has said whether there are places in it.

use trig_ir::{
    Action, ActionKind, After, Cancel, Condition, ConditionId, Debounce, Expr, FileId, ForEach,
    Guard, Limit, Loc, Pattern, Reached, Start, TestCase, Trigger, Until,
};

/// Sets the file of every place in a condition.
pub(crate) fn condition(condition: &mut Condition, file: FileId) {
    let Condition {
        loc,
        name: _,
        params: _,
        body: _,
    } = condition;
    loc.file = file;
}

/// Sets the file of every place in a trigger.
pub(crate) fn trigger(trigger: &mut Trigger, file: FileId) {
    places(trigger, &mut |loc| loc.file = file);
}

/// Calls `f` with every place in a trigger.
fn places(trigger: &mut Trigger, f: &mut dyn FnMut(&mut Loc)) {
    let Trigger {
        loc,
        starts,
        each,
        guards,
        debounce,
        until,
        after,
        during,
        limits,
        actions,
        name: _,
        was: _,
        label: _,
        flow: _,
        home: _,
        priority: _,
        disabled: _,
        again: _,
        zone: _,
        subject: _,
        mode: _,
        missed: _,
    } = trigger;
    f(loc);
    starts.iter_mut().for_each(|start| in_start(start, f));
    each.iter_mut().for_each(|each| in_each(each, f));
    guards.iter_mut().for_each(|guard| in_guard(guard, f));
    debounce.iter_mut().for_each(|debounce| {
        let Debounce {
            loc,
            holds,
            unless,
            duration: _,
            up_to: _,
        } = debounce;
        f(loc);
        holds.iter_mut().for_each(|guard| in_guard(guard, f));
        unless.iter_mut().for_each(|cancel| in_cancel(cancel, f));
    });
    until.iter_mut().for_each(|until| in_until(until, f));
    after.iter_mut().for_each(|after| in_after(after, f));
    during.iter_mut().for_each(|guard| in_guard(guard, f));
    for Limit {
        loc,
        name: _,
        kind: _,
        count: _,
        window: _,
        key: _,
        wait: _,
    } in limits
    {
        f(loc);
    }
    actions.iter_mut().for_each(|action| in_action(action, f));
}

fn in_start(start: &mut Start, f: &mut dyn FnMut(&mut Loc)) {
    let Start {
        loc,
        pattern,
        guards,
        after,
        clock: _,
        subject: _,
        finer: _,
    } = start;
    f(loc);
    in_pattern(pattern, f);
    guards.iter_mut().for_each(|guard| in_guard(guard, f));
    after.iter_mut().for_each(|after| in_after(after, f));
}

/// A pattern has no places of its own.
fn in_pattern(pattern: &mut Pattern, _: &mut dyn FnMut(&mut Loc)) {
    let Pattern {
        event: _,
        or_created: _,
        filter: _,
        first: _,
        text: _,
    } = pattern;
}

fn in_guard(guard: &mut Guard, f: &mut dyn FnMut(&mut Loc)) {
    let Guard {
        loc,
        kind: _,
        test: _,
        text: _,
    } = guard;
    f(loc);
}

fn in_each(each: &mut ForEach, f: &mut dyn FnMut(&mut Loc)) {
    let ForEach {
        loc,
        filter,
        source: _,
    } = each;
    f(loc);
    filter.iter_mut().for_each(|guard| in_guard(guard, f));
}

fn in_after(after: &mut After, f: &mut dyn FnMut(&mut Loc)) {
    let After {
        loc,
        holds,
        unless,
        duration: _,
    } = after;
    f(loc);
    holds.iter_mut().for_each(|guard| in_guard(guard, f));
    unless.iter_mut().for_each(|cancel| in_cancel(cancel, f));
}

fn in_until(until: &mut Until, f: &mut dyn FnMut(&mut Loc)) {
    let Until {
        loc,
        test,
        within: _,
    } = until;
    f(loc);
    in_guard(test, f);
}

fn in_cancel(cancel: &mut Cancel, f: &mut dyn FnMut(&mut Loc)) {
    let Cancel {
        pattern,
        by: _,
        subject: _,
        finer: _,
    } = cancel;
    in_pattern(pattern, f);
}

fn in_action(action: &mut Action, f: &mut dyn FnMut(&mut Loc)) {
    let Action { loc, kind } = action;
    f(loc);
    match kind {
        ActionKind::Move { .. }
        | ActionKind::Set { .. }
        | ActionKind::Emit { .. }
        | ActionKind::Call { .. }
        | ActionKind::Create { .. }
        | ActionKind::Start { .. }
        | ActionKind::Stop { .. }
        | ActionKind::Wait(_) => {}
        ActionKind::WaitUntil(until) => in_until(until, f),
        ActionKind::If {
            then,
            otherwise,
            test: _,
            text: _,
        } => {
            let actions = then.iter_mut().chain(otherwise);
            actions.for_each(|action| in_action(action, f));
        }
        ActionKind::ForEach {
            each,
            body,
            slot: _,
        } => {
            in_each(each, f);
            body.iter_mut().for_each(|action| in_action(action, f));
        }
        ActionKind::Goal {
            reached,
            name: _,
            was: _,
        } => match reached {
            Reached::On(cancel) => in_cancel(cancel, f),
            Reached::When(guard) => in_guard(guard, f),
        },
    }
}

/// Sets the file of every place in a test.
pub(crate) fn test(test: &mut TestCase, file: FileId) {
    test.loc.file = file;
    for step in &mut test.steps {
        step.loc.file = file;
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
