//! What happens, as lines.

use serde_json::Value as Json;
use trig_engine::*;
use trig_ir::*;

use super::T0;

/// An input, and below it what came of it.
pub(super) fn story(input: &Input, output: &Output) -> String {
    let passed = Millis(input.at.0 - T0);
    let mut story = format!("{} +{passed} {}\n", input.position, said(&input.kind));
    for audit in &output.audit {
        story += &format!("    {}\n", line(audit));
    }
    for effect in &output.effects {
        let what = match &effect.what {
            EffectKind::Call { action, args } => {
                format!("{action} {}", Json::Object(args.clone()))
            }
            EffectKind::Write {
                record,
                fields,
                as_user,
            } => {
                let user = as_user
                    .as_ref()
                    .map(|u| format!(" as {u}"))
                    .unwrap_or_default();
                format!("write {record} {}{user}", Json::Object(fields.clone()))
            }
            EffectKind::Create {
                entity,
                connector,
                fields,
            } => format!(
                "create {entity} in {connector} {}",
                Json::Object(fields.clone())
            ),
        };
        story += &format!("    -> {what}\n");
    }
    story
}

fn said(kind: &InputKind) -> String {
    match kind {
        InputKind::Tick => "tick".into(),
        InputKind::Slice => "slice".into(),
        InputKind::Result(result) => format!("result {:?}", result.outcome),
        InputKind::Revision(_) => "another revision".into(),
        InputKind::Arrival(arrival) => {
            let id = arrival
                .id
                .as_ref()
                .map(|id| format!(" id {id}"))
                .unwrap_or_default();
            match &arrival.what {
                Happening::Event { ty, data, .. } => {
                    format!("{ty} {}{id}", Json::Object(data.clone()))
                }
                Happening::Webhook { body } => format!("webhook {body}{id}"),
                Happening::Start { flow, subject } => {
                    format!("start {flow}{}{id}", about(subject))
                }
                Happening::Record {
                    op,
                    entity,
                    id: native,
                    fields,
                    old,
                    changed,
                    clock,
                } => {
                    let mut text =
                        format!("{op:?} {entity}/{native} {}", Json::Object(fields.clone()));
                    if !old.is_empty() {
                        text += &format!(" old {}", Json::Object(old.clone()));
                    }
                    if !changed.is_empty() {
                        text += &format!(" changed {}", changed.join(", "));
                    }
                    if let Some(clock) = clock {
                        text += &format!(" clock {clock}");
                    }
                    text + &id
                }
            }
        }
    }
}

fn about(subject: &Option<RecordKey>) -> String {
    subject
        .as_ref()
        .map(|key| format!(" for {key}"))
        .unwrap_or_default()
}

fn told(why: &Why) -> String {
    let read = |values: &[(String, Value)]| {
        let values: Vec<String> = values.iter().map(|(p, v)| format!("{p} = {v}")).collect();
        values.join(", ")
    };
    match why {
        Why::Guard {
            guard,
            text,
            values,
            ..
        } => format!("{guard:?} `{text}` [{}]", read(values)),
        Why::Filter { text, values, .. } => format!("filter `{text}` [{}]", read(values)),
        Why::Unknown { field, .. } => format!("unknown {field}"),
        Why::Limit { name, until, .. } if until.0 == i64::MAX => format!("limit {name} for ever"),
        Why::Limit { name, until, .. } => format!("limit {name} until {until}"),
        Why::Unless { text, .. } => format!("unless `{text}`"),
        Why::TooLate { text, .. } => format!("too late `{text}`"),
        Why::NeverAgain { text, .. } => format!("never again `{text}`"),
        Why::NoSubject { place, known, .. } => format!("no subject {place}, known {known}"),
        Why::TooLong { most, .. } => format!("more than {most} steps"),
        other => format!("{other:?}"),
    }
}

/// An audit entry as one line.
pub(crate) fn line(audit: &Audit) -> String {
    match audit {
        Audit::Event {
            seq,
            cause,
            text,
            subject,
            by,
        } => {
            let name = by.name.as_deref().unwrap_or("?");
            let cause = cause
                .as_ref()
                .map_or(String::new(), |cause| match &cause.trigger {
                    Some(trigger) => format!(" <- {} {trigger}", cause.seq),
                    None => format!(" <- {}", cause.seq),
                });
            format!(
                "#{seq} {text}{} by {:?} {name}{cause}",
                about(subject),
                by.kind
            )
        }
        Audit::Duplicate { source, id } => format!("duplicate {source} {id}"),
        Audit::Unhandled { field, reason } => match field {
            Some(field) => format!("unhandled {field}: {reason}"),
            None => format!("unhandled: {reason}"),
        },
        Audit::Fired {
            trigger,
            subject,
            seq,
            started,
            at,
        } => {
            let seq = seq.map_or("timer".to_owned(), |seq| format!("#{seq}"));
            let at = Millis(at.0 - T0);
            format!(
                "fired {trigger}{} on {seq}, started {started}, at +{at}",
                about(subject)
            )
        }
        Audit::Armed {
            trigger,
            subject,
            due,
            phase,
        } => format!(
            "armed {trigger}{}, {phase}{}",
            about(subject),
            due.map(|due| format!(" until +{}", Millis(due.0 - T0)))
                .unwrap_or_default()
        ),
        Audit::NotFired {
            trigger,
            subject,
            why,
        } => format!("not fired {trigger}{}: {}", about(subject), told(why)),
        Audit::Cancelled {
            trigger,
            subject,
            why,
        } => format!("cancelled {trigger}{}: {}", about(subject), told(why)),
        Audit::Acted {
            trigger,
            step,
            text,
            effect,
        } => {
            let effect = if effect.is_some() { " *" } else { "" };
            format!("{trigger}.{step} {text}{effect}")
        }
        Audit::NoOp {
            trigger,
            step,
            reason,
        } => format!("{trigger}.{step} nothing: {reason}"),
        Audit::Ended {
            outcome, detail, ..
        } => format!("ended {outcome:?} {detail}"),
        Audit::Tested { trigger, loc, held } => {
            format!("tested {trigger} at {}: {held}", loc.line)
        }
        Audit::Missed {
            trigger,
            subject,
            due,
            reason,
        } => format!(
            "missed {trigger}{} at +{}: {reason}",
            about(subject),
            Millis(due.0 - T0)
        ),
        Audit::Opened { breaker, until } => {
            format!("breaker {breaker} until +{}", Millis(until.0 - T0))
        }
        Audit::Sweep { trigger } => format!("sweep of {trigger}"),
        Audit::Undone {
            subject,
            field,
            value,
        } => match value {
            Some(value) => format!("undone {subject}: {field} is {value}"),
            None => format!("undone {subject}: {field} is not known"),
        },
        Audit::Cut { reason } => format!("cut: {reason}"),
        Audit::Activated { .. } => "activated".to_owned(),
    }
}
