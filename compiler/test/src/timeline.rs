//! What led to a failure, as a few lines.

use smol_str::SmolStr;
use trig_engine::{Audit, EffectKind, Happening, Input, InputKind, Output};
use trig_ir::{ActorKind, Ir, RecordKey, Timestamp};

use crate::report::TimelineLine;

/// So many lines a timeline has at most.
const MOST_LINES: usize = 30;
/// Of these, so many tell how it began.
const FIRST_LINES: usize = 6;
/// What is kept of a test at most: how it began, and its last lines.
const MOST_KEPT: usize = 20_000;
const KEPT_FIRST: usize = 1_000;

/// What a timeline is to show. Empty: everything.
#[derive(Default)]
pub(crate) struct Focus {
    pub(crate) trigger: Option<SmolStr>,
    pub(crate) records: Vec<RecordKey>,
}

/// What has happened, in order.
pub(crate) struct Timeline {
    lines: Vec<Line>,
    /// Some were too many to keep.
    dropped: bool,
    clock: Clock,
}

struct Line {
    at: Timestamp,
    label: &'static str,
    text: String,
    trigger: Option<SmolStr>,
    subject: Option<RecordKey>,
    /// The clock has set it off: it follows from no event.
    timer: bool,
}

impl Timeline {
    pub(crate) fn new(ir: &Ir) -> Self {
        Self {
            lines: Vec::new(),
            dropped: false,
            clock: Clock::new(ir),
        }
    }

    /// A statement of the test is carried out.
    pub(crate) fn statement(&mut self, at: Timestamp, text: &str) {
        self.push(Line {
            at,
            label: "",
            text: text.to_owned(),
            trigger: None,
            subject: None,
            timer: false,
        });
    }

    /// The engine has answered an input.
    pub(crate) fn input(&mut self, input: &Input, output: &Output, ir: &Ir) {
        // what the outside answers is no statement of the test: it is told as what it is
        if let InputKind::Arrival(arrival) = &input.kind
            && arrival.by.kind == ActorKind::Automation
            && arrival.by.name.is_some()
            && let Happening::Record {
                op: trig_engine::RecordOp::Created,
                entity,
                id,
                ..
            } = &arrival.what
        {
            self.push(Line {
                at: input.at,
                label: "outside",
                text: format!("the CRM reports {entity}/{id}"),
                trigger: arrival.by.name.clone(),
                subject: None,
                timer: false,
            });
        }
        let mut at = input.at;
        for audit in &output.audit {
            if let Audit::Fired { at: fired, .. } = audit {
                at = *fired;
            }
            if let Some(line) = self.line(at, audit, output, ir) {
                self.push(line);
            }
        }
    }

    fn push(&mut self, line: Line) {
        if self.lines.len() >= MOST_KEPT {
            self.lines.drain(KEPT_FIRST..MOST_KEPT / 2);
            self.dropped = true;
        }
        self.lines.push(line);
    }

    fn line(&self, at: Timestamp, audit: &Audit, output: &Output, ir: &Ir) -> Option<Line> {
        let line = |label, text, trigger: Option<&SmolStr>, subject: Option<&RecordKey>| {
            Some(Line {
                at,
                label,
                text,
                trigger: trigger.cloned(),
                subject: subject.cloned(),
                timer: matches!(audit, Audit::Fired { seq: None, .. }),
            })
        };
        let named = |trigger: &SmolStr, subject: &Option<RecordKey>, rest: String| {
            let gap = if rest.is_empty() { "" } else { "  " };
            match subject {
                Some(subject) => format!("{trigger}  {subject}{gap}{rest}"),
                None => format!("{trigger}{gap}{rest}"),
            }
        };
        match audit {
            Audit::Event {
                text, subject, by, ..
            } => {
                let who = by.kind.word();
                let subject_text = subject.as_ref().map(ToString::to_string);
                let about = match subject_text {
                    Some(subject) if !text.contains(&subject) => format!("  {subject}"),
                    _ => String::new(),
                };
                let by = format!("{text}{about}  by {who}");
                line("event", by, None, subject.as_ref())
            }
            Audit::Fired {
                trigger, subject, ..
            } => {
                let text = named(trigger, subject, String::new());
                line("fired", text, Some(trigger), subject.as_ref())
            }
            Audit::Armed {
                trigger,
                subject,
                due,
                phase,
            } => {
                let until = match due {
                    Some(due) => format!("{phase}, until {}", self.clock.full(*due)),
                    None => phase.to_string(),
                };
                let text = named(trigger, subject, until);
                line("waits", text, Some(trigger), subject.as_ref())
            }
            Audit::NotFired {
                trigger,
                subject,
                why,
            } => {
                let text = named(trigger, subject, why.told(Some(ir)));
                line("not", text, Some(trigger), subject.as_ref())
            }
            Audit::Cancelled {
                trigger,
                subject,
                why,
            } => {
                let text = named(trigger, subject, why.told(Some(ir)));
                line("dropped", text, Some(trigger), subject.as_ref())
            }
            Audit::Missed {
                trigger,
                subject,
                due,
                reason,
            } => {
                let reason = format!("{}: {reason}", self.clock.full(*due));
                let text = named(trigger, subject, reason);
                line("missed", text, Some(trigger), subject.as_ref())
            }
            Audit::Acted {
                trigger,
                text,
                effect,
                ..
            } => {
                // what was called with what says more than that it was called
                let call = effect.as_ref().and_then(|key| {
                    output
                        .effects
                        .iter()
                        .find(|e| e.key == *key)
                        .and_then(|e| match &e.what {
                            EffectKind::Call { action, args } => {
                                Some(crate::judge::written(action, args))
                            }
                            _ => None,
                        })
                });
                let text = call.unwrap_or_else(|| text.clone());
                line("did", format!("{trigger}  {text}"), Some(trigger), None)
            }
            Audit::NoOp {
                trigger, reason, ..
            } => line("no-op", format!("{trigger}  {reason}"), Some(trigger), None),
            Audit::Ended {
                outcome, detail, ..
            } if *outcome != trig_engine::Outcome::Done => {
                line("outside", detail.clone(), None, None)
            }
            Audit::Undone {
                subject,
                field,
                value,
            } => {
                let value = value.as_ref();
                let value = value.map_or("not known".to_owned(), ToString::to_string);
                let text = format!("{subject}  {field} is {value} again");
                line("undone", text, None, Some(subject))
            }
            Audit::Cut { reason } => line("cut", reason.clone(), None, None),
            Audit::Unhandled { field, reason } => {
                let field = field.as_ref().map(|f| format!("{f}: ")).unwrap_or_default();
                line("kept", format!("{field}{reason}"), None, None)
            }
            Audit::Opened { breaker, until } => {
                let until = self.clock.full(*until);
                let text = format!("{breaker} pauses its triggers until {until}");
                line("breaker", text, None, None)
            }
            Audit::Ended { .. }
            | Audit::Duplicate { .. }
            | Audit::Tested { .. }
            | Audit::Sweep { .. }
            | Audit::Activated { .. } => None,
        }
    }

    /// The lines that matter.
    pub(crate) fn show(&self, focus: &Focus) -> Vec<TimelineLine> {
        let mut shown: Vec<&Line> = Vec::new();
        let mut last_fired: Option<&SmolStr> = None;
        for line in &self.lines {
            let by_trigger = match (&focus.trigger, &line.trigger) {
                (Some(wanted), Some(trigger)) => trigger == wanted,
                (Some(_), None) | (None, _) => true,
            };
            let by_record = match &line.subject {
                Some(subject) => focus.records.is_empty() || focus.records.contains(subject),
                None => true,
            };
            if line.label == "fired" {
                last_fired = line.trigger.as_ref().filter(|_| by_record);
            }
            // what a firing for another record did is of no interest
            let by_firing = match line.label {
                "did" | "no-op" => focus.records.is_empty() || line.trigger.as_ref() == last_fired,
                _ => true,
            };
            if line.label == "event" || by_trigger && by_record && by_firing {
                shown.push(line);
            }
        }
        // an event that led to nothing that is shown is of no interest either
        let mut kept: Vec<&Line> = Vec::new();
        for line in shown {
            let leads = !matches!(line.label, "" | "event" | "outside" | "kept" | "cut");
            if (line.timer || !leads) && kept.last().is_some_and(|l| l.label == "event") {
                kept.pop();
            }
            kept.push(line);
        }
        if kept.last().is_some_and(|l| l.label == "event") {
            kept.pop();
        }
        self.cut(&kept)
    }

    fn cut(&self, lines: &[&Line]) -> Vec<TimelineLine> {
        let left_out = (lines.len() > MOST_LINES).then(|| lines.len() - MOST_LINES + 1);
        let mut out = Vec::new();
        let mut last = None;
        for (i, line) in lines.iter().enumerate() {
            if let Some(n) = left_out
                && (FIRST_LINES..FIRST_LINES + n).contains(&i)
            {
                if i == FIRST_LINES {
                    out.push(TimelineLine {
                        time: String::new(),
                        label: "…".to_owned(),
                        text: if self.dropped {
                            format!("{n} lines and more left out")
                        } else {
                            format!("{n} lines left out")
                        },
                    });
                }
                continue;
            }
            let time = match last {
                Some(last) if last == line.at => String::new(),
                Some(last) => self.clock.since(last, line.at),
                None => self.clock.full(line.at),
            };
            last = Some(line.at);
            out.push(TimelineLine {
                time,
                label: line.label.to_owned(),
                text: line.text.clone(),
            });
        }
        out
    }
}

/// The project's clock.
pub(crate) struct Clock(jiff::tz::TimeZone);

impl Clock {
    pub(crate) fn new(ir: &Ir) -> Self {
        let zone = trig_ir::zone(&ir.project.zone);
        Self(zone.unwrap_or(jiff::tz::TimeZone::UTC))
    }

    /// Day and time of day; seconds where they are not zero.
    pub(crate) fn full(&self, at: Timestamp) -> String {
        match at.to_jiff() {
            Some(at) => {
                let local = at.to_zoned(self.0.clone());
                let form = if local.second() == 0 {
                    "%Y-%m-%d %H:%M"
                } else {
                    "%Y-%m-%d %H:%M:%S"
                };
                local.strftime(form).to_string()
            }
            None => at.to_string(),
        }
    }

    /// The same, without the day where it is that of `last`.
    fn since(&self, last: Timestamp, at: Timestamp) -> String {
        let (last, at) = (self.full(last), self.full(at));
        match (last.split_once(' '), at.split_once(' ')) {
            (Some((before, _)), Some((day, time))) if before == day => time.to_owned(),
            _ => at,
        }
    }
}
