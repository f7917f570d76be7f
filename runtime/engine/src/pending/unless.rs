//! Events that cancel a firing that waits, or reach a goal of one that runs.

use std::collections::BTreeSet;

use trig_ir::{Cancel, EventKind, Loc, RecordKey};

use super::Waiting;
use crate::apply::Run;
use crate::cascade::Event;
use crate::eval::{Eval, EventView, Scope, Unknown};
use crate::index::UTC;
use crate::matching::not_known;
use crate::state::{Before, Phase, Watch};
use crate::{Engine, Why};

/// Events to watch for, for the index.
pub(super) fn watches<'a>(
    engine: &Engine,
    cancels: impl IntoIterator<Item = &'a Cancel>,
    subject: Option<&RecordKey>,
) -> BTreeSet<Watch> {
    let cancels = cancels.into_iter();
    cancels
        .filter_map(|cancel| {
            let kind = engine.kind_name(&cancel.pattern.event)?;
            let about = cancel.subject.as_ref().and(subject).cloned();
            Some((kind, about))
        })
        .collect()
}

impl<'e> Run<'e> {
    /// Cancels what an event cancels, and moves on the bodies of which it reaches a goal.
    pub(crate) fn cancel(&mut self, event: &Event) {
        let engine: &'e Engine = self.engine;
        let Some(places) = engine.index().cancels(&event.kind) else {
            return;
        };
        let Some(kind) = engine.kind_name(&event.kind) else {
            return;
        };
        let mut numbers = BTreeSet::new();
        for place in places {
            let about = match place {
                None => None,
                Some(place) => {
                    let scope = self.candidate_scope(event);
                    let Ok(Some(record)) = Eval::new(scope).record_at(place) else {
                        continue;
                    };
                    Some(record)
                }
            };
            numbers.extend(self.state.watchers_of((kind.clone(), about)));
        }
        for number in numbers {
            let Some(pending) = self.state.pending.get(&number).cloned() else {
                continue;
            };
            let Some(waiting) = Waiting::of(engine, &pending) else {
                continue;
            };
            // a body that runs knows the kind under its own revision's id
            let own = if std::ptr::eq(waiting.engine, engine) {
                Some(event.kind.clone())
            } else {
                waiting.engine.index().kind(&kind)
            };
            let Some(own) = own else {
                continue;
            };
            let (cancels, loc): (&[Cancel], Loc) = match &pending.phase {
                Phase::Body(running) => {
                    self.goal_event(&waiting, number, running, event, &own);
                    continue;
                }
                Phase::Until => continue,
                Phase::Debounce { .. } => match &waiting.trigger.debounce {
                    Some(debounce) => (&debounce.unless, debounce.loc),
                    None => continue,
                },
                Phase::After | Phase::Limit(_) => match waiting.after() {
                    Some(after) => (&after.unless, after.loc),
                    None => continue,
                },
            };
            if let Some(why) = self.cancelled(&waiting, number, cancels, loc, event, &own) {
                self.tested(waiting.trigger, loc, false);
                self.drop_pending(number, why);
            }
        }
    }

    fn candidate_scope<'s>(&'s self, event: &'s Event) -> Scope<'s> {
        Scope {
            engine: self.engine,
            records: &self.state,
            now: self.now,
            zone: &UTC,
            subject: None,
            outer: None,
            event: None,
            candidate: Some(event.view()),
            before: &Before::Unknown,
            pinned: None,
        }
    }

    /// Why an event cancels a firing, if it does.
    fn cancelled(
        &self,
        waiting: &Waiting<'_>,
        number: u64,
        cancels: &[Cancel],
        loc: Loc,
        event: &Event,
        kind: &EventKind,
    ) -> Option<Why> {
        cancels.iter().find_map(|cancel| {
            match self.concerns(waiting, number, cancel, event, kind) {
                Ok(false) => None,
                Ok(true) => Some(Why::Unless {
                    text: cancel.pattern.text.clone(),
                    loc,
                }),
                // nothing is sent because something was not known
                Err(unknown) => Some(not_known(&unknown, loc)),
            }
        })
    }

    /// Whether an event is one of these and belongs to the firing: kind, who, subject, finer entities, then the
    /// filter. `kind`: its own, in the firing's revision.
    pub(super) fn concerns(
        &self,
        waiting: &Waiting<'_>,
        number: u64,
        cancel: &Cancel,
        event: &Event,
        kind: &EventKind,
    ) -> Result<bool, Unknown> {
        let pattern = &cancel.pattern;
        if pattern.event != *kind || (event.at_creation && !pattern.or_created) {
            return Ok(false);
        }
        if !cancel.by.is_empty() && !cancel.by.contains(&event.by.kind) {
            return Ok(false);
        }
        let firing = waiting.firing(number);
        let mut scope = firing.scope(self);
        scope.candidate = Some(EventView {
            kind: Some(kind),
            fields: &event.fields,
        });
        if let Some(place) = &cancel.subject {
            let record = Eval::new(scope).record_at(place).ok().flatten();
            if record.is_none() || record != firing.key.subject {
                return Ok(false);
            }
        }
        let pairs = waiting.nth.and_then(|nth| cancel.finer.get(nth));
        for (mine, its) in pairs.into_iter().flatten() {
            // only where both events refer to one do they have to refer to the same
            let mine = Eval::new(scope).record_at(mine).ok().flatten();
            let its = Eval::new(scope).record_at(its).ok().flatten();
            if mine.is_some() && its.is_some() && mine != its {
                return Ok(false);
            }
        }
        match &pattern.filter {
            None => Ok(true),
            Some(filter) => Eval::new(scope).test(filter),
        }
    }
}
