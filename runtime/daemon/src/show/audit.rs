//! One thing that happened while an input was evaluated, as a line.

use anstyle::Style;
use trig_engine::Audit;
use trig_ir::{ActorKind, Ir, RecordKey};

use super::lines::time;
use super::style::{BAD, DIM, DOUBT, GOOD, PLAIN, WAITING};

/// The trigger that something is about.
pub(super) fn trigger(audit: &Audit) -> Option<&str> {
    match audit {
        Audit::Fired { trigger, .. }
        | Audit::Armed { trigger, .. }
        | Audit::NotFired { trigger, .. }
        | Audit::Cancelled { trigger, .. }
        | Audit::Acted { trigger, .. }
        | Audit::NoOp { trigger, .. }
        | Audit::Missed { trigger, .. }
        | Audit::Sweep { trigger, .. } => Some(trigger),
        _ => None,
    }
}

/// How one thing that happened is shown, if it is. Names of triggers are padded to `width`.
pub(super) fn audited(
    audit: &Audit,
    ir: Option<&Ir>,
    width: usize,
) -> Option<(Style, &'static str, String)> {
    let named = |trigger: &str, subject: Option<&RecordKey>| match subject {
        Some(subject) => format!("{trigger:<width$}  {subject}"),
        None => format!("{trigger:<width$}"),
    };
    Some(match audit {
        Audit::Event {
            text, by, subject, ..
        } => {
            let mut text = text.clone();
            if let Some(subject) = subject.as_ref().map(ToString::to_string)
                && !text.contains(&subject)
            {
                text.push_str("  ");
                text.push_str(&subject);
            }
            let by = match &by.name {
                Some(name) => format!("{} {name}", actor(by.kind)),
                None => actor(by.kind).to_owned(),
            };
            (DIM, "  event", format!("{text}  by {by}"))
        }
        Audit::Duplicate { source, id } => (
            DIM,
            "  again",
            format!("{id} of {source} has been seen before"),
        ),
        Audit::Unhandled { field, reason } => {
            let field = field.as_ref().map(|f| format!("{f}: ")).unwrap_or_default();
            (DOUBT, "  kept", format!("{field}{reason}"))
        }
        Audit::Fired {
            trigger, subject, ..
        } => (GOOD, "  fired", named(trigger, subject.as_ref())),
        Audit::Armed {
            trigger,
            subject,
            due,
            phase,
        } => {
            let until = match due {
                Some(due) => format!("{phase}, until {}", time(*due)),
                None => phase.to_string(),
            };
            (
                WAITING,
                "  waits",
                format!("{}  {until}", named(trigger, subject.as_ref())),
            )
        }
        Audit::Missed {
            trigger,
            subject,
            due,
            reason,
        } => (
            DOUBT,
            "  missed",
            format!(
                "{}  {}: {reason}",
                named(trigger, subject.as_ref()),
                time(*due)
            ),
        ),
        Audit::Opened { breaker, until } => (
            BAD,
            "  breaker",
            format!("{breaker} pauses its triggers until {}", time(*until)),
        ),
        Audit::Sweep { trigger } => (WAITING, "  sweep", named(trigger, None)),
        Audit::NotFired {
            trigger,
            subject,
            why: reason,
        } => (
            DIM,
            "  not",
            format!("{}  {}", named(trigger, subject.as_ref()), reason.told(ir)),
        ),
        Audit::Cancelled {
            trigger,
            subject,
            why: reason,
        } => (
            DOUBT,
            "  dropped",
            format!("{}  {}", named(trigger, subject.as_ref()), reason.told(ir)),
        ),
        Audit::Acted { trigger, text, .. } => {
            (PLAIN, "  did", format!("{trigger:<width$}  {text}"))
        }
        Audit::NoOp {
            trigger, reason, ..
        } => (DOUBT, "  no-op", format!("{trigger:<width$}  {reason}")),
        Audit::Cut { reason } => (BAD, "  cut", reason.clone()),
        // shown when they come about: what was delivered, what is active
        Audit::Ended { .. } | Audit::Activated { .. } | Audit::Tested { .. } => return None,
    })
}

fn actor(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::Customer => "customer",
        ActorKind::User => "user",
        ActorKind::Api => "api",
        ActorKind::Automation => "automation",
    }
}
