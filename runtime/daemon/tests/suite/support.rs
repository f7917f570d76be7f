//! Projects, stores, daemons and requests for tests.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use trig_ir::Timestamp;
use trigd::clock::ManualClock;
use trigd::compile::compiler;
use trigd::daemon::{Daemon, Options, StartError};
use trigd::outbox::{Backoff, client};
use trigd::shard::Status;
use trigd::store::Store;

/// Opens tickets, alerts at once, nags after ten minutes.
pub(crate) const TICKETS: &str = r#"
entity ticket { severity: int? }
event ticket.opened for ticket { severity: int }
event ticket.closed for ticket { }

trigger Alert for ticket {
    on       ticket.opened
    when     event.severity >= 3
    cooldown 1h per ticket
    do       webhook.post(to: "crm", severity: event.severity)
}

trigger Nag for ticket {
    on    ticket.opened
    after 10m unless ticket.closed
    do    log(text: "still open")
}
"#;

/// A project and a store beside it.
pub(crate) struct Place {
    root: TempDir,
    pub(crate) clock: Arc<ManualClock>,
}

impl Place {
    pub(crate) fn new(text: &str) -> Self {
        let place = Self {
            root: tempfile::tempdir().unwrap(),
            clock: Arc::new(ManualClock::at(Timestamp(1_750_000_000_000))),
        };
        std::fs::create_dir(place.project()).unwrap();
        place.manifest("");
        place.write("main.trig", text);
        place
    }

    /// A project whose connector `crm` is at `url`.
    pub(crate) fn with_receiver(text: &str, url: &str) -> Self {
        let place = Self::new(text);
        place.manifest(&format!(
            "[connectors.crm]\nkind = \"http\"\nurl = \"{url}\"\n"
        ));
        place
    }

    pub(crate) fn manifest(&self, more: &str) {
        let mut text = format!("[project]\nid = \"acme\"\nlanguage = \"1\"\n\n{more}");
        // the receiver that the project names is always declared
        if !more.contains("[connectors.crm]") {
            text.push_str("[connectors.crm]\nkind = \"http\"\n");
        }
        self.write("trig.toml", &text);
    }

    pub(crate) fn project(&self) -> PathBuf {
        self.root.path().join("project")
    }

    pub(crate) fn store(&self) -> Store {
        Store::at(self.root.path().join("store"))
    }

    /// Writes as editors do: beside it, then renamed.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let temporary = self.project().join(format!("{name}.new"));
        std::fs::write(&temporary, text).unwrap();
        std::fs::rename(temporary, self.project().join(name)).unwrap();
    }

    pub(crate) fn options(&self) -> Options {
        Options {
            clock: Arc::clone(&self.clock) as Arc<dyn trigd::clock::Clock>,
            backoff: Backoff {
                base: Duration::from_millis(1),
                cap: Duration::from_millis(5),
                attempts: 1_000,
            },
            ..Options::new(self.store(), compiler(false))
        }
    }

    pub(crate) async fn start(&self) -> Daemon {
        self.try_start(self.options()).await.unwrap()
    }

    pub(crate) async fn try_start(&self, options: Options) -> Result<Daemon, StartError> {
        let compiled = compiler(false)(&self.project());
        Daemon::start(options, vec![(self.project(), compiled)]).await
    }
}

/// An answer.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Json,
}

pub(crate) async fn request(
    daemon: &Daemon,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("http://{}{path}", daemon.address));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(body.into())).unwrap();
    let response = client().request(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    Answer {
        status,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    }
}

/// Posts events, and waits until they have been evaluated.
pub(crate) async fn post(daemon: &Daemon, events: &[Json]) -> Answer {
    let kind = ("content-type", "application/cloudevents-batch+json");
    let body = serde_json::to_vec(events).unwrap();
    request(
        daemon,
        "POST",
        "/v1/acme/events?wait=applied",
        &[kind],
        body,
    )
    .await
}

/// How the workspace is.
pub(crate) async fn how_is(daemon: &Daemon) -> Status {
    daemon.status(&"acme".into()).await.unwrap()
}

/// The names of the triggers that fired.
pub(crate) fn fired(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["applied"]["fired"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["trigger"].as_str().unwrap().to_owned())
        .collect()
}

pub(crate) fn event(id: &str, kind: &str, ticket: &str, data: Json) -> Json {
    json!({
        "specversion": "1.0",
        "id": id,
        "source": "desk",
        "type": kind,
        "subject": format!("ticket/{ticket}"),
        "datacontenttype": "application/json",
        "data": data,
    })
}

pub(crate) fn opened(id: &str, ticket: &str) -> Json {
    event(id, "ticket.opened", ticket, json!({"severity": 5}))
}

/// The inputs of a log, decoded.
pub(crate) fn inputs(store: &Path) -> Vec<Json> {
    trig_log::read(&store.join("log"))
        .unwrap()
        .map(|entry| entry.unwrap().record)
        .filter(|record| record.kind == trig_log::RecordKind::Input)
        .map(|record| serde_json::from_slice(&record.body).unwrap())
        .collect()
}

/// Waits until all that is due by the clock has been done.
pub(crate) async fn settled(daemon: &Daemon, place: &Place) {
    let now = || trigd::clock::Clock::now(&*place.clock);
    // asking wakes the writer, whose clock does not move by itself
    let looking = async {
        while let Some(status) = daemon.status(&"acme".into()).await
            && (status.sweeping || status.next_due.is_some_and(|due| due <= now()))
        {
            tokio::task::yield_now().await;
        }
    };
    soon(looking).await;
}

/// Moves the clock, and waits until all that is due by it has been done.
pub(crate) async fn advance(daemon: &Daemon, place: &Place, ms: i64) {
    place.clock.advance(ms);
    settled(daemon, place).await;
}

/// Waits for something that happens by itself; that it does not is a failure, not a hang.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what)
        .await
        .expect("it never happened")
}
