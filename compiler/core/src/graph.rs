//! Who triggers whom: which trigger's actions cause events that start, or cancel, another.

use std::fmt::Write as _;

use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use serde::Serialize;
use trig_ir::{
    Action, ActionKind, EntityId, EventKind, Expr, Ir, Pattern, Place, Root, SetOp, StageName,
    Trigger, Type,
};

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
#[derive(Clone, Debug, Serialize)]
struct Edge {
    /// `starts` or `cancels`.
    relation: Relation,
    /// The event between the two, as the second trigger writes it.
    event: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum Relation {
    Starts,
    Cancels,
}

/// Something that an action can cause.
struct Cause {
    event: EventKind,
    /// The stage to which a record comes, where it is certain.
    to: Option<StageName>,
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
        let mut listeners: std::collections::BTreeMap<
            &EventKind,
            Vec<(usize, Relation, &Pattern)>,
        > = Default::default();
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
            for cancel in afters.flat_map(|a| &a.unless) {
                let by_us =
                    cancel.by.is_empty() || cancel.by.contains(&trig_ir::ActorKind::Automation);
                if by_us {
                    listeners.entry(&cancel.pattern.event).or_default().push((
                        i,
                        Relation::Cancels,
                        &cancel.pattern,
                    ));
                }
            }
        }
        for (i, trigger) in ir.triggers.iter().enumerate().filter(|(_, t)| !t.disabled) {
            let mut edges: Vec<(usize, Edge)> = Vec::new();
            for cause in trigger.actions.iter().flat_map(|a| causes(ir, trigger, a)) {
                for (other, relation, pattern) in listeners.get(&cause.event).into_iter().flatten()
                {
                    if !excluded(&cause, pattern) {
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

    /// As Graphviz reads it.
    pub fn to_dot(&self) -> String {
        let mut out = String::from("digraph triggers {\n    rankdir=LR;\n    node [shape=box];\n");
        for (i, node) in self.graph.node_indices().zip(self.graph.node_weights()) {
            let _ = writeln!(out, "    n{} [label={:?}];", i.index(), label(node));
        }
        for edge in self.graph.edge_references() {
            let style = if edge.weight().relation == Relation::Cancels {
                ", style=dashed"
            } else {
                ""
            };
            let (from, to) = (edge.source().index(), edge.target().index());
            let _ = writeln!(
                out,
                "    n{from} -> n{to} [label={:?}{style}];",
                edge.weight().event
            );
        }
        out.push_str("}\n");
        out
    }

    /// As Mermaid reads it.
    pub fn to_mermaid(&self) -> String {
        let quote = |text: &str| {
            text.replace('&', "#amp;")
                .replace('"', "#quot;")
                .replace('|', "#124;")
        };
        let mut out = String::from("flowchart LR\n");
        for (i, node) in self.graph.node_indices().zip(self.graph.node_weights()) {
            let _ = writeln!(
                out,
                "    n{}[\"{}\"]",
                i.index(),
                quote(&label(node)).replace('\n', "<br>")
            );
        }
        for edge in self.graph.edge_references() {
            let arrow = if edge.weight().relation == Relation::Cancels {
                "-.->"
            } else {
                "-->"
            };
            let (from, to) = (edge.source().index(), edge.target().index());
            let _ = writeln!(
                out,
                "    n{from} {arrow}|\"{}\"| n{to}",
                quote(&edge.weight().event)
            );
        }
        out
    }

    /// As JSON: `{"version": 1, "triggers": […], "edges": [{"from", "to", "relation", "event"}]}`.
    pub fn to_json(&self) -> serde_json::Value {
        let name = |i| self.graph.node_weight(i).map(|n| n.name.clone());
        let edges: Vec<serde_json::Value> = self
            .graph
            .edge_references()
            .map(|e| {
                serde_json::json!({
                    "from": name(e.source()),
                    "to": name(e.target()),
                    "relation": e.weight().relation,
                    "event": e.weight().event,
                })
            })
            .collect();
        let triggers: Vec<&Node> = self.graph.node_weights().collect();
        serde_json::json!({ "version": 1, "triggers": triggers, "edges": edges })
    }
}

fn label(node: &Node) -> String {
    if node.label == node.name {
        node.name.clone()
    } else {
        format!("{}\n{}", node.name, node.label)
    }
}

/// What an action can cause.
fn causes(ir: &Ir, trigger: &Trigger, action: &Action) -> Vec<Cause> {
    let plain = |event| Cause { event, to: None };
    match &action.kind {
        ActionKind::Move { record, to, .. } => {
            let Some(entity) = entity_of(ir, trigger, record) else {
                return Vec::new();
            };
            let mut causes = vec![
                Cause {
                    event: EventKind::Moved(entity),
                    to: Some(to.clone()),
                },
                Cause {
                    event: EventKind::Entered(entity),
                    to: Some(to.clone()),
                },
            ];
            let stage = ir.entities.get(entity.index()).and_then(|e| {
                e.fields
                    .iter()
                    .find(|f| f.ty == Type::Stage(entity))
                    .map(|f| f.name.clone())
            });
            causes.extend(stage.map(|f| Cause {
                event: EventKind::Changed(entity, f),
                to: Some(to.clone()),
            }));
            causes
        }
        ActionKind::Set {
            record, field, op, ..
        } => {
            let Some(entity) = entity_of(ir, trigger, record) else {
                return Vec::new();
            };
            let declared = ir.entities.get(entity.index()).and_then(|e| e.field(field));
            if declared.is_some_and(|f| f.silent) {
                return Vec::new();
            }
            let mut causes = vec![plain(EventKind::Changed(entity, field.clone()))];
            if declared.is_some_and(|f| f.ty.element().is_some()) {
                if *op != SetOp::Remove {
                    causes.push(plain(EventKind::Gained(entity, field.clone())));
                }
                if *op != SetOp::Add {
                    causes.push(plain(EventKind::Lost(entity, field.clone())));
                }
            }
            causes
        }
        ActionKind::Emit { event, .. } => vec![plain(EventKind::Event(*event))],
        ActionKind::Call { action, .. } => ir
            .actions
            .get(action.index())
            .map(|a| {
                a.emits
                    .iter()
                    .map(|e| plain(EventKind::Event(*e)))
                    .collect()
            })
            .unwrap_or_default(),
        ActionKind::Start { flow, .. } => vec![plain(EventKind::Started(flow.clone()))],
        ActionKind::Create { entity, .. } => vec![plain(EventKind::Created(*entity))],
        ActionKind::Goal { name, .. } => vec![
            plain(EventKind::GoalReached(trigger.name.clone(), name.clone())),
            plain(EventKind::GoalSkipped(trigger.name.clone(), name.clone())),
        ],
        ActionKind::If {
            then, otherwise, ..
        } => then
            .iter()
            .chain(otherwise)
            .flat_map(|action| causes(ir, trigger, action))
            .collect(),
        ActionKind::ForEach { body, .. } => body
            .iter()
            .flat_map(|action| causes(ir, trigger, action))
            .collect(),
        ActionKind::Stop { .. } | ActionKind::Wait(_) | ActionKind::WaitUntil(_) => Vec::new(),
    }
}

/// The entity of the record at a place of a trigger's body.
fn entity_of(ir: &Ir, trigger: &Trigger, place: &Place) -> Option<EntityId> {
    let mut names = place.path.iter();
    let mut entity = match place.root {
        Root::Subject | Root::Old => trigger.subject?,
        Root::Outer => match &trigger.starts.first()?.pattern.event {
            EventKind::Event(_)
            | EventKind::Clock
            | EventKind::Started(_)
            | EventKind::GoalReached(..)
            | EventKind::GoalSkipped(..) => return None,
            EventKind::Created(e)
            | EventKind::Due(e, _)
            | EventKind::Deleted(e)
            | EventKind::Moved(e)
            | EventKind::Entered(e)
            | EventKind::Changed(e, _)
            | EventKind::Gained(e, _)
            | EventKind::Lost(e, _) => *e,
        },
        Root::Event => {
            let first = names.next()?;
            match &trigger.starts.first()?.pattern.event {
                EventKind::Event(id) => match ir.events.get(id.index())?.field(first)?.ty {
                    Type::Entity(e) => e,
                    _ => return None,
                },
                _ => trigger.subject?,
            }
        }
        Root::Candidate | Root::Binder(_) => return None,
    };
    for name in names {
        match ir.entities.get(entity.index())?.field(name)?.ty {
            Type::Entity(e) => entity = e,
            _ => return None,
        }
    }
    Some(entity)
}

/// Whether a pattern certainly does not look at what is caused: it asks for another stage.
fn excluded(cause: &Cause, pattern: &Pattern) -> bool {
    let (Some(to), Some(filter)) = (&cause.to, &pattern.filter) else {
        return false;
    };
    let mut conjuncts = vec![filter];
    while let Some(expr) = conjuncts.pop() {
        match expr {
            Expr::And(all) => conjuncts.extend(all),
            Expr::InStages(stage, stages) => {
                let is_to = matches!(&**stage, Expr::Load(p) if p.root == Root::Candidate && p.path == ["to"]);
                if is_to && !stages.contains(to) {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}
