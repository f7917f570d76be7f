//! Triggers.

use smol_str::SmolStr;
use trig_grammar::ast;
use trig_ir::{ForEach, Guard, Start, Trigger};

use super::clauses::Clauses;
use super::cx::{Cx, Env};
use super::home::Home;
use super::pattern::Shape;
use crate::rules;

/// What differs between triggers and flows: what starts them, and what their clauses see.
pub(super) struct Opening<'a> {
    /// The name: its identity.
    pub(super) name: &'a ast::Name,
    pub(super) label: Option<&'a ast::TextLit>,
    pub(super) flow: bool,
    /// The stage in which it stands.
    pub(super) home: Option<&'a Home>,
    /// Of each `on`; `None` where it could not be made out, which has been said.
    pub(super) shapes: Vec<Option<Shape>>,
    pub(super) starts: Vec<Start>,
    pub(super) guards: Vec<Guard>,
    pub(super) each: Option<ForEach>,
}

impl Cx<'_> {
    /// Lowers a trigger. `None` where too much is wrong with it; what is wrong has been said.
    pub(super) fn trigger(&mut self, node: &ast::Trigger, home: Option<&Home>) -> Option<Trigger> {
        let name = node.name.as_ref().filter(|n| !n.is_missing())?;
        let c = self.clauses(&node.clauses);
        if c.starts.is_empty() {
            self.report(rules::missing_clause::no_start(
                self.path, name.span, &name.text,
            ));
        }
        let shapes: Vec<Option<Shape>> = c
            .starts
            .iter()
            .map(|(pattern, _, _)| self.shape(pattern))
            .collect();
        let home_entity = home
            .and_then(|h| self.model.pipeline(h.pipeline))
            .map(|p| p.entity);
        // of a pipeline whose entity is unknown, which has been said, nothing can be checked
        if home_entity.is_some_and(|e| self.model.entity(e).is_none()) {
            return None;
        }
        let (mut env, via) = self.opening(&c, &shapes, name, home_entity);
        let mut starts = self.starts(&mut env, &c, &shapes, via);
        let guards = self.guards(&mut env, &c, &shapes, home, name.span);
        let each = c.each.and_then(|(each, _)| self.fan_out(&mut env, each));
        self.start_delays(&env, &c, &shapes, &mut starts);
        let opening = Opening {
            name,
            label: node.label.as_ref(),
            flow: false,
            home,
            shapes,
            starts,
            guards,
            each,
        };
        Some(self.assemble(env, &c, opening))
    }

    /// Lowers what triggers and flows have in common, and puts all together. `env` is that behind `for each`.
    pub(super) fn assemble(&mut self, mut env: Env, c: &Clauses<'_>, o: Opening<'_>) -> Trigger {
        let name: SmolStr = o.name.text.as_str().into();
        let pacing = self.pacing(&mut env, c, &o.shapes, &o.starts, &name);
        let zone = self.zone_of(c);
        let zone = zone.unwrap_or_else(|| self.during_zone(pacing.during.as_ref()));
        let actions = self.body(&env, c, &o);
        let missed = c
            .missed
            .and_then(|(policy, span)| self.missed(policy, span, &o.starts));
        Trigger {
            label: o
                .label
                .and_then(ast::TextLit::plain)
                .unwrap_or_else(|| name.to_string()),
            was: c
                .was
                .filter(|(path, _)| !path.is_missing())
                .map(|(path, _)| path.text().into()),
            flow: o.flow,
            loc: self.loc(o.name.span),
            name,
            home: o.home.map(|home| self.home_name(home)),
            priority: c.priority.map_or(0, |(expr, _)| self.priority(expr)),
            disabled: c.disabled.is_some(),
            again: c.again.is_some(),
            zone,
            subject: env.subject,
            starts: o.starts,
            each: o.each,
            guards: o.guards,
            debounce: pacing.debounce,
            until: pacing.until,
            after: pacing.after,
            during: pacing.during,
            mode: pacing.mode,
            limits: pacing.limits,
            missed,
            actions,
        }
    }
}
