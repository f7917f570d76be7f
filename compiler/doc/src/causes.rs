//! Who starts, cancels and brings to a goal whom.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use trig_compiler::graph::{Crowd, Relation, TriggerGraph};
use trig_ir::Ir;

use crate::escape::escape;
use crate::outline::Outline;
use crate::trigger::link;

/// For each trigger, what leads to it and what it leads to.
#[derive(Default)]
pub(crate) struct Causes {
    by_name: BTreeMap<String, Cause>,
    /// The events between many triggers, each as it is shown.
    crowds: Vec<Gathering>,
}

/// An event that many triggers cause and many look at.
struct Gathering {
    event: String,
    /// How many triggers cause it, and how many look at it.
    sizes: (usize, usize),
    from: Vec<String>,
    /// The trigger, and the event as it writes it.
    to: BTreeMap<Relation, BTreeSet<(String, String)>>,
}

/// By what is done: the other trigger, and the event between them.
type Others = BTreeMap<Relation, Vec<(String, String)>>;

#[derive(Default)]
pub(crate) struct Cause {
    /// What others do to it.
    pub(crate) by: Others,
    /// What it does to others.
    pub(crate) to: Others,
    /// What many do to it: by which of the crowds, and the event.
    pub(crate) by_many: BTreeSet<(Relation, usize, String)>,
    /// Which of the crowds look at what it does.
    pub(crate) to_many: BTreeSet<usize>,
}

impl Causes {
    pub(crate) fn of(ir: &Ir) -> Self {
        let mut causes = Self::default();
        let graph = TriggerGraph::of(ir);
        for crowd in graph.crowds() {
            causes.gather(&crowd);
        }
        for edge in graph.edges() {
            let note = |others: &mut Others, name: &str| {
                let other = (name.to_owned(), edge.event.to_owned());
                others.entry(edge.relation).or_default().push(other);
            };
            note(&mut causes.trigger(edge.from).to, edge.to);
            note(&mut causes.trigger(edge.to).by, edge.from);
        }
        for cause in causes.by_name.values_mut() {
            for list in cause.by.values_mut().chain(cause.to.values_mut()) {
                list.sort();
                list.dedup();
            }
        }
        causes
    }

    fn gather(&mut self, crowd: &Crowd<'_>) {
        let n = self.crowds.len();
        let mut to: BTreeMap<Relation, BTreeSet<(String, String)>> = BTreeMap::new();
        for name in &crowd.from {
            self.trigger(name).to_many.insert(n);
        }
        for met in &crowd.to {
            let event = met.event.to_owned();
            let by = &mut self.trigger(met.trigger).by_many;
            by.insert((met.relation, n, event.clone()));
            let others = to.entry(met.relation).or_default();
            others.insert((met.trigger.to_owned(), event));
        }
        let looking: BTreeSet<&str> = crowd.to.iter().map(|met| met.trigger).collect();
        self.crowds.push(Gathering {
            event: crowd.event.to_owned(),
            sizes: (crowd.from.len(), looking.len()),
            from: crowd.from.iter().map(|&name| name.to_owned()).collect(),
            to,
        });
    }

    /// The event of a crowd, as a link to what is said of it.
    pub(crate) fn crowd(&self, n: usize) -> String {
        let event = self.crowds.get(n).map_or("", |c| c.event.as_str());
        format!("<a href=\"#crowd-{n}\"><code>{}</code></a>", escape(event))
    }

    /// How many triggers cause the event of a crowd, and how many look at it.
    pub(crate) fn sizes(&self, n: usize) -> (usize, usize) {
        self.crowds.get(n).map_or((0, 0), |crowd| crowd.sizes)
    }

    /// The events between many triggers: said once, for all of them.
    pub(crate) fn crowds(&self, outline: &Outline) -> String {
        let mut out = String::new();
        for (n, crowd) in self.crowds.iter().enumerate() {
            let (from, to) = crowd.sizes;
            let _ = writeln!(
                out,
                "<article id=\"crowd-{n}\">\n<h3><span class=\"kind\">event</span> {}</h3>\n\
                 <p class=\"facts\">{from} triggers can cause it, {to} look at it</p>",
                escape(&crowd.event)
            );
            let causing = crowd.from.iter().map(|name| link(outline, name));
            details(&mut out, "can be caused by", causing);
            for (relation, others) in &crowd.to {
                let looking = others.iter().map(|(name, event)| {
                    format!("{}: <code>{}</code>", link(outline, name), escape(event))
                });
                details(&mut out, active(*relation), looking);
            }
            out.push_str("</article>\n");
        }
        out
    }

    fn trigger(&mut self, name: &str) -> &mut Cause {
        self.by_name.entry(name.to_owned()).or_default()
    }

    pub(crate) fn of_trigger(&self, name: &str) -> Option<&Cause> {
        self.by_name.get(name)
    }
}

/// A list that is opened where somebody wants to read it.
fn details(out: &mut String, what: &str, items: impl Iterator<Item = String>) {
    let _ = writeln!(out, "<details>\n<summary>{what}</summary>\n<ul>");
    for item in items {
        let _ = writeln!(out, "<li>{item}</li>");
    }
    out.push_str("</ul>\n</details>\n");
}

/// What others do to a trigger.
pub(crate) fn passive(relation: Relation) -> &'static str {
    match relation {
        Relation::Starts => "can be started by",
        Relation::Cancels => "can be cancelled by",
        Relation::Reaches => "can be brought to a goal by",
    }
}

/// What a trigger does to others.
pub(crate) fn active(relation: Relation) -> &'static str {
    match relation {
        Relation::Starts => "can start",
        Relation::Cancels => "can cancel",
        Relation::Reaches => "can bring to a goal",
    }
}
