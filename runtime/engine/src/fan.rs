//! `for each`: each of several records is the subject of a firing of its own.

use std::collections::BTreeSet;

use trig_ir::{EachSource, ForEach, RecordKey, Value};

use crate::Why;
use crate::apply::Run;
use crate::eval::{Eval, Scope, elements};
use crate::matching::{Refused, Started, event_scope, explain, holds, not_known, pinned};
use crate::state::Over;
use crate::sweep::SLICE;
use crate::tested::Tests;

/// The records of a `for each`.
enum Fan {
    Few(BTreeSet<RecordKey>),
    Many(Over),
}

impl Run<'_> {
    /// Fires, or arms, for each subject.
    pub(crate) fn started(&mut self, started: &Started<'_>) {
        let Some(each) = &started.trigger.each else {
            self.one(started, started.subject.clone(), None);
            return;
        };
        match self.elements(started, each) {
            Ok(Fan::Few(all)) => {
                if !self.each(started, each, all) {
                    let why = self.options.trace.then_some(Why::NoneFound);
                    self.refused(started, started.subject.clone(), why);
                }
            }
            Ok(Fan::Many(over)) => self.sweep(started, over),
            Err(why) => self.refused(started, started.subject.clone(), why),
        }
    }

    /// Fires, or arms, for each of these that the `where` lets through. Whether there was one.
    pub(crate) fn each(
        &mut self,
        started: &Started<'_>,
        each: &ForEach,
        all: impl IntoIterator<Item = RecordKey>,
    ) -> bool {
        let subjects = self.chosen(started, each, all);
        let some = !subjects.is_empty();
        for subject in subjects {
            if self.cascade.cut {
                break;
            }
            self.one(started, Some(subject), started.subject.clone());
        }
        some
    }

    /// What the subjects of a `for each` see of the event.
    fn outer_scope<'s>(&'s self, started: &'s Started<'_>) -> Scope<'s> {
        let zone = self.engine.index().trigger_zone(started.id);
        let event = started.event;
        let mut scope = event_scope(self.engine, &self.state, zone, event, self.now);
        scope.subject = started.subject.as_ref();
        scope.outer = started.subject.as_ref();
        pinned(scope, event)
    }

    /// The records of a `for each`, by id.
    fn elements(&self, started: &Started<'_>, each: &ForEach) -> Result<Fan, Refused> {
        let place = match &each.source {
            EachSource::Of(place) => place,
            EachSource::All(entity) => {
                let decl = self.engine.ir().entities.get(entity.index());
                let Some(decl) = decl else {
                    return Err(self.options.trace.then_some(Why::NoneFound));
                };
                let upto = self.state.meta.next_seen;
                return Ok(Fan::Many(Over::All(decl.name.clone(), upto)));
            }
        };
        let scope = self.outer_scope(started);
        let source = match Eval::new(scope).load(place) {
            Ok(source) => source,
            Err(unknown) => return Err(self.options.trace.then(|| not_known(&unknown, each.loc))),
        };
        let mut all = BTreeSet::new();
        all.extend(elements(&source).filter_map(|element| match element {
            Value::Record(key) => Some(key.clone()),
            _ => None,
        }));
        if all.len() > SLICE {
            return Ok(Fan::Many(Over::These(all.into_iter().collect())));
        }
        Ok(Fan::Few(all))
    }

    /// Those that the `where` lets through.
    fn chosen(
        &mut self,
        started: &Started<'_>,
        each: &ForEach,
        all: impl IntoIterator<Item = RecordKey>,
    ) -> Vec<RecordKey> {
        let Some(filter) = &each.filter else {
            return all.into_iter().collect();
        };
        let by = &started.event.by;
        let trace = self.options.trace;
        let mut left = Vec::new();
        let mut refusals = Vec::new();
        let mut tests = Tests::of(self.options);
        {
            let scope = self.outer_scope(started);
            for element in all {
                let mut inner = scope;
                inner.subject = Some(&element);
                let held = holds(inner, filter, by);
                tests.note(filter.loc, held == Ok(true));
                let why = match held {
                    Ok(true) => {
                        left.push(element);
                        continue;
                    }
                    Ok(false) => trace.then(|| explain(inner, filter, by)),
                    Err(unknown) => trace.then(|| not_known(&unknown, filter.loc)),
                };
                refusals.push((element, why));
            }
        }
        self.tell_tests(&started.trigger.name, tests);
        for (element, why) in refusals {
            self.refused(started, Some(element), why);
        }
        left
    }
}
