//! What an audit says, in the words of people: shared by everything that shows one.

use trig_ir::{GuardKind, Ir, LimitKind, Loc, Value};

use crate::Why;
use crate::state::NEVER;

impl Why {
    /// What decided, where it stands (as far as `ir` says), and what it read.
    pub fn told(&self, ir: Option<&Ir>) -> String {
        let at = |loc: &Loc| place(ir, loc);
        match self {
            Self::Guard {
                guard,
                text,
                loc,
                values,
            } => format!("{} {}{}", clause(*guard, text), at(loc), read(values)),
            Self::Filter { text, loc, values } => format!("{text} {}{}", at(loc), read(values)),
            Self::Unknown { field, loc } => format!("{field} is not known {}", at(loc)),
            Self::NoSubject {
                entity,
                place,
                known,
            } => {
                let is = if *known { "empty" } else { "not known" };
                format!("the event names no {entity} (`{place}` is {is})")
            }
            Self::NoneFound => "there is none to act for".into(),
            Self::Repeated => "it has fired in this chain already".into(),
            Self::AlreadyWaiting => "a firing of it waits already".into(),
            Self::Limit { name, loc, until } => {
                let kind = ir.and_then(|ir| limit(ir, loc));
                let kind = kind.map_or("cooldown", LimitKind::keyword);
                // `once` without a period allows none any more
                let next = if *until == NEVER {
                    "used up for ever".to_owned()
                } else {
                    format!("the next at {until}")
                };
                format!("{kind} {name}: {next} {}", at(loc))
            }
            Self::Unless { text, loc } => format!("unless {text} {}", at(loc)),
            Self::TooLate { text, loc } => format!("{text} was not reached in time {}", at(loc)),
            Self::NeverAgain { text, loc } => format!("{text} comes no more {}", at(loc)),
            Self::Restarted => "another firing took its place".into(),
            Self::Stopped { by } => format!("{by} stopped it"),
            Self::Budget { most } => format!(
                "its delays, flows and sweeps made it start {most} times within an hour: is there a circle?"
            ),
            Self::TooLong { most, loc } => format!(
                "its body takes more than {most} steps {}: does a `for each` stand in another?",
                at(loc)
            ),
            Self::Breaker { name, until } => format!("breaker {name} pauses it until {until}"),
            Self::NotFirst { loc } => format!("it was not the first {}", at(loc)),
            Self::SubjectGone => "the record is gone".into(),
            Self::Disabled => "it is disabled".into(),
            Self::Removed => "it is no longer part of the project".into(),
        }
    }

    /// What decided, in one word: one of [`trig_ir::REASONS`]. `None`: an outcome that no project can name.
    pub fn word(&self, ir: &Ir) -> Option<&'static str> {
        Some(match self {
            Self::Guard {
                guard: GuardKind::Goal,
                ..
            } => return None,
            Self::Guard { guard, .. } => guard.keyword(),
            Self::Filter { .. } => "filter",
            Self::Unknown { .. } => "unknown",
            Self::NoneFound => "none",
            Self::Repeated => "repeated",
            Self::AlreadyWaiting => "waiting",
            Self::Limit { loc, .. } => limit(ir, loc)?.keyword(),
            Self::Unless { .. } => "unless",
            Self::TooLate { .. } => "late",
            Self::NeverAgain { .. } => "until",
            Self::Restarted => "restarted",
            Self::Stopped { .. } => "stopped",
            Self::Budget { .. } | Self::TooLong { .. } => "budget",
            Self::Breaker { .. } => "breaker",
            Self::NotFirst { .. } => "first",
            Self::SubjectGone => "gone",
            Self::Disabled => "disabled",
            Self::NoSubject { .. } | Self::Removed => return None,
        })
    }
}

/// Which clause the limit at a place is.
fn limit(ir: &Ir, loc: &Loc) -> Option<LimitKind> {
    let mut limits = ir.triggers.iter().flat_map(|t| &t.limits);
    limits.find(|l| l.loc == *loc).map(|l| l.kind)
}

/// The clause as written, which may or may not begin with its keyword.
fn clause(kind: GuardKind, text: &str) -> String {
    let keyword = kind.keyword();
    match text.split_whitespace().next() {
        Some(first) if first == keyword => text.to_owned(),
        _ => format!("{keyword} {text}"),
    }
}

fn place(ir: Option<&Ir>, loc: &Loc) -> String {
    match ir.and_then(|ir| ir.files.get(loc.file.index())) {
        Some(file) => format!("({}:{})", file.path, loc.line),
        None => format!("(line {})", loc.line),
    }
}

fn read(values: &[(String, Value)]) -> String {
    if values.is_empty() {
        return String::new();
    }
    let parts: Vec<String> = values
        .iter()
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    format!("   {}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_without_its_record_is_told_by_the_place_that_names_it() {
        let told = |known| {
            let why = Why::NoSubject {
                entity: "lead".into(),
                place: "event.lead".into(),
                known,
            };
            why.told(None)
        };
        assert_eq!(
            told(true),
            "the event names no lead (`event.lead` is empty)"
        );
        assert_eq!(
            told(false),
            "the event names no lead (`event.lead` is not known)"
        );
    }
}
