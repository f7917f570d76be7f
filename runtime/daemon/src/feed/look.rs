//! One look at a feed: what is new there goes into the log, with where it stands from there on.

use serde_json::{Map, Value as Json, json};
use smol_str::SmolStr;
use trig_engine::{Actor, Arrival, Happening};
use trig_ir::ActorKind;

use super::document::{Item, items};
use super::fetch::{Fetched, Validators, fetch};
use super::{Seen, Source};
use crate::outbox::Client;
use crate::shard::{Busy, Shard, Until};
use crate::store::{FeedCursor, InputPayload};

/// A feed that is followed.
#[derive(Clone, Debug)]
pub(super) struct Followed {
    pub(super) source: Source,
    pub(super) seen: Seen,
    /// Of the document that was read last in this run.
    pub(super) validators: Validators,
}

impl Followed {
    /// Looks at it.
    ///
    /// # Errors
    /// What went wrong. It changes nothing: the next look finds the same.
    pub(super) async fn look(
        &mut self,
        client: &Client,
        shard: &Shard,
        workspace: &SmolStr,
    ) -> Result<(), String> {
        let url = &self.source.url;
        let has_begun = self.seen.has_begun(url);
        let fetched = fetch(client, url, &self.validators).await?;
        let Fetched::Document(bytes, validators) = fetched else {
            return Ok(());
        };
        // a large one takes a while to read
        let read = tokio::task::spawn_blocking(move || items(&bytes)).await;
        let items = read.map_err(|_| "the document cannot be read".to_owned())??;
        let new = new_items(&self.seen, has_begun, items);
        if has_begun && new.is_empty() {
            self.validators = validators;
            return Ok(());
        }
        let cursor = FeedCursor {
            name: self.source.name.clone(),
            url: url.clone(),
            new: new.iter().map(|item| item.id.clone()).collect(),
        };
        let arrivals = if has_begun {
            vec![arrival(&self.source, &new)]
        } else {
            Vec::new()
        };
        log(shard, workspace, &self.source, arrivals, &cursor).await?;
        // only what is durable has been seen
        self.seen.note(&cursor);
        self.validators = validators;
        Ok(())
    }
}

/// What of a document has not been seen, each item once.
fn new_items(seen: &Seen, has_begun: bool, items: Vec<Item>) -> Vec<Item> {
    let mut ids = std::collections::BTreeSet::new();
    items
        .into_iter()
        .filter(|item| !(has_begun && seen.has(&item.id)) && ids.insert(item.id.clone()))
        .collect()
}

/// The event that tells what is new: how much, and the newest of it.
fn arrival(source: &Source, new: &[Item]) -> Arrival {
    // the first of the document where none, or several, came out last
    let newest = new
        .iter()
        .rev()
        .max_by_key(|item| item.published.unwrap_or(i64::MIN));
    let mut data = Map::new();
    data.insert("new_items".into(), json!(new.len()));
    let text = |text: Option<&String>| text.map_or(Json::Null, |text| json!(text));
    data.insert(
        "title".into(),
        text(newest.and_then(|item| item.title.as_ref())),
    );
    data.insert(
        "link".into(),
        text(newest.and_then(|item| item.link.as_ref())),
    );
    Arrival {
        source: source.name.clone(),
        // its cursor stands in the same record: it cannot come twice
        id: None,
        time: None,
        by: Actor {
            kind: ActorKind::Api,
            name: None,
        },
        what: Happening::Event {
            ty: source.event.clone(),
            subject: None,
            data,
        },
    }
}

async fn log(
    shard: &Shard,
    workspace: &SmolStr,
    source: &Source,
    arrivals: Vec<Arrival>,
    cursor: &FeedCursor,
) -> Result<(), String> {
    let via: SmolStr = smol_str::format_smolstr!("feed {}", source.name);
    let payload =
        InputPayload::encode_poll(&via, &arrivals, cursor.clone()).map_err(|e| e.to_string())?;
    let busy = |busy| match busy {
        Busy::Full => "too much waits to be written".to_owned(),
        Busy::Closed => "the daemon is ending".to_owned(),
    };
    let answer = shard
        .take(workspace.clone(), via, arrivals, payload, Until::Applied)
        .await
        .map_err(busy)?;
    answer.map(drop).map_err(|e| e.to_string())
}
