//! A receiver that stands in for all others: takes every delivery over real HTTP, and shows it.

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::any;
use tokio::net::TcpListener;

use super::client::IDEMPOTENCY_KEY;
use crate::happened::{Happened, Teller};

/// A stand-in receiver on a port of its own. It ends when this is dropped.
#[derive(Debug)]
pub struct Sink {
    address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Sink {
    /// Starts one on loopback.
    ///
    /// # Errors
    /// If no port can be had.
    pub async fn start(teller: Teller) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let take = move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let teller = teller.clone();
            async move {
                teller.tell(|| Happened::Sink {
                    path: uri.path().to_owned(),
                    key: headers
                        .get(IDEMPOTENCY_KEY)
                        .and_then(|v| v.to_str().ok())
                        .unwrap_or_default()
                        .to_owned(),
                    body: serde_json::from_slice(&body)
                        .unwrap_or_else(|_| String::from_utf8_lossy(&body).into_owned().into()),
                });
                StatusCode::OK
            }
        };
        let router = Router::new().fallback(any(take));
        let task = tokio::spawn(async move {
            if let Err(e) = axum::serve(listener, router).await {
                tracing::error!("the sink ended: {e}");
            }
        });
        Ok(Self { address, task })
    }

    /// Its URL, without a path.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.task.abort();
    }
}
