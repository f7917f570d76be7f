//! Which `on` of a trigger a firing that waits belongs to, across revisions.

use trig_ir::{EventKind, Start, Trigger};

use crate::state::StartName;

/// The name of a start. Only the numbers among those alike are stored, never its place in the trigger.
pub(crate) fn name(trigger: &Trigger, nth: usize) -> Option<StartName> {
    let start = trigger.starts.get(nth)?;
    let earlier = || trigger.starts.iter().take(nth);
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Some(StartName {
        text: start.pattern.text.as_str().into(),
        nth: number(earlier().filter(|other| alike(start, other)).count()),
        of_kind: number(earlier().filter(|other| same_kind(start, other)).count()),
    })
}

/// The start of a name, and of the kind of the event that armed the firing: the one of the same text, else the one of
/// the same number among its kind, else the only one of its kind. `None`: there is none; never one of another kind.
pub(crate) fn find(trigger: &Trigger, kind: &EventKind, name: &StartName) -> Option<usize> {
    let of_kind: Vec<(usize, &Start)> = trigger
        .starts
        .iter()
        .enumerate()
        .filter(|(_, start)| start.pattern.event == *kind)
        .collect();
    let at = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let same_text: Vec<usize> = of_kind
        .iter()
        .filter(|(_, start)| start.pattern.text == name.text.as_str())
        .map(|(nth, _)| *nth)
        .collect();
    let by_text = same_text.get(at(name.nth)).or(same_text.first());
    let by_number = || of_kind.get(at(name.of_kind)).map(|(nth, _)| nth);
    let only = || match of_kind.as_slice() {
        [(nth, _)] => Some(nth),
        _ => None,
    };
    by_text.or_else(by_number).or_else(only).copied()
}

fn same_kind(a: &Start, b: &Start) -> bool {
    a.pattern.event == b.pattern.event
}

fn alike(a: &Start, b: &Start) -> bool {
    same_kind(a, b) && a.pattern.text == b.pattern.text
}
