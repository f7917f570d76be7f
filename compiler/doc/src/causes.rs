//! Who starts and who cancels whom.

use std::collections::BTreeMap;

use trig_compiler::graph::TriggerGraph;
use trig_ir::Ir;

/// For each trigger, what leads to it and what it leads to: (the other, the event between them).
#[derive(Default)]
pub(crate) struct Causes {
    by_name: BTreeMap<String, Cause>,
}

#[derive(Default)]
pub(crate) struct Cause {
    pub(crate) started_by: Vec<(String, String)>,
    pub(crate) cancelled_by: Vec<(String, String)>,
    pub(crate) starts: Vec<(String, String)>,
    pub(crate) cancels: Vec<(String, String)>,
}

impl Causes {
    pub(crate) fn of(ir: &Ir) -> Self {
        let graph = TriggerGraph::of(ir).to_json();
        let mut causes = Self::default();
        for edge in graph
            .get("edges")
            .and_then(|e| e.as_array())
            .into_iter()
            .flatten()
        {
            let part = |key| edge.get(key).and_then(|v| v.as_str()).map(str::to_owned);
            let (Some(from), Some(to), Some(event)) = (part("from"), part("to"), part("event"))
            else {
                continue;
            };
            let cancels = part("relation").is_some_and(|r| r == "cancels");
            let source = causes.by_name.entry(from.clone()).or_default();
            let list = if cancels {
                &mut source.cancels
            } else {
                &mut source.starts
            };
            list.push((to.clone(), event.clone()));
            let target = causes.by_name.entry(to).or_default();
            let list = if cancels {
                &mut target.cancelled_by
            } else {
                &mut target.started_by
            };
            list.push((from, event));
        }
        for cause in causes.by_name.values_mut() {
            let lists = [
                &mut cause.started_by,
                &mut cause.cancelled_by,
                &mut cause.starts,
                &mut cause.cancels,
            ];
            for list in lists {
                list.sort();
                list.dedup();
            }
        }
        causes
    }

    pub(crate) fn of_trigger(&self, name: &str) -> Option<&Cause> {
        self.by_name.get(name)
    }
}
