//! A running daemon: its parts, put together and taken apart in order.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use trig_ir::Timestamp;

use crate::clock::{Clock, SystemClock};
use crate::closing::{Close, closing};
use crate::feed::{Feeds, Follow, follow};
use crate::happened::{Happened, Teller};
use crate::intake::{Door, Server, router, serve};
use crate::outbox::{Backoff, Orders, Outbox, Pending, Settings, Sink, client};
use crate::project::{Compiled, Compiler};
use crate::registry::Registry;
use crate::reload::{Project, Reloader};
use crate::shard::{
    Bounds, Broken, Control, Core, ReplayError, Replayed, Shard, Status, replay, spawn,
};
use crate::store::{AddressFile, Store, StoreError};

/// How a daemon is started.
pub struct Options {
    /// Where it keeps what it knows.
    pub store: Store,
    /// Where it listens.
    pub listen: SocketAddr,
    /// What compiles projects.
    pub compiler: Compiler,
    /// Whether it records why triggers did not fire.
    pub trace: bool,
    /// Whether a receiver of its own stands in for all others.
    pub sink: bool,
    /// Whether secrets that cannot be read are made up.
    pub make_up_secrets: bool,
    /// When deliveries are tried again.
    pub backoff: Backoff,
    /// Bounds of queue and batches.
    pub bounds: Bounds,
    /// What tells the time.
    pub clock: Arc<dyn Clock>,
    /// Whom it tells what happens.
    pub teller: Teller,
}

impl Options {
    /// The usual ones, on a port of the system's choice.
    pub fn new(store: Store, compiler: Compiler) -> Self {
        Self {
            store,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            compiler,
            trace: false,
            sink: false,
            make_up_secrets: false,
            backoff: Backoff::default(),
            bounds: Bounds::default(),
            clock: Arc::new(SystemClock),
            teller: Teller::silent(),
        }
    }
}

/// Why a daemon did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log cannot be replayed.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// The address cannot be had.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system refused something else.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// A running daemon.
pub struct Daemon {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its workspaces.
    pub registry: Registry,
    /// Its writer.
    pub shard: Shard,
    /// What has not been delivered yet.
    pub pending: Pending,
    /// Its projects.
    pub projects: Vec<Project>,
    /// What compiles and activates them.
    pub reloader: Reloader,
    /// What looks at their feeds. With a receiver that stands in for all others, nobody does.
    pub feeds: Feeds,
    address_file: AddressFile,
    teller: Teller,
    close: Close,
    server: Server,
    deliveries: JoinHandle<()>,
    writer: oneshot::Receiver<Result<(), Broken>>,
    _sink: Option<Sink>,
}

impl Daemon {
    /// Opens the store, replays it, and runs the projects.
    ///
    /// # Errors
    /// If the store, its log or the address cannot be had. A project that does not compile is no error.
    pub async fn start(
        options: Options,
        projects: Vec<(PathBuf, Compiled)>,
    ) -> Result<Self, StartError> {
        let store = options.store.clone();
        store.create()?;
        let (log, recovered) = store.open_log()?;
        if let Some(torn) = &recovered.torn {
            tracing::warn!(
                "the log ended in a batch that was never acknowledged: {} bytes were cut",
                torn.bytes
            );
        }
        let replaying = store.clone();
        let replayed = tokio::task::spawn_blocking(move || replay(&replaying))
            .await
            .map_err(std::io::Error::other)??;
        check_clock(&replayed, options.clock.now());

        let listener =
            TcpListener::bind(options.listen)
                .await
                .map_err(|source| StartError::Listen {
                    address: options.listen,
                    source,
                })?;
        let teller = options.teller.clone();
        let sink = if options.sink {
            Some(Sink::start(teller.clone()).await?)
        } else {
            None
        };
        let (close, closed) = closing();
        let (shard, queue) = Shard::new(options.bounds);
        let (orders, incoming, pending) = Orders::new();
        let registry = Registry::default();
        let reloader = Reloader {
            compiler: Arc::clone(&options.compiler),
            revisions: store.revisions(),
            registry: registry.clone(),
            shard: shard.clone(),
            teller: teller.clone(),
            make_up_secrets: options.make_up_secrets,
            noted: Arc::default(),
        };

        let mut stood = std::collections::BTreeMap::new();
        for (id, workspace) in &replayed.workspaces {
            for (name, seen) in &workspace.feeds {
                stood.insert((id.clone(), name.clone()), seen.clone());
            }
        }
        let mut core = Core {
            journal: log,
            clock: Arc::clone(&options.clock),
            workspaces: replayed.workspaces,
            now: replayed.now,
            digest: replayed.digest,
            options: trig_engine::Options {
                trace: options.trace,
                coverage: false,
            },
            orders,
            registry: registry.clone(),
            teller: teller.clone(),
        };
        let mut found = Vec::new();
        for (dir, compiled) in projects {
            let mut project = Project::new(dir);
            if let Some(id) = compiled.workspace()
                && let Some(workspace) = core.workspaces.get_mut(&id)
            {
                workspace.live = true;
                if let Some(reason) = workspace.stopped() {
                    let reason = reason.to_owned();
                    tracing::error!(workspace = %id, "{reason}");
                    teller.tell(|| Happened::Stopped {
                        workspace: id.clone(),
                        reason,
                    });
                }
                if let Some((revision, ir)) = workspace.running() {
                    project.workspace = Some(id);
                    // until a new one is active, the stored revision runs under the configuration on disk; under its
                    // own where that cannot be relied on
                    registry.put(if compiled.ir.is_some() {
                        reloader.site(&project.dir, &compiled, &ir)
                    } else {
                        reloader.kept_site(&project.dir, &revision, &ir, &compiled.report)
                    });
                    project.running = Some((revision, ir));
                }
            }
            found.push((project, compiled));
        }
        let writer = spawn(core, queue)?;
        let deliveries = tokio::spawn(
            Outbox::new(
                incoming,
                client(),
                shard.clone(),
                registry.clone(),
                teller.clone(),
                Settings {
                    backoff: options.backoff,
                    sink: sink.as_ref().map(Sink::url),
                    ..Settings::default()
                },
                closed.clone(),
            )
            .run(),
        );
        let mut projects = Vec::new();
        for (mut project, compiled) in found {
            reloader.take(&mut project, compiled).await;
            projects.push(project);
        }
        let door = Door {
            registry: registry.clone(),
            shard: shard.clone(),
            loopback: listener.local_addr()?.ip().is_loopback(),
        };
        let server = serve(listener, router(door), closed.clone())?;
        let address_file = AddressFile::write(&store, server.address);
        let feeds = if options.sink {
            Feeds::none()
        } else {
            follow(Follow {
                client: client(),
                registry: registry.clone(),
                shard: shard.clone(),
                teller: teller.clone(),
                clock: Arc::clone(&options.clock),
                closing: closed,
                stood,
            })
        };
        teller.tell(|| Happened::Listening {
            address: format!("http://{}", server.address),
            store: store.dir().display().to_string(),
            sink: sink.as_ref().map(Sink::url),
        });
        Ok(Self {
            address: server.address,
            registry,
            shard,
            pending,
            projects,
            reloader,
            feeds,
            address_file,
            teller,
            close,
            server,
            deliveries,
            writer,
            _sink: sink,
        })
    }

    /// Reads a directory anew, and activates what is new there.
    pub async fn reload(&mut self, dir: &Path) {
        for project in self.projects.iter_mut().filter(|p| p.dir == dir) {
            self.reloader.reload(project).await;
        }
    }

    /// Waits until the writer has ended by itself, and says why.
    pub async fn broken(&mut self) -> Broken {
        match (&mut self.writer).await {
            Ok(Err(broken)) => broken,
            Ok(Ok(())) => Broken::Log("the writer has ended".into()),
            Err(_) => Broken::Panicked,
        }
    }

    /// How a workspace is.
    pub async fn status(&self, workspace: &SmolStr) -> Option<Status> {
        let (answer, status) = oneshot::channel();
        self.shard.ask(Control::Status {
            workspace: workspace.clone(),
            answer,
        });
        status.await.ok().flatten()
    }

    /// Ends: nothing new is taken, what was taken is finished, what is left stays in the store.
    ///
    /// # Errors
    /// If the writer could not finish.
    pub async fn stop(self) -> Result<Vec<Status>, Broken> {
        self.shard.close_intake();
        self.close.say();
        drop(self.address_file);
        let Self {
            server,
            deliveries,
            shard,
            registry,
            writer,
            teller,
            ..
        } = self;
        server.ended().await;
        if tokio::time::timeout(DELIVERY_GRACE, deliveries)
            .await
            .is_err()
        {
            tracing::warn!(
                "deliveries under way were cut off; they are tried again under the same keys"
            );
        }
        let mut left = Vec::new();
        for workspace in registry.ids() {
            let (answer, status) = oneshot::channel();
            shard.ask(Control::Status { workspace, answer });
            left.extend(status.await.ok().flatten());
        }
        shard.ask(Control::Stop);
        let ended = writer.await.unwrap_or(Err(Broken::Panicked));
        teller.tell(|| Happened::Ending { left: left.clone() });
        ended.map(|()| left)
    }
}

/// How long requests that are under way may take when the daemon ends.
const DELIVERY_GRACE: Duration = Duration::from_secs(10);

/// A clock that went back holds the time of the log; one says so.
fn check_clock(replayed: &Replayed, now: Timestamp) {
    let back = (replayed.now - now).0;
    if back > 1_000 {
        tracing::warn!(
            "the clock is {} s behind the last record: time stands still until it has caught up",
            back / 1_000
        );
    }
}
