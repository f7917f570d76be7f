//! The listening socket and its connections, with bounds on what a connection may cost.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::closing::Closing;

/// How long a request's head may take to arrive.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// How large a request's head may be, in bytes.
const HEAD_BYTES: usize = 32 << 10;
/// How many header lines it may have.
const HEAD_LINES: usize = 100;
/// How many connections are served side by side; further ones wait to be accepted.
const CONNECTIONS: usize = 8_192;
/// How long connections may take to end when the daemon does.
const GRACE: Duration = Duration::from_secs(5);

/// A server that runs.
#[derive(Debug)]
pub(crate) struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    /// Waits until it has ended, which it does once the word is said and its connections are through.
    pub(crate) async fn ended(self) {
        // a server that panicked has ended, too
        drop(self.task.await);
    }
}

/// Serves a router on a socket.
///
/// # Errors
/// If the socket has no address.
pub(crate) fn serve(
    listener: TcpListener,
    router: Router,
    closing: Closing,
) -> std::io::Result<Server> {
    let address = listener.local_addr()?;
    let task = tokio::spawn(accept(listener, router, closing));
    Ok(Server { address, task })
}

async fn accept(listener: TcpListener, router: Router, mut closing: Closing) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            break;
        };
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(e) => {
                    // out of descriptors, most likely: let some connections end first
                    tracing::warn!("cannot accept a connection: {e}");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = closing.said() => break,
        };
        let connection = graceful.watch(connection(stream, router.clone()));
        tokio::spawn(async move {
            if let Err(e) = connection.await {
                tracing::debug!("a connection ended: {e}");
            }
            drop(place);
        });
    }
    drop(listener);
    // whoever keeps an idle connection open does not keep the daemon
    drop(tokio::time::timeout(GRACE, graceful.shutdown()).await);
}

fn connection(
    stream: TcpStream,
    router: Router,
) -> http1::Connection<TokioIo<TcpStream>, TowerToHyperService<Router>> {
    if let Err(e) = stream.set_nodelay(true) {
        tracing::debug!("no nodelay: {e}");
    }
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEAD_LINES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
}
