//! `trigd run`

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use smol_str::SmolStr;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::listen;
use crate::compile::compiler;
use crate::daemon::{Daemon, Options};
use crate::happened::{Happened, Teller};
use crate::outbox::client;
use crate::play::{Played, play};
use crate::project::{Compiled, Compiler, Report};
use crate::shard::Broken;
use crate::show::{Colour, Format, Show};
use crate::store::{Store, default_dir};
use crate::watch::{DEBOUNCE, Watcher};

/// Run projects
///
/// Compiles them, takes events in over HTTP, fires their triggers, carries out what these decide, and follows every
/// edit. Ctrl-C ends it; what waits stays in the store.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Directories of projects
    #[arg(value_name = "DIR", default_value = ".")]
    dirs: Vec<PathBuf>,

    /// Post every file in DIR/inbox, in name order, to the daemon itself; implies --sink
    #[arg(long)]
    play: bool,

    /// End when the inbox is through and all effects are delivered
    #[arg(long)]
    exit: bool,

    /// Remove what the store holds first
    #[arg(long)]
    fresh: bool,

    /// Deliver to a receiver of the daemon's own, so that no real one is contacted
    #[arg(long)]
    sink: bool,

    /// Where to keep log and revisions [default: $XDG_STATE_HOME/trig/ID]
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,

    /// Where to listen: an address and a port, or a port of this machine; port 0 picks one [default: 127.0.0.1:7070]
    #[arg(long, value_name = "ADDR", value_parser = listen::address)]
    listen: Option<SocketAddr>,

    /// Say why triggers did not fire [default on a terminal, and with --play]
    #[arg(long, overrides_with = "no_trace")]
    trace: bool,

    /// Do not say why triggers did not fire
    #[arg(long, overrides_with = "trace")]
    no_trace: bool,

    /// How to show what happens
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

const EXAMPLES: &str = "\
Examples:
  trigd run                             the project in the current directory
  trigd run crm shop                    two projects on one port
  trigd run crm --play --exit --fresh   its inbox, from an empty store, to the end
  trigd run crm --listen 0.0.0.0:7070   for other machines, too
  trigd run crm --format json --trace   for programs, with what did not fire and why";

/// The default address.
const LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 7070);

pub(super) fn run(mut args: Args, colour: Colour) -> anyhow::Result<u8> {
    for dir in &mut args.dirs {
        *dir = project(dir)?;
    }
    let (show, teller) = Show::start(args.format, colour)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let mut told_to_end = false;
    let result = runtime.block_on(async {
        let mut signals = Signals::listen()?;
        let result = go(&args, colour, teller, &mut signals).await;
        told_to_end = signals.came;
        result
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    show.end(told_to_end);
    result
}

async fn go(
    args: &Args,
    colour: Colour,
    teller: Teller,
    signals: &mut Signals,
) -> anyhow::Result<u8> {
    // what is played is shown whole: the next file waits until what came of the one before has been shown
    teller.keep_all(args.play);
    let compiler = compiler(colour.on_stdout());
    // before the first compilation, so that no edit falls between the two
    let mut watcher = Watcher::new(&args.dirs, DEBOUNCE).context("cannot watch the projects")?;
    let (store, compiled) = match first(args, &compiler, &mut watcher, &teller, signals).await? {
        First::Go(store, compiled) => (store, compiled),
        First::End(code) => return Ok(code),
    };
    let settings = compiled.first().map(|(_, c)| c.manifest.daemon.clone());
    let listen = args
        .listen
        .or_else(|| Some(settings.as_ref()?.listen.as_ref()?.value))
        .unwrap_or(LISTEN);
    if let Some(debounce) = settings.and_then(|s| s.debounce) {
        let still = u64::try_from(debounce.value.0).map_or(DEBOUNCE, Duration::from_millis);
        watcher = Watcher::new(&args.dirs, still).context("cannot watch the projects")?;
    }
    let options = Options {
        listen,
        trace: args.traces(std::io::stdout().is_terminal()),
        sink: args.sink || args.play,
        make_up_secrets: args.play,
        teller: teller.clone(),
        ..Options::new(store, compiler)
    };
    let mut daemon = match Daemon::start(options, compiled).await {
        Ok(daemon) => daemon,
        Err(e) => return Err(e.into()),
    };
    let ended = attend(args, &mut daemon, &mut watcher, &teller, signals).await;
    let broken = daemon.projects.iter().any(|p| p.broken);
    match ended {
        // the writer is gone: there is nothing to finish
        Err(e) if e.is::<Broken>() => Err(e),
        Err(e) => {
            daemon.stop().await?;
            Err(e)
        }
        Ok(code) => {
            daemon.stop().await?;
            Ok(if args.exit && broken {
                super::FOUND
            } else {
                code
            })
        }
    }
}

/// The directory of the one project that a directory means, as `trigc` finds it.
fn project(dir: &Path) -> anyhow::Result<PathBuf> {
    anyhow::ensure!(
        dir.is_dir(),
        "`{}` is no directory; name the directory of a project",
        dir.display()
    );
    let roots = trig_project::find(dir)?;
    let [root] = roots.as_slice() else {
        let names: Vec<String> = roots.iter().map(|r| format!("`{}`", r.display())).collect();
        anyhow::bail!(
            "`{}` is no project, but holds {}: {}; name those that are to run",
            dir.display(),
            roots.len(),
            names.join(", ")
        );
    };
    Ok(root.clone())
}

impl Args {
    /// Whether it is said why triggers did not fire: to people who look on, unless they are told otherwise.
    fn traces(&self, on_terminal: bool) -> bool {
        self.trace || (!self.no_trace && (self.play || on_terminal))
    }
}

/// What follows the start.
enum First {
    /// Run these on that store.
    Go(Store, Vec<(PathBuf, Compiled)>),
    /// There is nothing to run.
    End(u8),
}

/// Compiles all projects, and waits for an edit while there is nothing that could run.
async fn first(
    args: &Args,
    compiler: &Compiler,
    watcher: &mut Watcher,
    teller: &Teller,
    signals: &mut Signals,
) -> anyhow::Result<First> {
    let mut told: BTreeMap<PathBuf, Report> = BTreeMap::new();
    loop {
        let compiled = compile_all(compiler, &args.dirs).await?;
        check_ids(&compiled)?;
        let store = choose_store(args, &compiled)?;
        if let Some(store) = store {
            for dir in &args.dirs {
                store.outside(dir)?;
            }
            let known = compiled.iter().any(|(_, c)| c.workspace().is_some());
            // what is about to be removed is not run
            let kept = !args.fresh && store.is_there() && known;
            if compiled.iter().any(|(_, c)| c.ir.is_some()) || kept {
                if args.fresh {
                    store.clear()?;
                }
                return Ok(First::Go(store, compiled));
            }
        }
        for (dir, compiled) in &compiled {
            let report = &compiled.report;
            // the same once more is nothing new
            if told.insert(dir.clone(), report.clone()).as_ref() == Some(report) {
                continue;
            }
            teller.tell(|| Happened::Diagnosed {
                project: dir.display().to_string(),
                errors: report.errors,
                warnings: report.warnings,
                text: report.text.clone(),
                diagnostics: report.json.clone(),
                consequence: if args.exit {
                    "nothing runs".into()
                } else {
                    "waiting for an edit".into()
                },
            });
        }
        if args.exit {
            return Ok(First::End(super::FOUND));
        }
        tokio::select! {
            changed = watcher.changed() => {
                anyhow::ensure!(changed.is_some(), "the watcher has ended");
            }
            () = signals.stop() => return Ok(First::End(super::OK)),
        }
    }
}

async fn compile_all(
    compiler: &Compiler,
    dirs: &[PathBuf],
) -> anyhow::Result<Vec<(PathBuf, Compiled)>> {
    let compiler = compiler.clone();
    let dirs = dirs.to_vec();
    let compiled = tokio::task::spawn_blocking(move || {
        dirs.into_iter()
            .map(|dir| {
                let compiled = compiler(&dir);
                (dir, compiled)
            })
            .collect()
    })
    .await?;
    Ok(compiled)
}

/// Two projects cannot be one workspace.
fn check_ids(compiled: &[(PathBuf, Compiled)]) -> anyhow::Result<()> {
    for (i, (dir, one)) in compiled.iter().enumerate() {
        for (other_dir, other) in compiled.iter().skip(i + 1) {
            if let Some(id) = one.workspace()
                && other.workspace() == Some(id.clone())
            {
                anyhow::bail!(
                    "`{}` and `{}` both name workspace `{id}`: give one of them another `id` in its trig.toml",
                    dir.display(),
                    other_dir.display()
                );
            }
        }
    }
    Ok(())
}

/// Where the store is: as told, as the manifest of a single project says, or by default.
fn choose_store(args: &Args, compiled: &[(PathBuf, Compiled)]) -> anyhow::Result<Option<Store>> {
    if let Some(dir) = &args.store {
        return Ok(Some(Store::at(dir)));
    }
    let name = match compiled {
        [(dir, one)] => {
            if let Some(store) = &one.manifest.daemon.store {
                return Ok(Some(Store::at(dir.join(store.value.as_str()))));
            }
            match one.workspace() {
                Some(id) => id,
                None => return Ok(None),
            }
        }
        _ => SmolStr::new_static("default"),
    };
    let var = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let dir = default_dir(&name, var)
        .context("neither XDG_STATE_HOME nor HOME is set: name a directory with --store")?;
    Ok(Some(Store::at(dir)))
}

/// Plays, follows edits, and waits for the end.
async fn attend(
    args: &Args,
    daemon: &mut Daemon,
    watcher: &mut Watcher,
    teller: &Teller,
    signals: &mut Signals,
) -> anyhow::Result<u8> {
    let mut code = super::OK;
    if args.play {
        let playing = play_all(daemon, teller);
        let played = tokio::select! {
            played = playing => played?,
            () = signals.stop() => return Ok(super::OK),
        };
        if played.refused > 0 {
            code = super::FOUND;
        }
    }
    if args.exit {
        if daemon.registry.ids().is_empty() {
            return Ok(super::FOUND);
        }
        let mut pending = daemon.pending.clone();
        tokio::select! {
            () = pending.none() => {}
            () = signals.stop() => {}
            broken = daemon.broken() => return Err(broken.into()),
        }
        return Ok(code);
    }
    teller.keep_all(false);
    loop {
        tokio::select! {
            changed = watcher.changed() => match changed {
                Some(dir) => daemon.reload(&dir).await,
                None => anyhow::bail!("the watcher has ended"),
            },
            () = signals.stop() => return Ok(super::OK),
            broken = daemon.broken() => return Err(broken.into()),
        }
    }
}

/// Plays the inbox of every project that runs.
async fn play_all(daemon: &Daemon, teller: &Teller) -> anyhow::Result<Played> {
    let client = client();
    let mut sum = Played::default();
    for project in &daemon.projects {
        let Some(site) = project
            .workspace
            .as_ref()
            .and_then(|id| daemon.registry.get(id))
        else {
            continue;
        };
        if !inbox(&project.dir).is_dir() {
            teller.tell(|| Happened::Note {
                text: format!("`{}` does not exist", inbox(&project.dir).display()),
            });
            continue;
        }
        let pending = daemon.pending.clone();
        sum += play(
            &project.dir,
            daemon.address,
            &site.config,
            &client,
            teller,
            pending,
        )
        .await?;
    }
    teller.tell(|| Happened::Played {
        bodies: sum.bodies,
        refused: sum.refused,
        events: sum.events,
        duplicates: sum.duplicates,
        firings: sum.firings,
        effects: sum.effects,
    });
    Ok(sum)
}

fn inbox(dir: &Path) -> PathBuf {
    dir.join("inbox")
}

/// Ctrl-C and the system's request to end.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    /// Whether one of them came.
    came: bool,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            came: false,
        })
    }

    /// Waits for one of them.
    async fn stop(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        self.came = true;
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn args(line: &[&str]) -> Args {
        Line::try_parse_from([&["run"], line].concat())
            .unwrap()
            .args
    }

    #[test]
    fn who_looks_on_is_told_why_triggers_did_not_fire() {
        let traces = |line: &[&str]| [true, false].map(|terminal| args(line).traces(terminal));
        assert_eq!(traces(&[]), [true, false]);
        assert_eq!(traces(&["--play"]), [true, true]);
        assert_eq!(traces(&["--trace"]), [true, true]);
        assert_eq!(traces(&["--play", "--no-trace"]), [false, false]);
        assert_eq!(traces(&["--trace", "--no-trace"]), [false, false]);
        assert_eq!(traces(&["--no-trace", "--trace"]), [true, true]);
        assert_eq!(args(&[]).dirs, [Path::new(".")]);
    }

    #[test]
    fn a_directory_of_projects_is_none() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a", "b"] {
            std::fs::create_dir(dir.path().join(name)).unwrap();
            std::fs::write(dir.path().join(name).join("trig.toml"), "").unwrap();
        }
        let shown = project(dir.path()).unwrap_err().to_string();
        let shown = shown.replace(&dir.path().display().to_string(), "DIR");
        insta::assert_snapshot!(shown, @"`DIR` is no project, but holds 2: `DIR/a`, `DIR/b`; name those that are to run");
        let one = dir.path().join("a");
        assert_eq!(project(&one).unwrap(), one);
        let shown = project(&one.join("trig.toml")).unwrap_err().to_string();
        assert!(shown.contains("is no directory"), "{shown}");
    }
}
