//! The graph as programs that draw read it, and as any program does.

use std::fmt::Write as _;

use petgraph::visit::EdgeRef as _;

use super::{Edge, Node, Relation, TriggerGraph};

impl TriggerGraph {
    /// As Graphviz reads it.
    pub fn to_dot(&self) -> String {
        let body = self.lines(
            |n, node| format!("n{n} [label={:?}];", label(node)),
            |from, to, edge| {
                let style = match edge.relation {
                    Relation::Starts => "",
                    Relation::Cancels => ", style=dashed",
                    Relation::Reaches => ", style=bold",
                };
                format!("n{from} -> n{to} [label={:?}{style}];", edge.event)
            },
        );
        format!("digraph triggers {{\n    rankdir=LR;\n    node [shape=box];\n{body}}}\n")
    }

    /// As Mermaid reads it.
    pub fn to_mermaid(&self) -> String {
        let quote = |text: &str| {
            text.replace('&', "#amp;")
                .replace('"', "#quot;")
                .replace('|', "#124;")
        };
        let body = self.lines(
            |n, node| format!("n{n}[\"{}\"]", quote(&label(node)).replace('\n', "<br>")),
            |from, to, edge| {
                let arrow = match edge.relation {
                    Relation::Starts => "-->",
                    Relation::Cancels => "-.->",
                    Relation::Reaches => "==>",
                };
                format!("n{from} {arrow}|\"{}\"| n{to}", quote(&edge.event))
            },
        );
        format!("flowchart LR\n{body}")
    }

    /// As JSON: `{"version": 1, "triggers": […], "edges": [{"from", "to", "relation", "event"}]}`.
    pub fn to_json(&self) -> serde_json::Value {
        let triggers: Vec<&Node> = self.graph.node_weights().collect();
        let edges: Vec<_> = self.edges().collect();
        serde_json::json!({ "version": 1, "triggers": triggers, "edges": edges })
    }

    /// A line for each trigger, then one for each edge, set in.
    fn lines(
        &self,
        node: impl Fn(usize, &Node) -> String,
        edge: impl Fn(usize, usize, &Edge) -> String,
    ) -> String {
        let mut out = String::new();
        for (n, weight) in self.graph.node_weights().enumerate() {
            let _ = writeln!(out, "    {}", node(n, weight));
        }
        for e in self.graph.edge_references() {
            let (from, to) = (e.source().index(), e.target().index());
            let _ = writeln!(out, "    {}", edge(from, to, e.weight()));
        }
        out
    }
}

fn label(node: &Node) -> String {
    if node.label == node.name {
        node.name.clone()
    } else {
        format!("{}\n{}", node.name, node.label)
    }
}
