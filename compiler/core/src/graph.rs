//! Who triggers whom: which trigger's actions cause events that start, or cancel, another.

use std::fmt::Write as _;

use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use serde::Serialize;
use trig_ir::{
    Action, ActionKind, EachSource, EntityId, EventKind, Expr, Ir, Pattern, Place, Reached, Root,
    SetOp, StageName, Trigger, Type,
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
    /// `starts`, `cancels` or `reaches`.
    relation: Relation,
    /// The event between the two, as the second trigger writes it.
    event: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum Relation {
    Starts,
    Cancels,
    /// A goal of it.
    Reaches,
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
                let by_us =
                    cancel.by.is_empty() || cancel.by.contains(&trig_ir::ActorKind::Automation);
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
            for cause in trigger
                .actions
                .iter()
                .flat_map(|a| causes(ir, trigger, &mut Vec::new(), a))
            {
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
            let style = match edge.weight().relation {
                Relation::Starts => "",
                Relation::Cancels => ", style=dashed",
                Relation::Reaches => ", style=bold",
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
            let arrow = match edge.weight().relation {
                Relation::Starts => "-->",
                Relation::Cancels => "-.->",
                Relation::Reaches => "==>",
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

/// The variables of enclosing `for each`: number and entity.
type Binders = Vec<(u32, EntityId)>;

/// What an action can cause.
fn causes(ir: &Ir, trigger: &Trigger, binders: &mut Binders, action: &Action) -> Vec<Cause> {
    let plain = |event| Cause { event, to: None };
    match &action.kind {
        ActionKind::Move { record, to, .. } => {
            let Some(entity) = entity_of(ir, trigger, binders, record) else {
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
            let Some(entity) = entity_of(ir, trigger, binders, record) else {
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
            .flat_map(|action| causes(ir, trigger, binders, action))
            .collect(),
        ActionKind::ForEach { each, slot, body } => {
            let element = match &each.source {
                EachSource::Of(place) => element_of(ir, trigger, binders, place),
                EachSource::All(entity) => Some(*entity),
            };
            let outside = binders.len();
            binders.extend(element.map(|entity| (*slot, entity)));
            let caused = body
                .iter()
                .flat_map(|action| causes(ir, trigger, binders, action))
                .collect();
            binders.truncate(outside);
            caused
        }
        ActionKind::Stop { .. } | ActionKind::Wait(_) | ActionKind::WaitUntil(_) => Vec::new(),
    }
}

/// The entity of the record at a place of a trigger's body.
fn entity_of(ir: &Ir, trigger: &Trigger, binders: &Binders, place: &Place) -> Option<EntityId> {
    match type_of(ir, trigger, binders, place)? {
        Type::Entity(entity) => Some(entity),
        _ => None,
    }
}

/// The entity of the records in a collection at a place of a trigger's body.
fn element_of(ir: &Ir, trigger: &Trigger, binders: &Binders, place: &Place) -> Option<EntityId> {
    match type_of(ir, trigger, binders, place)?.element()? {
        Type::Entity(entity) => Some(*entity),
        _ => None,
    }
}

/// The type of what stands at a place of a trigger's body.
fn type_of(ir: &Ir, trigger: &Trigger, binders: &Binders, place: &Place) -> Option<Type> {
    let mut names = place.path.iter();
    let mut ty = match place.root {
        Root::Subject | Root::Old => Type::Entity(trigger.subject?),
        Root::Outer => match &trigger.each.as_ref()?.source {
            // of several starts, each leads to a record of the same entity
            EachSource::Of(_) => {
                let subject = trigger.starts.iter().find_map(|s| s.subject.as_ref())?;
                type_of(ir, trigger, binders, subject)?
            }
            EachSource::All(_) => return None,
        },
        Root::Event => {
            let first = names.next()?;
            let kinds = trigger.starts.iter().map(|s| &s.pattern.event);
            kinds
                .into_iter()
                .find_map(|kind| field_type(ir, trigger, kind, first))?
        }
        Root::Binder(slot) => {
            let found = binders.iter().rev().find(|(of, _)| *of == slot);
            Type::Entity(found?.1)
        }
        Root::Candidate => return None,
    };
    for name in names {
        let Type::Entity(entity) = ty else {
            return None;
        };
        ty = ir.entities.get(entity.index())?.field(name)?.ty.clone();
    }
    Some(ty)
}

/// The type of an event's field, where it leads to records.
fn field_type(ir: &Ir, trigger: &Trigger, kind: &EventKind, name: &str) -> Option<Type> {
    let record = match kind {
        EventKind::Event(id) => return Some(ir.events.get(id.index())?.field(name)?.ty.clone()),
        EventKind::Clock => return None,
        EventKind::Started(_) | EventKind::GoalReached(..) | EventKind::GoalSkipped(..) => {
            trigger.subject?
        }
        EventKind::Created(entity)
        | EventKind::Due(entity, _)
        | EventKind::Deleted(entity)
        | EventKind::Moved(entity)
        | EventKind::Entered(entity)
        | EventKind::Changed(entity, _)
        | EventKind::Gained(entity, _)
        | EventKind::Lost(entity, _) => *entity,
    };
    (name == "record").then_some(Type::Entity(record))
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
