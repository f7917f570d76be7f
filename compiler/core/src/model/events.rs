//! Events: their fields, and the records that they refer to.

use smol_str::SmolStr;
use trig_grammar::Span;
use trig_ir::{EntityId, Event};

use super::build::{Builder, Unit};
use super::entities::{extends, join_fields};
use super::{Decl, EventSig, Lookup, Model};
use crate::rules;

impl<'a> Builder<'a> {
    pub(super) fn resolve_events(&mut self, units: &[Unit<'a>]) {
        // those to which an event refers as one of several
        let mut grouped: Vec<Vec<EntityId>> = Vec::new();
        let mut nodes = Vec::new();
        for named in std::mem::take(&mut self.events) {
            let subjects = self.subjects(named.unit, &named.node.subjects);
            let fields = match &named.node.webhook {
                Some(_) => self.webhook_fields(named.unit, &named.node.fields, &named.full),
                None => self.fields(named.unit, &named.node.fields, None, &named.full),
            };
            let webhook = named
                .node
                .webhook
                .as_ref()
                .map(|w| self.webhook(named.unit, named.node, w, &fields));
            grouped.push(subjects.iter().filter(|s| s.1).map(|s| s.0).collect());
            nodes.push((named.unit, named.node));
            let subjects = subjects.into_iter().map(|(id, _)| id).collect();
            self.model.events.push(EventSig {
                event: Event {
                    name: named.full,
                    fields,
                    webhook,
                    updates: Vec::new(),
                },
                subjects,
            });
        }
        for (unit, extend) in extends(units) {
            if let Lookup::Found(_, Decl::Event(id)) = self
                .model
                .scope
                .lookup(unit.catalogue, &extend.target.text())
            {
                let name = self
                    .model
                    .event(id)
                    .map(|e| e.event.name.clone())
                    .unwrap_or_default();
                let more = self.fields(unit, &extend.fields, None, &name);
                let have = self
                    .model
                    .events
                    .get_mut(id.index())
                    .map(|e| &mut e.event.fields);
                if let Some(have) = have {
                    join_fields(&mut self.problems, unit, &extend.fields, have, more, &name);
                }
            }
        }
        // an event `for deal` that declares no field for it has one all the same
        for i in 0..self.model.events.len() {
            let Some(sig) = self.model.events.get(i) else {
                continue;
            };
            let mut missing = Vec::new();
            let mut clashes = Vec::new();
            for subject in &sig.subjects {
                if Model::references(&sig.event.fields, *subject)
                    .next()
                    .is_none()
                {
                    let field = super::fields::subject_field(
                        &self.model,
                        *subject,
                        grouped.get(i).is_some_and(|g| g.contains(subject)),
                    );
                    if sig.event.fields.iter().any(|f| f.name == field.name) {
                        clashes.push((sig.event.name.clone(), field.name.clone()));
                    } else {
                        missing.push(field);
                    }
                }
            }
            for (event, field) in clashes {
                let (path, span) = event_place(units, &event);
                self.problems.push(rules::duplicate_field::problem(
                    &path, span, "subject", &field, &event,
                ));
            }
            if let Some(sig) = self.model.events.get_mut(i) {
                sig.event.fields.extend(missing);
                sig.event.fields.sort_by(|a, b| a.name.cmp(&b.name));
            }
        }
        for (i, (unit, node)) in nodes.into_iter().enumerate() {
            let Some(event) = self.model.events.get(i).map(|sig| sig.event.clone()) else {
                continue;
            };
            if let Some(webhook) = &event.webhook {
                self.complete_webhook(unit, node, &event.fields, webhook);
            }
            let updates = self.updates(unit, node, &event.fields);
            if let Some(sig) = self.model.events.get_mut(i) {
                sig.event.updates = updates;
            }
        }
    }
}

/// Where an event is declared.
fn event_place(units: &[Unit<'_>], full: &str) -> (SmolStr, Span) {
    for unit in units {
        if let Some(span) = crate::places::find(unit.file, unit.catalogue, full) {
            return (unit.path.clone(), span);
        }
    }
    (SmolStr::default(), Span::default())
}
