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
            Self::NoSubject => "the event leads to no such record".into(),
            Self::NoneFound => "there is none to act for".into(),
            Self::Repeated => "it has fired in this chain already".into(),
            Self::AlreadyWaiting => "a firing of it waits already".into(),
            Self::Limit { name, loc, until } => {
                let kind = ir.and_then(|ir| limit(ir, loc));
                let kind = kind.map_or("cooldown", limit_word);
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
                "its delays and flows made it fire {most} times within an hour: is there a circle?"
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
            Self::Guard { guard, .. } => keyword(*guard),
            Self::Filter { .. } => "filter",
            Self::Unknown { .. } => "unknown",
            Self::NoneFound => "none",
            Self::Repeated => "repeated",
            Self::AlreadyWaiting => "waiting",
            Self::Limit { loc, .. } => limit_word(limit(ir, loc)?),
            Self::Unless { .. } => "unless",
            Self::TooLate { .. } => "late",
            Self::NeverAgain { .. } => "until",
            Self::Restarted => "restarted",
            Self::Stopped { .. } => "stopped",
            Self::Budget { .. } => "budget",
            Self::Breaker { .. } => "breaker",
            Self::NotFirst { .. } => "first",
            Self::SubjectGone => "gone",
            Self::Disabled => "disabled",
            Self::NoSubject | Self::Removed => return None,
        })
    }
}

/// Which clause the limit at a place is.
fn limit(ir: &Ir, loc: &Loc) -> Option<LimitKind> {
    let mut limits = ir.triggers.iter().flat_map(|t| &t.limits);
    limits.find(|l| l.loc == *loc).map(|l| l.kind)
}

fn limit_word(kind: LimitKind) -> &'static str {
    match kind {
        LimitKind::Once => "once",
        LimitKind::Cooldown => "cooldown",
        LimitKind::Limit => "limit",
    }
}

fn keyword(kind: GuardKind) -> &'static str {
    match kind {
        GuardKind::By => "by",
        GuardKind::Stage => "stage",
        GuardKind::When => "when",
        GuardKind::Where => "where",
        GuardKind::Until => "until",
        GuardKind::Goal => "goal",
        GuardKind::While => "while",
        GuardKind::During => "during",
    }
}

/// The clause as written, which may or may not begin with its keyword.
fn clause(kind: GuardKind, text: &str) -> String {
    let keyword = keyword(kind);
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
