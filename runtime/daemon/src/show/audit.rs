//! One thing that happened while an input was evaluated, as a line.

use anstyle::Style;
use trig_engine::Audit;
use trig_ir::{Ir, RecordKey, Timestamp};

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
                Some(name) => format!("{} {name}", by.kind.word()),
                None => by.kind.word().to_owned(),
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
            let for_what = waits(phase, *due);
            (
                WAITING,
                "  waits",
                format!("{}  {for_what}", named(trigger, subject.as_ref())),
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
                "{}  was due {}: {reason}",
                named(trigger, subject.as_ref()),
                time(*due)
            ),
        ),
        Audit::Opened { breaker, until } => (
            BAD,
            "  breaker",
            format!("{breaker} pauses its triggers until {}", time(*until)),
        ),
        Audit::Sweep { trigger } => (
            WAITING,
            "  sweep",
            format!("{trigger:<width$}  goes through the records in slices"),
        ),
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
        Audit::Undone {
            subject,
            field,
            value,
        } => {
            let value = value
                .as_ref()
                .map_or("not known".into(), ToString::to_string);
            (
                DOUBT,
                "  undone",
                format!("{subject}  {field} is {value} again"),
            )
        }
        Audit::Cut { reason } => (BAD, "  cut", reason.clone()),
        // shown when they come about: what was delivered, what is active
        Audit::Ended { .. } | Audit::Activated { .. } | Audit::Tested { .. } => return None,
    })
}

/// For what a firing waits, by its phase, and when time wakes it.
pub(crate) fn waits(phase: &str, due: Option<Timestamp>) -> String {
    let (what, wakes) = match phase {
        "until" => ("until it holds", "; wakes"),
        "limit" => ("limit: its turn", "; wakes"),
        "wait" => ("runs, waits", " until"),
        "wait until" => ("runs, waits until it holds", "; wakes"),
        // of a body, the state knows no more
        "body" => ("waits", "; wakes"),
        other => (other, ", until"),
    };
    match due {
        Some(due) => format!("{what}{wakes} {}", time(due)),
        None => what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trig_engine::Why;
    use trig_ir::{FileId, Loc};

    fn shown(audit: &Audit) -> String {
        let (_, label, text) = audited(audit, None, 4).unwrap();
        format!("{label:<9}  {text}")
    }

    #[test]
    fn each_kind_reads_on_its_own() {
        let loc = Loc {
            file: FileId(0),
            line: 7,
            start: 0,
            end: 1,
        };
        let due = Timestamp(1_750_000_000_000);
        let record = RecordKey {
            entity: "kommo.lead".into(),
            connector: "hq".into(),
            id: "5".into(),
        };
        let armed = |phase: &str, due| Audit::Armed {
            trigger: "Care".into(),
            subject: Some(record.clone()),
            due,
            phase: phase.into(),
        };
        let why = |why| Audit::NotFired {
            trigger: "Care".into(),
            subject: Some(record.clone()),
            why,
        };
        let limit = |until| {
            why(Why::Limit {
                name: "Care".into(),
                loc,
                until,
            })
        };
        let all = [
            armed("debounce", Some(due)),
            armed("until", None),
            armed("until", Some(due)),
            armed("after", Some(due)),
            armed("limit", None),
            armed("limit", Some(due)),
            armed("wait", Some(due)),
            armed("wait until", None),
            armed("wait until", Some(due)),
            Audit::Missed {
                trigger: "Care".into(),
                subject: None,
                due,
                reason: "it was due while nothing ran".into(),
            },
            Audit::Opened {
                breaker: "Tags".into(),
                until: due,
            },
            Audit::Sweep {
                trigger: "Care".into(),
            },
            Audit::Undone {
                subject: RecordKey {
                    entity: "kommo.lead".into(),
                    connector: "kommo".into(),
                    id: "7".into(),
                },
                field: "score".into(),
                value: Some(trig_ir::Value::Int(3)),
            },
            limit(due),
            limit(Timestamp(i64::MAX)),
            why(Why::Restarted),
            why(Why::Stopped { by: "Other".into() }),
            why(Why::NotFirst { loc }),
            why(Why::Breaker {
                name: "Tags".into(),
                until: due,
            }),
            why(Why::Removed),
        ];
        let all: Vec<String> = all.iter().map(shown).collect();
        insta::assert_snapshot!(all.join("\n"), @r#"
        waits    Care  kommo.lead/5@hq  debounce, until 2025-06-15T15:06:40Z
        waits    Care  kommo.lead/5@hq  until it holds
        waits    Care  kommo.lead/5@hq  until it holds; wakes 2025-06-15T15:06:40Z
        waits    Care  kommo.lead/5@hq  after, until 2025-06-15T15:06:40Z
        waits    Care  kommo.lead/5@hq  limit: its turn
        waits    Care  kommo.lead/5@hq  limit: its turn; wakes 2025-06-15T15:06:40Z
        waits    Care  kommo.lead/5@hq  runs, waits until 2025-06-15T15:06:40Z
        waits    Care  kommo.lead/5@hq  runs, waits until it holds
        waits    Care  kommo.lead/5@hq  runs, waits until it holds; wakes 2025-06-15T15:06:40Z
        missed   Care  was due 2025-06-15T15:06:40Z: it was due while nothing ran
        breaker  Tags pauses its triggers until 2025-06-15T15:06:40Z
        sweep    Care  goes through the records in slices
        undone   kommo.lead/7  score is 3 again
        not      Care  kommo.lead/5@hq  cooldown Care: the next at 2025-06-15T15:06:40.000Z (line 7)
        not      Care  kommo.lead/5@hq  cooldown Care: used up for ever (line 7)
        not      Care  kommo.lead/5@hq  another firing took its place
        not      Care  kommo.lead/5@hq  Other stopped it
        not      Care  kommo.lead/5@hq  it was not the first (line 7)
        not      Care  kommo.lead/5@hq  breaker Tags pauses it until 2025-06-15T15:06:40.000Z
        not      Care  kommo.lead/5@hq  it is no longer part of the project
        "#);
    }
}
