//! Which triggers lead to which, by the events between them.
//!
//! Where many triggers cause what many look at, each of the ones leads to each of the others: written out, that is as
//! much as both numbers multiplied. There, the event stands between them.

use std::collections::{BTreeMap, BTreeSet};

use trig_ir::{EventKind, Ir, Pattern, StageName};

use super::cause::{Cause, asked};
use super::{Edge, Listener, Relation, Shared};

/// So many edges of one event are written out, for its causes and listeners that have to do with each other.
const MOST_PAIRS: usize = 256;
/// So often the causes of one event are counted, once for each choice of stages that listeners ask for; beyond that, these
/// might ask for any.
const MOST_WORK: usize = 1_000_000;
/// So many stages stand in the name of an event.
const MOST_NAMED: usize = 3;

/// Something that looks at an event.
pub(super) struct Look<'a> {
    pub(super) trigger: usize,
    pub(super) relation: Relation,
    pub(super) pattern: &'a Pattern,
}

/// Triggers that cause an event, by the stage to which it certainly leads.
type Causing = BTreeMap<Option<StageName>, BTreeSet<usize>>;

/// What can cause an event, and what looks at it.
#[derive(Default)]
pub(super) struct Meeting<'a> {
    causing: Causing,
    looks: Vec<Look<'a>>,
}

impl<'a> Meeting<'a> {
    pub(super) fn look(&mut self, look: Look<'a>) {
        self.looks.push(look);
    }

    pub(super) fn cause(&mut self, trigger: usize, to: Option<StageName>) {
        self.causing.entry(to).or_default().insert(trigger);
    }

    /// Adds what comes of it.
    pub(super) fn settle(
        &self,
        ir: &Ir,
        event: &EventKind,
        edges: &mut Vec<Edge>,
        shared: &mut Vec<Shared>,
    ) {
        for group in self.groups() {
            if group.from.len() * group.looks.len() <= MOST_PAIRS {
                edges.extend(group.edges());
            } else {
                shared.push(group.shared(ir, event));
            }
        }
    }

    /// The listeners with all that can cause what they look at, together where that is the same.
    fn groups(&self) -> Vec<Group<'_>> {
        let causing: Vec<(&Option<StageName>, &BTreeSet<usize>)> = self.causing.iter().collect();
        let at: BTreeMap<&Option<StageName>, usize> = causing
            .iter()
            .enumerate()
            .map(|(at, (to, _))| (*to, at))
            .collect();
        let mut by_stages: BTreeMap<BTreeSet<usize>, Vec<&Look<'a>>> = BTreeMap::new();
        let mut any = Vec::new();
        for look in &self.looks {
            match met(look.pattern, &at) {
                Some(met) if met.len() < causing.len() => {
                    by_stages.entry(met).or_default().push(look);
                }
                _ => any.push(look),
            }
        }
        let size = |at: &usize| causing.get(*at).map_or(0, |(_, from)| from.len());
        let work: usize = by_stages.keys().flatten().map(size).sum();
        if work > MOST_WORK {
            any.extend(by_stages.into_values().flatten());
            by_stages = BTreeMap::new();
        }
        let of = |(met, looks): (BTreeSet<usize>, _)| {
            let these = || met.iter().filter_map(|at| causing.get(*at));
            let named = met.len() <= MOST_NAMED;
            Group {
                stages: these()
                    .filter_map(|(to, _)| to.as_ref().filter(|_| named))
                    .collect(),
                from: these().flat_map(|(_, from)| *from).copied().collect(),
                looks,
            }
        };
        let whole = Group {
            stages: Vec::new(),
            from: self.causing.values().flatten().copied().collect(),
            looks: any,
        };
        std::iter::once(whole)
            .chain(by_stages.into_iter().map(of))
            .filter(|group| !group.from.is_empty() && !group.looks.is_empty())
            .collect()
    }
}

/// Which of the causes a pattern looks at, by where they stand; `None` where it does not ask for stages.
fn met(pattern: &Pattern, at: &BTreeMap<&Option<StageName>, usize>) -> Option<BTreeSet<usize>> {
    let asked = asked(pattern);
    let (first, rest) = asked.split_first()?;
    let sure = first
        .iter()
        .filter(|stage| rest.iter().all(|stages| stages.contains(stage)))
        .map(|stage| Some(stage.clone()));
    // what may lead to any stage may lead to one of these
    let all = sure.chain([None]);
    Some(all.filter_map(|to| at.get(&to).copied()).collect())
}

/// Triggers each of which leads to each of the listeners.
struct Group<'a> {
    /// The stages to which the causes lead, where listeners ask for few alone.
    stages: Vec<&'a StageName>,
    from: BTreeSet<usize>,
    looks: Vec<&'a Look<'a>>,
}

impl Group<'_> {
    fn edges(&self) -> impl Iterator<Item = Edge> {
        self.from.iter().flat_map(|from| {
            self.looks.iter().map(|look| Edge {
                from: *from,
                to: look.trigger,
                relation: look.relation,
                event: look.pattern.text.clone(),
            })
        })
    }

    fn shared(&self, ir: &Ir, event: &EventKind) -> Shared {
        let mut to: Vec<Listener> = self
            .looks
            .iter()
            .map(|look| Listener {
                trigger: look.trigger,
                relation: look.relation,
                event: look.pattern.text.clone(),
            })
            .collect();
        to.sort();
        to.dedup();
        Shared {
            event: name(ir, event, &self.stages),
            from: self.from.iter().copied().collect(),
            to,
        }
    }
}

/// An event as triggers write it.
fn name(ir: &Ir, event: &EventKind, stages: &[&StageName]) -> String {
    let of = |id: &trig_ir::EntityId| {
        let name = ir.entities.get(id.index()).map_or("", |e| e.name.as_str());
        name.rsplit('.').next().unwrap_or(name).to_owned()
    };
    let stages: Vec<String> = stages.iter().map(ToString::to_string).collect();
    let to = stages.join(" or ");
    let behind = |word: &str| {
        if to.is_empty() {
            String::new()
        } else {
            format!(" {word} {to}")
        }
    };
    match event {
        EventKind::Event(id) => {
            let event = ir.events.get(id.index());
            event.map_or_else(String::new, |e| e.name.to_string())
        }
        EventKind::Created(id) => format!("{} created", of(id)),
        EventKind::Deleted(id) => format!("{} deleted", of(id)),
        EventKind::Moved(id) => format!("{} moved{}", of(id), behind("to")),
        EventKind::Entered(id) if to.is_empty() => format!("{} enters a stage", of(id)),
        EventKind::Entered(id) => format!("{} enters {to}", of(id)),
        EventKind::Changed(id, field) => format!("{}.{field} changed{}", of(id), behind("to")),
        EventKind::Gained(id, field) => format!("{}.{field} gains", of(id)),
        EventKind::Lost(id, field) => format!("{}.{field} loses", of(id)),
        EventKind::Due(id, field) => format!("{}.{field} comes", of(id)),
        EventKind::Clock => "the clock".to_owned(),
        EventKind::Started(flow) => format!("start {flow}"),
        EventKind::GoalReached(flow, goal) => format!("{flow}.{goal} reached"),
        EventKind::GoalSkipped(flow, goal) => format!("{flow}.{goal} skipped"),
    }
}

impl Cause {
    /// Notes it where triggers look at its event; what nobody looks at leads nowhere.
    pub(super) fn meet(self, trigger: usize, meetings: &mut BTreeMap<EventKind, Meeting<'_>>) {
        if let Some(meeting) = meetings.get_mut(&self.event) {
            meeting.cause(trigger, self.to);
        }
    }
}
