//! Which triggers the tests have fired, and which of their guards they have decided either way.

use serde::Serialize;
use smol_str::SmolStr;
use trig_ir::{Action, ActionKind, After, Guard, GuardKind, Ir, Loc, Reached, Trigger, Until};

use crate::report::Place;
use crate::suite::Shown;

/// What tests have shown of a project.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Coverage {
    /// The triggers and flows that can fire, by name.
    pub triggers: Vec<TriggerCoverage>,
}

/// What tests have shown of a trigger.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TriggerCoverage {
    /// Its name.
    pub name: SmolStr,
    /// Where it stands.
    pub place: Place,
    /// A test has fired it.
    pub fired: bool,
    /// Its guards, by place.
    pub guards: Vec<GuardCoverage>,
}

/// What tests have shown of a guard.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GuardCoverage {
    /// Which clause it is: `when`.
    pub clause: &'static str,
    /// As it is written.
    pub text: String,
    /// Where it stands.
    pub place: Place,
    /// A test has seen it hold.
    pub held: bool,
    /// A test has seen it not hold.
    pub stopped: bool,
}

impl Coverage {
    pub(crate) fn of(ir: &Ir, shown: &Shown) -> Self {
        let mut triggers: Vec<TriggerCoverage> = ir
            .triggers
            .iter()
            .filter(|trigger| !trigger.disabled)
            .map(|trigger| of_trigger(ir, trigger, shown))
            .collect();
        triggers.sort_by(|a, b| a.name.cmp(&b.name));
        Self { triggers }
    }

    /// How much there is to show: a firing for each trigger, and both outcomes of each guard.
    pub fn total(&self) -> usize {
        self.triggers.iter().map(|t| 1 + 2 * t.guards.len()).sum()
    }

    /// How much of it the tests have shown.
    pub fn shown(&self) -> usize {
        let guards = |t: &TriggerCoverage| -> usize {
            let sides = |g: &GuardCoverage| usize::from(g.held) + usize::from(g.stopped);
            t.guards.iter().map(sides).sum()
        };
        let of = |t: &TriggerCoverage| usize::from(t.fired) + guards(t);
        self.triggers.iter().map(of).sum()
    }

    /// The share that the tests have shown, in percent; of nothing, all is shown.
    pub fn percent(&self) -> f64 {
        match self.total() {
            0 => 100.0,
            total => self.shown() as f64 * 100.0 / total as f64,
        }
    }
}

fn of_trigger(ir: &Ir, trigger: &Trigger, shown: &Shown) -> TriggerCoverage {
    let mut written = Vec::new();
    guards_of(trigger, &mut written);
    // a clause that stands for several starts is one guard
    written.sort_by_key(|w| (w.loc, w.clause));
    written.dedup_by_key(|w| (w.loc, w.clause));
    let guards = written
        .into_iter()
        .map(|guard| {
            let key = (trigger.name.clone(), guard.loc);
            let sides = shown.tested.get(&key).copied().unwrap_or_default();
            GuardCoverage {
                clause: guard.clause,
                text: guard.text,
                place: Place::of(ir, guard.loc),
                held: sides.held,
                stopped: sides.stopped,
            }
        })
        .collect();
    TriggerCoverage {
        name: trigger.name.clone(),
        place: Place::of(ir, trigger.loc),
        fired: shown.fired.contains(&trigger.name),
        guards,
    }
}

/// A guard as it is written.
struct Written {
    clause: &'static str,
    text: String,
    /// Under which place the engine tells of its tests.
    loc: Loc,
}

fn guards_of(trigger: &Trigger, out: &mut Vec<Written>) {
    for start in &trigger.starts {
        if start.pattern.filter.is_some() {
            out.push(Written {
                clause: "on",
                text: start.pattern.text.clone(),
                loc: start.loc,
            });
        }
        guards(&start.guards, out);
        after(start.after.as_ref(), out);
    }
    guards(&trigger.guards, out);
    if let Some(each) = &trigger.each {
        guards(each.filter.as_ref(), out);
    }
    if let Some(debounce) = &trigger.debounce {
        guards(debounce.holds.as_ref(), out);
        unless(
            debounce.unless.iter().map(|c| c.pattern.text.as_str()),
            debounce.loc,
            out,
        );
    }
    until(trigger.until.as_ref(), out);
    after(trigger.after.as_ref(), out);
    guards(trigger.during.as_ref(), out);
    for limit in &trigger.limits {
        let clause = limit.kind.keyword();
        let shared = limit.name != trigger.name;
        out.push(Written {
            clause,
            text: if shared {
                format!("{clause} {}", limit.name)
            } else {
                clause.to_owned()
            },
            loc: limit.loc,
        });
    }
    actions(&trigger.actions, out);
}

fn guards<'g>(guards: impl IntoIterator<Item = &'g Guard>, out: &mut Vec<Written>) {
    for guard in guards {
        if guard.kind == GuardKind::Stage {
            // nobody has written it
            continue;
        }
        out.push(Written {
            clause: guard.kind.keyword(),
            text: guard.text.clone(),
            loc: guard.loc,
        });
    }
}

fn after(after: Option<&After>, out: &mut Vec<Written>) {
    if let Some(after) = after {
        guards(after.holds.as_ref(), out);
        unless(
            after.unless.iter().map(|c| c.pattern.text.as_str()),
            after.loc,
            out,
        );
    }
}

/// The events of one clause are one guard: it holds as long as none of them comes.
fn unless<'t>(texts: impl Iterator<Item = &'t str>, loc: Loc, out: &mut Vec<Written>) {
    let texts: Vec<&str> = texts.collect();
    if !texts.is_empty() {
        out.push(Written {
            clause: "unless",
            text: format!("unless {}", texts.join(", ")),
            loc,
        });
    }
}

/// What is waited for; and, where it is waited for some time only, that it comes in time.
fn until(until: Option<&Until>, out: &mut Vec<Written>) {
    if let Some(until) = until {
        guards([&until.test], out);
        if let Some(within) = until.within.filter(|_| until.loc != until.test.loc) {
            out.push(Written {
                clause: "within",
                text: format!("within {}", within.duration),
                loc: until.loc,
            });
        }
    }
}

fn actions(all: &[Action], out: &mut Vec<Written>) {
    for action in all {
        match &action.kind {
            ActionKind::WaitUntil(wait) => until(Some(wait), out),
            ActionKind::If {
                then, otherwise, ..
            } => {
                actions(then, out);
                actions(otherwise, out);
            }
            ActionKind::ForEach { each, body, .. } => {
                guards(each.filter.as_ref(), out);
                actions(body, out);
            }
            ActionKind::Goal {
                reached: Reached::When(guard),
                ..
            } => guards([guard], out),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use trig_compiler::{SourceSet, compile};

    use super::*;
    use crate::heard::Sides;

    const TEXT: &str = "use kommo
schedule Office { mon..fri 09:00..17:00 }
pipeline Sales for lead {
    stage New initial
    stage Won success { trigger Home { on message.incoming  when price > 5 USD } }
}
trigger All for lead {
    on message.incoming(channel: \"a\", by: customer) { by user  when price > 1 USD }
    on lead created
    by       user, api
    when     name is not empty
    after    1h while stage == New unless message.outgoing(by: user), message.seen
    during   Office
    cooldown 1d per lead
    do       log(text: \"x\")
}
trigger Each for contact { on contact created  for each lead of contact where price > 1 USD  do log(text: \"x\") }
trigger Off for lead { on lead created  disabled  do log(text: \"x\") }
";

    fn ir() -> Ir {
        let manifest = "[project]\nid = \"acme\"\nzone = \"Europe/Berlin\"\n";
        let compilation = compile(&SourceSet {
            manifest: Some(manifest.into()),
            files: vec![("main.trig".into(), TEXT.into())],
        });
        compilation.ir.unwrap()
    }

    #[test]
    fn every_written_guard_counts_once() {
        let coverage = Coverage::of(&ir(), &Shown::default());
        let lines: Vec<String> = coverage
            .triggers
            .iter()
            .flat_map(|t| {
                let guard = |g: &GuardCoverage| {
                    format!("{}: {}  {}  {}", t.name, g.clause, g.place, g.text)
                };
                t.guards.iter().map(guard)
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
        assert_eq!(coverage.total(), 3 + 2 * lines.len());
        assert_eq!(coverage.shown(), 0);
    }

    #[test]
    fn each_outcome_of_a_guard_counts() {
        let ir = ir();
        let home = ir.triggers.iter().find(|t| t.name == "Home").unwrap();
        let when = home
            .guards
            .iter()
            .find(|g| g.kind == GuardKind::When)
            .unwrap();
        let mut shown = Shown::default();
        let count = |shown: &Shown| Coverage::of(&ir, shown).shown();
        shown.fired.insert("Home".into());
        assert_eq!(count(&shown), 1);
        let key = ("Home".into(), when.loc);
        shown.tested.insert(
            key.clone(),
            Sides {
                held: true,
                stopped: false,
            },
        );
        assert_eq!(count(&shown), 2);
        shown.tested.insert(
            key,
            Sides {
                held: true,
                stopped: true,
            },
        );
        assert_eq!(count(&shown), 3);
        // another trigger's test at that place, as of a template, is no test of this one
        shown.tested.insert(
            ("Other".into(), when.loc),
            Sides {
                held: true,
                stopped: true,
            },
        );
        assert_eq!(count(&shown), 3);
    }

    #[test]
    fn of_nothing_all_is_shown() {
        let coverage = Coverage {
            triggers: Vec::new(),
        };
        assert!(coverage.percent() >= 100.0);
    }
}
