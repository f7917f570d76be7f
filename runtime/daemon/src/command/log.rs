//! `trigd log`

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value as Json;
use trig_ir::Timestamp;
use trig_log::{Record, RecordKind};

use crate::store::Store;

/// Print the records of a store's log
///
/// Changes nothing, and may run beside a daemon.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The store's directory
    store: PathBuf,

    /// One JSON object a record
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  trigd log ~/.local/state/trig/crm
  trigd log ~/.local/state/trig/crm --json | jq 'select(.kind == \"input\")'";

pub(super) fn run(args: &Args) -> anyhow::Result<u8> {
    let store = Store::existing(&args.store)?;
    let mut out = BufWriter::new(io::stdout().lock());
    for entry in trig_log::read(&store.log_dir())? {
        let entry = entry?;
        let written = if args.json {
            json_line(entry.position, &entry.record, &mut out)
        } else {
            line(entry.position, &entry.record, &mut out)
        };
        super::ignore_closed(written)?;
    }
    super::ignore_closed(out.flush())?;
    Ok(super::OK)
}

#[derive(Serialize)]
struct Shown<'a> {
    position: u64,
    kind: &'static str,
    at: String,
    workspace: &'a str,
    revision: &'a str,
    semantics: u32,
    payload: Json,
}

fn json_line(position: u64, record: &Record, out: &mut impl Write) -> io::Result<()> {
    let shown = Shown {
        position,
        kind: name(record.kind),
        at: Timestamp(record.time_ms).to_string(),
        workspace: &record.workspace,
        revision: &record.revision,
        semantics: record.semantics,
        payload: payload(record),
    };
    serde_json::to_writer(&mut *out, &shown)?;
    out.write_all(b"\n")
}

fn line(position: u64, record: &Record, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "{position:>8}  {}  {:<8}  {}  {}  {}",
        Timestamp(record.time_ms),
        name(record.kind),
        record.workspace,
        record.revision,
        summary(record)
    )
}

fn payload(record: &Record) -> Json {
    serde_json::from_slice(&record.body)
        .unwrap_or_else(|_| String::from_utf8_lossy(&record.body).into_owned().into())
}

fn summary(record: &Record) -> String {
    let payload = payload(record);
    let text = |key: &str| {
        payload
            .get(key)
            .and_then(Json::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    match record.kind {
        RecordKind::Input => {
            let n = payload
                .get("arrivals")
                .and_then(Json::as_array)
                .map_or(0, Vec::len);
            let s = if n == 1 { "" } else { "s" };
            format!("{} {n} event{s}, {} bytes", text("via"), record.body.len())
        }
        RecordKind::Tick | RecordKind::SweepSlice => String::new(),
        RecordKind::Result => format!("{} {} {}", text("key"), text("outcome"), text("detail")),
        RecordKind::Attempt => text("key"),
        RecordKind::Revision => text("revision"),
        _ => payload.to_string(),
    }
}

fn name(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Input => "input",
        RecordKind::Tick => "tick",
        RecordKind::Result => "result",
        RecordKind::Attempt => "attempt",
        RecordKind::Revision => "revision",
        RecordKind::SweepSlice => "sweep",
        RecordKind::Quarantine => "quarantine",
        RecordKind::Erase => "erase",
        RecordKind::ResyncDone => "resync",
    }
}
