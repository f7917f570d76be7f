//! Which clocks a revision has, by the names under which they are stored.

use trig_ir::{Clock, Trigger};

use crate::state::ClockName;

/// The starts of a trigger that have a clock, by name.
pub(crate) fn clocks(trigger: &Trigger) -> impl Iterator<Item = (usize, ClockName, &Clock)> {
    trigger
        .starts
        .iter()
        .enumerate()
        .filter_map(|(nth, start)| {
            let clock = start.clock.as_ref()?;
            Some((nth, name(trigger, nth)?, clock))
        })
}

/// The name of a start: its text, and its number among those of that text.
pub(crate) fn name(trigger: &Trigger, nth: usize) -> Option<ClockName> {
    let text = &trigger.starts.get(nth)?.pattern.text;
    let earlier = trigger.starts.iter().take(nth);
    let alike = earlier.filter(|start| start.pattern.text == *text).count();
    Some(ClockName {
        text: text.as_str().into(),
        nth: u32::try_from(alike).unwrap_or(u32::MAX),
    })
}
