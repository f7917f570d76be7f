//! Feeds one case to both, and compares after every input.

use std::sync::Arc;

use trig_engine::{
    Actor, Arrival, Audit, Effect, EffectKind, EffectResult, Engine, Input, InputKind, Options,
    Outcome, State, Why,
};
use trig_ir::*;

use crate::generate::{Case, Step, What};
use crate::histogram::Histogram;
use crate::model::{Seen, Standing, plain, subject_text};
use crate::naive::Naive;

/// Where the two part.
pub(crate) struct Difference {
    /// After which step.
    pub(crate) step: usize,
    pub(crate) text: String,
}

struct Pair {
    engine: Engine,
    state: State,
    naive: Naive,
    position: u64,
    now: Timestamp,
    seen: Seen,
    keys: Vec<SmolStr>,
}

/// How many inputs one pause may bring: what comes more often than that is no case of interest.
const MOST: usize = 400;

pub(crate) fn run(case: &Case, histogram: &mut Histogram) -> Result<(), Difference> {
    let hash = case.ir.hash().unwrap();
    let mut pair = Pair {
        engine: Engine::new(Arc::new((*case.ir).clone()), hash.clone()),
        state: State::default(),
        naive: Naive::new(case.ir.clone()),
        position: 0,
        now: case.begin,
        seen: Seen::default(),
        keys: Vec::new(),
    };
    pair.apply(InputKind::Revision(hash));
    let mut result = Ok(());
    for (n, step) in case.steps.iter().enumerate() {
        pair.step(step);
        if let Err(text) = pair.compare() {
            result = Err(Difference { step: n, text });
            break;
        }
    }
    histogram.merge(&pair.naive.histogram);
    result
}

impl Pair {
    fn apply(&mut self, kind: InputKind) {
        self.position += 1;
        let input = Input {
            position: self.position,
            at: self.now,
            kind,
        };
        let options = Options {
            trace: true,
            ..Options::default()
        };
        let output = self.engine.apply(&mut self.state, &input, &options);
        for effect in &output.effects {
            self.keys.push(effect.key.clone());
            self.seen.effects.push(effect_text(effect));
        }
        for audit in &output.audit {
            note(&mut self.seen, audit, self.engine.ir());
        }
        self.naive.apply(&input);
        self.naive.learn(&self.keys);
    }

    /// What is due at once, and slices.
    fn settle(&mut self) {
        for _ in 0..MOST {
            if self.state.has_slices() || self.naive.has_slices() {
                self.apply(InputKind::Slice);
            } else if self.state.next_due().is_some_and(|due| due <= self.now) {
                self.apply(InputKind::Tick);
            } else {
                return;
            }
        }
    }

    fn step(&mut self, step: &Step) {
        let until = self.now.plus(step.wait);
        for _ in 0..MOST {
            let Some(due) = self.state.next_due().filter(|due| *due <= until) else {
                break;
            };
            if !step.ticks {
                break;
            }
            self.now = self.now.max(due);
            self.apply(InputKind::Tick);
            self.settle();
        }
        self.now = until;
        match &step.what {
            What::Nothing => self.apply(InputKind::Tick),
            // by its key one would end two
            What::Result if self.shared_keys() => {}
            What::Result => {
                let Some(effect) = self.state.outbox().next() else {
                    return;
                };
                let result = EffectResult {
                    key: effect.key.clone(),
                    outcome: Outcome::Done,
                    attempts: 1,
                    detail: String::new(),
                };
                self.apply(InputKind::Result(result));
            }
            What::Arrives {
                by,
                id,
                what,
                needs,
            } => {
                let known: Vec<_> = self.state.records().collect();
                if needs.iter().any(|key| !known.contains(&key)) {
                    return;
                }
                self.apply(InputKind::Arrival(Arrival {
                    source: "crm".into(),
                    id: id.clone(),
                    time: None,
                    by: Actor {
                        kind: *by,
                        name: None,
                    },
                    what: what.clone(),
                }));
            }
        }
        self.settle();
    }

    fn shared_keys(&self) -> bool {
        let mut all: Vec<_> = self.keys.iter().collect();
        all.sort();
        all.dedup();
        all.len() != self.keys.len()
    }

    fn compare(&mut self) -> Result<(), String> {
        let mut engine = std::mem::take(&mut self.seen);
        let mut naive = std::mem::take(&mut self.naive.seen);
        if self.shared_keys() {
            return Err("two effects have one key".to_owned());
        }
        for seen in [&mut engine, &mut naive] {
            // of several starts, which one tells why it did not hold is nobody's business
            let several = |name: &SmolStr| {
                let mut triggers = self.engine.ir().triggers.iter();
                triggers.any(|t| t.name == *name && t.starts.len() > 1)
            };
            let told = ["by", "when", "stage", "no subject", "breaker", "unknown"];
            // and so is which dates a record had when it went
            let dates = |name: &SmolStr| {
                let mut triggers = self.engine.ir().triggers.iter();
                let trigger = triggers.find(|t| t.name == *name);
                trigger.is_some_and(has_clock)
            };
            seen.stopped.retain(|(name, _, why)| {
                let idle = several(name) && told.contains(why) || dates(name) && *why == "gone";
                !idle
            });
            for (_, subject, why) in &mut seen.stopped {
                // neither of them has to know of whom
                if ["breaker", "first"].contains(why) {
                    subject.clear();
                }
            }
            seen.stopped.sort();
            // of a day of the year, only the next one is looked for
            seen.missed.retain(|(name, ..)| !yearly(&self.engine, name));
            // and where actions write dates, those that stood for a moment only
            if writes_dates(self.engine.ir()) {
                seen.missed.retain(|(_, subject, _)| subject == "-");
            }
            // the first of several that were missed in a row stands for all
            seen.missed.sort();
            seen.missed.dedup_by(|b, a| (&a.0, &a.1) == (&b.0, &b.1));
            seen.no_ops.sort();
        }
        differ("fired", &engine.fired, &naive.fired)?;
        differ("effects", &engine.effects, &naive.effects)?;
        differ("stopped", &engine.stopped, &naive.stopped)?;
        differ("missed", &engine.missed, &naive.missed)?;
        differ("no-ops", &engine.no_ops, &naive.no_ops)?;
        differ("opened", &engine.opened, &naive.opened)?;
        differ("cut", &[engine.cut], &[naive.cut])?;
        let (engine, naive) = (self.standing(), self.naive.standing());
        differ("waiting", &engine.waiting, &naive.waiting)?;
        let pairs = |s: &Standing| -> Vec<_> { s.records.clone().into_iter().collect() };
        differ("records", &pairs(&engine), &pairs(&naive))?;
        differ("outbox", &[engine.outbox], &[naive.outbox])
    }

    fn standing(&self) -> Standing {
        let mut waiting: Vec<_> = self
            .state
            .waiting()
            .map(|w| {
                let due = match w.phase {
                    "debounce" | "after" => w.due,
                    _ => None,
                };
                (w.trigger.clone(), subject_text(w.subject), w.phase, due)
            })
            .collect();
        waiting.sort();
        let records = self.state.records().filter_map(|key| {
            let fields = self.engine.record(&self.state, key)?;
            let fields = fields.iter().map(|(name, v)| (name.clone(), plain(v)));
            Some((key.to_string(), fields.collect()))
        });
        Standing {
            records: records.collect(),
            waiting,
            outbox: self.state.outbox().count(),
        }
    }
}

fn differ<T: PartialEq + std::fmt::Debug>(
    what: &str,
    engine: &[T],
    naive: &[T],
) -> Result<(), String> {
    if engine == naive {
        return Ok(());
    }
    let list = |all: &[T]| {
        let lines = all.iter().map(|one| format!("      {one:?}\n"));
        lines.collect::<String>()
    };
    Err(format!(
        "{what}:\n    engine:\n{}    naive:\n{}",
        list(engine),
        list(naive)
    ))
}

fn effect_text(effect: &Effect) -> String {
    match &effect.what {
        EffectKind::Call { action, args } => {
            format!("call {action} {}", serde_json::Value::Object(args.clone()))
        }
        EffectKind::Write { record, fields, .. } => {
            format!(
                "write {record} {}",
                serde_json::Value::Object(fields.clone())
            )
        }
        EffectKind::Create {
            entity,
            connector,
            fields,
        } => format!(
            "create {entity} in {connector} {}",
            serde_json::Value::Object(fields.clone())
        ),
    }
}

fn note(seen: &mut Seen, audit: &Audit, ir: &Ir) {
    match audit {
        Audit::Fired {
            trigger,
            subject,
            at,
            ..
        } => seen
            .fired
            .push((trigger.clone(), subject_text(subject.as_ref()), *at)),
        Audit::NotFired {
            trigger,
            subject,
            why,
        }
        | Audit::Cancelled {
            trigger,
            subject,
            why,
        } => {
            // a filter stops an event, not a firing: too many to tell
            if let Some(why) = clause(why, ir) {
                let subject = subject_text(subject.as_ref());
                seen.stopped.push((trigger.clone(), subject, why));
            }
        }
        Audit::Missed {
            trigger,
            subject,
            due,
            ..
        } => seen
            .missed
            .push((trigger.clone(), subject_text(subject.as_ref()), *due)),
        Audit::NoOp { trigger, .. } => seen.no_ops.push(trigger.clone()),
        Audit::Opened { breaker, until } => seen.opened.push((breaker.clone(), *until)),
        Audit::Cut { .. } => seen.cut += 1,
        _ => {}
    }
}

/// What stopped it, in the engine's own word where it has one; the plain evaluator does not tell limits apart.
fn clause(why: &Why, ir: &Ir) -> Option<&'static str> {
    match why {
        Why::Filter { .. } | Why::Disabled => None,
        Why::Limit { .. } => Some("limit"),
        Why::NoSubject { .. } => Some("no subject"),
        Why::Removed => Some("removed"),
        Why::NeverAgain { .. } => Some("never again"),
        Why::Guard {
            guard: GuardKind::Goal,
            ..
        } => Some("goal"),
        _ => why.word(ir),
    }
}

fn yearly(engine: &Engine, name: &SmolStr) -> bool {
    let trigger = engine.ir().triggers.iter().find(|t| t.name == *name);
    trigger.is_some_and(|t| {
        let mut starts = t.starts.iter();
        starts.any(|s| matches!(&s.clock, Some(Clock::Offset(o)) if o.yearly))
    })
}

fn writes_dates(ir: &Ir) -> bool {
    fn writes(actions: &[Action]) -> bool {
        actions.iter().any(|a| match &a.kind {
            ActionKind::Set { field, .. } => field == "meet",
            ActionKind::If {
                then, otherwise, ..
            } => writes(then) || writes(otherwise),
            _ => false,
        })
    }
    ir.triggers.iter().any(|t| writes(&t.actions))
}

fn has_clock(trigger: &Trigger) -> bool {
    trigger.starts.iter().any(|s| s.clock.is_some())
}
