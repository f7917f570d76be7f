//! The graph as programs that draw read it, and as any program does.

use std::fmt::Write as _;

use super::{Crowd, Link, Node, Relation, TriggerGraph};

impl TriggerGraph {
    /// As Graphviz reads it. An event between many triggers is an ellipse.
    pub fn to_dot(&self) -> String {
        let mut out = "digraph triggers {\n    rankdir=LR;\n    node [shape=box];\n".to_owned();
        for (n, node) in self.triggers.iter().enumerate() {
            let _ = writeln!(out, "    n{n} [label={:?}];", label(node));
        }
        for (e, shared) in self.shared.iter().enumerate() {
            let _ = writeln!(out, "    e{e} [label={:?}, shape=ellipse];", shared.event);
        }
        self.lines(&mut out, |from, to, over| match over {
            Some((relation, event)) => {
                let style = match relation {
                    Relation::Starts => "",
                    Relation::Cancels => ", style=dashed",
                    Relation::Reaches => ", style=bold",
                };
                format!("{from} -> {to} [label={event:?}{style}];")
            }
            None => format!("{from} -> {to};"),
        });
        out.push_str("}\n");
        out
    }

    /// As Mermaid reads it. An event between many triggers has round ends.
    pub fn to_mermaid(&self) -> String {
        let quote = |text: &str| {
            text.replace('&', "#amp;")
                .replace('"', "#quot;")
                .replace('|', "#124;")
        };
        let mut out = "flowchart LR\n".to_owned();
        for (n, node) in self.triggers.iter().enumerate() {
            let label = quote(&label(node)).replace('\n', "<br>");
            let _ = writeln!(out, "    n{n}[\"{label}\"]");
        }
        for (e, shared) in self.shared.iter().enumerate() {
            let _ = writeln!(out, "    e{e}([\"{}\"])", quote(&shared.event));
        }
        self.lines(&mut out, |from, to, over| match over {
            Some((relation, event)) => {
                let arrow = match relation {
                    Relation::Starts => "-->",
                    Relation::Cancels => "-.->",
                    Relation::Reaches => "==>",
                };
                format!("{from} {arrow}|\"{}\"| {to}", quote(event))
            }
            None => format!("{from} --> {to}"),
        });
        out
    }

    /// As JSON: `{"version": 2, "triggers": […], "edges": [{"from", "to", "relation", "event"}], "crowds": [{"event",
    /// "from": […], "to": [{"trigger", "relation", "event"}]}]}`.
    pub fn to_json(&self) -> serde_json::Value {
        let edges: Vec<Link<'_>> = self.edges().collect();
        let crowds: Vec<Crowd<'_>> = self.crowds().collect();
        serde_json::json!({
            "version": 2,
            "triggers": self.triggers,
            "edges": edges,
            "crowds": crowds,
        })
    }

    /// A line for each edge, set in: between triggers, then to and from each event between many. What leads to such an
    /// event is no relation between triggers.
    fn lines(
        &self,
        out: &mut String,
        line: impl Fn(&str, &str, Option<(Relation, &str)>) -> String,
    ) {
        let mut add = |from: &str, to: &str, over: Option<(Relation, &str)>| {
            let _ = writeln!(out, "    {}", line(from, to, over));
        };
        let trigger = |i: usize| format!("n{i}");
        for edge in &self.edges {
            let over = Some((edge.relation, edge.event.as_str()));
            add(&trigger(edge.from), &trigger(edge.to), over);
        }
        for (e, shared) in self.shared.iter().enumerate() {
            let event = format!("e{e}");
            for from in &shared.from {
                add(&trigger(*from), &event, None);
            }
            for to in &shared.to {
                let over = Some((to.relation, to.event.as_str()));
                add(&event, &trigger(to.trigger), over);
            }
        }
    }
}

fn label(node: &Node) -> String {
    if node.label == node.name {
        node.name.clone()
    } else {
        format!("{}\n{}", node.name, node.label)
    }
}
