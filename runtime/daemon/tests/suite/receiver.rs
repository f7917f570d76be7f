//! A real receiver of deliveries.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post as on_post;
use serde_json::Value as Json;
use tokio::sync::mpsc;

use crate::support::soon;

/// A receiver that answers as it is told, and says what it got.
pub(crate) struct Receiver {
    address: SocketAddr,
    pub(crate) status: Arc<AtomicU16>,
    pub(crate) got: mpsc::UnboundedReceiver<(String, Json)>,
}

impl Receiver {
    pub(crate) async fn start(status: u16) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, got) = mpsc::unbounded_channel();
        let status = Arc::new(AtomicU16::new(status));
        let answer = Arc::clone(&status);
        let take = move |headers: HeaderMap, body: Bytes| {
            let key = headers["idempotency-key"].to_str().unwrap().to_owned();
            drop(sender.send((key, serde_json::from_slice(&body).unwrap())));
            let status = StatusCode::from_u16(answer.load(Ordering::SeqCst)).unwrap();
            async move { status }
        };
        let router = Router::new().route("/hook", on_post(take));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            address,
            status,
            got,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub(crate) async fn next(&mut self) -> (String, Json) {
        soon(self.got.recv()).await.unwrap()
    }
}
