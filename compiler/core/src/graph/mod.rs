//! Who triggers whom: which trigger's actions cause events that start, or cancel, another, or reach a goal of it.

mod cause;
mod draw;
mod place;

pub use place::Roots;

use std::collections::BTreeMap;

use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use serde::Serialize;
use trig_ir::{ActionKind, ActorKind, EventKind, Ir, Pattern, Reached};

use cause::causes;

/// The triggers of a project, and what leads from one to another.
pub struct TriggerGraph {
    graph: DiGraph<Node, Edge>,
}

/// A trigger in the graph.
#[derive(Clone, Debug, Serialize)]
struct Node {
    name: String,
    label: String,
    file: String,
    line: u32,
}

/// Why one trigger leads to another.
#[derive(Clone, Debug)]
struct Edge {
    relation: Relation,
    /// The event between the two, as the second trigger writes it.
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

impl TriggerGraph {
    /// The graph of a compiled project. An edge says "can": guards are not looked at, but for the stage of a move.
    pub fn of(ir: &Ir) -> Self {
        let mut graph = DiGraph::new();
        let nodes: Vec<NodeIndex> = ir
            .triggers
            .iter()
            .map(|t| {
                graph.add_node(Node {
                    name: t.name.to_string(),
                    label: t.label.clone(),
                    file: ir
                        .files
                        .get(t.loc.file.index())
                        .map(|f| f.path.clone())
                        .unwrap_or_default(),
                    line: t.loc.line,
                })
            })
            .collect();
        // patterns by the event that they look at, so that not all pairs are compared
        let mut listeners: BTreeMap<&EventKind, Vec<(usize, Relation, &Pattern)>> = BTreeMap::new();
        for (i, trigger) in ir.triggers.iter().enumerate().filter(|(_, t)| !t.disabled) {
            for start in &trigger.starts {
                listeners.entry(&start.pattern.event).or_default().push((
                    i,
                    Relation::Starts,
                    &start.pattern,
                ));
            }
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
            for (cancel, relation) in unless.chain(goals) {
                let by_us = cancel.by.is_empty() || cancel.by.contains(&ActorKind::Automation);
                if by_us {
                    listeners.entry(&cancel.pattern.event).or_default().push((
                        i,
                        relation,
                        &cancel.pattern,
                    ));
                }
            }
        }
        for (i, trigger) in ir.triggers.iter().enumerate().filter(|(_, t)| !t.disabled) {
            let mut edges: Vec<(usize, Edge)> = Vec::new();
            for cause in causes(ir, trigger) {
                for (other, relation, pattern) in listeners.get(&cause.event).into_iter().flatten()
                {
                    if !cause.is_excluded(pattern) {
                        edges.push((
                            *other,
                            Edge {
                                relation: *relation,
                                event: pattern.text.clone(),
                            },
                        ));
                    }
                }
            }
            edges.sort_by(|(a, x), (b, y)| {
                (a, x.relation, &x.event).cmp(&(b, y.relation, &y.event))
            });
            edges.dedup_by(|(a, x), (b, y)| {
                a == b && x.relation == y.relation && x.event == y.event
            });
            for (other, edge) in edges {
                if let (Some(from), Some(to)) = (nodes.get(i), nodes.get(other)) {
                    graph.add_edge(*from, *to, edge);
                }
            }
        }
        Self { graph }
    }

    /// What leads from one trigger to another: by the first one, in the order in which they run, then by the second.
    pub fn edges(&self) -> impl Iterator<Item = Link<'_>> {
        let name = |i| self.graph.node_weight(i).map(|n: &Node| n.name.as_str());
        self.graph.edge_references().filter_map(move |edge| {
            Some(Link {
                from: name(edge.source())?,
                to: name(edge.target())?,
                relation: edge.weight().relation,
                event: &edge.weight().event,
            })
        })
    }
}
