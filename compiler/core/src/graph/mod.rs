//! Who triggers whom: which trigger's actions cause events that start, or cancel, another, or reach a goal of it.

mod cause;
mod draw;
mod group;
mod place;

pub use place::Roots;

use std::collections::BTreeMap;

use serde::Serialize;
use trig_ir::{ActionKind, ActorKind, EventKind, Ir, Reached, Trigger};

use cause::causes;
use group::{Look, Meeting};

/// The triggers of a project, and what leads from one to another.
///
/// Its size grows with the project, not with its square: where many triggers cause what many look at, the event stands
/// between them ([`Self::crowds`]), and there are no edges between these for it.
pub struct TriggerGraph {
    triggers: Vec<Node>,
    edges: Vec<Edge>,
    shared: Vec<Shared>,
}

/// A trigger in the graph.
#[derive(Clone, Debug, Serialize)]
struct Node {
    name: String,
    label: String,
    file: String,
    line: u32,
}

/// Why one trigger leads to another; in the order in which edges are told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    from: usize,
    to: usize,
    relation: Relation,
    /// The event between the two, as the second trigger writes it.
    event: String,
}

/// An event that many triggers cause and many look at.
#[derive(Clone, Debug)]
struct Shared {
    event: String,
    from: Vec<usize>,
    to: Vec<Listener>,
}

/// A trigger that looks at such an event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Listener {
    trigger: usize,
    relation: Relation,
    /// The event as it writes it.
    event: String,
}

/// What one trigger can do to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// Start it.
    Starts,
    /// Cancel a firing of it that waits.
    Cancels,
    /// Bring a body of it that waits to a goal.
    Reaches,
}

/// An edge of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Link<'a> {
    /// The trigger whose actions cause the event.
    pub from: &'a str,
    /// The trigger that looks at it.
    pub to: &'a str,
    /// What becomes of the second.
    pub relation: Relation,
    /// The event between the two, as the second trigger writes it.
    pub event: &'a str,
}

/// An event that many triggers cause and many look at: each of the ones leads to each of the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Crowd<'a> {
    /// The event.
    pub event: &'a str,
    /// The triggers whose actions cause it, in the order in which they run.
    pub from: Vec<&'a str>,
    /// The triggers that look at it, in the same order.
    pub to: Vec<Met<'a>>,
}

/// A trigger that looks at an event which many cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Met<'a> {
    /// The trigger.
    pub trigger: &'a str,
    /// What becomes of it.
    pub relation: Relation,
    /// The event as it writes it.
    pub event: &'a str,
}

impl TriggerGraph {
    /// The graph of a compiled project. An edge says "can": guards are not looked at, but for the stage of a move.
    pub fn of(ir: &Ir) -> Self {
        let triggers = ir.triggers.iter().map(|t| Node {
            name: t.name.to_string(),
            label: t.label.clone(),
            file: ir
                .files
                .get(t.loc.file.index())
                .map(|f| f.path.clone())
                .unwrap_or_default(),
            line: t.loc.line,
        });
        let awake = || ir.triggers.iter().enumerate().filter(|(_, t)| !t.disabled);
        let mut meetings: BTreeMap<EventKind, Meeting<'_>> = BTreeMap::new();
        for (i, trigger) in awake() {
            for look in looks(i, trigger) {
                let event = look.pattern.event.clone();
                meetings.entry(event).or_default().look(look);
            }
        }
        for (i, trigger) in awake() {
            for cause in causes(ir, trigger) {
                cause.meet(i, &mut meetings);
            }
        }
        let (mut edges, mut shared) = (Vec::new(), Vec::new());
        for (event, meeting) in &meetings {
            meeting.settle(ir, event, &mut edges, &mut shared);
        }
        edges.sort();
        edges.dedup();
        Self {
            triggers: triggers.collect(),
            edges,
            shared,
        }
    }

    /// What leads from one trigger to another: by the first one, in the order in which they run, then by the second.
    pub fn edges(&self) -> impl Iterator<Item = Link<'_>> {
        self.edges.iter().filter_map(|edge| {
            Some(Link {
                from: self.name(edge.from)?,
                to: self.name(edge.to)?,
                relation: edge.relation,
                event: &edge.event,
            })
        })
    }

    /// The events that stand between many triggers and many others, in place of edges.
    pub fn crowds(&self) -> impl Iterator<Item = Crowd<'_>> {
        self.shared.iter().map(|shared| Crowd {
            event: &shared.event,
            from: shared.from.iter().filter_map(|i| self.name(*i)).collect(),
            to: shared
                .to
                .iter()
                .filter_map(|listener| {
                    Some(Met {
                        trigger: self.name(listener.trigger)?,
                        relation: listener.relation,
                        event: &listener.event,
                    })
                })
                .collect(),
        })
    }

    fn name(&self, trigger: usize) -> Option<&str> {
        self.triggers.get(trigger).map(|node| node.name.as_str())
    }
}

/// What a trigger looks at.
fn looks(i: usize, trigger: &Trigger) -> impl Iterator<Item = Look<'_>> {
    let starts = trigger
        .starts
        .iter()
        .map(|start| (&start.pattern, Relation::Starts));
    let afters = trigger
        .after
        .iter()
        .chain(trigger.starts.iter().filter_map(|s| s.after.as_ref()));
    let unless = afters
        .flat_map(|a| &a.unless)
        .chain(trigger.debounce.iter().flat_map(|d| &d.unless))
        .map(|cancel| (cancel, Relation::Cancels));
    let goals = trigger.actions.iter().filter_map(|a| match &a.kind {
        ActionKind::Goal {
            reached: Reached::On(cancel),
            ..
        } => Some((&**cancel, Relation::Reaches)),
        _ => None,
    });
    let by_us = unless
        .chain(goals)
        .filter(|(cancel, _)| cancel.by.is_empty() || cancel.by.contains(&ActorKind::Automation))
        .map(|(cancel, relation)| (&cancel.pattern, relation));
    starts.chain(by_us).map(move |(pattern, relation)| Look {
        trigger: i,
        relation,
        pattern,
    })
}
