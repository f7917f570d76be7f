//! Conditions that ask one another: in circles, or too many.

use std::collections::BTreeMap;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use smol_str::SmolStr;
use trig_grammar::Span;
use trig_ir::{Condition, ConditionId};

use crate::problem::Problem;
use crate::{relocate, rules};

/// What is wrong with how conditions ask one another. Each comes with the path of its file.
pub(crate) fn problems(conditions: &BTreeMap<ConditionId, (Condition, &SmolStr)>) -> Vec<Problem> {
    let mut graph: DiGraph<ConditionId, ()> = DiGraph::new();
    let nodes: BTreeMap<ConditionId, NodeIndex> = conditions
        .keys()
        .map(|id| (*id, graph.add_node(*id)))
        .collect();
    let mut asked: BTreeMap<ConditionId, Vec<ConditionId>> = BTreeMap::new();
    for (id, (condition, _)) in conditions {
        let mut all = Vec::new();
        relocate::conditions_of(&condition.body, &mut all);
        for other in &all {
            if let (Some(a), Some(b)) = (nodes.get(id), nodes.get(other)) {
                graph.update_edge(*a, *b, ());
            }
        }
        asked.insert(*id, all);
    }
    // whatever is asked comes before what asks it
    let components = kosaraju_scc(&graph);
    let mut circles = Vec::new();
    for component in &components {
        let own = |n: &NodeIndex| graph.contains_edge(*n, *n);
        if component.len() > 1 || component.first().is_some_and(own) {
            let ids = component.iter().filter_map(|n| graph.node_weight(*n));
            circles.extend(circle(conditions, ids.copied().collect()));
        }
    }
    if !circles.is_empty() {
        return circles;
    }
    let order = components.iter().flatten();
    let order = order.filter_map(|n| graph.node_weight(*n).copied());
    too_large(conditions, &asked, order)
}

/// The conditions of one circle.
fn circle(
    conditions: &BTreeMap<ConditionId, (Condition, &SmolStr)>,
    mut ids: Vec<ConditionId>,
) -> Option<Problem> {
    ids.sort();
    let (condition, path) = conditions.get(ids.first()?)?;
    let mut chain: Vec<SmolStr> = ids
        .iter()
        .filter_map(|id| conditions.get(id))
        .map(|(c, _)| c.name.clone())
        .collect();
    chain.extend(chain.first().cloned());
    Some(rules::condition_cycle::problem(
        path,
        span(condition),
        &chain,
    ))
}

/// The conditions that ask too much, the first of each chain; `order` has what is asked before what asks it.
fn too_large(
    conditions: &BTreeMap<ConditionId, (Condition, &SmolStr)>,
    asked: &BTreeMap<ConditionId, Vec<ConditionId>>,
    order: impl Iterator<Item = ConditionId>,
) -> Vec<Problem> {
    let limit = rules::condition_too_large::MOST;
    let mut sizes: BTreeMap<ConditionId, u64> = BTreeMap::new();
    let mut problems = Vec::new();
    for id in order {
        let Some((condition, path)) = conditions.get(&id) else {
            continue;
        };
        let of = |other: &ConditionId| sizes.get(other).copied().unwrap_or(1);
        let inner: Vec<u64> = asked.get(&id).into_iter().flatten().map(of).collect();
        let own = relocate::size(&condition.body);
        let size = inner
            .iter()
            .fold(own, |sum, size| sum.saturating_add(*size));
        if size > limit && inner.iter().all(|size| *size <= limit) {
            let name = &condition.name;
            problems.push(rules::condition_too_large::problem(
                path,
                span(condition),
                name,
            ));
        }
        sizes.insert(id, size);
    }
    problems
}

fn span(condition: &Condition) -> Span {
    Span::new(condition.loc.start, condition.loc.end)
}
