//! `--watch`: runs the tests again whenever the project changes. Only what depends on a change is compiled again.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::Context;
use notify::event::{CreateKind, ModifyKind, RemoveKind};
use notify::{EventKind, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, new_debouncer};
use smol_str::SmolStr;
use trig_compiler::Workspace;
use trig_project::{Loaded, load};

use super::{Args, NOT_RUN, conclude, filter, human, one, tell};
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
    let mut shown = Vec::new();
    loop {
        // a project that is gone for a moment, as while a branch is switched, is no end
        match load(&root) {
            Ok(loaded) => {
                let project = compile(&mut workspace, &mut known, loaded);
                round(args, project, filters, colour, &mut shown)?;
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

/// Runs the tests once. `shown` is the report that was shown last: the same again is news on a terminal only, which has
/// been wiped.
fn round(
    args: &Args,
    project: Project,
    filters: &[String],
    colour: Colour,
    shown: &mut Vec<u8>,
) -> anyhow::Result<()> {
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
            let report = human::report(&ran, args.verbose, args.coverage, false);
            if std::io::stdout().is_terminal() || report != *shown {
                args.write(&ran, colour)?;
                *shown = report;
            }
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
        let of_project = |path: &std::path::PathBuf| belongs(&event.kind, path);
        event.need_rescan() || !read && event.paths.iter().any(of_project)
    })
}

/// Whether a change of this path may change the project: of a source or the manifest, or that a directory comes, goes or
/// is called otherwise. What is written into any other file is nothing to the project: our own report may go there.
fn belongs(kind: &EventKind, path: &Path) -> bool {
    let extension = path.extension();
    if extension.is_some_and(|e| e == "trig")
        || path.file_name() == Some(trig_compiler::MANIFEST_PATH.as_ref())
    {
        return true;
    }
    match kind {
        EventKind::Create(CreateKind::Folder) | EventKind::Remove(RemoveKind::Folder) => true,
        // a link to a directory is no folder to the system, and what is gone cannot be asked
        EventKind::Create(_) | EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) => {
            extension.is_none() || path.is_dir()
        }
        EventKind::Any | EventKind::Modify(ModifyKind::Any | ModifyKind::Metadata(_)) => {
            path.is_dir()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use notify::event::DataChange;

    use super::*;

    #[test]
    fn what_is_written_into_other_files_is_nothing_to_the_project() {
        let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        let all = [
            "a/b.trig",
            "a/trig.toml",
            "a/out1",
            "a/out.txt",
            "a/b.trig~",
        ]
        .map(|path| belongs(&written, Path::new(path)));
        assert_eq!(all, [true, true, false, false, false]);
        let made = EventKind::Create(CreateKind::Folder);
        assert!(belongs(&made, Path::new("a/x.d")));
        let gone = EventKind::Remove(RemoveKind::File);
        assert!(belongs(&gone, Path::new("a/sales")));
    }
}
