//! Makes a failing case small: takes away whatever is not needed for it to fail.

use std::rc::Rc;

use trig_ir::{Ir, Trigger};

use crate::generate::Case;

pub(crate) fn shrink(case: &Case, fails: &dyn Fn(&Case) -> bool) -> Case {
    let mut best = case.clone();
    loop {
        let smaller = candidates(&best).into_iter().find(|c| fails(c));
        match smaller {
            Some(smaller) => best = smaller,
            None => return best,
        }
    }
}

fn candidates(case: &Case) -> Vec<Case> {
    let mut all = Vec::new();
    for n in (0..case.steps.len()).rev() {
        if case.steps[n].fixed {
            continue;
        }
        let mut fewer = case.clone();
        let step = fewer.steps.remove(n);
        // what came later keeps its time
        if let Some(next) = fewer.steps.get_mut(n) {
            next.wait = trig_ir::Millis(next.wait.0 + step.wait.0);
        }
        all.push(fewer);
    }
    let mut with = |mut ir: Ir| {
        ir.triggers
            .sort_by(|a, b| b.priority.cmp(&a.priority).then(a.name.cmp(&b.name)));
        all.push(Case {
            ir: Rc::new(ir),
            ..case.clone()
        });
    };
    for n in 0..case.ir.triggers.len() {
        let mut ir = (*case.ir).clone();
        ir.triggers.remove(n);
        with(ir);
        for simpler in simpler(&case.ir.triggers[n]) {
            let mut ir = (*case.ir).clone();
            ir.triggers[n] = simpler;
            with(ir);
        }
    }
    for n in 0..case.ir.breakers.len() {
        let mut ir = (*case.ir).clone();
        ir.breakers.remove(n);
        with(ir);
    }
    for n in 0..case.ir.events.len() {
        if !case.ir.events[n].updates.is_empty() {
            let mut ir = (*case.ir).clone();
            ir.events[n].updates.clear();
            with(ir);
        }
    }
    if case.ir.actions[0].when.is_some() {
        let mut ir = (*case.ir).clone();
        ir.actions[0].when = None;
        with(ir);
    }
    all
}

/// The trigger without one of its clauses.
fn simpler(trigger: &Trigger) -> Vec<Trigger> {
    let mut all = Vec::new();
    let mut without = |change: &dyn Fn(&mut Trigger)| {
        let mut simpler = trigger.clone();
        change(&mut simpler);
        if simpler != *trigger {
            all.push(simpler);
        }
    };
    without(&|t| {
        if t.starts.len() > 1 {
            t.starts.pop();
        }
    });
    without(&|t| {
        if t.starts.len() > 1 {
            t.starts.remove(0);
        }
    });
    without(&|t| t.debounce = None);
    without(&|t| t.until = None);
    without(&|t| t.after = None);
    without(&|t| t.during = None);
    without(&|t| t.guards.clear());
    without(&|t| t.missed = None);
    without(&|t| t.mode = trig_ir::Mode::Single);
    without(&|t| t.priority = 0);
    without(&|t| {
        if let Some(each) = &mut t.each {
            each.filter = None;
        }
    });
    for after in [0, 1] {
        without(&|t| {
            let of_start = t.starts.get_mut(after).and_then(|s| s.after.as_mut());
            if let Some(after) = of_start {
                after.holds = None;
                after.unless.clear();
            }
        });
        without(&|t| {
            if let Some(start) = t.starts.get_mut(after) {
                start.after = None;
            }
        });
        without(&|t| {
            if let Some(start) = t.starts.get_mut(after) {
                start.guards.clear();
            }
        });
        without(&|t| {
            if let Some(start) = t.starts.get_mut(after) {
                start.pattern.filter = None;
            }
        });
        without(&|t| {
            if let Some(start) = t.starts.get_mut(after) {
                start.pattern.first = None;
            }
        });
    }
    without(&|t| {
        if let Some(after) = &mut t.after {
            after.holds = None;
        }
    });
    without(&|t| {
        if let Some(after) = &mut t.after {
            after.unless.clear();
        }
    });
    without(&|t| {
        if let Some(debounce) = &mut t.debounce {
            debounce.holds = None;
        }
    });
    without(&|t| {
        if let Some(debounce) = &mut t.debounce {
            debounce.unless.clear();
        }
    });
    for n in 0..trigger.limits.len() {
        without(&|t| {
            t.limits.remove(n);
        });
    }
    for n in 0..trigger.actions.len() {
        without(&|t| {
            t.actions.remove(n);
        });
        // one side of an `if`, in its place
        if let trig_ir::ActionKind::If {
            then, otherwise, ..
        } = &trigger.actions[n].kind
        {
            for side in [then, otherwise] {
                without(&|t| {
                    t.actions.splice(n..=n, side.iter().cloned());
                });
            }
        }
    }
    all
}
