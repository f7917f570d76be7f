//! `trigd state`

use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::json;
use smol_str::SmolStr;

use crate::position;
use crate::shard::{Workspace, replay};
use crate::show::{time, waits};
use crate::store::Store;
use trig_ir::RecordKey;

/// Replay a store's log, and print what it adds up to
///
/// Changes nothing, and may run beside a daemon.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The store's directory
    store: PathBuf,

    /// Only this workspace
    workspace: Option<SmolStr>,

    /// The whole state as JSON, one object a workspace
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  trigd state ~/.local/state/trig/crm
  trigd state ~/.local/state/trig/default shop --json";

pub(super) fn run(args: &Args) -> anyhow::Result<u8> {
    let store = Store::existing(&args.store)?;
    let replayed = replay(&store)?;
    let mut out = io::stdout().lock();
    let mut code = super::OK;
    let mut any = false;
    for workspace in replayed.workspaces.values() {
        if args
            .workspace
            .as_ref()
            .is_some_and(|id| id != workspace.id())
        {
            continue;
        }
        any = true;
        if workspace.stopped().is_some() {
            code = super::FOUND;
        }
        let written = if args.json {
            json_line(workspace, &mut out)
        } else {
            line(workspace, &mut out)
        };
        super::ignore_closed(written)?;
    }
    if let (Some(id), false) = (&args.workspace, any) {
        anyhow::bail!("the store holds no workspace `{id}`");
    }
    Ok(code)
}

fn json_line(workspace: &Workspace, out: &mut impl Write) -> io::Result<()> {
    let state = workspace.state();
    let waiting: Vec<_> = state
        .waiting()
        .map(|w| {
            json!({
                "trigger": w.trigger,
                "subject": w.subject,
                "phase": w.phase,
                "since": w.since.to_string(),
                "due": w.due.map(|due| due.to_string()),
            })
        })
        .collect();
    let clocks: Vec<_> = state
        .clocks()
        .map(|c| {
            json!({
                "trigger": c.trigger,
                "start": c.start,
                "subject": c.subject,
                "due": c.due.to_string(),
            })
        })
        .collect();
    let value = json!({
        "workspace": workspace.id(),
        "revision": workspace.revision(),
        "position": position::record(state.position()),
        "digest": state.digest().to_string(),
        "stopped": workspace.stopped(),
        "waiting": waiting,
        "clocks": clocks,
        "state": state,
    });
    serde_json::to_writer(&mut *out, &value)?;
    out.write_all(b"\n")
}

fn line(workspace: &Workspace, out: &mut impl Write) -> io::Result<()> {
    let state = workspace.state();
    writeln!(
        out,
        "{}  position {}  digest {}  revision {}  {} records  {} waiting  {} undelivered",
        workspace.id(),
        position::record(state.position()),
        state.digest(),
        workspace.revision().map_or("none", |r| r.0.as_str()),
        state.records().count(),
        state.waiting().count(),
        state.outbox().count(),
    )?;
    if let Some(reason) = workspace.stopped() {
        writeln!(out, "  stopped: {reason}")?;
    }
    for waiting in state.waiting() {
        writeln!(
            out,
            "  {:<8}  {}  {}  since {}",
            if waiting.phase == "body" {
                "runs"
            } else {
                "waits"
            },
            of(waiting.trigger, waiting.subject),
            waits(waiting.phase, waiting.due),
            time(waiting.since),
        )?;
    }
    if state.has_slices() {
        writeln!(out, "  sweeps    go on when the daemon runs")?;
    }
    let mut left = state.clocks().count();
    for clock in state.clocks().take(MOST_CLOCKS) {
        left -= 1;
        writeln!(
            out,
            "  clock     {}  {}  at {}",
            of(clock.trigger, clock.subject),
            clock.start,
            time(clock.due),
        )?;
    }
    if left > 0 {
        writeln!(out, "  clock     and {left} more that come later")?;
    }
    Ok(())
}

/// Offsets are as many as there are records: so many clocks are shown.
const MOST_CLOCKS: usize = 100;

fn of(trigger: &str, subject: Option<&RecordKey>) -> String {
    match subject {
        Some(subject) => format!("{trigger}  {subject}"),
        None => trigger.to_owned(),
    }
}
