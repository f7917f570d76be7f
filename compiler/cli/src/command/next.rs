//! `trigc next`: when the clock starts triggers.

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anstyle::Style;
use anyhow::{Context, bail};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use serde::Serialize;
use trig_compiler::nearest;
use trig_engine::occurrences;
use trig_ir::{Clock, Ir, Offset, Recurrence, Time, Trigger};

use crate::Outcome;
use crate::output::{Colour, Target, style};
use crate::project;

const EXAMPLES: &str = "\
Times are those of the trigger's own zone, with the distance from UTC. Where the clocks change between two of them, or \
a time is one that they skip, it is said. Guards are not looked at: this is when they would be.

The first word is a PATH where there is such a path, and else a TRIGGER of the project around the current directory.

Examples:
  trigc next
  trigc next Newsletter --count 10
  trigc next Newsletter --from \"2026-03-28 00:00\"
  trigc next shop --format json | jq .
  trigc next shop Newsletter";

/// Say when the clock starts triggers next
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The project's directory, or a file in it; the project around the current directory if left out
    #[arg(value_name = "PATH")]
    first: Option<String>,
    /// The trigger; without one, all that the clock starts
    #[arg(value_name = "TRIGGER", conflicts_with = "project")]
    second: Option<String>,
    /// How many times to say of each start
    #[arg(short = 'n', long, value_name = "N", default_value = "5")]
    count: NonZeroUsize,
    /// After which time, instead of now: `2026-03-28 10:00` on the project's clock, or with its distance from UTC
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// The project, as it was named before it was the first word: then that is the trigger
    #[arg(long, value_name = "PATH", hide = true)]
    project: Option<PathBuf>,
    /// How to say it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// For people
    Human,
    /// For programs: one JSON object
    Json,
}

/// What the clock does for one start of a trigger.
#[derive(Debug, Serialize)]
struct Next {
    trigger: String,
    /// The start as it is written.
    start: String,
    zone: String,
    disabled: bool,
    /// The field that decides, for a start that hangs on one.
    #[serde(skip_serializing_if = "Option::is_none")]
    depends_on: Option<String>,
    times: Vec<Occurrence>,
}

/// One time at which a trigger starts.
#[derive(Debug, Serialize)]
struct Occurrence {
    /// In UTC.
    instant: Timestamp,
    /// On the local clock, with its distance from UTC.
    local: String,
    /// What people call that clock then: `CEST`.
    abbreviation: String,
    /// What the clocks do there.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

pub(crate) fn run(args: &Args, colour: Colour) -> anyhow::Result<Outcome> {
    let (path, trigger) = args.wanted();
    let project = project::compile_one(path)?;
    project.show(colour)?;
    let ir = match project.ir() {
        Ok(ir) => ir,
        Err(outcome) => return Ok(outcome),
    };
    let from = match &args.from {
        Some(text) => instant(text, &zone(&ir.project.zone)?)?,
        None => Timestamp::now(),
    };
    let chosen = match trigger {
        Some(name) => vec![find(ir, name)?],
        None => ir.triggers.iter().collect(),
    };
    let mut all = Vec::new();
    for trigger in chosen {
        for start in &trigger.starts {
            if let Some(clock) = &start.clock {
                let text = start.pattern.text.as_str();
                all.push(next(ir, trigger, text, clock, from, args.count.get())?);
            }
        }
    }
    let text = match args.format {
        Format::Human => {
            let bold = style(colour, &std::io::stdout(), Style::new().bold());
            human(&all, bold)
        }
        Format::Json => {
            let whole = serde_json::json!({ "from": from, "starts": all });
            format!("{}\n", serde_json::to_string_pretty(&whole)?)
        }
    };
    Target::Stdout.write(text.as_bytes())?;
    Ok(Outcome::Clean)
}

impl Args {
    /// The project and the trigger: what names something on the disk, or can name nothing else, is a path.
    fn wanted(&self) -> (&Path, Option<&str>) {
        let here = Path::new(".");
        match (&self.project, self.first.as_deref(), self.second.as_deref()) {
            (Some(project), first, _) => (project, first),
            (None, Some(path), Some(trigger)) => (Path::new(path), Some(trigger)),
            (None, Some(word), None) if Path::new(word).exists() || word.contains('/') => {
                (Path::new(word), None)
            }
            (None, word, None) => (here, word),
            (None, None, Some(trigger)) => (here, Some(trigger)),
        }
    }
}

/// The trigger of that name, which the clock must start.
fn find<'a>(ir: &'a Ir, name: &str) -> anyhow::Result<&'a Trigger> {
    let Some(trigger) = ir.triggers.iter().find(|t| t.name == name) else {
        match nearest(name, ir.triggers.iter().map(|t| t.name.as_str())) {
            Some(near) => bail!("there is no trigger `{name}`: did you mean `{near}`?"),
            None => {
                let path = if Path::new(name).exists() {
                    ""
                } else {
                    ", and no such path"
                };
                bail!(
                    "there is no trigger `{name}`{path}: `trigc next` lists all that the clock starts"
                )
            }
        }
    };
    if trigger.starts.iter().all(|s| s.clock.is_none()) {
        let what = if trigger.flow { "flow" } else { "trigger" };
        bail!(
            "the {what} `{name}` is not started by the clock: when events start it, nobody can say"
        );
    }
    Ok(trigger)
}

fn zone(name: &str) -> anyhow::Result<TimeZone> {
    // never the machine's own database: the engine has this one
    trig_ir::zone(name).with_context(|| format!("there is no time zone `{name}`"))
}

/// A time as it is given: an instant, or one on the local clock of `zone`.
fn instant(text: &str, zone: &TimeZone) -> anyhow::Result<Timestamp> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    let local: jiff::civil::DateTime = text.parse().ok().with_context(|| {
        format!(
            "`{text}` is no time: write one such as `2026-03-28 10:00` or `2026-03-28T10:00+01:00`"
        )
    })?;
    trig_ir::instant(zone, local)
        .with_context(|| format!("`{text}` lies outside the years -9999 to 9999"))
}

fn next(
    ir: &Ir,
    trigger: &Trigger,
    text: &str,
    clock: &Clock,
    from: Timestamp,
    count: usize,
) -> anyhow::Result<Next> {
    let zone = zone(&trigger.zone)?;
    let mut times: Vec<Occurrence> = Vec::new();
    let mut before = from.to_zoned(zone.clone());
    for at in occurrences(clock, &trigger.zone, from.into()).take(count) {
        let Some(at) = at.to_jiff() else { break };
        let at = at.to_zoned(zone.clone());
        times.push(Occurrence {
            instant: at.timestamp(),
            local: at.strftime("%a %Y-%m-%d %H:%M %:z").to_string(),
            abbreviation: at.strftime("%Z").to_string(),
            note: note(clock, &before, &at),
        });
        before = at;
    }
    Ok(Next {
        trigger: trigger.name.to_string(),
        start: text.to_owned(),
        zone: trigger.zone.to_string(),
        disabled: trigger.disabled,
        depends_on: match clock {
            Clock::Offset(offset) => Some(field(ir, offset)),
            Clock::Every(_) | Clock::Once(..) => None,
        },
        times,
    })
}

/// The field on which an offset hangs, as it is written: `lead.meeting`.
fn field(ir: &Ir, offset: &Offset) -> String {
    let entity = ir.entities.get(offset.entity.index());
    let name = entity.map_or("", |e| e.name.as_str());
    let short = name.rsplit('.').next().unwrap_or(name);
    format!("{short}.{}", offset.field)
}

/// What the clocks do at an occurrence, or between it and the one before.
fn note(clock: &Clock, before: &Zoned, at: &Zoned) -> Option<String> {
    let nominal = nominal(clock);
    if let Some(nominal) = nominal.filter(|nominal| at.time() != *nominal) {
        return Some(format!(
            "the clocks skip {} on that day",
            nominal.strftime("%H:%M")
        ));
    }
    let (old, new) = (before.offset(), at.offset());
    if nominal.is_some()
        && at
            .time_zone()
            .to_ambiguous_zoned(at.datetime())
            .is_ambiguous()
    {
        return Some("comes twice on that day; this is the first".to_owned());
    }
    if old == new {
        return None;
    }
    let by = SignedDuration::from_secs(i64::from(new.seconds()) - i64::from(old.seconds()));
    let way = if by.is_negative() { "back" } else { "forward" };
    Some(format!("the clocks went {way} by {:#}", by.abs()))
}

/// The time of day that a clock names.
fn nominal(clock: &Clock) -> Option<Time> {
    match clock {
        Clock::Every(recurrence) => match recurrence {
            Recurrence::Interval(_) => None,
            Recurrence::Day(at)
            | Recurrence::Week(_, at)
            | Recurrence::MonthDay(_, at)
            | Recurrence::MonthEnd(at)
            | Recurrence::MonthWeekday { at, .. }
            | Recurrence::Year { at, .. } => Some(*at),
        },
        Clock::Once(_, at) => Some(*at),
        Clock::Offset(_) => None,
    }
}

fn human(all: &[Next], bold: Style) -> String {
    if all.is_empty() {
        return "the clock starts no trigger of this project\n".to_owned();
    }
    let mut out = String::new();
    for (i, next) in all.iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        let disabled = if next.disabled { ", disabled" } else { "" };
        let _ = writeln!(
            out,
            "{bold}{}{bold:#}  {}  ({}{disabled})",
            next.trigger, next.start, next.zone
        );
        match &next.depends_on {
            Some(field) => {
                let _ = writeln!(out, "  depends on `{field}` of each record");
            }
            None if next.times.is_empty() => out.push_str("  never again\n"),
            None => {}
        }
        for time in &next.times {
            let _ = write!(out, "  {} {}", time.local, time.abbreviation);
            if let Some(note) = &time.note {
                let _ = write!(out, "  {note}");
            }
            out.push('\n');
        }
    }
    out
}
