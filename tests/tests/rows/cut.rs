//! Triggers that lack a part: a conjunct of a guard or of a pattern's filter, a `by`, a start where there are several, an
//! event that cancels, or an action of several.

use trig_ir::{
    Action, ActionKind, ActorKind, After, Cancel, Expr, Guard, GuardKind, Loc, Reached, Test,
    Trigger, Until, Value,
};

/// A trigger that lacks a part.
pub(crate) struct Cut {
    /// The clause of the part.
    pub(crate) clause: &'static str,
    /// The part, for people.
    pub(crate) text: String,
    /// Where the clause stands.
    pub(crate) loc: Loc,
    /// What remains.
    pub(crate) trigger: Trigger,
}

/// A trigger without each of its parts.
pub(crate) fn cuts(trigger: &Trigger) -> impl Iterator<Item = Cut> {
    (0..).map_while(|nth| {
        let mut less = trigger.clone();
        let mut knife = Knife { nth, made: None };
        knife.trigger(&mut less);
        let (clause, text, loc) = knife.made?;
        Some(Cut {
            clause,
            text,
            loc,
            trigger: less,
        })
    })
}

/// Walks over a trigger, and takes out the part that it comes to after so many others.
struct Knife {
    nth: usize,
    made: Option<(&'static str, String, Loc)>,
}

/// What has become of an expression.
#[derive(Clone, Copy, PartialEq)]
enum Left {
    /// All of it, or a part.
    Something,
    /// Nothing: it was the part.
    Nothing,
}

impl Knife {
    /// Whether the part to which it has come is the one.
    fn cuts(&mut self, clause: &'static str, loc: Loc, text: impl FnOnce() -> String) -> bool {
        if self.made.is_some() {
            return false;
        }
        if self.nth > 0 {
            self.nth -= 1;
            return false;
        }
        self.made = Some((clause, text(), loc));
        true
    }

    fn trigger(&mut self, trigger: &mut Trigger) {
        self.starts(trigger);
        for start in &mut trigger.starts {
            let text = start.pattern.text.clone();
            self.filter("on", start.loc, &text, &mut start.pattern.filter);
            self.guards(&mut start.guards);
            self.after(start.after.as_mut());
        }
        self.guards(&mut trigger.guards);
        if let Some(each) = &mut trigger.each {
            self.optional(&mut each.filter);
        }
        if let Some(debounce) = &mut trigger.debounce {
            self.optional(&mut debounce.holds);
            self.unless(debounce.loc, &mut debounce.unless);
        }
        if let Some(until) = &mut trigger.until {
            self.until(until);
        }
        self.after(trigger.after.as_mut());
        self.optional(&mut trigger.during);
        let limit = (0..trigger.limits.len()).find(|n| {
            let limit = &trigger.limits[*n];
            self.cuts("limit", limit.loc, || format!("{:?}", limit.kind))
        });
        if let Some(n) = limit {
            trigger.limits.remove(n);
        }
        let several = leaves(&trigger.actions) > 1;
        self.actions(&mut trigger.actions, several);
    }

    fn starts(&mut self, trigger: &mut Trigger) {
        if trigger.starts.len() < 2 {
            return;
        }
        let gone = (0..trigger.starts.len()).find(|n| {
            let start = &trigger.starts[*n];
            self.cuts("start", start.loc, || start.pattern.text.clone())
        });
        let Some(gone) = gone else { return };
        trigger.starts.remove(gone);
        for_each_cancel(trigger, &mut |cancel| {
            if gone < cancel.finer.len() {
                // indexed as the starts are
                cancel.finer.remove(gone);
            }
        });
    }

    fn filter(&mut self, clause: &'static str, loc: Loc, text: &str, filter: &mut Option<Expr>) {
        if let Some(expr) = filter
            && self.conjuncts(clause, loc, text, expr) == Left::Nothing
        {
            *filter = None;
        }
    }

    fn guards(&mut self, guards: &mut Vec<Guard>) {
        guards.retain_mut(|guard| self.guard(guard) == Left::Something);
    }

    fn optional(&mut self, guard: &mut Option<Guard>) {
        if let Some(there) = guard
            && self.guard(there) == Left::Nothing
        {
            *guard = None;
        }
    }

    /// One that has to be there: without it, it holds.
    fn needed(&mut self, guard: &mut Guard) {
        if self.guard(guard) == Left::Nothing {
            guard.test = Test::Expr(Expr::Const(Value::Bool(true)));
        }
    }

    fn guard(&mut self, guard: &mut Guard) -> Left {
        let clause = match guard.kind {
            GuardKind::By => "by",
            // nobody has written it
            GuardKind::Stage => return Left::Something,
            GuardKind::When => "when",
            GuardKind::Where => "where",
            GuardKind::Until => "until",
            GuardKind::Goal => "goal",
            GuardKind::While => "while",
            GuardKind::During => "during",
        };
        match &mut guard.test {
            Test::By(_) if self.cuts(clause, guard.loc, || guard.text.clone()) => Left::Nothing,
            Test::By(_) => Left::Something,
            Test::Expr(expr) => self.conjuncts(clause, guard.loc, &guard.text, expr),
        }
    }

    /// Each expression that has to hold for this one to hold.
    fn conjuncts(&mut self, clause: &'static str, loc: Loc, text: &str, expr: &mut Expr) -> Left {
        let Expr::And(all) = expr else {
            let gone = self.cuts(clause, loc, || format!("{text}: {}", shown(expr)));
            return if gone { Left::Nothing } else { Left::Something };
        };
        all.retain_mut(|one| self.conjuncts(clause, loc, text, one) == Left::Something);
        if all.is_empty() {
            Left::Nothing
        } else {
            Left::Something
        }
    }

    fn after(&mut self, after: Option<&mut After>) {
        if let Some(after) = after {
            self.optional(&mut after.holds);
            self.unless(after.loc, &mut after.unless);
        }
    }

    fn unless(&mut self, loc: Loc, unless: &mut Vec<Cancel>) {
        unless.retain_mut(|cancel| {
            let text = cancel.pattern.text.clone();
            let gone = self.cuts("unless", loc, || text.clone());
            self.cancel("unless", loc, cancel);
            !gone
        });
    }

    fn cancel(&mut self, clause: &'static str, loc: Loc, cancel: &mut Cancel) {
        let text = cancel.pattern.text.clone();
        self.filter(clause, loc, &text, &mut cancel.pattern.filter);
        let by: &[ActorKind] = &cancel.by;
        if !by.is_empty() && self.cuts(clause, loc, || format!("{text}: by {by:?}")) {
            cancel.by.clear();
        }
    }

    fn until(&mut self, until: &mut Until) {
        self.needed(&mut until.test);
    }

    fn actions(&mut self, actions: &mut Vec<Action>, several: bool) {
        actions.retain_mut(|action| {
            let gone = several && self.cuts("do", action.loc, || word(&action.kind).to_owned());
            if gone {
                return false;
            }
            match &mut action.kind {
                ActionKind::WaitUntil(until) => self.until(until),
                ActionKind::If {
                    then, otherwise, ..
                } => {
                    self.actions(then, several);
                    self.actions(otherwise, several);
                }
                ActionKind::ForEach { each, body, .. } => {
                    self.optional(&mut each.filter);
                    self.actions(body, several);
                }
                ActionKind::Goal { reached, .. } => match reached {
                    Reached::On(cancel) => self.cancel("goal", action.loc, cancel),
                    Reached::When(guard) => self.needed(guard),
                },
                _ => {}
            }
            true
        });
    }
}

/// How many actions there are, those of branches included and the branchings themselves not.
fn leaves(actions: &[Action]) -> usize {
    let of = |action: &Action| match &action.kind {
        ActionKind::If {
            then, otherwise, ..
        } => leaves(then) + leaves(otherwise),
        ActionKind::ForEach { body, .. } => leaves(body),
        _ => 1,
    };
    actions.iter().map(of).sum()
}

fn for_each_cancel(trigger: &mut Trigger, f: &mut impl FnMut(&mut Cancel)) {
    let afters = trigger.starts.iter_mut().map(|s| &mut s.after);
    let afters = afters.chain([&mut trigger.after]).flatten();
    let debounce = trigger.debounce.iter_mut().flat_map(|d| &mut d.unless);
    afters
        .flat_map(|a| &mut a.unless)
        .chain(debounce)
        .for_each(&mut *f);
    for action in &mut trigger.actions {
        if let ActionKind::Goal {
            reached: Reached::On(cancel),
            ..
        } = &mut action.kind
        {
            f(cancel);
        }
    }
}

/// An action, in a word or two.
fn word(kind: &ActionKind) -> String {
    match kind {
        ActionKind::Move { to, .. } => format!("move to {to}"),
        ActionKind::Set { field, value, .. } => format!("set {field} {}", shown(value)),
        ActionKind::Emit { .. } => "emit".to_owned(),
        ActionKind::Call { args, .. } => {
            let args: Vec<String> = args
                .iter()
                .map(|(n, v)| format!("{n}: {}", shown(v)))
                .collect();
            format!("call {}", args.join(", "))
        }
        ActionKind::Create { .. } => "create".to_owned(),
        ActionKind::Start { flow, .. } => format!("start {flow}"),
        ActionKind::Stop { flow, .. } => format!("stop {}", flow.as_deref().unwrap_or_default()),
        ActionKind::Wait(_) => "wait".to_owned(),
        ActionKind::WaitUntil(until) => format!("wait until {}", until.test.text),
        ActionKind::If { text, .. } => format!("if {text}"),
        ActionKind::ForEach { .. } => "for each".to_owned(),
        ActionKind::Goal { name, .. } => format!("goal {name}"),
    }
}

/// The names and values of an expression.
fn shown(expr: &Expr) -> String {
    let own = match expr {
        Expr::Const(value) => value.to_string(),
        Expr::Load(place) => place.path.join("."),
        Expr::InStages(_, stages) => {
            let stages: Vec<String> = stages.iter().map(ToString::to_string).collect();
            stages.join(" ")
        }
        Expr::Not(_) => "not".to_owned(),
        Expr::Or(_) => "or".to_owned(),
        _ => String::new(),
    };
    let mut words = vec![own];
    expr.for_each_child(&mut |child| words.push(shown(child)));
    words.retain(|w| !w.is_empty());
    words.join(" ")
}
