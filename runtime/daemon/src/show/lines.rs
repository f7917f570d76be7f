//! Aligned lines for people.

use std::fmt::Display;
use std::io::{self, Write};

use anstyle::Style;
use trig_engine::{Audit, Effect, EffectKind, Outcome, Output};
use trig_ir::{Ir, RecordKey, Timestamp};

use super::audit::{audited, trigger};
use super::style::{BAD, BOLD, DIM, DOUBT, GOOD, PLAIN};
use crate::happened::Happened;
use crate::outbox::LOG_ACTION;
use crate::shard::Status;

/// How wide the first column is.
const LABEL: usize = 9;
/// Names of triggers beyond this are not waited for by others.
const WIDEST_NAME: usize = 32;

/// Writes lines. Remembers what has been said already of the input at hand.
#[derive(Default)]
pub(super) struct Lines {
    /// The record that was shown last.
    record: Option<u64>,
}

impl Lines {
    pub(super) fn write(&mut self, happened: &Happened, out: &mut impl Write) -> io::Result<()> {
        match happened {
            Happened::Listening {
                address,
                store,
                sink,
            } => {
                line(out, BOLD, "trigd", format_args!("listening on {address}"))?;
                line(out, DIM, "store", store)?;
                if let Some(sink) = sink {
                    line(
                        out,
                        DOUBT,
                        "sink",
                        format_args!("{sink} takes all deliveries: no real receiver is contacted"),
                    )?;
                }
                Ok(())
            }
            Happened::Posting { file, to } => {
                writeln!(out)?;
                line(out, BOLD, "post", format_args!("{file} → {to}"))
            }
            Happened::Refused {
                file,
                status,
                reason,
            } => line(
                out,
                BAD,
                "refused",
                format_args!("{file}: {status} {reason}"),
            ),
            Happened::Received {
                position,
                at,
                via,
                events,
                ..
            } => {
                self.record = Some(*position);
                line(
                    out,
                    BOLD,
                    "in",
                    format_args!(
                        "#{position}  {}  {via}  {}",
                        time(*at),
                        many(*events, "event")
                    ),
                )
            }
            Happened::Applied {
                position,
                at,
                output,
                ir,
                ..
            } => self.applied(*position, *at, output, ir.as_deref(), out),
            Happened::Retrying {
                effect,
                attempts,
                in_ms,
                reason,
            } => line(
                out,
                DOUBT,
                "retry",
                format_args!(
                    "{}  attempt {attempts}: {reason}; again in {:.1} s",
                    call(effect),
                    *in_ms as f64 / 1_000.0
                ),
            ),
            // its line has been shown
            Happened::Delivered { effect, .. } if is_line(effect) => Ok(()),
            Happened::Delivered {
                effect,
                outcome,
                attempts,
                detail,
            } => {
                let (style, label) = match outcome {
                    Outcome::Done => (GOOD, "sent"),
                    Outcome::Failed => (BAD, "failed"),
                    Outcome::Undelivered => (DOUBT, "not sent"),
                };
                let again = if *attempts > 1 {
                    format!(" after {attempts} attempts")
                } else {
                    String::new()
                };
                line(
                    out,
                    style,
                    label,
                    format_args!("{}  {detail}{again}", call(effect)),
                )
            }
            Happened::Held { effect } => line(
                out,
                DOUBT,
                "held",
                format_args!("{}  nobody knows whether it arrived", call(effect)),
            ),
            Happened::Line { trigger, text } => {
                line(out, PLAIN, "log", format_args!("{trigger}: {text}"))
            }
            Happened::Sink { path, key, body } => line(
                out,
                DIM,
                "sink got",
                format_args!("{path}  {}  key {key}", summary(body)),
            ),
            Happened::Active {
                workspace,
                revision,
                change,
            } => line(
                out,
                GOOD,
                "active",
                format_args!("{workspace}: revision {revision} is active ({change})"),
            ),
            Happened::Diagnosed {
                project,
                errors,
                warnings,
                text,
                consequence,
                ..
            } => {
                writeln!(out, "{}", text.trim_end())?;
                let style = if *errors > 0 { BAD } else { DOUBT };
                let mut found = Vec::new();
                if *errors > 0 {
                    found.push(many(*errors, "error"));
                }
                if *warnings > 0 {
                    found.push(many(*warnings, "warning"));
                }
                let consequence = if consequence.is_empty() {
                    String::new()
                } else {
                    format!("; {consequence}")
                };
                line(
                    out,
                    style,
                    "check",
                    format_args!("{project}: {}{consequence}", found.join(", ")),
                )
            }
            Happened::Stopped { workspace, reason } => {
                line(out, BAD, "stopped", format_args!("{workspace}: {reason}"))
            }
            Happened::Played {
                bodies,
                refused,
                events,
                duplicates,
                firings,
                effects,
            } => {
                writeln!(out)?;
                let refused = if *refused > 0 {
                    format!(" ({refused} refused)")
                } else {
                    String::new()
                };
                line(
                    out,
                    BOLD,
                    "played",
                    format_args!(
                        "{}{refused}, {}, {}, {}",
                        many_bodies(*bodies),
                        many(*events, "event"),
                        many(*firings, "firing"),
                        many(*effects, "effect")
                    ),
                )?;
                if *events > 0 && duplicates == events {
                    line(
                        out,
                        DOUBT,
                        "",
                        "the store has seen this inbox before; --fresh starts over",
                    )?;
                } else if *duplicates > 0 {
                    line(
                        out,
                        DOUBT,
                        "",
                        format_args!("{} had been seen before", many(*duplicates, "event")),
                    )?;
                }
                Ok(())
            }
            Happened::Ending { left } => {
                for status in left {
                    line(out, DIM, "left", format_args!("{}", remains(status)))?;
                }
                line(out, BOLD, "trigd", "ended")
            }
            Happened::NotShown { count } => {
                let lines = if *count == 1 { "line" } else { "lines" };
                line(
                    out,
                    DOUBT,
                    "note",
                    format_args!("{count} {lines} not shown"),
                )
            }
            Happened::Note { text } => line(out, DOUBT, "note", text),
        }
    }

    fn applied(
        &mut self,
        position: u64,
        at: Timestamp,
        output: &Output,
        ir: Option<&Ir>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let width = output.audit.iter().filter_map(trigger).map(str::len).max();
        let width = width.unwrap_or_default().min(WIDEST_NAME);
        let shown: Vec<_> = worth_showing(&output.audit)
            .filter_map(|audit| audited(audit, ir, width))
            .collect();
        if !shown.is_empty() && self.record != Some(position) {
            self.record = Some(position);
            line(
                out,
                BOLD,
                "timer",
                format_args!("#{position}  {}", time(at)),
            )?;
        }
        for (style, label, text) in shown {
            line(out, style, label, text)?;
        }
        Ok(())
    }
}

/// What is said to people: an event that follows from a change is left out where no trigger looked at it, and so is one
/// that was said in the same words just before. Nothing is left out of the JSON lines.
fn worth_showing(audit: &[Audit]) -> impl Iterator<Item = &Audit> {
    let mut said: Option<(&str, Option<&RecordKey>)> = None;
    audit.iter().enumerate().filter_map(move |(i, one)| {
        let Audit::Event {
            cause,
            text,
            subject,
            ..
        } = one
        else {
            return Some(one);
        };
        let this = (text.as_str(), subject.as_ref());
        let idle = matches!(audit.get(i + 1), None | Some(Audit::Event { .. }));
        if said.replace(this) == Some(this) || (cause.is_some() && idle) {
            return None;
        }
        Some(one)
    })
}

fn line(out: &mut impl Write, style: Style, label: &str, text: impl Display) -> io::Result<()> {
    writeln!(out, "{style}{label:<LABEL$}{style:#}  {text}")
}

/// Whether it was carried out by writing a line.
fn is_line(effect: &Effect) -> bool {
    matches!(&effect.what, EffectKind::Call { action, .. } if action == LOG_ACTION)
}

fn call(effect: &Effect) -> String {
    let what = match &effect.what {
        EffectKind::Call { action, .. } => action.to_string(),
        EffectKind::Write { record, fields, .. } => {
            let fields: Vec<&str> = fields.keys().map(String::as_str).collect();
            format!("write {record} {}", fields.join(", "))
        }
        EffectKind::Create { entity, .. } => format!("create {entity}"),
    };
    format!("{}  {what}", effect.trigger)
}

/// What a delivery asks for: its action and arguments.
fn summary(body: &serde_json::Value) -> String {
    match (
        body.get("action").and_then(|a| a.as_str()),
        body.get("args"),
    ) {
        (Some(action), Some(args)) => format!("{action} {args}"),
        _ => body.to_string(),
    }
}

/// Date and time without the fraction, in UTC.
pub(crate) fn time(at: Timestamp) -> String {
    match at.to_jiff() {
        Some(t) => format!("{t:.0}"),
        None => at.to_string(),
    }
}

fn many(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn many_bodies(n: usize) -> String {
    format!("{n} {}", if n == 1 { "body" } else { "bodies" })
}

fn remains(status: &Status) -> String {
    let mut parts = Vec::new();
    if status.pending > 0 {
        let due = status
            .next_due
            .map(|due| format!(", the next until {}", time(due)))
            .unwrap_or_default();
        let wait = if status.pending == 1 { "waits" } else { "wait" };
        parts.push(format!("{} {wait}{due}", many(status.pending, "firing")));
    }
    if status.sweeping {
        parts.push("a sweep goes on".into());
    }
    if status.outbox > 0 {
        parts.push(format!("{} not delivered", many(status.outbox, "effect")));
    }
    if parts.is_empty() {
        parts.push("nothing is pending".into());
    }
    format!("{}: {}", status.workspace, parts.join("; "))
}
