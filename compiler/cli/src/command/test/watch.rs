//! `--watch`: runs the tests again whenever the project changes. Only what depends on a change is compiled again.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::Context;
use notify::{EventKind, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, new_debouncer};
use smol_str::SmolStr;
use trig_compiler::Workspace;
use trig_project::{Loaded, load};

use super::{Args, NOT_RUN, conclude, filter, one, tell};
use crate::Outcome;
use crate::output::Colour;
use crate::project::{Project, find_one};

/// How long files must be still before they are read again: editors write in several steps.
const STILL: Duration = Duration::from_millis(100);

pub(super) fn run(
    args: &Args,
    path: &Path,
    filters: &[String],
    colour: Colour,
) -> anyhow::Result<Outcome> {
    let root = find_one(path)?;
    let (sender, changes) = mpsc::channel();
    let mut watcher = new_debouncer(STILL, None, move |result: DebounceEventResult| {
        if matters(&result) {
            // the other end is gone with the whole command
            let _ = sender.send(());
        }
    })
    .context("files cannot be watched")?;
    watcher
        .watch(&root, RecursiveMode::Recursive)
        .with_context(|| format!("`{}` cannot be watched", root.display()))?;
    let mut workspace = Workspace::new();
    let mut known: Vec<SmolStr> = Vec::new();
    loop {
        // a project that is gone for a moment, as while a branch is switched, is no end
        match load(&root) {
            Ok(loaded) => {
                let project = compile(&mut workspace, &mut known, loaded);
                round(args, project, filters, colour)?;
            }
            Err(error) => tell(&error.to_string()),
        }
        tell(&format!("watching `{}`", root.display()));
        if changes.recv().is_err() {
            return Ok(Outcome::Clean);
        }
        // what has come in the meantime is read all at once
        while changes.try_recv().is_ok() {}
        if std::io::stdout().is_terminal() {
            let mut out = std::io::stdout();
            let _ = write!(out, "\x1b[2J\x1b[H");
            let _ = out.flush();
        }
    }
}

fn compile(workspace: &mut Workspace, known: &mut Vec<SmolStr>, loaded: Loaded) -> Project {
    let sources = &loaded.sources;
    workspace.set_manifest(sources.manifest.clone());
    for gone in known
        .iter()
        .filter(|k| sources.files.iter().all(|(p, _)| p != *k))
    {
        workspace.remove_file(gone);
    }
    workspace.set_files(sources.files.iter().cloned());
    *known = sources.files.iter().map(|(path, _)| path.clone()).collect();
    let compilation = workspace.compile();
    Project::new(loaded, compilation)
}

fn round(args: &Args, project: Project, filters: &[String], colour: Colour) -> anyhow::Result<()> {
    project.show(colour)?;
    if project.ir().is_ok()
        && let Some(idle) = filter::idle(std::slice::from_ref(&project), filters)
    {
        tell(&idle);
        return Ok(());
    }
    let begun = Instant::now();
    match one(args, project, filters)? {
        Ok(ran) => {
            let ran = [ran];
            args.write(&ran, colour)?;
            conclude(args, &ran, begun.elapsed());
        }
        Err(_) => tell(NOT_RUN),
    }
    Ok(())
}

/// Whether something changed that may belong to the project.
fn matters(result: &DebounceEventResult) -> bool {
    let Ok(events) = result else {
        // events were lost: anything may have changed
        return true;
    };
    events.iter().any(|event| {
        let read = matches!(event.kind, EventKind::Access(_));
        let source = |path: &std::path::PathBuf| {
            let named = path
                .file_name()
                .is_some_and(|n| n == trig_compiler::MANIFEST_PATH);
            named || path.extension().is_none_or(|e| e == "trig")
        };
        event.need_rescan() || !read && event.paths.iter().any(source)
    })
}
