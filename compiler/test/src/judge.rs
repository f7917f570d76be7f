//! Whether what a test expects is so; where not, what was found instead.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use smol_str::SmolStr;
use trig_ir::{ActionId, Expr, Place, RecordKey, TestStepKind, Value};

use crate::heard::Reason;
use crate::step::places;
use crate::timeline::Focus;
use crate::world::{Stopped, World};

/// So many facts are told at most.
const MOST_FACTS: usize = 6;

/// What is not as expected.
pub(crate) struct Verdict {
    pub(crate) message: String,
    pub(crate) facts: Vec<String>,
    /// What the timeline is to show.
    pub(crate) focus: Focus,
}

/// What is wrong with an expectation; `None`: nothing.
pub(crate) fn judge(world: &World<'_>, step: &TestStepKind) -> Result<Option<Verdict>, Stopped> {
    match step {
        TestStepKind::Holds(expr) => holds(world, expr),
        TestStepKind::Fired {
            negated,
            trigger,
            subject,
            times,
            because,
        } => {
            let subject = match subject {
                Some(place) => Some(world.record(place)?),
                None => None,
            };
            let asked = Asked {
                trigger,
                subject,
                times: *times,
            };
            Ok(match (negated, because) {
                (false, _) => asked.fired(world),
                (true, None) => asked.not_fired(world),
                (true, Some(word)) => asked.not_fired_because(world, word),
            })
        }
        TestStepKind::Stopped {
            trigger,
            subject,
            because,
        } => {
            let subject = match subject {
                Some(place) => Some(world.record(place)?),
                None => None,
            };
            let asked = Asked {
                trigger,
                subject,
                times: None,
            };
            Ok(asked.stopped_by(world, because))
        }
        TestStepKind::Called {
            negated,
            action,
            args,
            times,
        } => called(world, *negated, *action, args, *times),
        _ => Ok(None),
    }
}

fn holds(world: &World<'_>, expr: &Expr) -> Result<Option<Verdict>, Stopped> {
    let mut focus = Focus::default();
    let mut facts = Vec::new();
    let mut seen: BTreeSet<Place> = BTreeSet::new();
    let message = match world.value(expr) {
        Ok(Value::Bool(true)) => return Ok(None),
        Ok(Value::Bool(false)) => "it does not hold".to_owned(),
        Ok(other) => format!("it is {other}, neither true nor false"),
        Err(Stopped(why)) => why,
    };
    places(expr, &mut |place| {
        if !seen.insert(place.clone()) {
            return;
        }
        let root = Place::root(place.root);
        focus.records.extend(world.record(&root).ok());
        if let Ok(value) = world.value(&Expr::Load(place.clone())) {
            facts.push(format!("`{}` is {value}", world.written(place)));
        }
    });
    // a side that is computed is told as a whole
    if let Expr::Compare(_, left, right) = expr {
        for (name, side) in [("left", left), ("right", right)] {
            if !matches!(**side, Expr::Const(_) | Expr::Load(_))
                && let Ok(value) = world.value(side)
            {
                facts.push(format!("the {name} side is {value}"));
            }
        }
    }
    facts.truncate(MOST_FACTS);
    Ok(Some(Verdict {
        message,
        facts,
        focus,
    }))
}

/// Whose firings are asked for.
struct Asked<'a> {
    trigger: &'a SmolStr,
    subject: Option<RecordKey>,
    times: Option<u32>,
}

impl Asked<'_> {
    fn is(&self, trigger: &SmolStr, subject: Option<&RecordKey>) -> bool {
        trigger == self.trigger && (self.subject.is_none() || self.subject.as_ref() == subject)
    }

    fn count(&self, world: &World<'_>) -> usize {
        let mine = |f: &&(SmolStr, Option<RecordKey>)| self.is(&f.0, f.1.as_ref());
        world.heard.fired.iter().filter(mine).count()
    }

    /// Why it did not fire, where it did not.
    fn kept<'w>(&self, world: &'w World<'_>) -> impl Iterator<Item = &'w Reason> {
        let kept = world.heard.kept.iter();
        kept.filter(|(t, s, _)| self.is(t, s.as_ref()) || s.is_none() && t == self.trigger)
            .map(|(_, _, reason)| reason)
    }

    fn verdict(&self, message: String, facts: Vec<String>) -> Option<Verdict> {
        Some(Verdict {
            message,
            facts,
            focus: Focus {
                trigger: Some(self.trigger.clone()),
                records: self.subject.iter().cloned().collect(),
            },
        })
    }

    fn for_whom(&self) -> String {
        match &self.subject {
            Some(subject) => format!(" for {subject}"),
            None => String::new(),
        }
    }

    fn fired(&self, world: &World<'_>) -> Option<Verdict> {
        let count = self.count(world);
        let right = match self.times {
            Some(times) => u32::try_from(count) == Ok(times),
            None => count > 0,
        };
        if right {
            return None;
        }
        let (trigger, whom) = (self.trigger, self.for_whom());
        if count > 0 {
            let wanted = often(self.times.unwrap_or(1));
            let found = often(u32::try_from(count).unwrap_or(u32::MAX));
            let message = format!("`{trigger}` fired {found}{whom}, not {wanted}");
            return self.verdict(message, Vec::new());
        }
        let mut facts: Vec<String> = self.kept(world).map(|r| r.told.clone()).collect();
        facts.truncate(MOST_FACTS);
        let armed = world
            .heard
            .armed
            .iter()
            .any(|(t, s)| self.is(t, s.as_ref()));
        if armed && facts.is_empty() {
            facts.push("it still waits".to_owned());
        } else if facts.is_empty() && self.count_all(world) > 0 {
            facts.push("it fired for another record only".to_owned());
        } else if facts.is_empty() {
            facts.push("nothing that starts it has happened".to_owned());
        }
        self.verdict(format!("`{trigger}` has not fired{whom}"), facts)
    }

    fn count_all(&self, world: &World<'_>) -> usize {
        world
            .heard
            .fired
            .iter()
            .filter(|(t, _)| t == self.trigger)
            .count()
    }

    fn not_fired(&self, world: &World<'_>) -> Option<Verdict> {
        let count = self.count(world);
        if count == 0 {
            return None;
        }
        let found = often(u32::try_from(count).unwrap_or(u32::MAX));
        let mine = |f: &&(SmolStr, Option<RecordKey>)| self.is(&f.0, f.1.as_ref());
        let whom: BTreeSet<String> = world
            .heard
            .fired
            .iter()
            .filter(mine)
            .filter_map(|(_, subject)| Some(format!("for {}", subject.as_ref()?)))
            .collect();
        let facts = whom.into_iter().take(MOST_FACTS).collect();
        self.verdict(format!("`{}` has fired {found}", self.trigger), facts)
    }

    /// It has not fired at all, and this has stopped it.
    fn not_fired_because(&self, world: &World<'_>, word: &str) -> Option<Verdict> {
        let Some(mut fired) = self.not_fired(world) else {
            return self.stopped_by(world, word);
        };
        if self.stopped_by(world, word).is_none() {
            fired.facts.push(format!(
                "at another time `{word}` stopped it: `expect stopped {} because {word}`",
                self.trigger
            ));
        }
        Some(fired)
    }

    fn stopped_by(&self, world: &World<'_>, word: &str) -> Option<Verdict> {
        if self.kept(world).any(|reason| reason.word == word) {
            return None;
        }
        let trigger = self.trigger;
        let mut facts: Vec<String> = self
            .kept(world)
            .map(|reason| format!("it did not fire: {}", reason.told))
            .collect();
        facts.truncate(MOST_FACTS);
        let count = self.count(world);
        if count > 0 {
            let found = often(u32::try_from(count).unwrap_or(u32::MAX));
            facts.push(format!("it has fired {found}"));
        } else if facts.is_empty() {
            facts.push("nothing that starts it has happened".to_owned());
        }
        let message = format!("nothing kept `{trigger}` from firing because of `{word}`");
        self.verdict(message, facts)
    }
}

fn called(
    world: &World<'_>,
    negated: bool,
    action: ActionId,
    args: &[(SmolStr, Expr)],
    times: Option<u32>,
) -> Result<Option<Verdict>, Stopped> {
    let name = match world.engine.ir().actions.get(action.index()) {
        Some(decl) => decl.name.clone(),
        None => return Ok(None),
    };
    let short = short(&name);
    let mut wanted: Vec<(&SmolStr, Json)> = Vec::with_capacity(args.len());
    for (arg, expr) in args {
        let value = world.value(expr)?;
        wanted.push((arg, world.engine.argument(action, arg, value)));
    }
    let calls = world.heard.called.iter().filter(|(n, _)| *n == name);
    let fits = |(_, found): &&(SmolStr, serde_json::Map<String, Json>)| {
        wanted.iter().all(|(arg, json)| {
            let there = found.get(arg.as_str()).unwrap_or(&Json::Null);
            there == json
        })
    };
    let count = u32::try_from(calls.clone().filter(fits).count()).unwrap_or(u32::MAX);
    let right = match (negated, times) {
        (true, _) => count == 0,
        (false, Some(times)) => count == times,
        (false, None) => count > 0,
    };
    if right {
        return Ok(None);
    }
    let with = if wanted.is_empty() {
        ""
    } else {
        " with these arguments"
    };
    let message = match (negated, count) {
        (true, _) => format!("`{short}` was called{with} {}", often(count)),
        (false, 0) => format!("`{short}` was not called{with}"),
        (false, _) => {
            let wanted = often(times.unwrap_or(1));
            format!("`{short}` was called{with} {}, not {wanted}", often(count))
        }
    };
    let mut calls_so: Vec<(String, u32)> = Vec::new();
    for (_, args) in calls {
        let call = written(&name, args);
        match calls_so.iter_mut().find(|(known, _)| *known == call) {
            Some((_, times)) => *times += 1,
            None => calls_so.push((call, 1)),
        }
    }
    let mut facts: Vec<String> = calls_so
        .into_iter()
        .map(|(call, times)| match times {
            1 => call,
            times => format!("{call}  {}", often(times)),
        })
        .collect();
    if facts.is_empty() {
        facts.push("it was not called at all".to_owned());
    } else if facts.len() > MOST_FACTS {
        let more = facts.len() - MOST_FACTS;
        facts.truncate(MOST_FACTS);
        facts.push(format!("and {more} more"));
    }
    Ok(Some(Verdict {
        message,
        facts,
        focus: Focus::default(),
    }))
}

/// A call as it would be written.
pub(crate) fn written(name: &str, args: &serde_json::Map<String, Json>) -> String {
    let args: Vec<String> = args
        .iter()
        .map(|(name, json)| format!("{name}: {}", shown(json)))
        .collect();
    format!("{}({})", short(name), args.join(", "))
}

/// An action's name as it is written: what every project has stands without its catalogue.
fn short(name: &str) -> &str {
    name.strip_prefix("trig.").unwrap_or(name)
}

/// An argument for people.
fn shown(json: &Json) -> String {
    let member = |name: &str| json.get(name).and_then(Json::as_str);
    if let (Some(amount), Some(currency)) = (member("amount"), member("currency")) {
        return format!("{amount} {currency}");
    }
    if let (Some(entity), Some(id)) = (member("entity"), member("id")) {
        return format!("{entity}/{id}");
    }
    match json {
        Json::Null => "empty".to_owned(),
        other => other.to_string(),
    }
}

/// `once`, `3 times`.
fn often(n: u32) -> String {
    match n {
        1 => "once".to_owned(),
        n => format!("{n} times"),
    }
}
