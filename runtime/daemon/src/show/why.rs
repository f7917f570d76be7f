//! Why a trigger did not fire, as a person reads it.

use trig_engine::Why;
use trig_ir::{GuardKind, Ir, Loc, Value};

/// What decided, where it stands, and what it read.
pub(super) fn why(why: &Why, ir: Option<&Ir>) -> String {
    let at = |loc: &Loc| place(ir, loc);
    match why {
        Why::Guard {
            guard,
            text,
            loc,
            values,
        } => format!("{} {}{}", clause(*guard, text), at(loc), read(values)),
        Why::Filter { text, loc, values } => format!("{text} {}{}", at(loc), read(values)),
        Why::Unknown { field, loc } => format!("{field} is not known {}", at(loc)),
        Why::NoSubject => "the event leads to no such record".into(),
        Why::NoneFound => "there is none to act for".into(),
        Why::Repeated => "it has fired in this chain already".into(),
        Why::AlreadyWaiting => "a firing of it waits already".into(),
        Why::Limit { name, loc, until } => {
            format!("cooldown {name}: the next at {until} {}", at(loc))
        }
        Why::Unless { text, loc } => format!("unless {text} {}", at(loc)),
        Why::TooLate { text, loc } => format!("{text} was not reached in time {}", at(loc)),
        Why::NeverAgain { text, loc } => format!("{text} comes no more {}", at(loc)),
        Why::Restarted => "another firing took its place".into(),
        Why::Stopped { by } => format!("{by} stopped it"),
        Why::Breaker { name, until } => format!("breaker {name} pauses it until {until}"),
        Why::NotFirst { loc } => format!("it was not the first {}", at(loc)),
        Why::SubjectGone => "the record is gone".into(),
        Why::Disabled => "it is disabled".into(),
        Why::Removed => "it is no longer part of the project".into(),
    }
}

/// The clause as written, which may or may not begin with its keyword.
fn clause(kind: GuardKind, text: &str) -> String {
    let keyword = match kind {
        GuardKind::By => "by",
        GuardKind::Stage => "stage",
        GuardKind::When => "when",
        GuardKind::Where => "where",
        GuardKind::Until => "until",
        GuardKind::Goal => "goal",
        GuardKind::While => "while",
        GuardKind::During => "during",
    };
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
